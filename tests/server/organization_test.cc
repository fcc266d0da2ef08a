// One organisation's writer: each test is a sentence of docs/spec/engine.md.

#include "server/organization.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "audit/checkpoint.h"
#include "server/reading.h"
#include "tests/server/scene.h"

namespace amparo::server::testing {
namespace {

Caller As(const std::string& name, const OrgId& org) {
  return {.org = org,
          .member = Organisation::Member(name),
          .certificate = People::HashOfCertificate(name)};
}

// Positions whose statement `name` is given, class 1 aside.
std::vector<std::uint64_t> GivenTo(Scene& scene, const std::string& name) {
  const auto synced =
      Sync(scene.organization(), As(name, scene.organization().id()), Position{0}, 1000);
  std::vector<std::uint64_t> given;
  for (std::size_t i = 0; i < synced->entries.size(); ++i) {
    if (synced->entries[i].leaf[0] == 1) continue;
    if (!synced->entries[i].statement.empty()) given.push_back(i);
  }
  return given;
}

TEST(Organization, AnswersTheSameBytesWithTheSamePositionAndAppendsThemOnce) {
  Scene scene;
  const AppendInput submit = scene.SubmitBy("fay", "letter", 1);
  const auto first = scene.Answer(submit);
  ASSERT_TRUE(first.ok()) << first.status();
  const auto size = *scene.storage().ledger->Size();
  const auto again = scene.Answer(submit);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->position, first->position);
  EXPECT_EQ(*scene.storage().ledger->Size(), size);
}

TEST(Organization, LetsExactlyOneOfTwoCoordinatorsAssignAndTellsTheOtherTheNewHead) {
  Scene scene;
  ASSERT_TRUE(scene.Answer(scene.SubmitBy("fay", "letter", 1)).ok());
  const AppendInput by_cleo = scene.AssignBy("cleo", "tina", "letter");
  const AppendInput by_carl = scene.AssignBy("carl", "tom", "letter");
  absl::StatusOr<Appended> first;
  absl::StatusOr<Appended> second;
  std::thread other([&] { first = scene.Answer(by_cleo); });
  second = scene.Answer(by_carl);
  other.join();
  ASSERT_NE(first.ok(), second.ok()) << first.status() << " " << second.status();
  const absl::Status loser = first.ok() ? second.status() : first.status();
  EXPECT_EQ(loser.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(DetailOf(loser)->reason, "STALE");
  EXPECT_EQ(DetailOf(loser)->head, scene.AboutDocument("letter").prev);
}

TEST(Organization, RefusesOneStatementWithoutTouchingAnyOther) {
  Scene scene;
  ASSERT_TRUE(scene.Answer(scene.SubmitBy("fay", "letter", 1)).ok());
  std::vector<std::thread> threads;
  std::vector<AppendInput> inputs;
  for (int i = 0; i < 20; ++i) {
    // Every second one is a translator who shares a case, which only a coordinator may.
    inputs.push_back(i % 2 == 0
                         ? scene.Compose("cleo", ShareCase{.with = Organisation::Member("ada")},
                                         scene.AboutCase())
                         : scene.Compose("tina", ShareCase{.with = Organisation::Member("ada")},
                                         scene.AboutCase()));
  }
  // One certificate's statements must arrive in their order, so each thread has one speaker.
  int accepted = 0;
  int refused = 0;
  std::thread good([&] {
    for (int i = 0; i < 20; i += 2) accepted += scene.Answer(inputs[i]).ok() ? 1 : 0;
  });
  std::thread bad([&] {
    for (int i = 1; i < 20; i += 2) refused += scene.Answer(inputs[i]).ok() ? 0 : 1;
  });
  good.join();
  bad.join();
  EXPECT_EQ(accepted, 10);
  EXPECT_EQ(refused, 10);
}

TEST(Organization, SignsACheckpointOverTheLogThatIncludesTheStatement) {
  Scene scene;
  const auto appended = scene.Answer(scene.SubmitBy("fay", "letter", 1));
  ASSERT_TRUE(appended.ok());
  const auto checkpoint = audit::OpenCheckpoint(scene.organization().id(),
                                                KeyNamed("log").verify_key(), appended->checkpoint);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_GT(checkpoint->size.value, appended->position.value);
  EXPECT_EQ(checkpoint->root, scene.organization().snapshot()->frontier.Root());
  EXPECT_EQ(*scene.storage().ledger->Head(),
            Bytes(appended->checkpoint.begin(), appended->checkpoint.end()));
}

TEST(Organization, PutsATickBeforeTheFirstStatementAfterAMinute) {
  Scene scene;
  const auto before = scene.organization().snapshot();
  scene.Pass(61);
  const auto appended = scene.Answer(scene.SubmitBy("fay", "letter", 1));
  ASSERT_TRUE(appended.ok());
  EXPECT_EQ(appended->position.value, before->size().value + 1);
  const auto after = scene.organization().snapshot();
  EXPECT_EQ(after->directory->newest_tick().value, scene.now());
  ASSERT_TRUE(scene.Answer(scene.SubmitBy("fay", "second", 2)).ok());
  EXPECT_EQ(scene.organization().snapshot()->size().value, after->size().value + 1);
}

// Leases end at whole hours, and a quiet week must not make every view look old.
TEST(Organization, TicksByItselfWhenAnHourBegins) {
  Scene scene;
  scene.Pass(3600);
  scene.AwaitTick();
  EXPECT_EQ(scene.organization().snapshot()->directory->newest_tick().value, scene.now());
}

// After a long stop nobody is to be shown the time at which the server was stopped.
TEST(Organization, TicksBeforeItServesWhenAnHourBeganSinceTheLast) {
  Scene scene;
  scene.Pass(5 * 3600);
  ASSERT_TRUE(scene.Reopen().ok());
  EXPECT_EQ(scene.organization().snapshot()->directory->newest_tick().value, scene.now());
  const auto size = scene.organization().snapshot()->size();
  ASSERT_TRUE(scene.Reopen().ok());
  EXPECT_EQ(scene.organization().snapshot()->size(), size);
}

TEST(Organization, ChangesNothingWhenItIsOpenedToBeChecked) {
  Scene scene;
  const auto size = *scene.storage().ledger->Size();
  const AppendInput submit = scene.SubmitBy("fay", "letter", 1);
  scene.Pass(5 * 3600);
  ASSERT_TRUE(scene.Reopen(Opening::kToCheck).ok());
  EXPECT_EQ(*scene.storage().ledger->Size(), size);
  EXPECT_EQ(scene.organization().snapshot()->size(), size);
  EXPECT_EQ(ReasonOf(scene.Answer(submit)), "STOPPING");
}

SignedStatement EpochByRoots(Scene& scene, const std::vector<std::string>& roots, TreeSize size,
                             const Hash& head, std::uint32_t epoch = 1) {
  const auto snapshot = scene.organization().snapshot();
  return People::SayByRoots(roots, LogEpoch{.epoch = epoch, .size = size, .root = head},
                            {.directory = *snapshot->directory, .frontier = snapshot->frontier});
}

// Roots sign where their keys are: the log ticks meanwhile.
TEST(Organization, TakesALogEpochThatTheRootsSignedOverADay) {
  Scene scene;
  const auto snapshot = scene.organization().snapshot();
  const auto epoch =
      EpochByRoots(scene, {"root-1", "root-3"}, snapshot->size(), snapshot->frontier.Root());
  scene.Pass(24 * 3600);
  scene.AwaitTick();
  scene.Pass(100);
  const auto appended = scene.Answer(epoch);
  ASSERT_TRUE(appended.ok()) << ReasonOf(appended);
  EXPECT_EQ(appended->position.value, snapshot->size().value + 2);
  EXPECT_EQ(ReasonOf(scene.Answer(scene.SubmitBy("fay", "letter", 1))), "OK");
  const auto earlier = scene.organization().rows().RootAt(TreeSize{3});
  EXPECT_EQ(ReasonOf(scene.Answer(
                EpochByRoots(scene, {"root-1", "root-2"}, TreeSize{3}, earlier->value(), 2))),
            "OK");
}

TEST(Organization, TakesNoLogEpochThatNamesAHeadOfAnotherLogOrThatOneRootSigned) {
  Scene scene;
  const auto snapshot = scene.organization().snapshot();
  const TreeSize size = snapshot->size();
  const Hash root = snapshot->frontier.Root();
  const std::vector<std::string> roots = {"root-1", "root-2"};
  EXPECT_EQ(ReasonOf(scene.Answer(EpochByRoots(scene, roots, size, HashNamed("fork")))),
            "SEEN_HEAD_UNKNOWN");
  EXPECT_EQ(ReasonOf(scene.Answer(EpochByRoots(scene, roots, TreeSize{size.value - 1}, root))),
            "SEEN_HEAD_UNKNOWN");
  EXPECT_EQ(ReasonOf(scene.Answer(EpochByRoots(scene, roots, TreeSize{size.value + 1}, root))),
            "SEEN_HEAD_UNKNOWN");
  EXPECT_EQ(ReasonOf(scene.Answer(EpochByRoots(scene, {"root-1"}, size, root))),
            "THRESHOLD_NOT_MET");
}

TEST(Organization, ErasesWhatNobodyNamedForAMonthWhenItOpens) {
  Scene scene;
  const MadeObject named = ObjectNamed("named", ObjectClass::kPart, kSmallObjectBytesMax + 1);
  const MadeObject unnamed = ObjectNamed("unnamed", ObjectClass::kPart, kSmallObjectBytesMax + 1);
  for (const MadeObject* part : {&named, &unnamed}) {
    auto writer = scene.storage().blobs->BeginWrite(part->ref.object, part->payload.size(),
                                                    UnixSeconds{scene.now()});
    ASSERT_TRUE((*writer)->Write(part->payload).ok());
    ASSERT_TRUE((*writer)->Seal(part->ref.payload_sha256).ok());
  }
  const MadeObject manifest = ObjectNamed("m", ObjectClass::kManifest);
  ASSERT_EQ(ReasonOf(scene.Answer(
                scene.Compose("fay", Submit{.case_id = Scene::SubjectNamed("case")},
                              {.subject = Scene::SubjectNamed("d"), .prev = {}}, {manifest, named},
                              {GrantNamed(manifest.ref.object, People::CertificateOf("cleo"))}))),
            "OK");
  scene.Pass(29 * 24 * 3600);
  ASSERT_TRUE(scene.Reopen().ok());
  EXPECT_TRUE(scene.storage().blobs->Stat(unnamed.ref.object)->has_value());
  scene.Pass(2 * 24 * 3600);
  ASSERT_TRUE(scene.Reopen().ok());
  EXPECT_FALSE(scene.storage().blobs->Stat(unnamed.ref.object)->has_value());
  EXPECT_TRUE(scene.storage().blobs->Stat(named.ref.object)->has_value());
}

TEST(Organization, TakesNoTickFromOutside) {
  Scene scene;
  const auto snapshot = scene.organization().snapshot();
  Statement tick;
  tick.kind = static_cast<std::uint16_t>(Kind::kTick);
  tick.org = scene.organization().id();
  tick.actor = LogActor();
  tick.subject_type = static_cast<std::uint8_t>(SubjectType::kLog);
  tick.subject_prev = snapshot->directory->tick_head();
  tick.body = EncodeBody({.act = Tick{.now = UnixSeconds{scene.now() + 10},
                                      .directory_head = snapshot->directory->head()},
                          .objects = {},
                          .grants = {}});
  EXPECT_EQ(ReasonOf(scene.Answer(SignStatement(tick, KeyNamed("log")))), "NOT_FROM_OUTSIDE");
}

TEST(Organization, RefusesASequenceThatDoesNotRise) {
  Scene scene;
  const AppendInput late = scene.SubmitBy("fay", "letter", 1);
  ASSERT_TRUE(scene.Answer(scene.SubmitBy("fay", "other", 1)).ok());
  EXPECT_EQ(ReasonOf(scene.Answer(late)), "SEQUENCE_NOT_RISING");
}

TEST(Organization, RefusesAHeadThatThisLogNeverHad) {
  Scene scene;
  audit::Frontier fork;
  fork.Append(HashNamed("another leaf"));
  const auto snapshot = scene.organization().snapshot();
  const auto statement =
      scene.people().Say("cleo", ShareCase{.with = Organisation::Member("ada")},
                         {.directory = *snapshot->directory, .frontier = fork}, scene.AboutCase());
  EXPECT_EQ(ReasonOf(scene.Answer(statement)), "SEEN_HEAD_UNKNOWN");
}

TEST(Organization, NamesTheNextNumberWhenADocumentNumberIsTaken) {
  Scene scene;
  ASSERT_TRUE(scene.Answer(scene.SubmitBy("fay", "letter", 1)).ok());
  const auto refused = scene.Answer(scene.SubmitBy("fay", "second", 1));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(refused), "NUMBER_TAKEN");
  EXPECT_EQ(DetailOf(refused.status())->next_number, 2u);
}

TEST(Organization, AsksForEveryObjectAndEveryGrantOfAValidMember) {
  Scene scene;
  AppendInput no_part = scene.SubmitBy("fay", "letter", 1);
  no_part.objects.pop_back();
  EXPECT_EQ(ReasonOf(scene.Answer(no_part)), "OBJECT_MISSING");
  AppendInput no_grant = scene.SubmitBy("fay", "letter", 1);
  no_grant.grants.pop_back();
  EXPECT_EQ(ReasonOf(scene.Answer(no_grant)), "GRANT_MISSING");
  AppendInput altered = scene.SubmitBy("fay", "letter", 1);
  altered.objects[0].payload[7] ^= 1;
  EXPECT_EQ(ReasonOf(scene.Answer(altered)), "OBJECT_MISMATCH");
  AppendInput altered_grant = scene.SubmitBy("fay", "letter", 1);
  altered_grant.grants[0].grant[7] ^= 1;
  EXPECT_EQ(ReasonOf(scene.Answer(altered_grant)), "GRANT_MISMATCH");
  AppendInput extra = scene.SubmitBy("fay", "letter", 1);
  extra.objects.push_back({.object = ObjectId::Filled(9), .payload = {1}});
  EXPECT_EQ(ReasonOf(scene.Answer(extra)), "BYTES_NOT_NAMED");
  EXPECT_TRUE(scene.Answer(scene.SubmitBy("fay", "letter", 1)).ok());
}

TEST(Organization, WaitsForABlobUntilItIsSealedWithTheBytesNamed) {
  Scene scene;
  const MadeObject manifest = ObjectNamed("m", ObjectClass::kManifest);
  const MadeObject part = ObjectNamed("p", ObjectClass::kPart, kSmallObjectBytesMax + 1);
  const Submit act{.case_id = Scene::SubjectNamed("case"), .desk = 1, .deliver_on_approval = 1};
  const auto input = [&] {
    return scene.Compose("fay", act, {.subject = Scene::SubjectNamed("d"), .prev = {}},
                         {manifest, part},
                         {GrantNamed(manifest.ref.object, People::CertificateOf("cleo")),
                          GrantNamed(manifest.ref.object, People::CertificateOf("carl"))});
  };
  EXPECT_EQ(ReasonOf(scene.Answer(input())), "BLOB_MISSING");
  auto writer = scene.storage().blobs->BeginWrite(part.ref.object, part.payload.size(), {});
  ASSERT_TRUE((*writer)->Write(part.payload).ok());
  ASSERT_TRUE((*writer)->Flush().ok());
  EXPECT_EQ(ReasonOf(scene.Answer(input())), "BLOB_MISSING");
  ASSERT_TRUE((*writer)->Seal(part.ref.payload_sha256).ok());
  EXPECT_EQ(ReasonOf(scene.Answer(input())), "OK");
}

// Evidence is worth more than a tidy list of readers.
TEST(Organization, DropsAGrantToSomebodyRevokedAndTakesTheStatement) {
  Scene scene;
  AppendInput submit = scene.SubmitBy("fay", "letter", 1);
  submit.grants.pop_back();  // carl's
  scene.Must("ria", Revoke{.member = Organisation::Member("carl"), .certificate = {}});
  ASSERT_EQ(ReasonOf(scene.Answer(submit)), "OK");
}

TEST(Organization, RefusesWhatARevokedMemberSignedBefore) {
  Scene scene;
  const AppendInput submit = scene.SubmitBy("fay", "letter", 1);
  scene.Must("ria", Revoke{.member = Organisation::Member("fay"), .certificate = {}});
  EXPECT_EQ(ReasonOf(scene.Answer(submit)), "REVOKED");
}

TEST(Organization, GivesAStatementToThoseWhoMaySeeItsSubjectBeforeOrAfterIt) {
  Scene scene;
  const auto submitted = scene.Answer(scene.SubmitBy("fay", "letter", 1));
  const auto assigned = scene.Answer(scene.AssignBy("cleo", "tina", "letter"));
  ASSERT_TRUE(assigned.ok()) << assigned.status();
  const auto ended = scene.Try("cleo", Unassign{}, scene.AboutDocument("letter"));
  ASSERT_TRUE(ended.ok()) << ended.status();
  using ::testing::Contains;
  using ::testing::ElementsAre;
  using ::testing::IsEmpty;
  using ::testing::IsSupersetOf;
  EXPECT_THAT(GivenTo(scene, "tina"), ElementsAre(assigned->position.value, ended->position.value));
  EXPECT_THAT(GivenTo(scene, "carl"),
              IsSupersetOf({submitted->position.value, assigned->position.value}));
  EXPECT_THAT(GivenTo(scene, "fay"), Contains(submitted->position.value));
  EXPECT_THAT(GivenTo(scene, "tom"), IsEmpty());
  EXPECT_THAT(GivenTo(scene, "dora"), IsEmpty());
  EXPECT_THAT(GivenTo(scene, "ria"), IsEmpty());
}

TEST(Organization, ServesAChainAndItsGrantsToThoseWhoMaySeeItNowAndToNobodyElse) {
  Scene scene;
  ASSERT_TRUE(scene.Answer(scene.SubmitBy("fay", "letter", 1)).ok());
  ASSERT_TRUE(scene.Answer(scene.AssignBy("cleo", "tina", "letter")).ok());
  const OrgId org = scene.organization().id();
  const Subject letter{.type = SubjectType::kDocument, .id = Scene::SubjectNamed("letter")};
  const auto chain = ReadChain(scene.organization(), As("tina", org), letter, 0);
  ASSERT_TRUE(chain.ok()) << chain.status();
  EXPECT_EQ(chain->total, 2u);
  EXPECT_EQ(chain->statements.size(), 2u);
  EXPECT_EQ(ReasonOf(ReadChain(scene.organization(), As("tom", org), letter, 0)), "NOT_VISIBLE");
  const Subject nothing{.type = SubjectType::kDocument, .id = Scene::SubjectNamed("no such")};
  EXPECT_EQ(ReasonOf(ReadChain(scene.organization(), As("tina", org), nothing, 0)), "NOT_VISIBLE");

  const ObjectId manifest = ObjectNamed("letter manifest", ObjectClass::kManifest).ref.object;
  const ObjectsWanted wanted{
      .subject = letter, .objects = {manifest}, .grantee = Organisation::Member("tina")};
  const auto read = ReadObjectsOf(scene.organization(), As("tina", org), wanted);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->grants.size(), 1u);
  EXPECT_EQ(read->grants[0].grant, GrantNamed(manifest, People::CertificateOf("tina")).bytes);
  ASSERT_EQ(read->objects.size(), 1u);
  EXPECT_EQ(read->objects[0].payload,
            ObjectNamed("letter manifest", ObjectClass::kManifest).payload);
  EXPECT_EQ(ReasonOf(ReadObjectsOf(scene.organization(), As("tom", org), wanted)), "NOT_VISIBLE");
  // To carry by hand: another's who may see it, to a coordinator who sees it too.
  const auto carried = ReadObjectsOf(scene.organization(), As("cleo", org), wanted);
  ASSERT_TRUE(carried.ok()) << carried.status();
  ASSERT_EQ(carried->grants.size(), 1u);
  EXPECT_EQ(carried->grants[0].grantee, Organisation::Member("tina"));
  ObjectsWanted of_another = wanted;
  of_another.grantee = Organisation::Member("tom");  // Who may not.
  EXPECT_EQ(ReasonOf(ReadObjectsOf(scene.organization(), As("cleo", org), of_another)),
            "NOT_VISIBLE");
  of_another.grantee = Organisation::Member("cleo");
  EXPECT_EQ(ReasonOf(ReadObjectsOf(scene.organization(), As("tina", org), of_another)),
            "NOT_VISIBLE");
  of_another.grantee = RecoveryGrantee();
  EXPECT_EQ(ReasonOf(ReadObjectsOf(scene.organization(), As("cleo", org), of_another)),
            "NOT_VISIBLE");
}

TEST(Organization, KeepsStatementsAndPiecesOfACaseUnreadableWithoutItsShelfKey) {
  Scene scene;
  const AppendInput submit = scene.SubmitBy("fay", "letter", 1);
  const auto appended = scene.Answer(submit);
  ASSERT_TRUE(appended.ok());
  const auto entry = scene.storage().ledger->Read(appended->position, 1);
  const auto decoded = audit::DecodeEntry(entry->front());
  ASSERT_TRUE(decoded.ok());
  EXPECT_FALSE(decoded->shelf_key.is_zero());
  EXPECT_EQ(std::search(entry->front().begin(), entry->front().end(), submit.statement.begin() + 8,
                        submit.statement.begin() + 24),
            entry->front().end());
}

TEST(Organization, TakesStatementsOfManyThreadsInOneOrderAndLosesNone) {
  Scene scene;
  constexpr int kEach = 25;
  const std::vector<std::string> speakers = {"cleo", "carl", "fay"};
  std::vector<std::vector<AppendInput>> inputs(speakers.size());
  for (std::size_t s = 0; s < speakers.size(); ++s) {
    for (int i = 0; i < kEach; ++i) {
      const MadeObject note = ObjectNamed(speakers[s] + std::to_string(i), ObjectClass::kNote);
      inputs[s].push_back(
          scene.Compose(speakers[s], NoteCase{.type = NoteType::kComment, .in_reply_to = {}},
                        scene.AboutCase(), {note},
                        {GrantNamed(note.ref.object, People::CertificateOf("cleo")),
                         GrantNamed(note.ref.object, People::CertificateOf("carl"))}));
    }
  }
  const std::uint64_t size = scene.organization().snapshot()->size().value;
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (std::size_t s = 0; s < speakers.size(); ++s) {
    threads.emplace_back([&, s] {
      for (const AppendInput& input : inputs[s]) {
        const auto answer = scene.Answer(input);
        if (!answer.ok()) {
          ++failed;
          ADD_FAILURE() << ReasonOf(answer);
        }
      }
    });
  }
  // Readers go on meanwhile.
  for (int i = 0; i < 50; ++i) (void)GivenTo(scene, "cleo");
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(scene.organization().snapshot()->size().value, size + kEach * speakers.size());
}

TEST(Organization, AnswersWhatIsQueuedBeforeItStopsAndNothingAfter) {
  Scene scene;
  ASSERT_TRUE(scene.Answer(scene.SubmitBy("fay", "letter", 1)).ok());
  const AppendInput late = scene.SubmitBy("fay", "late", 2);
  scene.organization().Stop();
  EXPECT_EQ(ReasonOf(scene.Answer(late)), "STOPPING");
}

TEST(Organization, MakesTheSameViewAgainFromTheLog) {
  Scene scene;
  ASSERT_TRUE(scene.Answer(scene.SubmitBy("fay", "letter", 1)).ok());
  scene.Pass(100);
  ASSERT_TRUE(scene.Answer(scene.AssignBy("cleo", "tina", "letter")).ok());
  scene.Must("tina", Accept{}, scene.AboutDocument("letter"));
  const auto before = scene.storage().view->Dump();
  const auto snapshot = scene.organization().snapshot();
  ASSERT_TRUE(scene.storage().view->Clear().ok());
  ASSERT_TRUE(scene.Reopen().ok());
  EXPECT_EQ(*scene.storage().view->Dump(), *before);
  EXPECT_EQ(scene.organization().snapshot()->checkpoint, snapshot->checkpoint);
}

}  // namespace
}  // namespace amparo::server::testing
