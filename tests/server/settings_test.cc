// Settings, certificate and the files of a server.

#include "server/settings.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/data_directory.h"
#include "server/private_file.h"
#include "server/tls_certificate.h"
#include "tests/storage/temporary_directory.h"

namespace amparo::server {
namespace {

TEST(Settings, AreReadAsTheyAreWritten) {
  Settings settings;
  settings.listen = "0.0.0.0:1";
  settings.uploads = 9;
  const auto read = ParseSettings(FormatSettings(settings));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(FormatSettings(*read), FormatSettings(settings));
}

TEST(Settings, RefuseWhatNobodyReadsOrNobodyMeant) {
  for (const char* bad : {"", "[]", "{\"lisen\": \"x\"}", "{\"listen\": 5}",
                          "{\"uploads\": \"many\"}", "{\"uploads\": 0}", "{\"uploads\": -1}",
                          "{\"uploads\": 1.5}", "{\"uploads\": 99999999}", "{\"listen\": \"a\""}) {
    EXPECT_EQ(ParseSettings(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
  EXPECT_TRUE(ParseSettings("{}").ok());
}

TEST(TlsCertificate, IsNewEachTimeAndItsKeyHashIsItsOwn) {
  const auto first = MakeTlsCertificate();
  const auto second = MakeTlsCertificate();
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE(*ServerKeyHash(first->certificate_pem), *ServerKeyHash(second->certificate_pem));
  EXPECT_EQ(*ServerKeyHash(first->certificate_pem), *ServerKeyHash(first->certificate_pem));
  EXPECT_FALSE(ServerKeyHash(first->key_pem).ok());
}

TEST(DataDirectory, IsMadeOnceAndRefusesKeysThatOthersCanRead) {
  const storage::TemporaryDirectory directory;
  const DataDirectory data{.path = directory.path() + "/data"};
  EXPECT_EQ(LoadIdentity(data).status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(MakeDataDirectory(data, {}).ok());
  EXPECT_EQ(MakeDataDirectory(data, {}).code(), absl::StatusCode::kAlreadyExists);
  ASSERT_TRUE(LoadIdentity(data).ok());
  chmod(data.tls_key().c_str(), 0640);
  EXPECT_EQ(LoadIdentity(data).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST(PrivateFile, IsNeverReadThroughALink) {
  const storage::TemporaryDirectory directory;
  const std::string path = directory.path() + "/file";
  ASSERT_TRUE(WritePrivateFile(path, AsBytes("text")).ok());
  ASSERT_EQ(symlink(path.c_str(), (path + "-link").c_str()), 0);
  EXPECT_TRUE(ReadPrivateFile(path).ok());
  EXPECT_FALSE(ReadPrivateFile(path + "-link").ok());
}

}  // namespace
}  // namespace amparo::server
