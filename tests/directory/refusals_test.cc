// One row per name of a refusal, with what provokes it. Each is a sentence of
// docs/spec/directory.md.

#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <set>

#include "tests/support/organisation.h"

namespace amparo::directory {
namespace {

using testing::HashNamed;
using testing::KeyNamed;
using testing::Organisation;
using Answer = std::optional<Refusal>;

constexpr auto kTranslator = static_cast<std::uint16_t>(Role::kTranslator);
constexpr auto kCoordinator = static_cast<std::uint16_t>(Role::kCoordinator);
constexpr auto kRegistrar = static_cast<std::uint16_t>(Role::kRegistrar);

struct Row {
  Refusal refusal;
  const char* when;
  std::function<Answer(Organisation&)> provoke;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.when; }

Answer Check(Organisation& org, const SignedStatement& statement) {
  return org.directory().Check(statement, org.Here().position);
}

Invite InviteFor(const Organisation& org, const char* name, std::uint16_t roles) {
  Invite invite;
  invite.invite = Organisation::CertificateFor(name, kTranslator, {}).invite;
  invite.roles = roles;
  invite.expiry = org.In(24);
  return invite;
}

// ria invited `name` as a translator.
Certificate Invited(Organisation& org, const char* name, std::uint16_t roles = kTranslator) {
  org.MustApply(org.Say("ria", InviteFor(org, name, roles)));
  return Organisation::CertificateFor(name, roles, {});
}

Certificate CertifiedCoordinator(Organisation& org, const char* name) {
  const Certificate certificate = Invited(org, name, kCoordinator);
  org.MustApply(org.Say("ria", Certify{.certificate = certificate}));
  return certificate;
}

SignedStatement Bent(Organisation& org, const char* device, const Act& act,
                     const std::function<void(Statement&)>& bend) {
  Statement statement = org.Draft(device, act);
  bend(statement);
  return SignStatement(statement, KeyNamed(device));
}

const Act kTested = RecoveryTested{.proof = HashNamed("challenge")};

std::vector<Row> EnvelopeRows() {
  return {
      {Refusal::kUpdateRequired, "a kind of a newer version",
       [](Organisation& org) {
         return Check(org, Bent(org, "ria", kTested, [](Statement& s) { s.kind = 9999; }));
       }},
      {Refusal::kUpdateRequired, "a policy for newer rules",
       [](Organisation& org) {
         Policy next = org.NextPolicy();
         next.rules_version = 2;
         return Check(org, org.SayByRoots({"root-1", "root-2"}, next));
       }},
      {Refusal::kMalformed, "a body cut short",
       [](Organisation& org) {
         return Check(org, Bent(org, "ria", kTested, [](Statement& s) { s.body.pop_back(); }));
       }},
      {Refusal::kMalformed, "a kind of documents",
       [](Organisation& org) {
         return Check(org, Bent(org, "ria", kTested, [](Statement& s) {
                        s.kind = static_cast<std::uint16_t>(Kind::kAccept);
                      }));
       }},
      {Refusal::kMalformed, "a recovery test without proof",
       [](Organisation& org) { return Check(org, org.Say("ria", RecoveryTested{})); }},
      {Refusal::kOrgMismatch, "a statement of another organisation",
       [](Organisation& org) {
         return Check(org,
                      Bent(org, "ria", kTested, [](Statement& s) { s.org = OrgId::Filled(3); }));
       }},
      {Refusal::kNotFounded, "anything before the first policy",
       [](Organisation& org) { return Directory().Check(org.Say("ria", kTested), Position{0}); }},
      {Refusal::kStale, "two registrars at once",
       [](Organisation& org) {
         const SignedStatement late = org.Say("rob", kTested);
         org.MustApply(org.Say("ria", kTested));
         return Check(org, late);
       }},
      {Refusal::kStale, "a tick that has not seen the directory's head",
       [](Organisation& org) {
         return Check(org, org.SayByLog(Tick{.now = org.In(1), .directory_head = {}}));
       }},
  };
}

std::vector<Row> AuthorRows() {
  return {
      {Refusal::kUnknownCertificate, "a certificate that nobody issued",
       [](Organisation& org) {
         return Check(org, Bent(org, "ria", kTested,
                                [](Statement& s) { s.actor_certificate = HashNamed("none"); }));
       }},
      {Refusal::kActorMismatch, "another member's certificate",
       [](Organisation& org) {
         return Check(org, Bent(org, "ria", kTested,
                                [](Statement& s) { s.actor = Organisation::Member("rob"); }));
       }},
      {Refusal::kBadSignature, "another key",
       [](Organisation& org) {
         return Check(org, SignStatement(org.Draft("ria", kTested), KeyNamed("mallory")));
       }},
      {Refusal::kBadSignature, "a byte changed after signing",
       [](Organisation& org) {
         SignedStatement signed_statement = org.Say("ria", kTested);
         signed_statement.signatures[0].signature.bytes[0] ^= 1;
         return Check(org, signed_statement);
       }},
      {Refusal::kNotYetEndorsed, "a coordinator before the second registrar",
       [](Organisation& org) {
         const Certificate certificate = CertifiedCoordinator(org, "cleo");
         Statement draft = org.Draft("nobody", kTested);
         draft.actor = certificate.member;
         draft.actor_certificate = HashOf(certificate);
         return Check(org, SignStatement(draft, KeyNamed("cleo")));
       }},
      {Refusal::kRevoked, "a revoked registrar",
       [](Organisation& org) {
         org.Revoke("rob");
         return Check(org, org.Say("rob", kTested));
       }},
      {Refusal::kExpired, "a registrar whose certificate ended",
       [](Organisation& org) {
         org.Wait(366 * 24);
         return Check(org, org.Say("ria", kTested));
       }},
      {Refusal::kSequenceNotRising, "the same number again",
       [](Organisation& org) {
         return Check(org, Bent(org, "ria", kTested, [](Statement& s) { --s.actor_seq; }));
       }},
      {Refusal::kRoleRequired, "a translator who invites",
       [](Organisation& org) {
         org.Enrol("tina", kTranslator);
         return Check(org, org.Say("tina", InviteFor(org, "friend", kTranslator)));
       }},
      {Refusal::kRoleRequired, "an endorsement of what a revoked registrar certified",
       [](Organisation& org) {
         const Certificate certificate = CertifiedCoordinator(org, "cleo");
         org.Revoke("ria");
         return Check(org, org.Say("rob", Endorse{.certificate = HashOf(certificate)}));
       }},
  };
}

std::vector<Row> PolicyRows() {
  return {
      {Refusal::kThresholdNotMet, "one root of two",
       [](Organisation& org) { return Check(org, org.SayByRoots({"root-1"}, org.NextPolicy())); }},
      {Refusal::kPolicyNotNext, "a version left out",
       [](Organisation& org) {
         Policy next = org.NextPolicy();
         ++next.version;
         return Check(org, org.SayByRoots({"root-1", "root-2"}, next));
       }},
      {Refusal::kPolicyInvalid, "a quorum of one",
       [](Organisation& org) {
         Policy next = org.NextPolicy();
         next.privileged_quorum = 1;
         return Check(org, org.SayByRoots({"root-1", "root-2"}, next));
       }},
      {Refusal::kPolicyInvalid, "a registrar who also coordinates",
       [](Organisation& org) {
         Policy next = org.NextPolicy();
         next.registrars[0].roles |= kCoordinator;
         return Check(org, org.SayByRoots({"root-1", "root-2"}, next));
       }},
      {Refusal::kEpochNotNext, "an epoch left out",
       [](Organisation& org) {
         return Check(org, org.Say("ria", DirectoryEpoch{
                                              .epoch = 2,
                                              .recipient = testing::RecipientNamed("directory")}));
       }},
      {Refusal::kTickNotRising, "the same second again",
       [](Organisation& org) {
         return Check(org, org.SayByLog(Tick{.now = org.Here().now,
                                             .directory_head = org.directory().head()}));
       }},
      {Refusal::kTickNotByLog, "time by somebody else",
       [](Organisation& org) {
         return Check(
             org,
             org.SayByLog(Tick{.now = org.In(1), .directory_head = org.directory().head()}, "ria"));
       }},
  };
}

std::vector<Row> InvitationRows() {
  return {
      {Refusal::kInvitationUnknown, "an invitation that was never made",
       [](Organisation& org) {
         return Check(org, org.Say("ria", Certify{.certificate = Organisation::CertificateFor(
                                                      "tina", kTranslator, {})}));
       }},
      {Refusal::kInvitationUsed, "a second use",
       [](Organisation& org) {
         org.Enrol("tina", kTranslator);
         Certificate twin = Organisation::CertificateFor("tim", kTranslator, {});
         twin.invite = org.device("tina").certificate.invite;
         return Check(org, org.Say("ria", Certify{.certificate = twin}));
       }},
      {Refusal::kInvitationExpired, "a day too late",
       [](Organisation& org) {
         const Certificate certificate = Invited(org, "tina");
         org.Wait(24);
         return Check(org, org.Say("ria", Certify{.certificate = certificate}));
       }},
      {Refusal::kInvitationMismatch, "invited to translate, certified to review too",
       [](Organisation& org) {
         Certificate certificate = Invited(org, "tina");
         certificate.roles |= static_cast<std::uint16_t>(Role::kReviewer);
         return Check(org, org.Say("ria", Certify{.certificate = certificate}));
       }},
      {Refusal::kInvitationMismatch, "a desk that nobody invited to",
       [](Organisation& org) {
         Certificate certificate = Invited(org, "tina");
         certificate.desks = {1};
         return Check(org, org.Say("ria", Certify{.certificate = certificate}));
       }},
      {Refusal::kInvitationMismatch, "somebody new under the id of somebody known",
       [](Organisation& org) {
         org.Enrol("tom", kTranslator);
         Certificate certificate = Invited(org, "tina");
         certificate.member = Organisation::Member("tom");
         return Check(org, org.Say("ria", Certify{.certificate = certificate}));
       }},
      {Refusal::kCertificateExists, "a key that is somebody's",
       [](Organisation& org) {
         org.Enrol("tom", kTranslator);
         Certificate certificate = Invited(org, "tina");
         certificate.signing = KeyNamed("tom").verify_key();
         return Check(org, org.Say("ria", Certify{.certificate = certificate}));
       }},
      {Refusal::kRegistrarsComeFromPolicy, "an invitation to be a registrar",
       [](Organisation& org) {
         return Check(org, org.Say("ria", InviteFor(org, "rex", kRegistrar)));
       }},
  };
}

std::vector<Row> EndorsementRows() {
  return {
      {Refusal::kOwnCertificate, "a registrar who certifies themselves",
       [](Organisation& org) {
         Certificate certificate = Invited(org, "ria's second", kCoordinator);
         return Check(org, org.Say("ria", Certify{.certificate = certificate}));
       }},
      {Refusal::kOwnCertificate, "a registrar who endorses themselves",
       [](Organisation& org) {
         Invite invite = InviteFor(org, "rob's second", kCoordinator);
         invite.member = Organisation::Member("rob");
         org.MustApply(org.Say("ria", invite));
         const Certificate certificate =
             Organisation::CertificateFor("rob's second", kCoordinator, {});
         org.MustApply(org.Say("ria", Certify{.certificate = certificate}));
         return Check(org, org.Say("rob", Endorse{.certificate = HashOf(certificate)}));
       }},
      {Refusal::kAlreadyEndorsed, "a second endorsement",
       [](Organisation& org) {
         org.Enrol("cleo", kCoordinator);
         return Check(org, org.Say("rob", Endorse{.certificate = org.device("cleo").hash}));
       }},
      {Refusal::kSameRegistrar, "the certifier who endorses too",
       [](Organisation& org) {
         const Certificate certificate = CertifiedCoordinator(org, "cleo");
         return Check(org, org.Say("ria", Endorse{.certificate = HashOf(certificate)}));
       }},
      {Refusal::kNothingToRevoke, "a stranger",
       [](Organisation& org) {
         return Check(org, org.Say("ria", Revoke{.member = Organisation::Member("nobody"),
                                                 .certificate = {}}));
       }},
      {Refusal::kNothingToRevoke, "a member who is revoked already",
       [](Organisation& org) {
         org.Enrol("tina", kTranslator);
         org.Revoke("tina");
         return Check(org, org.Say("ria", Revoke{.member = Organisation::Member("tina"),
                                                 .certificate = {}}));
       }},
  };
}

std::vector<Row> AllRows() {
  std::vector<Row> rows;
  for (const auto& part :
       {EnvelopeRows(), AuthorRows(), PolicyRows(), InvitationRows(), EndorsementRows()}) {
    rows.insert(rows.end(), part.begin(), part.end());
  }
  return rows;
}

class DirectoryRefuses : public ::testing::TestWithParam<Row> {};

TEST_P(DirectoryRefuses, UnderTheNameOfItsCause) {
  Organisation org;
  const Answer answer = GetParam().provoke(org);
  ASSERT_TRUE(answer.has_value()) << GetParam().when;
  EXPECT_EQ(std::string(RefusalName(*answer)), std::string(RefusalName(GetParam().refusal)))
      << GetParam().when;
}

INSTANTIATE_TEST_SUITE_P(Rows, DirectoryRefuses, ::testing::ValuesIn(AllRows()));

TEST(DirectoryRefusals, AreAllProvokedAbove) {
  std::set<Refusal> provoked;
  for (const Row& row : AllRows()) provoked.insert(row.refusal);
  for (int value = 1; value <= static_cast<int>(kLastRefusal); ++value) {
    const auto refusal = static_cast<Refusal>(value);
    EXPECT_TRUE(provoked.contains(refusal)) << RefusalName(refusal);
  }
}

TEST(DirectoryRefusals, HaveNamesThatDiffer) {
  std::set<std::string> names;
  for (int value = 1; value <= static_cast<int>(kLastRefusal); ++value) {
    names.insert(std::string(RefusalName(static_cast<Refusal>(value))));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kLastRefusal));
}

}  // namespace
}  // namespace amparo::directory
