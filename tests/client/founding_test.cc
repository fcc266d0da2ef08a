// Founding: the files that people hand to each other, and what is wrong with bad ones.

#include "client/founding.h"

#include <gtest/gtest.h>

#include "client/founding_homes.h"
#include "client/policy_draft.h"
#include "client/statement_author.h"
#include "client/text_file.h"
#include "statement/invitation.h"
#include "tests/support/organisation.h"

namespace amparo::client {
namespace {

using amparo::testing::KeyNamed;
using amparo::testing::Organisation;

KeyBundle KeysOf(const std::string& name) {
  KeyBundle keys;
  keys.signing = KeyNamed(name);
  return keys;
}
std::string RootFile(const std::string& name) {
  return FormatTextFile(kRootKeyHeader, KeyNamed(name).verify_key().view());
}
std::string RegistrarFile(const std::string& name) {
  return FormatTextFile(kRegistrarHeader,
                        EncodeCertificate(Organisation::CertificateFor(
                            name, static_cast<std::uint16_t>(Role::kRegistrar), {})));
}
std::string TokenFile() {
  FoundingToken token;
  token.server_address = "127.0.0.1:7443";
  token.server_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  token.log_key = KeyNamed("log").verify_key();
  token.token = RandomId<TokenId>();
  token.secret = Secret<16>::Random();
  token.expiry = UnixSeconds{SystemNow().value + 3600};
  auto text = FormatFoundingToken(token);
  EXPECT_TRUE(text.ok()) << text.status();
  return std::string(AsText(text->Expose()));
}

class FoundingTest : public ::testing::Test {
 protected:
  FoundingTest() : recovery_(Identity::Generate()) {}

  absl::StatusOr<std::string> Draft(const std::vector<std::string>& roots,
                                    const std::vector<std::string>& registrars) {
    std::vector<std::string> root_files, registrar_files;
    for (const std::string& root : roots) root_files.push_back(RootFile(root));
    for (const std::string& name : registrars) registrar_files.push_back(RegistrarFile(name));
    return DraftPolicy(TokenFile(), root_files, FormatRecipient(recovery_.recipient()) + "\n",
                       registrar_files);
  }
  std::string GoodDraft() { return *Draft({"r1", "r2", "r3"}, {"ria", "rob"}); }

  const Identity recovery_;
};

TEST_F(FoundingTest, ADraftSaysWhatItIs) {
  auto summary = ReadPolicyDraft(GoodDraft());
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->roots, 3u);
  EXPECT_EQ(summary->threshold, 2u);
  EXPECT_EQ(summary->version, 1u);
  EXPECT_EQ(summary->registrars.size(), 2u);
  EXPECT_EQ(summary->recovery, FormatRecipient(recovery_.recipient()));
  EXPECT_NE(summary->fingerprint, ReadPolicyDraft(GoodDraft())->fingerprint) << "salted";
}

TEST_F(FoundingTest, TwoRootsMakeAPolicyThatTheDirectoryAccepts) {
  const std::string draft = GoodDraft();
  const auto parsed = ParsePolicyDraft(draft);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  auto policy =
      AssemblePolicy(*parsed, {*SignPolicy(draft, KeysOf("r3")), *SignPolicy(draft, KeysOf("r1"))});
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(directory::Directory().Check(*policy, Position{0}), std::nullopt);
}

TEST_F(FoundingTest, OneRootIsNotEnoughAndTwiceTheSameIsOne) {
  const std::string draft = GoodDraft();
  const auto parsed = ParsePolicyDraft(draft);
  const std::string signature = *SignPolicy(draft, KeysOf("r1"));
  EXPECT_EQ(AssemblePolicy(*parsed, {signature}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(AssemblePolicy(*parsed, {signature, signature}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(FoundingTest, ASignatureOfAnotherDraftIsRefused) {
  const std::string draft = GoodDraft();
  const auto parsed = ParsePolicyDraft(draft);
  EXPECT_EQ(AssemblePolicy(
                *parsed, {*SignPolicy(draft, KeysOf("r1")), *SignPolicy(GoodDraft(), KeysOf("r2"))})
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(FoundingTest, OnlyARootOfTheDraftSigns) {
  EXPECT_EQ(SignPolicy(GoodDraft(), KeysOf("ria")).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(FoundingTest, BadDraftsAreRefused) {
  EXPECT_FALSE(Draft({"r1"}, {"ria"}).ok()) << "one root";
  EXPECT_FALSE(Draft({"r1", "r1"}, {"ria"}).ok()) << "a root twice";
  EXPECT_FALSE(Draft({"r1", "r2"}, {}).ok()) << "no registrar";
  EXPECT_FALSE(DraftPolicy(TokenFile(), {RegistrarFile("ria"), RootFile("r1")}, "age1", {}).ok());
  EXPECT_FALSE(ReadPolicyDraft(RootFile("r1")).ok());
}

// The proof is what a registrar publishes; without the recovery key nobody finds it.
TEST_F(FoundingTest, TheRecoveryTestNeedsTheRecoveryKey) {
  Hash proof;
  auto challenge = MakeRecoveryChallenge(FormatRecipient(recovery_.recipient()), &proof);
  ASSERT_TRUE(challenge.ok()) << challenge.status();
  KeyBundle holder;
  holder.identity = recovery_.Duplicate();
  auto answer = AnswerRecoveryChallenge(*challenge, holder);
  ASSERT_TRUE(answer.ok()) << answer.status();
  auto checked = CheckRecoveryAnswer(*challenge, *answer);
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_EQ(*checked, proof);
  KeyBundle other;
  other.identity = Identity::Generate();
  EXPECT_EQ(AnswerRecoveryChallenge(*challenge, other).status().code(),
            absl::StatusCode::kPermissionDenied);
  const std::string guess = FormatTextFile(kRecoveryAnswerHeader, Hash::Filled(3).view());
  EXPECT_EQ(CheckRecoveryAnswer(*challenge, guess).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST(TextFiles, AreReadAsTheyWereWrittenAndNotOtherwise) {
  const Bytes bytes(300, 0x5a);
  const std::string text = FormatTextFile(kOrgCardHeader, bytes);
  EXPECT_EQ(*ParseTextFile(kOrgCardHeader, text), bytes);
  EXPECT_EQ(*ParseTextFile(kOrgCardHeader, "\n " + text + "\r\n\n"), bytes) << "mailed";
  EXPECT_FALSE(ParseTextFile(kRootKeyHeader, text).ok());
  EXPECT_FALSE(ParseTextFile(kOrgCardHeader, text.substr(0, text.size() - 3)).ok());
  EXPECT_FALSE(ParseTextFile(kOrgCardHeader, "").ok());
  EXPECT_FALSE(ParseTextFile(kOrgCardHeader, text + "!").ok());
}

}  // namespace
}  // namespace amparo::client
