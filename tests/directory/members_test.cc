// Members and their certificates. Each test is a sentence of docs/spec/directory.md, "Members".

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/organisation.h"

namespace amparo::directory {
namespace {

using ::testing::ElementsAre;
using testing::HashNamed;
using ::testing::IsEmpty;
using testing::Organisation;
using ::testing::SizeIs;

constexpr auto kFellow = static_cast<std::uint16_t>(Role::kFellow);
constexpr auto kTranslator = static_cast<std::uint16_t>(Role::kTranslator);
constexpr auto kCoordinator = static_cast<std::uint16_t>(Role::kCoordinator);

ObjectRef AttributesNamed(const char* name) {
  ObjectRef ref;
  ref.object = ObjectId::Filled(static_cast<std::uint8_t>(name[0]));
  ref.object_class = ObjectClass::kAttributes;
  ref.payload_sha256 = HashNamed(name);
  return ref;
}

TEST(Members, OutliveTheirKeys) {
  Organisation org;
  org.Enrol("tina", kTranslator);
  org.Enrol("tina's telephone", kTranslator);
  const MemberId tina = Organisation::Member("tina");
  EXPECT_THAT(org.directory().ValidCertificates(tina, org.Here()), SizeIs(2));
  org.MustApply(org.Say("ria", Revoke{.member = tina, .certificate = org.device("tina").hash}));
  EXPECT_TRUE(org.directory().HasRole(tina, Role::kTranslator, org.Here()));
}

TEST(Members, LoseAllTheirKeysWhenRevokedWhole) {
  Organisation org;
  org.Enrol("tina", kTranslator);
  org.Enrol("tina's telephone", kTranslator);
  org.Revoke("tina");
  EXPECT_FALSE(org.directory().IsMember(Organisation::Member("tina"), org.Here()));
}

TEST(Members, AreFoundByRoleAndDesk) {
  Organisation org;
  org.Enrol("cleo", kCoordinator, {1, 3});
  org.Enrol("dora", kCoordinator, {2});
  const Directory& directory = org.directory();
  EXPECT_THAT(directory.MembersWith(Role::kCoordinator, 3, org.Here()),
              ElementsAre(Organisation::Member("cleo")));
  EXPECT_THAT(directory.MembersWith(Role::kCoordinator, 0, org.Here()), SizeIs(2));
  EXPECT_THAT(directory.MembersWith(Role::kTranslator, 0, org.Here()), IsEmpty());
  EXPECT_TRUE(directory.IsOnDesk(Organisation::Member("dora"), 2, org.Here()));
  EXPECT_FALSE(directory.IsOnDesk(Organisation::Member("dora"), 1, org.Here()));
}

// The desk must be the coordinator's by the very certificate that makes them one.
TEST(Members, DoNotLendADeskFromOneCertificateToAnother) {
  Organisation org;
  org.Enrol("cleo", kCoordinator, {1});
  org.Enrol("cleo's telephone", kTranslator, {2});
  EXPECT_THAT(org.directory().MembersWith(Role::kCoordinator, 2, org.Here()), IsEmpty());
}

TEST(Members, OfAPrivilegedRoleWaitForASecondRegistrar) {
  Organisation org;
  const Certificate certificate = Organisation::CertificateFor("cleo", kCoordinator, {});
  Invite invite;
  invite.invite = certificate.invite;
  invite.roles = kCoordinator;
  invite.expiry = org.In(24);
  org.MustApply(org.Say("ria", invite));
  org.MustApply(org.Say("ria", Certify{.certificate = certificate}));
  EXPECT_FALSE(org.directory().IsMember(certificate.member, org.Here()));
  org.MustApply(org.Say("rob", Endorse{.certificate = HashOf(certificate)}));
  EXPECT_TRUE(org.directory().HasRole(certificate.member, Role::kCoordinator, org.Here()));
}

TEST(Members, AreEnrolledAsSubmitOnlyWhenInvitedSo) {
  Organisation org;
  org.Enrol("sol", kFellow, {}, /*submit_only=*/true);
  EXPECT_FALSE(org.device("sol").certificate.recipient.can_receive());

  Certificate certificate = Organisation::CertificateFor("sam", kFellow, {});
  Invite invite;
  invite.invite = certificate.invite;
  invite.roles = kFellow;
  invite.submit_only = 1;
  invite.expiry = org.In(24);
  org.MustApply(org.Say("ria", invite));
  EXPECT_EQ(org.Apply(org.Say("ria", Certify{.certificate = certificate})),
            Refusal::kInvitationMismatch);
}

TEST(Members, WhoCannotReceiveMayNotBeInvitedToRead) {
  Organisation org;
  Invite invite;
  invite.invite = InviteId::Filled(5);
  invite.roles = kTranslator;
  invite.submit_only = 1;
  invite.expiry = org.In(24);
  EXPECT_EQ(org.Apply(org.Say("ria", invite)), Refusal::kMalformed);
}

TEST(Members, AreDescribedAnewOnAllTheirCertificates) {
  Organisation org;
  org.Enrol("tina", kTranslator);
  const ObjectRef attributes = AttributesNamed("tina, five languages");
  org.MustApply(org.Say("rob", Describe{.member = Organisation::Member("tina")}, {attributes}));
  EXPECT_THAT(org.directory().Find(org.device("tina").hash)->attributes, ElementsAre(attributes));
}

TEST(Members, CarryTheAttributesTheirCertificateNames) {
  Organisation org;
  Certificate certificate = Organisation::CertificateFor("tina", kTranslator, {});
  const ObjectRef attributes = AttributesNamed("tina");
  certificate.attributes_sha256 = attributes.payload_sha256;
  Invite invite;
  invite.invite = certificate.invite;
  invite.roles = kTranslator;
  invite.expiry = org.In(24);
  org.MustApply(org.Say("ria", invite));
  EXPECT_EQ(org.Apply(org.Say("ria", Certify{.certificate = certificate})), Refusal::kMalformed);
  EXPECT_EQ(org.Apply(org.Say("ria", Certify{.certificate = certificate},
                              {AttributesNamed("somebody else")})),
            Refusal::kMalformed);
  EXPECT_EQ(org.Apply(org.Say("ria", Certify{.certificate = certificate}, {attributes})),
            std::nullopt);
}

TEST(Invitations, AreConsumedByTheCertificate) {
  Organisation org;
  org.Enrol("tina", kTranslator);
  const InviteRecord& record = org.directory().invites().at(org.device("tina").certificate.invite);
  EXPECT_EQ(record.used_by, org.device("tina").hash);
}

TEST(Epochs, FollowEachOther) {
  Organisation org;
  for (const std::uint32_t epoch : {1u, 2u}) {
    org.MustApply(org.Say(
        "ria", DirectoryEpoch{.epoch = epoch, .recipient = testing::RecipientNamed("members")}));
  }
  EXPECT_EQ(org.directory().epoch()->epoch.epoch, 2u);
}

TEST(LogEpochs, AreTheRootsWord) {
  Organisation org;
  LogEpoch act{.epoch = 1, .size = TreeSize{1000}, .root = HashNamed("root")};
  EXPECT_EQ(org.Apply(org.SayByRoots({"root-1", "root-2"}, act)), Refusal::kMalformed);
  act.size = TreeSize{1};
  EXPECT_EQ(org.Apply(org.SayByRoots({"root-1"}, act)), Refusal::kThresholdNotMet);
  EXPECT_EQ(org.Apply(org.SayByLog(act)), Refusal::kActorMismatch);
  EXPECT_EQ(org.Apply(org.SayByRoots({"root-1", "root-2"}, act)), std::nullopt);
  EXPECT_EQ(org.Apply(org.SayByRoots({"root-1", "root-2"}, act)), Refusal::kEpochNotNext);
}

// Who holds the root keys is not in one room; the log ticks meanwhile.
TEST(LogEpochs, MayBeSignedOverADay) {
  Organisation org;
  const SignedStatement epoch = org.SayByRoots(
      {"root-1", "root-2"}, LogEpoch{.epoch = 1, .size = TreeSize{1}, .root = HashNamed("root")});
  for (int hour = 0; hour < 24; ++hour) org.Wait(1);
  EXPECT_EQ(org.Apply(epoch), std::nullopt);
  EXPECT_EQ(org.directory().tick_head(), HashOf(epoch));
  org.Wait(1);
}

}  // namespace
}  // namespace amparo::directory
