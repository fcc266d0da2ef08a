// The worked example of docs/spec/sealed-object.md is that of the committed vectors.

#include <gtest/gtest.h>

#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "crypto/digest.h"
#include "crypto/grant.h"
#include "crypto/payload_cipher.h"
#include "tests/crypto/vector_files.h"

namespace amparo {
namespace {

class SpecPage : public testing::Test {
 protected:
  // The page from "Worked example" on, with its line breaks.
  std::string Example() const {
    const Bytes bytes = ReadFile(std::string(AMPARO_SOURCE_DIR) + "/docs/spec/sealed-object.md");
    const std::string page(AsText(bytes));
    const std::size_t start = page.find("## Worked example");
    EXPECT_NE(start, std::string::npos);
    return page.substr(start);
  }
  const std::multimap<std::string, std::string> fields_ =
      ReadFields(OurVectors("grant") + "/opens.txt");
  std::string Field(const char* name) const { return fields_.find(name)->second; }
};

TEST_F(SpecPage, ShowsTheGrantVector) {
  const std::string example = Example();
  for (const char* const name :
       {"recipient", "identity", "file_key", "object", "commitment", "payload_key"}) {
    EXPECT_TRUE(absl::StrContains(example, Field(name))) << name;
  }
  EXPECT_TRUE(absl::StrContains(example, AsText(Hex(Field("grant")))));
  const std::string joined = absl::StrReplaceAll(example, {{"\n            ", ""}});
  EXPECT_TRUE(absl::StrContains(joined, Field("payload").substr(32)));
  EXPECT_TRUE(absl::StrContains(joined, Field("payload").substr(0, 32)));
}

TEST_F(SpecPage, ShowsTheKeysDerivedOnTheWay) {
  const FileKey key = FileKey::CopyOf(ByteView(Hex(Field("file_key"))).first<16>());
  Bytes mac_key(32);
  HkdfSha256(key.Expose(), {}, AsBytes("header"), mac_key);
  EXPECT_TRUE(absl::StrContains(Example(), ToHex(mac_key)));
  const Bytes payload = Hex(Field("payload"));
  const auto nonce = PayloadNonce::From(ByteView(payload).first(kPayloadNonceSize));
  EXPECT_EQ(ToHex(DerivePayloadKey(key, *nonce).Expose()), Field("payload_key"));
}

// Each line: hexadecimal in groups, then at least three blanks and a comment.
TEST_F(SpecPage, ShowsTheManifestFieldByField) {
  const std::string example = Example();
  std::istringstream lines(example.substr(example.find("616d7061")));
  std::string hex;
  for (std::string line; std::getline(lines, line) && line != "```";) {
    hex += absl::StrReplaceAll(line.substr(0, line.find("   ")), {{" ", ""}});
  }
  const auto manifest = ReadFields(OurVectors("manifest") + "/source.txt");
  EXPECT_EQ(hex, manifest.find("manifest")->second);
}

}  // namespace
}  // namespace amparo
