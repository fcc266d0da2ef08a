// Attacks on who is who, numbered as in the list that docs/spec/directory.md ends with.

#include <gtest/gtest.h>

#include "tests/support/organisation.h"

namespace amparo::directory {
namespace {

using testing::KeyNamed;
using testing::Organisation;

constexpr auto kTranslator = static_cast<std::uint16_t>(Role::kTranslator);
constexpr auto kCoordinator = static_cast<std::uint16_t>(Role::kCoordinator);
constexpr auto kRegistrar = static_cast<std::uint16_t>(Role::kRegistrar);

// A note by `device` as its author's statement; its kind is one that CheckAuthor judges.
SignedStatement NoteBy(Organisation& org, const char* device, std::uint64_t claimed_time = 0) {
  Statement statement = org.Draft(device, Note{});
  statement.subject = SubjectId::Filled(1);
  statement.claimed_time = UnixSeconds{claimed_time};
  return SignStatement(statement, KeyNamed(device));
}

// 21. A registrar issues a coordinator's certificate alone.
TEST(Attack21, OneRegistrarMakesNoCoordinator) {
  Organisation org;
  const Certificate certificate = Organisation::CertificateFor("eve", kCoordinator, {1});
  Invite invite;
  invite.invite = certificate.invite;
  invite.roles = kCoordinator;
  invite.desks = {1};
  invite.expiry = org.In(24);
  org.MustApply(org.Say("ria", invite));
  org.MustApply(org.Say("ria", Certify{.certificate = certificate}));
  EXPECT_EQ(org.Apply(org.Say("ria", Endorse{.certificate = HashOf(certificate)})),
            Refusal::kSameRegistrar);
  EXPECT_FALSE(org.directory().HasRole(certificate.member, Role::kCoordinator, org.Here()));
}

// What ria would certify for somebody known, with a key of her own and a role that needs nobody.
Certificate CertifyAlone(Organisation& org, const char* name, std::uint16_t roles) {
  const Certificate certificate = Organisation::CertificateFor(name, roles, {});
  Invite invite;
  invite.invite = certificate.invite;
  invite.member = certificate.member;
  invite.roles = roles;
  invite.expiry = org.In(24);
  org.MustApply(org.Say("ria", invite));
  org.MustApply(org.Say("ria", Certify{.certificate = certificate}));
  return certificate;
}

// 21. Nor does she take the seat of one, with a further device of no privilege.
TEST(Attack21, OneRegistrarGivesNobodyAFurtherDevice) {
  Organisation org;
  org.Enrol("cleo", kCoordinator, {1});
  const auto auditor = static_cast<std::uint16_t>(Role::kAuditor);
  const Certificate further = CertifyAlone(org, "cleo's other telephone", auditor);
  EXPECT_FALSE(org.directory().IsValid(*org.directory().Find(HashOf(further)), org.Here()));
  EXPECT_EQ(org.directory().ValidCertificates(further.member, org.Here()).size(), 1u);
  EXPECT_EQ(org.Apply(org.Say("ria", Endorse{.certificate = HashOf(further)})),
            Refusal::kSameRegistrar);
  org.MustApply(org.Say("rob", Endorse{.certificate = HashOf(further)}));
  EXPECT_TRUE(org.directory().IsValid(*org.directory().Find(HashOf(further)), org.Here()));
}

// 21. Nor by shutting them out first: whoever was a member is known for ever.
TEST(Attack21, OneRegistrarGivesARevokedMemberNoNewDevice) {
  Organisation org;
  const auto translator = static_cast<std::uint16_t>(Role::kTranslator);
  org.Enrol("tina", translator);
  org.Revoke("tina");
  const Certificate further = CertifyAlone(org, "tina's other telephone", translator);
  EXPECT_FALSE(org.directory().IsMember(further.member, org.Here()));
}

// 21. Nor by a second device of their own: registrars count as people.
TEST(Attack21, ASecondDeviceOfTheCertifierIsTheSameRegistrar) {
  Organisation org;
  const Certificate second = Organisation::CertificateFor("ria's telephone", kRegistrar, {});
  Policy next = org.NextPolicy();
  next.registrars.push_back(second);
  org.MustApply(org.SayByRoots({"root-1", "root-2"}, next));
  const Certificate certificate = Organisation::CertificateFor("eve", kCoordinator, {});
  Invite invite;
  invite.invite = certificate.invite;
  invite.roles = kCoordinator;
  invite.expiry = org.In(24);
  org.MustApply(org.Say("ria", invite));
  org.MustApply(org.Say("ria", Certify{.certificate = certificate}));
  Statement endorsement = org.Draft("nobody", Endorse{.certificate = HashOf(certificate)});
  endorsement.actor = second.member;
  endorsement.actor_certificate = HashOf(second);
  endorsement.actor_seq = 1;
  EXPECT_EQ(org.Apply(SignStatement(endorsement, KeyNamed("ria's telephone"))),
            Refusal::kSameRegistrar);
}

// 22. A policy signed by one root, or by the new roots only.
TEST(Attack22, OneStolenRootKeyChangesNothing) {
  Organisation org;
  Policy next = org.NextPolicy();
  next.threshold = 1;
  EXPECT_EQ(org.Apply(org.SayByRoots({"root-2"}, next)), Refusal::kThresholdNotMet);
  EXPECT_EQ(org.directory().policy().version, 1u);
}

// 23. A revoked member goes on with an old session or a queued statement.
TEST(Attack23, WhatARevokedMemberQueuedIsVoid) {
  Organisation org;
  org.Enrol("tina", kTranslator);
  const SignedStatement queued = NoteBy(org, "tina");
  EXPECT_EQ(org.directory().CheckAuthor(queued, org.Here()), std::nullopt);
  org.Revoke("tina");
  EXPECT_EQ(org.directory().CheckAuthor(queued, org.Here()), Refusal::kRevoked);
}

// 24. A statement dated back to before the revocation.
TEST(Attack24, TheLogsOrderDecidesAndNoClaimedTime) {
  Organisation org;
  org.Enrol("tina", kTranslator);
  const std::uint64_t before = org.Here().now.value;
  org.Wait(1);
  org.Revoke("tina");
  EXPECT_EQ(org.directory().CheckAuthor(NoteBy(org, "tina", before), org.Here()),
            Refusal::kRevoked);
}

// 25. A certificate that has expired.
TEST(Attack25, AnExpiredCertificateNeitherSignsNorReceives) {
  Organisation org;
  org.Enrol("tina", kTranslator);
  org.TickTo(org.device("tina").certificate.expiry);
  EXPECT_EQ(org.directory().CheckAuthor(NoteBy(org, "tina"), org.Here()), Refusal::kExpired);
  EXPECT_TRUE(org.directory().ValidCertificates(Organisation::Member("tina"), org.Here()).empty());
}

// 10. A statement of one organisation shown to another.
TEST(Attack10, AnotherOrganisationsStatementIsNone) {
  Organisation ours;
  Organisation theirs({.roots = {"their-1", "their-2"}});
  theirs.Enrol("tina", kTranslator);
  ours.Enrol("tina", kTranslator);
  EXPECT_EQ(ours.directory().CheckAuthor(NoteBy(theirs, "tina"), ours.Here()),
            Refusal::kOrgMismatch);
}

}  // namespace
}  // namespace amparo::directory
