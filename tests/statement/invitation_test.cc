// Invitations and founding tokens: one text for each, and nothing else is read.

#include "statement/invitation.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/crypto/vector_files.h"
#include "tests/statement/example_invitation.h"
#include "tests/statement/mutations.h"
#include "tests/statement/random_bodies.h"

namespace amparo {
namespace {

std::string TextOf(const absl::StatusOr<SecretBuffer>& formatted) {
  EXPECT_TRUE(formatted.ok()) << formatted.status();
  return formatted.ok() ? std::string(AsText(formatted->Expose())) : std::string();
}

void ExpectMalformed(const std::string& text) {
  EXPECT_EQ(ParseInvitation(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
}

TEST(Invitation, ComesBackAsItWas) {
  const std::string text = TextOf(FormatInvitation(ExampleInvitation()));
  EXPECT_TRUE(absl::StartsWith(text, "amparo-invitation-v1\n"));
  const absl::StatusOr<Invitation> again = ParseInvitation(text);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->server_address, "amparo.example:7443");
  EXPECT_EQ(again->server_certificate, ExampleInvitation().server_certificate);
  EXPECT_EQ(again->org, OrgId::Filled(0x0a));
  EXPECT_EQ(again->log_key, KeyNumber(4).verify_key());
  EXPECT_EQ(again->checkpoint, ExampleInvitation().checkpoint);
  EXPECT_EQ(again->invite, InviteId::Filled(0x1e));
  EXPECT_TRUE(again->member.is_zero());
  EXPECT_EQ(again->roles, 4);
  EXPECT_EQ(again->submit_only, 0);
  EXPECT_EQ(again->expiry.value, 1795003200U);
  EXPECT_TRUE(again->secret.EqualTo(ExampleInvitation().secret));
}

TEST(FoundingToken, ComesBackAsItWas) {
  const std::string text = TextOf(FormatFoundingToken(ExampleFoundingToken()));
  EXPECT_TRUE(absl::StartsWith(text, "amparo-founding-token-v1\n"));
  const absl::StatusOr<FoundingToken> again = ParseFoundingToken(text);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->server_address, "[::1]:7443");
  EXPECT_EQ(again->server_certificate, ExampleFoundingToken().server_certificate);
  EXPECT_EQ(again->log_key, KeyNumber(4).verify_key());
  EXPECT_EQ(again->token, TokenId::Filled(0x70));
  EXPECT_TRUE(again->secret.EqualTo(ExampleFoundingToken().secret));
  EXPECT_EQ(again->expiry.value, 1795003200U);
}

TEST(Invitation, IsRefusedOrIdenticalAfterAnyBitFlipOrTruncation) {
  ExpectCanonicalUnderMutation(AsBytes(TextOf(FormatInvitation(ExampleInvitation()))),
                               [](ByteView bytes) -> std::optional<Bytes> {
                                 const auto parsed = ParseInvitation(AsText(bytes));
                                 if (!parsed.ok()) return std::nullopt;
                                 const std::string text = TextOf(FormatInvitation(*parsed));
                                 return Bytes(text.begin(), text.end());
                               });
}

TEST(FoundingToken, IsRefusedOrIdenticalAfterAnyBitFlipOrTruncation) {
  ExpectCanonicalUnderMutation(AsBytes(TextOf(FormatFoundingToken(ExampleFoundingToken()))),
                               [](ByteView bytes) -> std::optional<Bytes> {
                                 const auto parsed = ParseFoundingToken(AsText(bytes));
                                 if (!parsed.ok()) return std::nullopt;
                                 const std::string text = TextOf(FormatFoundingToken(*parsed));
                                 return Bytes(text.begin(), text.end());
                               });
}

TEST(Invitation, IsNoFoundingTokenAndTheOtherWayRound) {
  EXPECT_EQ(ParseFoundingToken(TextOf(FormatInvitation(ExampleInvitation()))).status().code(),
            absl::StatusCode::kInvalidArgument);
  ExpectMalformed(TextOf(FormatFoundingToken(ExampleFoundingToken())));
}

TEST(Invitation, OfANewerVersionIsUnimplementedAndNotMalformed) {
  const std::string text = absl::StrReplaceAll(TextOf(FormatInvitation(ExampleInvitation())),
                                               {{"invitation-v1", "invitation-v2"}});
  EXPECT_EQ(ParseInvitation(text).status().code(), absl::StatusCode::kUnimplemented);
}

TEST(Invitation, IsReadOnlyInItsOwnLines) {
  const std::string good = TextOf(FormatInvitation(ExampleInvitation()));
  ExpectMalformed("");
  ExpectMalformed("amparo-invitation-v1");
  ExpectMalformed("amparo-invitation-v1\n");
  ExpectMalformed(absl::StrReplaceAll(good, {{"\n", "\r\n"}}));
  ExpectMalformed(absl::StrCat("\xef\xbb\xbf", good));
  ExpectMalformed(absl::StrCat(good, "\n"));
  ExpectMalformed(good.substr(0, good.size() - 1));
  std::string joined = good;
  joined.erase(joined.find('\n', 30), 1);
  ExpectMalformed(joined);
}

TEST(Invitation, OverSixteenKibibytesIsRefusedUnread) {
  ExpectMalformed(absl::StrCat("amparo-invitation-v1\n", std::string(16384, 'A')));
  Invitation invitation = ExampleInvitation();
  invitation.server_certificate = std::string(kServerCertificateBytesMax, 'x');
  invitation.checkpoint = std::string(kCheckpointNoteBytesMax, 'x');
  invitation.server_address = std::string(kServerAddressBytesMax, 'x');
  EXPECT_TRUE(FormatInvitation(invitation).ok());
}

TEST(Invitation, IsNotMadeWithAFieldThatWouldNotBeRead) {
  const auto expect_refused = [](const auto& spoil, absl::string_view field) {
    Invitation invitation = ExampleInvitation();
    spoil(invitation);
    const absl::Status status = FormatInvitation(invitation).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_TRUE(absl::StartsWith(status.message(), field)) << status;
  };
  expect_refused([](Invitation& i) { i.server_address = ""; }, "server address: ");
  expect_refused([](Invitation& i) { i.server_address = "a b:1"; }, "server address: ");
  expect_refused([](Invitation& i) { i.server_address.assign(256, 'x'); }, "server address: ");
  expect_refused([](Invitation& i) { i.server_certificate = "\x1b[2J"; }, "server certificate: ");
  expect_refused([](Invitation& i) { i.server_certificate.assign(6145, 'x'); },
                 "server certificate: ");
  expect_refused([](Invitation& i) { i.checkpoint.assign(4097, 'x'); }, "checkpoint: ");
  expect_refused([](Invitation& i) { i.checkpoint = "\xff"; }, "checkpoint: ");
  expect_refused([](Invitation& i) { i.log_key = {}; }, "log key: ");
  expect_refused([](Invitation& i) { i.roles = 0; }, "roles: ");
  expect_refused([](Invitation& i) { i.submit_only = 2; }, "submit only: ");
}

TEST(InvitationVectors, AreWhatThisBuildMakesByteForByte) {
  for (const auto& [name, text] : InvitationVectors()) {
    EXPECT_EQ(AsText(ReadFile(OurVectors("invitation") + "/" + name)), text) << name;
  }
}

TEST(InvitationPage, ShowsTheVectors) {
  const Bytes page = ReadFile(std::string(AMPARO_SOURCE_DIR) + "/docs/spec/invitation.md");
  EXPECT_TRUE(absl::StrContains(AsText(page), InvitationVectors()["invitation.txt"]));
  for (const auto& [key, value] : ReadFields(OurVectors("invitation") + "/request.txt")) {
    if (key != "comment" && key != "bytes") {
      EXPECT_TRUE(absl::StrContains(AsText(page), value)) << key;
    }
  }
}

}  // namespace
}  // namespace amparo
