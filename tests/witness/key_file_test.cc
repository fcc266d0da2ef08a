// A witness's key in its two files.

#include "witness/key_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/client_verbs/scratch_directory.h"

namespace amparo::witness {
namespace {

constexpr char kPassphrase[] = "correct horse battery staple";

TEST(KeyFile, OpensWithItsPassphraseAlone) {
  const amparo::testing::ScratchDirectory scratch;
  const std::string path = scratch.At("key");
  const auto made = CreateKeyFile(path, "witness.example/amparo", AsBytes(kPassphrase));
  ASSERT_TRUE(made.ok()) << made.status();
  const auto opened = OpenKeyFile(path, AsBytes(kPassphrase));
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->witness, *made);
  EXPECT_EQ(opened->signing.verify_key(), made->key);
  EXPECT_TRUE(absl::IsPermissionDenied(OpenKeyFile(path, AsBytes("another one")).status()));
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(path).permissions(), perms::owner_read | perms::owner_write);
  EXPECT_TRUE(
      absl::IsAlreadyExists(CreateKeyFile(path, "witness.example", AsBytes(kPassphrase)).status()));

  const auto other = CreateKeyFile(scratch.At("other"), "other.example", AsBytes(kPassphrase));
  ASSERT_TRUE(other.ok()) << other.status();
  std::filesystem::copy_file(PublicPath(scratch.At("other")), PublicPath(path),
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE(absl::IsDataLoss(OpenKeyFile(path, AsBytes(kPassphrase)).status()));
}

TEST(KeyFile, RefusesNamesThatNoNoteCanCarry) {
  const amparo::testing::ScratchDirectory scratch;
  for (const std::string& name : {std::string(), std::string("a b"), std::string("a+b"),
                                  std::string(256, 'a'), audit::CosignerNameOf(Hash::Filled(1))}) {
    const auto made = CreateKeyFile(scratch.At("key"), name, AsBytes(kPassphrase));
    EXPECT_TRUE(absl::IsInvalidArgument(made.status())) << name;
    EXPECT_FALSE(std::filesystem::exists(scratch.At("key")));
  }
}

}  // namespace
}  // namespace amparo::witness
