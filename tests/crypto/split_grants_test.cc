// Grants and payloads as separate files: tests/vectors/split-grants and
// split-grant-salamander, whose READMEs say what each case is.

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "crypto/digest.h"
#include "crypto/grant.h"
#include "crypto/sealed_object.h"
#include "tests/crypto/vector_files.h"

namespace amparo {
namespace {

absl::StatusOr<SecretBuffer> OpenSplit(const std::string& grant, const std::string& payload,
                                       const std::string& identity_file) {
  const absl::StatusOr<Identity> identity = Identity::Parse(FirstLine(identity_file));
  if (!identity.ok()) return identity.status();
  const absl::StatusOr<FileKey> key = OpenGrant(ReadFile(grant), *identity);
  if (!key.ok()) return key.status();
  return OpenSmall(*key, ReadFile(payload));
}

TEST(SplitGrants, EachCaseEndsAsItMust) {
  const std::string folder = OurVectors("split-grants") + "/";
  int opened = 0;
  int refused = 0;
  int post_quantum = 0;
  const nlohmann::json vectors = ReadJson(folder + "vectors.json");
  for (const nlohmann::json& vector : vectors["cases"]) {
    const std::string name = vector["name"];
    SCOPED_TRACE(name);
    const absl::StatusOr<SecretBuffer> text =
        OpenSplit(folder + std::string(vector["header"]), folder + std::string(vector["payload"]),
                  folder + std::string(vector["identity"]));
    if (absl::EndsWith(name, "_pq")) {
      EXPECT_EQ(text.status().code(), absl::StatusCode::kInvalidArgument);
      ++post_quantum;
    } else if (vector["expect"] == "success") {
      ASSERT_TRUE(text.ok()) << text.status();
      EXPECT_EQ(text->size(), vector["plaintext_size"]);
      EXPECT_EQ(ToHex(Sha256(text->Expose())), vector["plaintext_sha256"]);
      ++opened;
    } else {
      // Also what stock age accepts: two recipients in one header, for example.
      EXPECT_FALSE(text.ok());
      ++refused;
    }
  }
  EXPECT_EQ(opened, 14);
  EXPECT_EQ(refused, 10);
  EXPECT_EQ(post_quantum, 7);
}

class Salamander : public testing::Test {
 protected:
  FileKey KeyOf(const std::string& grant, const std::string& identity_file) {
    const absl::StatusOr<Identity> identity = Identity::Parse(FirstLine(folder_ + identity_file));
    absl::StatusOr<FileKey> key = OpenGrant(ReadFile(folder_ + grant), *identity);
    EXPECT_TRUE(key.ok()) << key.status();
    return *std::move(key);
  }
  const std::string folder_ = OurVectors("split-grant-salamander") + "/";
  const FileKey key_a_ = KeyOf("grant_a.hdr", "identity_a.txt");
  const FileKey key_b_ = KeyOf("grant_b.hdr", "identity_b.txt");
};

// Why grants alone are not enough: one payload, no error, two different texts.
TEST_F(Salamander, OnePayloadOpensAsTwoTextsUnderTwoGrants) {
  const Bytes payload = ReadFile(folder_ + "payload.bin");
  const absl::StatusOr<SecretBuffer> text_a = OpenSmall(key_a_, payload);
  const absl::StatusOr<SecretBuffer> text_b = OpenSmall(key_b_, payload);
  ASSERT_TRUE(text_a.ok() && text_b.ok());
  EXPECT_TRUE(EqualConstantTime(text_a->Expose(), ReadFile(folder_ + "plaintext_a.bin")));
  EXPECT_TRUE(EqualConstantTime(text_b->Expose(), ReadFile(folder_ + "plaintext_b.bin")));
  EXPECT_FALSE(EqualConstantTime(text_a->Expose(), text_b->Expose()));
}

// The author signs one commitment, so one of the two readers is told.
TEST_F(Salamander, OneCommitmentCannotHoldForBothKeys) {
  const auto object = ObjectId::Filled(7);
  EXPECT_NE(CommitTo(key_a_, object), CommitTo(key_b_, object));
}

TEST_F(Salamander, OneHeaderForBothRecipientsIsNoGrant) {
  const Bytes file = ReadFile(folder_ + "single_header_both.age");
  const std::size_t payload_size = ReadFile(folder_ + "payload.bin").size();
  const ByteView header = ByteView(file).first(file.size() - payload_size);
  const absl::StatusOr<Identity> identity = Identity::Parse(FirstLine(folder_ + "identity_a.txt"));
  EXPECT_EQ(OpenGrant(header, *identity).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace amparo
