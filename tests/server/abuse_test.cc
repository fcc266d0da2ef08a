// What a member, or one of their devices, must not be able to do to the others: each test is a
// sentence of docs/spec/engine.md or docs/spec/requests.md.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/organization.h"
#include "server/reading.h"
#include "tests/server/scene.h"

namespace amparo::server::testing {
namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

// Cleo's second device: she translates on it, and coordinates nothing.
Caller EnrolCleosPhone(Scene& scene) {
  Certificate phone =
      Organisation::CertificateFor("cleo's phone", RolesOf({Role::kTranslator}), {});
  phone.member = Organisation::Member("cleo");
  Invite invite;
  invite.invite = phone.invite;
  invite.roles = phone.roles;
  invite.member = phone.member;
  invite.expiry = UnixSeconds{scene.now() + 3600};
  scene.Must("ria", invite);
  scene.Must("ria", Certify{.certificate = phone});
  scene.Must("rob", Endorse{.certificate = HashOf(phone)});
  return {.org = scene.organization().id(), .member = phone.member, .certificate = HashOf(phone)};
}

Caller As(const std::string& name, const OrgId& org) {
  return {.org = org,
          .member = Organisation::Member(name),
          .certificate = People::HashOfCertificate(name)};
}

std::size_t StatementsGivenTo(Scene& scene, const Caller& caller) {
  const auto synced = Sync(scene.organization(), caller, Position{0}, 1000);
  std::size_t given = 0;
  for (const SyncedEntry& entry : synced->entries) {
    if (entry.leaf[0] != 1 && !entry.statement.empty()) ++given;
  }
  return given;
}

TEST(Abuse, OfASecondDeviceFindsNothingThatItsOwnCertificateMayNotSee) {
  Scene scene;
  ASSERT_EQ(ReasonOf(scene.Answer(scene.SubmitBy("fay", "letter", 1))), "OK");
  const Caller phone = EnrolCleosPhone(scene);
  const Caller laptop = As("cleo", phone.org);
  const Subject letter{.type = SubjectType::kDocument, .id = Scene::SubjectNamed("letter")};
  const Subject its_case{.type = SubjectType::kCase, .id = Scene::SubjectNamed("case")};
  Organization& organization = scene.organization();
  for (const Subject& subject : {letter, its_case}) {
    EXPECT_EQ(ReasonOf(ReadChain(organization, laptop, subject, 0)), "OK");
    EXPECT_EQ(ReasonOf(ReadChain(organization, phone, subject, 0)), "NOT_VISIBLE");
  }
  EXPECT_TRUE(HoldsRole(organization, laptop, Role::kCoordinator));
  EXPECT_FALSE(HoldsRole(organization, phone, Role::kCoordinator));
  EXPECT_TRUE(HoldsRole(organization, phone, Role::kTranslator));
  EXPECT_EQ(StatementsGivenTo(scene, As("carl", phone.org)), 2u);
  EXPECT_EQ(StatementsGivenTo(scene, phone), 0u);
}

TEST(Abuse, OfARevokedDeviceEndsWhileAnotherOfTheMemberGoesOn) {
  Scene scene;
  const Caller phone = EnrolCleosPhone(scene);
  EXPECT_TRUE(IsStillValid(scene.organization(), phone));
  scene.Must("ria", Revoke{.member = phone.member, .certificate = phone.certificate});
  EXPECT_FALSE(IsStillValid(scene.organization(), phone));
  EXPECT_FALSE(HoldsRole(scene.organization(), phone, Role::kTranslator));
  EXPECT_TRUE(IsStillValid(scene.organization(), As("cleo", phone.org)));
}

TEST(Abuse, OfAnObjectsNameIsRefusedToWhoeverBringsItAgain) {
  Scene scene;
  const MadeObject attributes = ObjectNamed("attributes of fay", ObjectClass::kAttributes);
  const Describe describe{.member = Organisation::Member("fay")};
  const AppendInput first = scene.Compose("ria", describe, {}, {attributes});
  ASSERT_EQ(ReasonOf(scene.Answer(first)), "OK");
  EXPECT_EQ(ReasonOf(scene.Answer(scene.Compose("rob", describe, {}, {attributes}))),
            "OBJECT_TAKEN");
  EXPECT_EQ(ReasonOf(scene.Answer(first)), "OK");
  // Nor in another subject.
  MadeObject note = attributes;
  note.ref.object_class = ObjectClass::kNote;
  EXPECT_EQ(ReasonOf(scene.Answer(scene.Compose(
                "cleo", NoteCase{.type = NoteType::kComment, .in_reply_to = {}}, scene.AboutCase(),
                {note}, {GrantNamed(note.ref.object, People::CertificateOf("carl"))}))),
            "OBJECT_TAKEN");
}

TEST(Abuse, OfAStatementLearnsNothingOfASubjectThatItsAuthorMayNotSee) {
  Scene scene;
  ASSERT_EQ(ReasonOf(scene.Answer(scene.SubmitBy("fay", "letter", 1))), "OK");
  for (const char* outsider : {"tom", "dora", "ada"}) {
    for (const char* subject : {"letter", "no such letter"}) {
      const About stale{.subject = Scene::SubjectNamed(subject), .prev = HashNamed("a guess")};
      const auto answer = scene.Try(outsider, Accept{}, stale);
      EXPECT_EQ(ReasonOf(answer), "NOT_VISIBLE") << outsider << " " << subject;
      EXPECT_EQ(answer.status().code(), absl::StatusCode::kNotFound);
      EXPECT_FALSE(DetailOf(answer.status())->head.has_value());
    }
  }
  // A first submit under the id of what is there already, and to a case of others.
  AppendInput again = scene.SubmitBy("dora", "letter", 2);
  EXPECT_EQ(ReasonOf(scene.Answer(again)), "NOT_VISIBLE");
  scene.people().Enrol("flo", RolesOf({Role::kFellow}), {},
                       [&](const char* who, const Act& act) { scene.Must(who, act); });
  EXPECT_EQ(ReasonOf(scene.Answer(scene.SubmitBy("flo", "hers", 1))), "NOT_VISIBLE");
  // Those who see it are told the head.
  const About stale{.subject = Scene::SubjectNamed("letter"), .prev = HashNamed("a guess")};
  const auto told = scene.Try("carl", Withdraw{}, stale);
  EXPECT_EQ(ReasonOf(told), "STALE");
  EXPECT_EQ(DetailOf(told.status())->head, scene.AboutDocument("letter").prev);
}

TEST(Abuse, IsNoHandInAfterTheLeaseWhichTheTranslatorNoLongerSees) {
  Scene scene;
  ASSERT_EQ(ReasonOf(scene.Answer(scene.SubmitBy("fay", "letter", 1))), "OK");
  const Hash source = scene.AboutDocument("letter").prev;
  ASSERT_EQ(ReasonOf(scene.Answer(scene.AssignBy("cleo", "tina", "letter"))), "OK");
  scene.Must("tina", Accept{}, scene.AboutDocument("letter"));
  scene.Pass(5 * 24 * 3600);
  scene.AwaitTick();
  const Subject letter{.type = SubjectType::kDocument, .id = Scene::SubjectNamed("letter")};
  const Caller tina = As("tina", scene.organization().id());
  ASSERT_EQ(ReasonOf(ReadChain(scene.organization(), tina, letter, 0)), "NOT_VISIBLE");
  const MadeObject manifest = ObjectNamed("translation", ObjectClass::kManifest);
  const MadeObject part = ObjectNamed("translation part", ObjectClass::kPart);
  const MadeObject certificate = ObjectNamed("certificate", ObjectClass::kCertificate);
  EXPECT_EQ(ReasonOf(scene.Answer(scene.Compose(
                "tina", HandIn{.version = 1, .source = source}, scene.AboutDocument("letter"),
                {manifest, part, certificate},
                {GrantNamed(manifest.ref.object, People::CertificateOf("rita")),
                 GrantNamed(manifest.ref.object, People::CertificateOf("cleo")),
                 GrantNamed(certificate.ref.object, People::CertificateOf("rita")),
                 GrantNamed(certificate.ref.object, People::CertificateOf("cleo"))}))),
            "OK");
}

TEST(Abuse, OfUploadsEndsAtAQuotaThatARestartDoesNotReset) {
  Scene scene;
  const MemberId fay = Organisation::Member("fay");
  const UnixSeconds now{scene.now()};
  const auto begin = [&](const MemberId& member, std::uint8_t object, std::uint64_t length) {
    return ReasonOf(
        scene.organization().unnamed_blobs().Begin(member, ObjectId::Filled(object), length, now));
  };
  EXPECT_EQ(begin(fay, 1, 4 * kGiB), "OK");
  EXPECT_EQ(begin(fay, 2, 4 * kGiB), "OK");
  EXPECT_EQ(begin(fay, 3, 1), "QUOTA_REACHED");
  EXPECT_EQ(begin(fay, 1, 4 * kGiB), "OK");  // The same one goes on.
  EXPECT_EQ(begin(Organisation::Member("tina"), 4, 4 * kGiB), "OK");
  ASSERT_TRUE(scene.Reopen().ok());
  EXPECT_EQ(begin(fay, 5, 1), "QUOTA_REACHED");
  ASSERT_TRUE(scene.storage().blobs->Erase(ObjectId::Filled(1)).ok());
  EXPECT_EQ(begin(fay, 5, 1), "OK");
}

TEST(Abuse, OfManySmallUploadsEndsAtTheQuotaAndWhatAStatementNamesIsFree) {
  Scene scene;
  const MemberId fay = Organisation::Member("fay");
  const UnixSeconds now{scene.now()};
  UnnamedBlobs& blobs = scene.organization().unnamed_blobs();
  const MadeObject part = ObjectNamed("part", ObjectClass::kPart, kSmallObjectBytesMax + 1);
  auto writer = blobs.Begin(fay, part.ref.object, part.payload.size(), now);
  ASSERT_TRUE(writer.ok()) << writer.status();
  ASSERT_TRUE((*writer)->Write(part.payload).ok());
  ASSERT_TRUE((*writer)->Seal(part.ref.payload_sha256).ok());
  const auto begin = [&](std::size_t i) {
    const Hash id = HashNamed("small blob " + std::to_string(i));
    return ReasonOf(blobs.Begin(fay, *ObjectId::From(id.view().first(ObjectId::kSize)), 1, now));
  };
  const std::size_t most = kUnnamedBytesPerMemberMax / kUnnamedBlobBytesMin;
  for (std::size_t i = 1; i < most; ++i) ASSERT_EQ(begin(i), "OK") << i;
  EXPECT_EQ(begin(most), "QUOTA_REACHED");
  const MadeObject manifest = ObjectNamed("m", ObjectClass::kManifest);
  ASSERT_EQ(ReasonOf(scene.Answer(scene.Compose(
                "fay",
                Submit{.case_id = Scene::SubjectNamed("case"), .desk = 1, .deliver_on_approval = 1},
                {.subject = Scene::SubjectNamed("d"), .prev = {}}, {manifest, part},
                {GrantNamed(manifest.ref.object, People::CertificateOf("cleo"))}))),
            "OK");
  EXPECT_EQ(begin(most), "OK");
  EXPECT_EQ(begin(most + 1), "QUOTA_REACHED");
  EXPECT_EQ(ReasonOf(blobs.Begin(fay, manifest.ref.object, kGiB, now)), "OBJECT_TAKEN");
}

// A bad link must not lock a fellow out for a month.
TEST(Abuse, OfUploadsIsNotWhatBrokeOffADayAgo) {
  Scene scene;
  const MemberId fay = Organisation::Member("fay");
  UnnamedBlobs& blobs = scene.organization().unnamed_blobs();
  const MadeObject part = ObjectNamed("part", ObjectClass::kPart, kSmallObjectBytesMax + 1);
  const UnixSeconds start{scene.now()};
  auto writer = blobs.Begin(fay, part.ref.object, part.payload.size(), start);
  ASSERT_TRUE(writer.ok()) << writer.status();
  ASSERT_TRUE((*writer)->Write(part.payload).ok());
  ASSERT_TRUE((*writer)->Seal(part.ref.payload_sha256).ok());
  EXPECT_EQ(ReasonOf(blobs.Begin(fay, ObjectId::Filled(1), 4 * kGiB, start)), "OK");
  const UnixSeconds soon{start.value + kAbandonedUpload_s - 1};
  EXPECT_EQ(ReasonOf(blobs.Begin(fay, ObjectId::Filled(2), 4 * kGiB, soon)), "QUOTA_REACHED");
  const UnixSeconds later{start.value + kAbandonedUpload_s};
  EXPECT_EQ(ReasonOf(blobs.Begin(fay, ObjectId::Filled(2), 4 * kGiB, later)), "OK");
  EXPECT_FALSE(scene.storage().blobs->Stat(ObjectId::Filled(1))->has_value());
  EXPECT_TRUE(scene.storage().blobs->Stat(part.ref.object)->has_value());
}

// Under the id of a small object that a statement names, too: that keeps no blob.
TEST(Abuse, OfUploadsIsSweptAwayEveryHourOnceAMonthOld) {
  Scene scene;
  const MadeObject note = ObjectNamed("note", ObjectClass::kNote);
  const auto begin = [&](const ObjectId& object) {
    auto writer = scene.organization().unnamed_blobs().Begin(Organisation::Member("cleo"), object,
                                                             100'000, UnixSeconds{scene.now()});
    ASSERT_TRUE(writer.ok()) << writer.status();
    ASSERT_TRUE((*writer)->Write(Bytes(1000, 7)).ok());
    ASSERT_TRUE((*writer)->Flush().ok());
  };
  begin(ObjectId::Filled(1));
  begin(note.ref.object);
  const NoteCase act{.type = NoteType::kComment, .in_reply_to = {}};
  const auto say_something = [&](const MadeObject& said) {
    const std::vector<MadeGrant> grants = {
        GrantNamed(said.ref.object, People::CertificateOf("carl"))};
    ASSERT_EQ(ReasonOf(scene.Answer(scene.Compose("cleo", act, scene.AboutCase(), {said}, grants))),
              "OK");
  };
  say_something(note);
  const auto has = [&](const ObjectId& object) {
    return scene.storage().blobs->Stat(object)->has_value();
  };
  // The writer looks at the clock after each batch: a second answer comes after the look.
  scene.Pass(29 * 24 * 3600);
  say_something(ObjectNamed("note 2", ObjectClass::kNote));
  say_something(ObjectNamed("note 3", ObjectClass::kNote));
  EXPECT_TRUE(has(ObjectId::Filled(1)));
  scene.Pass(2 * 24 * 3600);
  say_something(ObjectNamed("note 4", ObjectClass::kNote));
  say_something(ObjectNamed("note 5", ObjectClass::kNote));
  EXPECT_FALSE(has(ObjectId::Filled(1)));
  EXPECT_FALSE(has(note.ref.object));
}

}  // namespace
}  // namespace amparo::server::testing
