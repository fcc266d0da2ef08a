// The replica behind an honest server: docs/spec/client-checks.md.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/merkle.h"
#include "tests/client/replica_fixture.h"

namespace amparo::client {
namespace {

using amparo::testing::Organisation;

TEST_F(ReplicaTest, KnowsTheDirectoryAfterItsFirstSync) {
  const absl::Status status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(replica_.head().size.value, log_.size());
  EXPECT_TRUE(replica_.directory().HasRole(Organisation::Member("cleo"), Role::kCoordinator,
                                           replica_.now()));
}

TEST_F(ReplicaTest, ReplaysCasesAndDocuments) {
  log_.OpenCase();
  log_.Submit();
  const std::uint64_t assigned = log_.Assign();
  const absl::Status status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_TRUE(replica_.documents().contains(log_.document()));
  const DocumentHistory& history = replica_.documents().at(log_.document());
  EXPECT_EQ(history.document.state, workflow::State::kAssigned);
  ASSERT_EQ(history.entries.size(), 2u);
  EXPECT_EQ(history.entries[1].position.value, assigned);
  EXPECT_EQ(history.entries[1].log_time, log_.now());
  EXPECT_EQ(history.entries[1].events, std::vector<std::string>{"TranslationAssigned"});
  ASSERT_TRUE(replica_.cases().contains(log_.case_id()));
  EXPECT_EQ(replica_.cases().at(log_.case_id()).subject.documents,
            std::vector<SubjectId>{log_.document()});
  EXPECT_EQ(log_.serving().subject_calls, 0) << "what is delivered whole is not asked for again";
}

TEST_F(ReplicaTest, GrowsStepByStepToTheSamePicture) {
  Replica stepwise = MakeReplica();
  ASSERT_TRUE(SyncInto(stepwise).ok());
  for (const auto& step : std::vector<std::function<void()>>{
           [&] { log_.OpenCase(); }, [&] { log_.Submit(); }, [&] { log_.Assign(); },
           [&] { log_.TickTo(UnixSeconds{log_.now().value + 61}); }, [&] { log_.Ask(); }}) {
    step();
    const absl::Status status = SyncInto(stepwise);
    ASSERT_TRUE(status.ok()) << status;
  }
  ASSERT_TRUE(Sync().ok());
  EXPECT_EQ(Picture(stepwise), Picture());
}

TEST_F(ReplicaTest, ReadsPagesOfAnySize) {
  log_.OpenCase();
  log_.Submit();
  log_.Assign();
  Replica whole = MakeReplica();
  ASSERT_TRUE(SyncInto(whole).ok());
  log_.serving().page = 1;
  const absl::Status status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(Picture(), Picture(whole));
}

TEST_F(ReplicaTest, NothingNewIsNoRecord) {
  ASSERT_TRUE(Sync().ok());
  const std::size_t records = records_.size();
  ASSERT_TRUE(Sync().ok());
  EXPECT_EQ(records_.size(), records);
}

TEST_F(ReplicaTest, IsRestoredFromItsRecords) {
  ASSERT_TRUE(Sync().ok());
  log_.OpenCase();
  log_.serving().hidden = {log_.Submit()};
  log_.serving().invisible = {log_.document()};
  ASSERT_TRUE(Sync().ok());
  log_.serving() = {};
  log_.Assign();
  ASSERT_TRUE(Sync().ok());
  EXPECT_EQ(log_.serving().subject_calls, 1) << "the chain was fetched when it came into sight";
  Replica restored = MakeReplica();
  clock_ = UnixSeconds{0};  // This computer's clock was lost meanwhile.
  for (const Bytes& record : records_) {
    const absl::Status status = restored.Restore(record);
    ASSERT_TRUE(status.ok()) << status;
  }
  EXPECT_EQ(Picture(restored), Picture());
}

TEST_F(ReplicaTest, RefusesADamagedRecord) {
  ASSERT_TRUE(Sync().ok());
  ASSERT_EQ(records_.size(), 1u);
  Bytes& record = records_[0];
  for (std::size_t at = 0; at < record.size(); at += 7) {
    record[at] ^= 0x10;
    Replica restored = MakeReplica();
    EXPECT_EQ(restored.Restore(record).code(), absl::StatusCode::kDataLoss) << "byte " << at;
    EXPECT_EQ(restored.head().size.value, 0u);
    record[at] ^= 0x10;
  }
}

TEST_F(ReplicaTest, TakesNothingOverThatCannotBeKept) {
  ASSERT_TRUE(Sync().ok());
  const std::string before = Picture();
  log_.OpenCase();
  disk_is_full_ = true;
  EXPECT_EQ(Sync().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Picture(), before);
  disk_is_full_ = false;
  EXPECT_TRUE(Sync().ok());
}

// A translator sees a document from its assignment on, and its chain from the first statement.
TEST_F(ReplicaTest, FetchesTheChainOfWhatComesIntoSight) {
  log_.serving().hidden = {log_.OpenCase(), log_.Submit()};
  log_.Assign();
  const absl::Status status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(log_.serving().subject_calls, 1);
  ASSERT_TRUE(replica_.documents().contains(log_.document()));
  EXPECT_EQ(replica_.documents().at(log_.document()).entries.size(), 2u);
  EXPECT_FALSE(replica_.cases().contains(log_.case_id()));
}

TEST_F(ReplicaTest, MarksWhatIsNoLongerItsToSeeAndFindsItAgain) {
  log_.OpenCase();
  log_.Submit();
  ASSERT_TRUE(Sync().ok());
  log_.serving().hidden = {log_.Assign()};
  log_.serving().invisible = {log_.document()};
  absl::Status status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_FALSE(replica_.documents().at(log_.document()).visible);
  log_.serving().invisible = {};
  log_.Ask();
  status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_TRUE(replica_.documents().at(log_.document()).visible);
  EXPECT_EQ(replica_.documents().at(log_.document()).entries.size(), 3u);
}

TEST_F(ReplicaTest, LeavesForTheNextTimeWhatTheLogGrewByMeanwhile) {
  log_.OpenCase();
  log_.serving().hidden = {log_.Submit()};
  const std::uint64_t size = log_.size() + 1;
  log_.Assign();
  log_.Ask();
  // The first answer is of the log as it was; the chain comes from the log as it is.
  log_.serving().sync = [&](SyncReply& reply) {
    reply.checkpoint = log_.Note(size);
    reply.entries.resize(size);
  };
  const absl::Status status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(replica_.head().size.value, size);
  EXPECT_EQ(replica_.documents().at(log_.document()).entries.size(), 2u);
  log_.serving().sync = {};
  ASSERT_TRUE(Sync().ok());
  EXPECT_EQ(replica_.documents().at(log_.document()).entries.size(), 3u);
}

TEST_F(ReplicaTest, AsksForAnUpdateWhenAKindIsNew) {
  ASSERT_TRUE(Sync().ok());
  const std::string before = Picture();
  log_.OpenCase();
  log_.Add(log_.Say("fay", OpenCase{}, SubjectId::Filled(9),
                    [](Statement& said) { said.kind = 40'000; }));
  const absl::Status status = Sync();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(DetailOf(status).has_value());
  EXPECT_EQ(DetailOf(status)->reason, "UPDATE_REQUIRED");
  EXPECT_EQ(Picture(), before);
}

TEST_F(ReplicaTest, KnowsItsOwnStatements) {
  log_.OpenCase();
  log_.Submit();
  ASSERT_TRUE(Sync().ok());
  const Hash certificate = log_.Certificate("fay");
  EXPECT_EQ(replica_.OwnSequence(certificate), 2u);
  EXPECT_EQ(replica_.OwnNewest(certificate),
            replica_.documents().at(log_.document()).document.head);
  EXPECT_EQ(replica_.OwnSequence(amparo::testing::HashNamed("nobody")), 0u);
  EXPECT_TRUE(replica_.OwnNewest(amparo::testing::HashNamed("nobody")).is_zero());
}

// Ten years of an organisation that somebody else's documents fill.
TEST_F(ReplicaTest, FollowsAHundredThousandLeaves) {
  audit::Leaf leaf;
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    for (std::size_t byte = 0; byte < 8; ++byte) {
      leaf.statement.bytes[byte] = static_cast<std::uint8_t>(i >> (8 * byte));
      leaf.tag.bytes[byte] = static_cast<std::uint8_t>(i >> (8 * byte));
    }
    log_.AddUnseen(leaf);
  }
  ASSERT_TRUE(Sync().ok());
  log_.OpenCase();
  log_.Submit();
  const absl::Status status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(replica_.head().size.value, log_.size());
}

TEST(LogTree, HasTheRootsOfTheReferenceAtEverySize) {
  LogTree tree;
  std::vector<Hash> leaves;
  for (int i = 0; i <= 100; ++i) {
    for (std::size_t size = 0; size <= leaves.size(); ++size) {
      ASSERT_EQ(tree.RootAt(TreeSize{size}),
                audit::RootOf({leaves.begin(), leaves.begin() + static_cast<std::ptrdiff_t>(size)}))
          << size << " of " << leaves.size();
    }
    leaves.push_back(amparo::testing::HashNamed(absl::StrCat("leaf ", i)));
    tree.Append(leaves.back());
    // Taking back and appending again changes nothing.
    LogTree shorter = tree;
    shorter.Truncate(TreeSize{leaves.size() / 2});
    for (std::size_t at = leaves.size() / 2; at < leaves.size(); ++at) shorter.Append(leaves[at]);
    ASSERT_EQ(shorter.RootAt(shorter.size()), tree.RootAt(tree.size()));
  }
}

}  // namespace
}  // namespace amparo::client
