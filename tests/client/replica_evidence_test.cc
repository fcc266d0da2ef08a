// What an alarm leaves behind for others: docs/spec/client-checks.md, "Evidence". Every piece is
// written as a file, read again, and judged without the replica.

#include <gtest/gtest.h>

#include "tests/client/replica_fixture.h"
#include "tests/support/forwarding_connection.h"

namespace amparo::client {
namespace {

using amparo::testing::HashNamed;
using amparo::testing::ScriptedLog;
using custody::Verdict;

// Both reaches, each with everything true known.
class ReplicaEvidence : public ReplicaTest {
 protected:
  ReplicaEvidence() : light_(MakeReplica()) {
    log_.OpenCase();
    log_.Submit();
    for (const absl::Status& status : {SyncInto(replica_), SyncInto(light_, Reach::kLight)}) {
      EXPECT_TRUE(status.ok()) << status;
    }
  }
  void AddStranger(const std::string& name) {
    const Hash hash = HashNamed(name);
    log_.AddUnseen(
        {.leaf_class = 0, .tag = *LogTag::From(hash.view().first(16)), .statement = hash});
  }
  void ExpectAlarmIn(Replica& replica) {
    const std::string before = Picture(replica);
    const absl::Status status = SyncInto(replica);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_EQ(Picture(replica), before) << "an alarm changes nothing";
  }
  void ExpectBoth(Verdict verdict) {
    for (Replica* replica : {&replica_, &light_}) {
      SCOPED_TRACE(replica == &light_ ? "light" : "full");
      ExpectAlarmIn(*replica);
      ExpectEvidence(*replica, verdict);
    }
  }

  Replica light_;
};

TEST_F(ReplicaEvidence, OneSizeAndTwoRoots) {
  const std::uint64_t size = log_.size();
  log_.CutTo(size - 1);
  AddStranger("instead of the last");
  ASSERT_EQ(log_.size(), size);
  ExpectBoth(Verdict::kProvenEquivocation);
}

TEST_F(ReplicaEvidence, AForkThatGrewOn) {
  log_.CutTo(log_.size() - 1);
  for (const char* name : {"one", "two", "three"}) AddStranger(name);
  ExpectBoth(Verdict::kProvenFork);
}

TEST_F(ReplicaEvidence, AForkOfTheDistantPast) {
  log_.CutTo(3);
  for (int i = 0; i < 60; ++i) AddStranger(absl::StrCat(i));
  ExpectBoth(Verdict::kProvenFork);
}

// With its own tree a full replica proves alone that the smaller head is another log's.
TEST_F(ReplicaEvidence, AForkThatIsShorter) {
  log_.CutTo(log_.size() - 2);
  AddStranger("instead");
  ExpectAlarmIn(replica_);
  ExpectEvidence(replica_, Verdict::kProvenFork);
  ExpectAlarmIn(light_);
  EXPECT_FALSE(light_.evidence().has_value()) << "a light replica has no tree to prove it with";
}

TEST_F(ReplicaEvidence, ARollback) {
  log_.CutTo(log_.size() - 2);
  ExpectAlarmIn(replica_);
  ExpectEvidence(replica_, Verdict::kReportedRollback);
}

TEST_F(ReplicaEvidence, OfTheDirectoryAStatementThatItRefuses) {
  // A registrar's certificate that no policy names.
  log_.Add(log_.Say(
      "fay", Revoke{.member = amparo::testing::Organisation::Member("tina"), .certificate = {}}));
  AddStranger("behind it");
  ExpectBoth(Verdict::kProvenInvalidHistory);
}

TEST_F(ReplicaEvidence, AStatementByARevokedAuthor) {
  log_.Revoke("cleo");
  log_.Assign();
  log_.TickTo(UnixSeconds{log_.now().value + 61});
  clock_ = log_.now();
  ExpectBoth(Verdict::kProvenInvalidHistory);
}

TEST_F(ReplicaEvidence, AStatementThatTheRulesOfDocumentsRefuse) {
  log_.Assign({}, "rita");  // A reviewer assigns.
  ExpectBoth(Verdict::kProvenInvalidHistory);
}

// Who is accused may answer no more: what was judged is known here.
TEST_F(ReplicaEvidence, NeedsNoDirectoryAndNoTimeFromTheAccused) {
  log_.Revoke("cleo");
  log_.Assign();
  for (Replica* replica : {&replica_, &light_}) {
    SCOPED_TRACE(replica == &light_ ? "light" : "full");
    int directories = replica == &light_ ? 0 : 1;
    int ticks = directories;
    log_.serving().light = [&](LightWhich which, LightReply& reply) {
      if (which == LightWhich::kDirectory && ++directories > 1) reply.statements.clear();
      if (which == LightWhich::kTick && ++ticks > 1) reply.statements.clear();
    };
    ExpectAlarmIn(*replica);
    ExpectEvidence(*replica, Verdict::kProvenInvalidHistory);
  }
}

TEST_F(ReplicaEvidence, ATickOfSomebodyElse) {
  log_.Add(log_.Say("fay", Tick{.now = UnixSeconds{log_.now().value + 61},
                                .directory_head = replica_.directory().head()}));
  ExpectBoth(Verdict::kProvenInvalidHistory);
}

TEST_F(ReplicaEvidence, OnFirstContactToo) {
  log_.Assign({}, "rita");
  for (const Reach reach : {Reach::kFull, Reach::kLight}) {
    Replica newcomer = MakeReplica();
    const absl::Status status = SyncInto(newcomer, reach);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    ExpectEvidence(newcomer, Verdict::kProvenInvalidHistory);
    EXPECT_EQ(newcomer.head().size.value, 0u);
  }
}

TEST_F(ReplicaEvidence, AWithheldStatementOfTheDirectory) {
  log_.serving().hidden = {log_.Revoke("tina")};
  ExpectAlarmIn(replica_);
  ExpectEvidence(replica_, Verdict::kReportedWithholding);
}

TEST_F(ReplicaEvidence, AWithheldStatementOfADocument) {
  const std::uint64_t assigned = log_.Assign();
  log_.serving().hidden = {assigned};
  log_.serving().subject = [&](SubjectReply& reply) {
    std::erase_if(reply.statements, [&](const PositionedStatement& statement) {
      return statement.position.value == assigned;
    });
    reply.total = 1;
  };
  ExpectAlarmIn(replica_);
  ExpectEvidence(replica_, Verdict::kReportedWithholding);
}

// A lie that somebody could have told about an honest log shows nothing, and is not kept.
TEST_F(ReplicaEvidence, NoneIsMadeOfWhatTheLogDidNotSign) {
  log_.Assign();
  log_.serving().sync = [](SyncReply& reply) { reply.entries.at(0).leaf.at(20) ^= 1; };
  ExpectAlarmIn(replica_);
  EXPECT_FALSE(replica_.evidence().has_value());
  log_.serving().sync = [](SyncReply& reply) { reply.entries.at(0).statement.at(20) ^= 1; };
  ExpectAlarmIn(replica_);
  EXPECT_FALSE(replica_.evidence().has_value());
  log_.serving().checkpoint = [](CheckpointReply& reply) { reply.consistency.clear(); };
  ExpectAlarmIn(light_);
  EXPECT_FALSE(light_.evidence().has_value());
}

TEST_F(ReplicaEvidence, IsGoneWithTheNextGoodSync) {
  log_.serving().size = log_.size() - 1;
  ExpectAlarmIn(replica_);
  EXPECT_TRUE(replica_.evidence().has_value());
  log_.serving() = {};
  ASSERT_TRUE(Sync().ok());
  EXPECT_FALSE(replica_.evidence().has_value());
}

// The server gives no proofs: the alarm stands anyway, and what is known here is shown.
class ProvingNothing final : public amparo::testing::ForwardingConnection {
 public:
  using ForwardingConnection::ForwardingConnection;
  absl::StatusOr<CheckpointReply> Checkpoint(TreeSize) override { return No(); }
  absl::StatusOr<LightReply> Light(LightWhich, Position, TreeSize) override { return No(); }

 private:
  static absl::Status No() { return absl::UnavailableError("not now"); }
};

TEST_F(ReplicaEvidence, IsNotNeededForAnAlarm) {
  const std::uint64_t size = log_.size();
  ProvingNothing silent(log_.Connect());
  const auto record = [](ByteView) { return absl::OkStatus(); };
  log_.Assign({}, "rita");
  EXPECT_EQ(replica_.Sync(silent, record).code(), absl::StatusCode::kDataLoss);
  ExpectEvidence(replica_, Verdict::kProvenInvalidHistory);
  log_.CutTo(size - 1);
  for (const char* name : {"one", "two"}) AddStranger(name);
  EXPECT_EQ(replica_.Sync(silent, record).code(), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(replica_.evidence().has_value());
}

}  // namespace
}  // namespace amparo::client
