// A light replica behind an honest server: docs/spec/client-checks.md, "Full and light".

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/replica_record.h"
#include "tests/client/replica_fixture.h"

namespace amparo::client {
namespace {

using amparo::testing::HashNamed;
using amparo::testing::Organisation;

class LightReplica : public ReplicaTest {
 protected:
  LightReplica() { reach_ = Reach::kLight; }

  void AddStrangers(int count) {
    for (int i = 0; i < count; ++i) {
      const Hash hash = HashNamed(absl::StrCat("stranger ", ++strangers_));
      log_.AddUnseen(
          {.leaf_class = 0, .tag = *LogTag::From(hash.view().first(16)), .statement = hash});
    }
  }
  void MinutesPass() { log_.TickTo(UnixSeconds{log_.now().value + 61}); }
  // A document with strangers' leaves between all of its statements.
  void WriteADocument() {
    for (const auto& step : Steps()) {
      AddStrangers(3);
      step();
    }
    AddStrangers(3);
  }
  std::vector<std::function<void()>> Steps() {
    return {[&] { log_.OpenCase(); }, [&] { log_.Submit(); }, [&] { log_.Assign(); },
            [&] { MinutesPass(); }, [&] { log_.Ask(); }};
  }
  Replica Restored() {
    Replica restored = MakeReplica();
    for (const Bytes& record : records_) {
      const absl::Status status = restored.Restore(record);
      EXPECT_TRUE(status.ok()) << status;
    }
    return restored;
  }

  int strangers_ = 0;
};

TEST_F(LightReplica, SeesWhatAFullOneSees) {
  WriteADocument();
  clock_ = log_.now();
  absl::Status status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(replica_.reach(), Reach::kLight);
  Replica full = MakeReplica();
  status = SyncInto(full, Reach::kFull);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(full.reach(), Reach::kFull);
  EXPECT_EQ(Picture(), Picture(full));
  EXPECT_EQ(replica_.documents().at(log_.document()).entries.back().log_time, log_.now());
  EXPECT_EQ(log_.serving().subject_calls, 0);
}

TEST_F(LightReplica, GrowsStepByStepToTheSamePicture) {
  Replica stepwise = MakeReplica();
  ASSERT_TRUE(SyncInto(stepwise, Reach::kLight).ok());
  for (const auto& step : Steps()) {
    AddStrangers(3);
    step();
    clock_ = log_.now();
    const absl::Status status = SyncInto(stepwise);
    ASSERT_TRUE(status.ok()) << status;
  }
  const absl::Status status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(Picture(stepwise), Picture());
}

TEST_F(LightReplica, ReadsPagesOfAnySize) {
  WriteADocument();
  clock_ = log_.now();
  Replica whole = MakeReplica();
  ASSERT_TRUE(SyncInto(whole, Reach::kLight).ok());
  log_.serving().page = 1;
  const absl::Status status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(Picture(), Picture(whole));
}

TEST_F(LightReplica, NothingNewIsNoRecord) {
  ASSERT_TRUE(Sync().ok());
  const std::size_t records = records_.size();
  ASSERT_TRUE(Sync().ok());
  EXPECT_EQ(records_.size(), records);
}

// The translator sees a document from its assignment on. What stands before it is judged at the
// time it was said, and that time is fetched with it.
TEST_F(LightReplica, FetchesTheChainOfWhatComesIntoSightWithItsTimes) {
  const UnixSeconds opened = log_.now();
  log_.serving().hidden = {log_.OpenCase()};
  MinutesPass();
  const UnixSeconds submitted = log_.now();
  log_.serving().hidden.insert(log_.Submit());
  AddStrangers(5);
  MinutesPass();
  MinutesPass();
  clock_ = log_.now();
  ASSERT_TRUE(Sync().ok());
  ASSERT_TRUE(replica_.documents().empty());
  MinutesPass();
  clock_ = log_.now();
  log_.Assign();
  const absl::Status status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(log_.serving().subject_calls, 1);
  const auto& entries = replica_.documents().at(log_.document()).entries;
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_GT(submitted, opened);
  EXPECT_EQ(entries[0].log_time, submitted);
  EXPECT_EQ(entries[1].log_time, log_.now());
  EXPECT_EQ(Picture(Restored()), Picture());
}

// What was said while it was out of sight is fetched when it comes back.
TEST_F(LightReplica, NoticesThatSomethingIsMissingByTheChain) {
  log_.OpenCase();
  log_.Submit();
  ASSERT_TRUE(Sync().ok());
  log_.serving().hidden = {log_.Assign()};
  ASSERT_TRUE(Sync().ok());
  EXPECT_EQ(replica_.documents().at(log_.document()).entries.size(), 1u);
  log_.serving().hidden.clear();
  log_.Ask();
  const absl::Status status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(replica_.documents().at(log_.document()).entries.size(), 3u);
}

TEST_F(LightReplica, IsRestoredFromItsRecords) {
  for (const auto& step : Steps()) {
    AddStrangers(2);
    step();
    clock_ = log_.now();
    const absl::Status status = Sync();
    ASSERT_TRUE(status.ok()) << status;
  }
  clock_ = UnixSeconds{0};  // This computer's clock was lost meanwhile.
  const Replica restored = Restored();
  EXPECT_EQ(restored.reach(), Reach::kLight);
  EXPECT_EQ(Picture(restored), Picture());
}

TEST_F(LightReplica, RefusesADamagedRecord) {
  WriteADocument();
  clock_ = log_.now();
  ASSERT_TRUE(Sync().ok());
  ASSERT_EQ(records_.size(), 1u);
  Bytes& record = records_[0];
  for (std::size_t at = 0; at < record.size(); at += 17) {
    record[at] ^= 0x10;
    Replica restored = MakeReplica();
    // A kind that is not known asks for an update: no leaf says what it should have been.
    EXPECT_FALSE(restored.Restore(record).ok()) << "byte " << at;
    EXPECT_EQ(restored.head().size.value, 0u);
    record[at] ^= 0x10;
  }
}

TEST_F(LightReplica, TakesTheLeavesLater) {
  WriteADocument();
  clock_ = log_.now();
  ASSERT_TRUE(Sync().ok());
  const std::string light = Picture();
  absl::Status status = SyncInto(replica_, Reach::kFull);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(replica_.reach(), Reach::kFull);
  EXPECT_EQ(Picture(), light);
  EXPECT_TRUE(replica_.RootAt(TreeSize{7}).has_value());
  log_.Ask();
  status = SyncInto(replica_);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(replica_.reach(), Reach::kFull) << "it stays what it is";
  EXPECT_EQ(Picture(Restored()), Picture());
  EXPECT_EQ(Restored().reach(), Reach::kFull);
}

TEST_F(LightReplica, LetsTheLeavesGo) {
  ASSERT_TRUE(SyncInto(replica_, Reach::kFull).ok());
  WriteADocument();
  clock_ = log_.now();
  absl::Status status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(replica_.reach(), Reach::kLight);
  EXPECT_EQ(Picture(Restored()), Picture());
}

// Rights that ended end no memory.
TEST_F(LightReplica, KeepsInEitherReachWhatIsNoLongerThereToBeFetched) {
  WriteADocument();
  clock_ = log_.now();
  ASSERT_TRUE(Sync().ok());
  log_.serving().invisible = {log_.document(), log_.case_id()};
  for (std::uint64_t at = 0; at < log_.size(); ++at) {
    if (log_.IsOfASubject(at)) log_.serving().hidden.insert(at);
  }
  for (const Reach reach : {Reach::kFull, Reach::kLight, Reach::kFull}) {
    ASSERT_TRUE(SyncInto(replica_, reach).ok());
    const DocumentHistory& history = replica_.documents().at(log_.document());
    EXPECT_FALSE(history.visible);
    EXPECT_EQ(history.entries.size(), 3u);
    EXPECT_EQ(replica_.cases().size(), 1u);
    EXPECT_EQ(replica_.OwnSequence(log_.Certificate("fay")), 2u);
    EXPECT_EQ(Picture(Restored()), Picture());
  }
  // Seen again, it goes on where it was.
  log_.serving() = {};
  log_.Ask();
  ASSERT_TRUE(Sync().ok());
  ASSERT_TRUE(SyncInto(replica_, Reach::kFull).ok());
  EXPECT_TRUE(replica_.documents().at(log_.document()).visible);
  EXPECT_EQ(replica_.documents().at(log_.document()).entries.size(), 4u);
  EXPECT_EQ(Picture(Restored()), Picture());
}

TEST_F(LightReplica, ContinuesTheHeadItWasIntroducedTo) {
  const audit::Checkpoint introduced{.size = TreeSize{log_.size()}, .root = log_.RootNow()};
  WriteADocument();
  clock_ = log_.now();
  replica_.Expect({.certificate = {}, .introduced = introduced});
  const absl::Status status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(replica_.RootAt(introduced.size), introduced.root);
  EXPECT_EQ(replica_.RootAt(TreeSize{introduced.size.value + 1}), std::nullopt);
}

// Of the size that an invitation named it has no leaves any more, and no server's proof.
TEST_F(LightReplica, HoldsTheHeadThatAFullOneWasIntroducedTo) {
  const Replica::Expected expected{
      .certificate = {},
      .introduced = audit::Checkpoint{.size = TreeSize{log_.size()}, .root = log_.RootNow()}};
  WriteADocument();
  clock_ = log_.now();
  replica_.Expect(expected);
  ASSERT_TRUE(SyncInto(replica_, Reach::kFull).ok());
  AddStrangers(1);
  absl::Status status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  AddStrangers(1);
  status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  Replica restored = MakeReplica();
  restored.Expect(expected);
  for (const Bytes& record : records_) {
    status = restored.Restore(record);
    ASSERT_TRUE(status.ok()) << status;
  }
  EXPECT_EQ(Picture(restored), Picture());
  AddStrangers(1);
  for (Replica* replica : {&replica_, &restored}) {
    status = SyncInto(*replica);
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(replica->RootAt(expected.introduced->size), expected.introduced->root);
  }
}

TEST_F(LightReplica, SaysHowOldTheNewsIs) {
  EXPECT_EQ(replica_.SecondsSinceTick(clock_), std::nullopt);
  ASSERT_TRUE(Sync().ok());
  EXPECT_EQ(replica_.SecondsSinceTick(UnixSeconds{log_.now().value + 90}), 90u);
  EXPECT_EQ(replica_.SecondsSinceTick(UnixSeconds{log_.now().value - 90}), 0u);
}

// Half a kilobyte each: a large directory is proven where something depends on it.
TEST_F(LightReplica, ProvesOfALargeDirectoryWhatDecides) {
  log_.OpenCase();
  for (int i = 0; i < 40; ++i) {
    log_.Enrol(absl::StrCat("member ", i), static_cast<std::uint16_t>(Role::kTranslator));
  }
  std::size_t proven = 0;
  log_.serving().prove = [&](std::vector<std::vector<Hash>>& paths) { proven += paths.size(); };
  const absl::Status status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  // The case, a turn on either side of it, the tick, the newest and the first turn.
  EXPECT_EQ(proven, 6u);
  // What is judged later has its neighbours proven then.
  proven = 0;
  log_.serving().hidden = {log_.Submit()};
  ASSERT_TRUE(Sync().ok());
  EXPECT_EQ(proven, 0u);
}

}  // namespace
}  // namespace amparo::client
