// The root policy. Each test is a sentence of docs/spec/directory.md, "Policy".

#include <gtest/gtest.h>

#include "tests/support/organisation.h"

namespace amparo::directory {
namespace {

using testing::Founding;
using testing::KeyNamed;
using testing::Organisation;

constexpr auto kCoordinator = static_cast<std::uint16_t>(Role::kCoordinator);

TEST(Policy, FoundsAnOrganisationThatIsNamedByItsHash) {
  const Organisation org;
  EXPECT_EQ(org.directory().org().bytes, org.directory().policy_hash().bytes);
}

TEST(Policy, MayNotFoundUnderAnotherName) {
  Organisation org;
  Statement statement = org.SayByRoots({"root-1", "root-2"}, org.directory().policy()).statement;
  statement.org = OrgId::Filled(1);
  statement.subject_prev = {};
  const SignedStatement founding = SignStatement(statement, KeyNamed("root-1"));
  EXPECT_EQ(Directory().Check(founding, Position{0}), Refusal::kOrgMismatch);
}

TEST(Policy, MakesItsRegistrarsRegistrarsAtOnce) {
  const Organisation org;
  EXPECT_TRUE(org.directory().HasRole(Organisation::Member("ria"), Role::kRegistrar, org.Here()));
}

// Replaces rob by rosa.
Policy WithRosa(const Organisation& org) {
  Policy next = org.NextPolicy();
  next.registrars.back() =
      Organisation::CertificateFor("rosa", static_cast<std::uint16_t>(Role::kRegistrar), {});
  return next;
}

TEST(Policy, EndsTheRegistrarsItNoLongerLists) {
  Organisation org;
  org.MustApply(org.SayByRoots({"root-1", "root-3"}, WithRosa(org)));
  EXPECT_FALSE(org.directory().IsMember(Organisation::Member("rob"), org.Here()));
  EXPECT_TRUE(org.directory().HasRole(Organisation::Member("rosa"), Role::kRegistrar, org.Here()));
  EXPECT_TRUE(org.directory().HasRole(Organisation::Member("ria"), Role::kRegistrar, org.Here()));
}

TEST(Policy, DoesNotBringBackARevokedRegistrarWithTheSameKeys) {
  Organisation org;
  org.Revoke("rob");
  EXPECT_EQ(org.Apply(org.SayByRoots({"root-1", "root-2"}, org.NextPolicy())),
            Refusal::kPolicyInvalid);
}

Policy WithNewRoots(const Organisation& org) {
  Policy next = org.NextPolicy();
  next.roots = {KeyNamed("new-1").verify_key(), KeyNamed("new-2").verify_key(),
                KeyNamed("new-3").verify_key()};
  std::sort(next.roots.begin(), next.roots.end());
  return next;
}

TEST(Policy, ChangesRootsByTheWordOfOldAndNew) {
  Organisation org;
  EXPECT_EQ(org.Apply(org.SayByRoots({"root-1", "root-2", "new-1", "new-2"}, WithNewRoots(org))),
            std::nullopt);
}

TEST(Policy, IsNotChangedByNewRootsAlone) {
  Organisation org;
  EXPECT_EQ(org.Apply(org.SayByRoots({"new-1", "new-2", "new-3"}, WithNewRoots(org))),
            Refusal::kThresholdNotMet);
  EXPECT_EQ(org.Apply(org.SayByRoots({"root-1", "root-2"}, WithNewRoots(org))),
            Refusal::kThresholdNotMet);
}

TEST(Policy, CountsNoStranger) {
  Organisation org;
  EXPECT_EQ(org.Apply(org.SayByRoots({"root-1", "mallory"}, org.NextPolicy())),
            Refusal::kBadSignature);
}

TEST(Policy, GivesEachKeyOneUse) {
  Organisation org;
  Policy next = org.NextPolicy();
  next.log_key = next.roots.front();
  EXPECT_EQ(org.Apply(org.SayByRoots({"root-1", "root-2"}, next)), Refusal::kPolicyInvalid);
}

// The key that signs the checkpoints is what everybody pinned.
TEST(Policy, KeepsTheLogKey) {
  Organisation org;
  Policy next = org.NextPolicy();
  next.log_key = testing::KeyNamed("another log").verify_key();
  EXPECT_EQ(org.Apply(org.SayByRoots({"root-1", "root-2"}, next)), Refusal::kPolicyInvalid);
}

TEST(RecoveryTest, IsOfTheRecipientItWasMadeWith) {
  Organisation org;
  EXPECT_TRUE(org.directory().IsRecoveryTested(org.Here()));
  Policy next = org.NextPolicy();
  next.recovery = testing::RecipientNamed("another recovery");
  org.MustApply(org.SayByRoots({"root-1", "root-2"}, next));
  EXPECT_FALSE(org.directory().IsRecoveryTested(org.Here()));
  org.MustApply(org.Say("ria", RecoveryTested{.proof = testing::HashNamed("again")}));
  EXPECT_TRUE(org.directory().IsRecoveryTested(org.Here()));
}

TEST(RecoveryTest, IsWaitedForFromTheStart) {
  const Organisation org(Founding{.recovery_tested = false});
  EXPECT_FALSE(org.directory().IsRecoveryTested(org.Here()));
}

// With one registrar nobody could endorse; the roots stand in until there is a second.
class OneRegistrar : public ::testing::Test {
 protected:
  OneRegistrar() : org_(Founding{.registrars = {"ria"}}) {
    certificate_ = Organisation::CertificateFor("cleo", kCoordinator, {});
    Invite invite;
    invite.invite = certificate_.invite;
    invite.roles = kCoordinator;
    invite.expiry = org_.In(24);
    org_.MustApply(org_.Say("ria", invite));
    org_.MustApply(org_.Say("ria", Certify{.certificate = certificate_}));
  }
  Organisation org_;
  Certificate certificate_;
};

TEST_F(OneRegistrar, NeedsTheRootsToEndorse) {
  const Endorse act{.certificate = HashOf(certificate_)};
  EXPECT_EQ(org_.Apply(org_.Say("ria", act)), Refusal::kSameRegistrar);
  EXPECT_EQ(org_.Apply(org_.SayByRoots({"root-1"}, act)), Refusal::kThresholdNotMet);
  EXPECT_EQ(org_.Apply(org_.SayByRoots({"root-1", "root-2"}, act)), std::nullopt);
  EXPECT_TRUE(org_.directory().HasRole(certificate_.member, Role::kCoordinator, org_.Here()));
}

// Whoever leaves ticks out of a true history must not change what it says: light clients and
// judges of evidence see the same at any time.
TEST_F(OneRegistrar, CountsRegistrarsWhateverTheTime) {
  Policy next = org_.NextPolicy();
  Certificate brief =
      Organisation::CertificateFor("rosa", static_cast<std::uint16_t>(Role::kRegistrar), {});
  brief.expiry = org_.In(2);
  next.registrars.push_back(brief);
  org_.MustApply(org_.SayByRoots({"root-1", "root-2"}, next));
  org_.Wait(3);
  const Endorse act{.certificate = HashOf(certificate_)};
  EXPECT_EQ(org_.Apply(org_.SayByRoots({"root-1", "root-2"}, act)), Refusal::kRoleRequired);
  org_.Revoke("rosa");
  EXPECT_EQ(org_.Apply(org_.SayByRoots({"root-1", "root-2"}, act)), std::nullopt);
}

TEST_F(OneRegistrar, NeedsThemNoMoreOnceThereAreTwo) {
  Policy next = org_.NextPolicy();
  next.registrars.push_back(
      Organisation::CertificateFor("rosa", static_cast<std::uint16_t>(Role::kRegistrar), {}));
  org_.MustApply(org_.SayByRoots({"root-1", "root-2"}, next));
  EXPECT_EQ(org_.Apply(org_.SayByRoots({"root-1", "root-2"},
                                       Endorse{.certificate = HashOf(certificate_)})),
            Refusal::kRoleRequired);
}

}  // namespace
}  // namespace amparo::directory
