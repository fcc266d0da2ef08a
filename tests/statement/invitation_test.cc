// Invitations and founding tokens: one text for each, and nothing else is read.

#include "statement/invitation.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/statement/mutations.h"
#include "tests/statement/random_bodies.h"

namespace amparo {
namespace {

constexpr absl::string_view kPem =
    "-----BEGIN CERTIFICATE-----\nMIIBfTCCASOgAwIBAgIUQk==\n-----END CERTIFICATE-----\n";

Invitation SomeInvitation() {
  return {.server_address = "amparo.example:7443",
          .server_certificate = std::string(kPem),
          .org = OrgId::Filled(1),
          .log_key = KeyNumber(1).verify_key(),
          .checkpoint = "origin\n5\nroot\n\n— origin c2ln\n",
          .invite = InviteId::Filled(2),
          .member = {},
          .roles = 4,
          .submit_only = 0,
          .expiry = {1795000000},
          .secret = Secret<16>::CopyOf(InviteId::Filled(3).bytes)};
}

FoundingToken SomeToken() {
  return {.server_address = "[::1]:7443",
          .server_certificate = std::string(kPem),
          .log_key = KeyNumber(1).verify_key(),
          .token = TokenId::Filled(4),
          .secret = Secret<16>::CopyOf(InviteId::Filled(5).bytes),
          .expiry = {1795000000}};
}

std::string TextOf(const absl::StatusOr<SecretBuffer>& formatted) {
  EXPECT_TRUE(formatted.ok()) << formatted.status();
  return formatted.ok() ? std::string(AsText(formatted->Expose())) : std::string();
}

void ExpectMalformed(const std::string& text) {
  EXPECT_EQ(ParseInvitation(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
}

TEST(Invitation, ComesBackAsItWas) {
  const std::string text = TextOf(FormatInvitation(SomeInvitation()));
  EXPECT_TRUE(absl::StartsWith(text, "amparo-invitation-v1\n"));
  const absl::StatusOr<Invitation> again = ParseInvitation(text);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->server_address, "amparo.example:7443");
  EXPECT_EQ(again->server_certificate, kPem);
  EXPECT_EQ(again->org, OrgId::Filled(1));
  EXPECT_EQ(again->log_key, KeyNumber(1).verify_key());
  EXPECT_EQ(again->checkpoint, SomeInvitation().checkpoint);
  EXPECT_EQ(again->invite, InviteId::Filled(2));
  EXPECT_TRUE(again->member.is_zero());
  EXPECT_EQ(again->roles, 4);
  EXPECT_EQ(again->submit_only, 0);
  EXPECT_EQ(again->expiry.value, 1795000000U);
  EXPECT_TRUE(again->secret.EqualTo(SomeInvitation().secret));
}

TEST(FoundingToken, ComesBackAsItWas) {
  const std::string text = TextOf(FormatFoundingToken(SomeToken()));
  EXPECT_TRUE(absl::StartsWith(text, "amparo-founding-token-v1\n"));
  const absl::StatusOr<FoundingToken> again = ParseFoundingToken(text);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->server_address, "[::1]:7443");
  EXPECT_EQ(again->server_certificate, kPem);
  EXPECT_EQ(again->log_key, KeyNumber(1).verify_key());
  EXPECT_EQ(again->token, TokenId::Filled(4));
  EXPECT_TRUE(again->secret.EqualTo(SomeToken().secret));
  EXPECT_EQ(again->expiry.value, 1795000000U);
}

TEST(Invitation, IsRefusedOrIdenticalAfterAnyBitFlipOrTruncation) {
  ExpectCanonicalUnderMutation(AsBytes(TextOf(FormatInvitation(SomeInvitation()))),
                               [](ByteView bytes) -> std::optional<Bytes> {
                                 const auto parsed = ParseInvitation(AsText(bytes));
                                 if (!parsed.ok()) return std::nullopt;
                                 const std::string text = TextOf(FormatInvitation(*parsed));
                                 return Bytes(text.begin(), text.end());
                               });
}

TEST(FoundingToken, IsRefusedOrIdenticalAfterAnyBitFlipOrTruncation) {
  ExpectCanonicalUnderMutation(AsBytes(TextOf(FormatFoundingToken(SomeToken()))),
                               [](ByteView bytes) -> std::optional<Bytes> {
                                 const auto parsed = ParseFoundingToken(AsText(bytes));
                                 if (!parsed.ok()) return std::nullopt;
                                 const std::string text = TextOf(FormatFoundingToken(*parsed));
                                 return Bytes(text.begin(), text.end());
                               });
}

TEST(Invitation, IsNoFoundingTokenAndTheOtherWayRound) {
  EXPECT_EQ(ParseFoundingToken(TextOf(FormatInvitation(SomeInvitation()))).status().code(),
            absl::StatusCode::kInvalidArgument);
  ExpectMalformed(TextOf(FormatFoundingToken(SomeToken())));
}

TEST(Invitation, OfANewerVersionIsUnimplementedAndNotMalformed) {
  const std::string text = absl::StrReplaceAll(TextOf(FormatInvitation(SomeInvitation())),
                                               {{"invitation-v1", "invitation-v2"}});
  EXPECT_EQ(ParseInvitation(text).status().code(), absl::StatusCode::kUnimplemented);
}

TEST(Invitation, IsReadOnlyInItsOwnLines) {
  const std::string good = TextOf(FormatInvitation(SomeInvitation()));
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
  Invitation invitation = SomeInvitation();
  invitation.server_certificate = std::string(kServerCertificateBytesMax, 'x');
  invitation.checkpoint = std::string(kCheckpointNoteBytesMax, 'x');
  invitation.server_address = std::string(kServerAddressBytesMax, 'x');
  EXPECT_TRUE(FormatInvitation(invitation).ok());
}

TEST(Invitation, IsNotMadeWithAFieldThatWouldNotBeRead) {
  const auto expect_refused = [](const auto& spoil, absl::string_view field) {
    Invitation invitation = SomeInvitation();
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

}  // namespace
}  // namespace amparo
