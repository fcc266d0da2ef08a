// A server that was restored from an older backup: docs/spec/client-checks.md, "After a restore".

#include <gtest/gtest.h>

#include "tests/client/replica_fixture.h"

namespace amparo::client {
namespace {

using amparo::testing::HashNamed;
using amparo::testing::KeyNamed;

SignedStatement SignByRoots(const Statement& said, const std::vector<std::string>& roots) {
  const Bytes bytes = EncodeStatement(said);
  std::vector<StatementSignature> signatures;
  for (const std::string& root : roots) {
    const SigningKey key = KeyNamed(root);
    signatures.push_back({.key = key.verify_key(), .signature = key.Sign(bytes)});
  }
  return *AssembleSigned(said, std::move(signatures));
}

class ReplicaEpoch : public ReplicaTest {
 protected:
  ReplicaEpoch() {
    log_.OpenCase();
    expected_.certificate = log_.Certificate("fay");
    replica_.Expect(expected_);
    EXPECT_TRUE(Sync().ok());
    backup_ = log_.size();
    submitted_ = log_.StatementAt(log_.Submit());
    log_.Assign();
    EXPECT_TRUE(Sync().ok());
  }
  void ExpectOffer(Replica& replica) {
    const std::string before = Picture(replica);
    const absl::Status status = SyncInto(replica);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    ASSERT_TRUE(DetailOf(status).has_value()) << status;
    EXPECT_EQ(DetailOf(status)->reason, "LOG_EPOCH");
    EXPECT_EQ(Picture(replica), before);
    EXPECT_TRUE(replica.epoch_offer().has_value());
    EXPECT_FALSE(replica.evidence().has_value());
  }
  void ExpectNoOffer() {
    ExpectAlarm();
    EXPECT_FALSE(replica_.epoch_offer().has_value());
  }
  absl::StatusOr<EpochRestart> Restart(Replica& replica) {
    const auto connection = log_.Connect();
    return replica.RestartAtEpoch(*connection, [this](ByteView bytes) {
      records_.emplace_back(bytes.begin(), bytes.end());
      return absl::OkStatus();
    });
  }
  void ExpectRestored(const Replica& replica) {
    Replica restored = MakeReplica();
    restored.Expect(expected_);
    for (const Bytes& record : records_) {
      const absl::Status status = restored.Restore(record);
      ASSERT_TRUE(status.ok()) << status;
    }
    EXPECT_EQ(Picture(restored), Picture(replica));
  }

  Replica::Expected expected_;
  std::uint64_t backup_ = 0;
  Bytes submitted_;
};

TEST_F(ReplicaEpoch, WithoutTheRootsWordARestoreIsAnAlarm) {
  log_.CutTo(backup_);
  ExpectNoOffer();
  ExpectEvidence(replica_, custody::Verdict::kReportedRollback);
}

TEST_F(ReplicaEpoch, GoesOnFromWhereTheRootsSay) {
  log_.CutTo(backup_);
  log_.BeginEpoch(1);
  ExpectOffer(replica_);
  EXPECT_EQ(replica_.epoch_offer()->epoch.size.value, backup_);
  EXPECT_FALSE(replica_.epoch_offer()->needs_confirmation);
  const auto restart = Restart(replica_);
  ASSERT_TRUE(restart.ok()) << restart.status();
  ASSERT_EQ(restart->lost.size(), 1u);
  EXPECT_EQ(restart->lost[0].kind, Kind::kSubmit);
  EXPECT_EQ(restart->lost[0].statement, HashOf(submitted_));
  EXPECT_EQ(restart->lost[0].position.value, backup_);
  EXPECT_EQ(replica_.head().size.value, log_.size());
  EXPECT_FALSE(replica_.documents().contains(log_.document()));
  ExpectRestored(replica_);
  // And on from there.
  log_.Submit();
  const absl::Status status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_TRUE(replica_.documents().contains(log_.document()));
  ExpectRestored(replica_);
}

TEST_F(ReplicaEpoch, IsFoundWhenTheLogHasOutgrownWhatWasKnown) {
  log_.CutTo(backup_);
  log_.BeginEpoch(1);
  log_.Add(*DecodeSigned(submitted_));  // Somebody carried it there again.
  for (const char* name : {"a", "b", "c", "d"}) {
    log_.AddUnseen({.leaf_class = 0, .tag = {}, .statement = HashNamed(name)});
  }
  ExpectOffer(replica_);
  const auto restart = Restart(replica_);
  ASSERT_TRUE(restart.ok()) << restart.status();
  EXPECT_TRUE(restart->lost.empty());
}

TEST_F(ReplicaEpoch, IsFoundBehindANewerOne) {
  log_.CutTo(backup_);
  log_.BeginEpoch(1);
  const std::uint64_t second = log_.size() + 1;
  log_.AddUnseen({.leaf_class = 0, .tag = {}, .statement = HashNamed("a")});
  log_.AddUnseen({.leaf_class = 0, .tag = {}, .statement = HashNamed("b")});
  log_.CutTo(second);
  log_.BeginEpoch(2);
  ExpectOffer(replica_);
  EXPECT_EQ(replica_.epoch_offer()->epoch.epoch, 1u);
  const auto restart = Restart(replica_);
  ASSERT_TRUE(restart.ok()) << restart.status();
  ExpectRestored(replica_);
}

TEST_F(ReplicaEpoch, ASecondRestoreIsTakenLikeTheFirst) {
  log_.CutTo(backup_);
  log_.BeginEpoch(1);
  ExpectOffer(replica_);
  ASSERT_TRUE(Restart(replica_).ok());
  log_.Submit();
  ASSERT_TRUE(Sync().ok());
  log_.CutTo(log_.size() - 1);
  log_.BeginEpoch(2);
  ExpectOffer(replica_);
  const auto restart = Restart(replica_);
  ASSERT_TRUE(restart.ok()) << restart.status();
  EXPECT_EQ(restart->lost.size(), 1u);
  ExpectRestored(replica_);
}

// The head that an invitation named may be among what was lost.
TEST_F(ReplicaEpoch, ExpectsNoHeadThatWasLost) {
  expected_.introduced = replica_.head();
  replica_.Expect(expected_);
  log_.CutTo(backup_);
  log_.BeginEpoch(1);
  ExpectOffer(replica_);
  ASSERT_TRUE(Restart(replica_).ok());
  replica_.Expect(expected_);
  log_.Submit();
  absl::Status status = Sync();
  EXPECT_TRUE(status.ok()) << status;
  ExpectRestored(replica_);
  // Lost once, lost for good.
  while (log_.size() <= expected_.introduced->size.value) {
    log_.AddUnseen({.leaf_class = 0, .tag = {}, .statement = HashNamed(absl::StrCat(log_.size()))});
  }
  ASSERT_TRUE(Sync().ok());
  log_.CutTo(log_.size() - 1);
  log_.BeginEpoch(2);
  ExpectOffer(replica_);
  ASSERT_TRUE(Restart(replica_).ok());
  replica_.Expect(expected_);
  log_.Revoke("tina");
  status = Sync();
  EXPECT_TRUE(status.ok()) << status;
  ExpectRestored(replica_);
}

TEST_F(ReplicaEpoch, OneRootAloneSaysNothing) {
  log_.CutTo(backup_);
  log_.Add(log_.SayByRoots(
      LogEpoch{.epoch = 1, .size = TreeSize{backup_}, .root = log_.RootAt(backup_)}, {"root-1"}));
  ExpectNoOffer();
}

TEST_F(ReplicaEpoch, NorDoesSomebodyElse) {
  log_.CutTo(backup_);
  log_.Add(log_.Say("ria",
                    LogEpoch{.epoch = 1, .size = TreeSize{backup_}, .root = log_.RootAt(backup_)}));
  ExpectNoOffer();
}

TEST_F(ReplicaEpoch, AnotherNumberOrRootIsNoOffer) {
  log_.CutTo(backup_);
  const std::uint64_t size = log_.size();
  for (const LogEpoch& epoch :
       {LogEpoch{.epoch = 2, .size = TreeSize{backup_}, .root = log_.RootAt(backup_)},
        LogEpoch{.epoch = 1, .size = TreeSize{backup_}, .root = HashNamed("another")},
        LogEpoch{.epoch = 1, .size = TreeSize{backup_ - 1}, .root = log_.RootAt(backup_)}}) {
    log_.CutTo(size);
    log_.Add(log_.SayByRoots(epoch));
    ExpectNoOffer();
  }
}

// The roots' word of long ago must not cut the log again.
TEST_F(ReplicaEpoch, AnOldOneEndsNothing) {
  log_.CutTo(backup_);
  const std::uint64_t epoch = log_.BeginEpoch(1);
  ExpectOffer(replica_);
  ASSERT_TRUE(Restart(replica_).ok());
  log_.Submit();
  ASSERT_TRUE(Sync().ok());
  log_.CutTo(epoch + 1);
  ExpectNoOffer();
  ExpectEvidence(replica_, custody::Verdict::kReportedRollback);
}

// Any set of roots that reaches the threshold makes another statement of the same word.
TEST_F(ReplicaEpoch, AnOldOneWithOtherSignaturesEndsNothing) {
  log_.CutTo(backup_);
  const SignedStatement two = log_.SayByRoots(
      LogEpoch{.epoch = 1, .size = TreeSize{backup_}, .root = log_.RootAt(backup_)});
  log_.Add(two);
  ExpectOffer(replica_);
  ASSERT_TRUE(Restart(replica_).ok());
  log_.Submit();
  log_.Revoke("tina");
  ASSERT_TRUE(Sync().ok());
  for (const std::vector<std::string>& roots :
       {std::vector<std::string>{"root-1", "root-3"}, {"root-1", "root-2", "root-3"}}) {
    log_.CutTo(backup_);
    log_.Add(SignByRoots(two.statement, roots));
    ExpectNoOffer();
  }
}

// The end that it stood in was lost; what it said is used up all the same.
TEST_F(ReplicaEpoch, AnOldOneOfAnEndThatWasLostEndsNothing) {
  log_.CutTo(backup_);
  const std::uint64_t epoch = log_.BeginEpoch(1);
  const SignedStatement first = *DecodeSigned(log_.StatementAt(epoch));
  ExpectOffer(replica_);
  ASSERT_TRUE(Restart(replica_).ok());
  log_.TickTo(UnixSeconds{log_.now().value + 61});
  clock_ = log_.now();
  log_.CutTo(backup_);
  log_.BeginEpoch(1);  // The backup knows of no other.
  ExpectOffer(replica_);
  ASSERT_TRUE(Restart(replica_).ok());
  log_.Revoke("tina");
  ASSERT_TRUE(Sync().ok());
  log_.CutTo(backup_);
  log_.Add(first);
  ExpectNoOffer();
  Replica restored = MakeReplica();
  for (const Bytes& record : records_) ASSERT_TRUE(restored.Restore(record).ok());
  EXPECT_TRUE(absl::IsDataLoss(SyncInto(restored)));
  EXPECT_FALSE(restored.epoch_offer().has_value());
}

TEST_F(ReplicaEpoch, OfALogThatDoesNotHoldItIsAnAlarm) {
  log_.CutTo(backup_);
  const std::uint64_t epoch = log_.BeginEpoch(1);
  ExpectOffer(replica_);
  log_.CutTo(epoch);
  log_.Submit();
  const std::string before = Picture();
  const auto restart = Restart(replica_);
  EXPECT_EQ(restart.status().code(), absl::StatusCode::kDataLoss) << restart.status();
  EXPECT_EQ(Picture(), before);
}

TEST_F(ReplicaEpoch, ALightReplicaAsksThePerson) {
  Replica light = MakeReplica();
  records_.clear();
  ASSERT_TRUE(SyncInto(light, Reach::kLight).ok());
  log_.CutTo(backup_);
  log_.BeginEpoch(1);
  ExpectOffer(light);
  EXPECT_TRUE(light.epoch_offer()->needs_confirmation);
  const auto restart = Restart(light);
  ASSERT_TRUE(restart.ok()) << restart.status();
  EXPECT_EQ(light.head().size.value, log_.size());
  EXPECT_EQ(light.reach(), Reach::kLight);
  ExpectRestored(light);
}

// A head of that size tells only that the log was once so long.
TEST_F(ReplicaEpoch, ALightReplicaThatKnowsTheHeadAsksAsWell) {
  log_.CutTo(backup_);
  Replica light = MakeReplica();
  ASSERT_TRUE(SyncInto(light, Reach::kLight).ok());
  log_.Add(*DecodeSigned(submitted_));
  ASSERT_TRUE(SyncInto(light).ok());
  log_.CutTo(backup_);
  log_.BeginEpoch(1);
  ExpectOffer(light);
  EXPECT_TRUE(light.epoch_offer()->needs_confirmation);
}

// One that was kept from a light replica while it stood in the log, to end the log with later.
TEST_F(ReplicaEpoch, ALightReplicaNeverGoesOnByItselfAtOneThatWasWithheld) {
  Replica light = MakeReplica();
  ASSERT_TRUE(SyncInto(light, Reach::kLight).ok());
  const std::uint64_t epoch = log_.BeginEpoch(1);
  log_.Revoke("tina");
  log_.serving().light = [epoch](LightWhich, LightReply& reply) {
    std::erase_if(reply.statements,
                  [&](const PositionedStatement& one) { return one.position.value == epoch; });
  };
  log_.serving().checkpoint = [](CheckpointReply& reply) { reply.log_epoch.reset(); };
  ASSERT_TRUE(SyncInto(light).ok());
  log_.serving() = {};
  log_.CutTo(epoch + 1);
  ExpectOffer(light);
  EXPECT_TRUE(light.epoch_offer()->needs_confirmation);
}

// The head that an invitation named is part of it, though a light replica has no leaves to
// compute that from any more.
TEST_F(ReplicaEpoch, ALightReplicaStillHoldsTheHeadThatItWasIntroducedTo) {
  expected_.introduced = {.size = TreeSize{backup_ - 1}, .root = log_.RootAt(backup_ - 1)};
  for (const bool full_before : {true, false}) {
    SCOPED_TRACE(full_before ? "full before" : "light from the beginning");
    records_.clear();
    Replica light = MakeReplica();
    light.Expect(expected_);
    if (full_before) {
      ASSERT_TRUE(SyncInto(light, Reach::kFull).ok());
    }
    ASSERT_TRUE(SyncInto(light, Reach::kLight).ok());
    const std::uint64_t size = log_.size();
    log_.CutTo(size - 1);
    log_.BeginEpoch(full_before ? 1 : 2);
    ExpectOffer(light);
    const auto restart = Restart(light);
    ASSERT_TRUE(restart.ok()) << restart.status();
    log_.AddUnseen({.leaf_class = 0, .tag = {}, .statement = HashNamed(absl::StrCat(size))});
    const absl::Status status = SyncInto(light);
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(light.RootAt(expected_.introduced->size), expected_.introduced->root);
    ExpectRestored(light);
  }
}

}  // namespace
}  // namespace amparo::client
