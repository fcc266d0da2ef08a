// Sessions: each test is a sentence of docs/spec/requests.md, "Sessions".

#include "server/sessions.h"

#include <gtest/gtest.h>

#include <set>

#include "crypto/digest.h"
#include "server/refusal.h"
#include "statement/codec.h"
#include "tests/support/organisation.h"

namespace amparo::server {
namespace {

using amparo::testing::HashNamed;
using amparo::testing::KeyNamed;

template <std::size_t N>
ByteView Label(const char (&label)[N]) {
  return ByteView(reinterpret_cast<const std::uint8_t*>(label), N);
}

std::string ReasonOfStatus(const absl::Status& status) {
  const auto detail = DetailOf(status);
  return detail ? detail->reason : status.ToString();
}

const OrgId kOrg = OrgId::Filled(7);
const Hash kServerKey = HashNamed("server key");

// A server with one member, whose certificate a test can take away.
class SessionsTest : public ::testing::Test {
 protected:
  SessionsTest()
      : sessions_({.server_key_hash = kServerKey,
                   .lookup = [this](const OrgId& org,
                                    const Hash& certificate) -> std::optional<KnownCertificate> {
                     if (!is_valid_ || org != kOrg || certificate != HashNamed("certificate")) {
                       return std::nullopt;
                     }
                     return KnownCertificate{.hash = certificate,
                                             .member = MemberId::Filled(1),
                                             .authentication = KeyNamed("auth").verify_key(),
                                             .is_witness = is_witness_};
                   },
                   .clock = [this] { return UnixSeconds{now_}; }}) {}

  // A request to open, signed by `key` for a server with this key.
  SessionRequest Request(const std::string& key = "auth", const Hash& server_key = kServerKey) {
    SessionRequest request{.org = kOrg,
                           .certificate = HashNamed("certificate"),
                           .challenge = sessions_.Challenge(),
                           .client_nonce = RandomId<Nonce>(),
                           .signature = {}};
    Writer writer;
    writer.Raw(Label("amparo/session/v1\n"));
    writer.Fixed(request.org);
    writer.Fixed(server_key);
    writer.Fixed(request.challenge);
    writer.Fixed(request.client_nonce);
    writer.Fixed(request.certificate);
    request.signature = KeyNamed(key).Sign(writer.bytes());
    return request;
  }
  static Hash Mac(const OpenedSession& session, std::uint64_t counter, absl::string_view method,
                  ByteView body) {
    Writer writer;
    writer.Raw(Label("amparo/request/v1\n"));
    writer.Fixed(session.session);
    writer.U64(counter);
    writer.Vec8(AsBytes(method));
    writer.Fixed(Sha256(body));
    return HmacSha256(session.secret.Expose(), {writer.bytes()});
  }
  // Whether a request "Sync" with this counter and body is accepted.
  bool Accepts(const OpenedSession& session, std::uint64_t counter,
               absl::string_view body = "body") {
    const Hash mac = Mac(session, counter, "Sync", AsBytes(body));
    return sessions_
        .Authenticate({.session = session.session.view(),
                       .counter = counter,
                       .mac = mac.view(),
                       .body = AsBytes(body)},
                      "Sync")
        .ok();
  }

  bool is_valid_ = true;
  bool is_witness_ = false;
  std::uint64_t now_ = 1000;
  Sessions sessions_;
};

TEST_F(SessionsTest, OpensForACertificatesOwnKeyAndNamesItsMember) {
  const auto session = sessions_.Open(Request());
  ASSERT_TRUE(session.ok()) << session.status();
  const Hash mac = Mac(*session, 1, "Sync", {});
  const auto caller = sessions_.Authenticate(
      {.session = session->session.view(), .counter = 1, .mac = mac.view(), .body = {}}, "Sync");
  ASSERT_TRUE(caller.ok());
  EXPECT_EQ(caller->member, MemberId::Filled(1));
  EXPECT_EQ(caller->certificate, HashNamed("certificate"));
}

TEST_F(SessionsTest, OfAWitnessAreForHeadsAlone) {
  is_witness_ = true;
  const auto session = sessions_.Open(Request());
  ASSERT_TRUE(session.ok()) << session.status();
  std::uint64_t counter = 0;
  for (const char* method : {"Append", "Sync", "Subject", "Objects", "Pending", "Watch", "Cosigned",
                             "Prove", "Light", "Upload", "Download", "Checkpoint", "Cosign"}) {
    const Hash mac = Mac(*session, ++counter, method, {});
    const auto caller = sessions_.Authenticate(
        {.session = session->session.view(), .counter = counter, .mac = mac.view(), .body = {}},
        method);
    const bool is_for_witnesses =
        method == std::string("Checkpoint") || method == std::string("Cosign");
    EXPECT_EQ(caller.ok() ? "OK" : ReasonOfStatus(caller.status()),
              is_for_witnesses ? "OK" : "SESSION_REFUSED")
        << method;
  }
}

// Whoever probes learns one thing: no.
TEST_F(SessionsTest, AnswersUnknownRevokedAndBadlySignedAlike) {
  SessionRequest unknown = Request();
  unknown.certificate = HashNamed("nobody");
  SessionRequest other_org = Request();
  other_org.org = OrgId::Filled(8);
  const auto badly_signed = Request("somebody else");
  const auto relayed = Request("auth", HashNamed("another server"));
  std::set<std::string> answers;
  for (const SessionRequest& request : {unknown, other_org, badly_signed, relayed}) {
    answers.insert(sessions_.Open(request).status().ToString());
  }
  SessionRequest stale = Request();
  now_ += kChallengeLifetime_s + 1;
  answers.insert(sessions_.Open(stale).status().ToString());
  is_valid_ = false;
  answers.insert(sessions_.Open(Request()).status().ToString());
  EXPECT_EQ(answers.size(), 1u);
  EXPECT_EQ(sessions_.Open(Request()).status().code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(SessionsTest, TakesAChallengeOnce) {
  const SessionRequest request = Request();
  EXPECT_TRUE(sessions_.Open(request).ok());
  EXPECT_FALSE(sessions_.Open(request).ok());
}

TEST_F(SessionsTest, TakesNoChallengeThatItDidNotMake) {
  SessionRequest request = Request();
  for (std::size_t i = 0; i < Nonce::kSize; ++i) {
    SessionRequest altered = request;
    altered.challenge.bytes[i] ^= 1;
    Writer writer;
    writer.Raw(Label("amparo/session/v1\n"));
    writer.Fixed(altered.org);
    writer.Fixed(kServerKey);
    writer.Fixed(altered.challenge);
    writer.Fixed(altered.client_nonce);
    writer.Fixed(altered.certificate);
    altered.signature = KeyNamed("auth").Sign(writer.bytes());
    EXPECT_FALSE(sessions_.Open(altered).ok()) << "byte " << i;
  }
  EXPECT_TRUE(sessions_.Open(request).ok());
}

TEST_F(SessionsTest, TakesACounterOnceWithinItsWindow) {
  const auto session = sessions_.Open(Request());
  EXPECT_TRUE(Accepts(*session, 5));
  EXPECT_FALSE(Accepts(*session, 5));
  EXPECT_TRUE(Accepts(*session, 4));
  EXPECT_TRUE(Accepts(*session, 5 + kCounterWindow));
  EXPECT_FALSE(Accepts(*session, 5));
  EXPECT_TRUE(Accepts(*session, 6));
  EXPECT_FALSE(Accepts(*session, 6));
  EXPECT_TRUE(Accepts(*session, 10 * kCounterWindow));
  EXPECT_FALSE(Accepts(*session, 9 * kCounterWindow));
  EXPECT_TRUE(Accepts(*session, 9 * kCounterWindow + 1));
}

TEST_F(SessionsTest, RefusesAnAlteredBodyAnotherMethodAnotherCounterAndAnotherSession) {
  const auto session = sessions_.Open(Request());
  const auto other = sessions_.Open(Request());
  const Hash mac = Mac(*session, 1, "Sync", AsBytes("body"));
  const auto answer = [&](ByteView id, std::uint64_t counter, absl::string_view method,
                          absl::string_view body) {
    return sessions_
        .Authenticate({.session = id, .counter = counter, .mac = mac.view(), .body = AsBytes(body)},
                      method)
        .ok();
  };
  EXPECT_FALSE(answer(session->session.view(), 1, "Sync", "Body"));
  EXPECT_FALSE(answer(session->session.view(), 1, "Append", "body"));
  EXPECT_FALSE(answer(session->session.view(), 2, "Sync", "body"));
  EXPECT_FALSE(answer(other->session.view(), 1, "Sync", "body"));
  EXPECT_FALSE(answer({}, 1, "Sync", "body"));
  // None of these spent the counter.
  EXPECT_TRUE(answer(session->session.view(), 1, "Sync", "body"));
}

TEST_F(SessionsTest, EndsASessionWhenItsCertificateIsRevoked) {
  const auto session = sessions_.Open(Request());
  EXPECT_TRUE(Accepts(*session, 1));
  is_valid_ = false;
  EXPECT_FALSE(Accepts(*session, 2));
  is_valid_ = true;
  EXPECT_FALSE(Accepts(*session, 3));
}

TEST_F(SessionsTest, EndsASessionThatWasIdleTooLong) {
  const auto session = sessions_.Open(Request());
  now_ += kSessionIdleTimeout_s;
  EXPECT_TRUE(Accepts(*session, 1));
  now_ += kSessionIdleTimeout_s + 1;
  EXPECT_FALSE(Accepts(*session, 2));
}

TEST_F(SessionsTest, EndsTheIdlestWhenOneCertificateOpensTooMany) {
  const auto first = sessions_.Open(Request());
  ++now_;
  const auto second = sessions_.Open(Request());
  for (std::size_t i = 2; i < kSessionsPerCertificateMax; ++i) {
    ASSERT_TRUE(sessions_.Open(Request()).ok());
  }
  ++now_;
  const auto last = sessions_.Open(Request());
  ASSERT_TRUE(last.ok());
  EXPECT_FALSE(Accepts(*first, 1));
  EXPECT_TRUE(Accepts(*second, 1));
  EXPECT_TRUE(Accepts(*last, 1));
}

}  // namespace
}  // namespace amparo::server
