// A server that lies to a light replica, with the log's true key: every lie is an alarm and
// changes nothing. Each test is one check of docs/spec/client-checks.md, "Full and light".

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/checkpoint.h"
#include "tests/client/replica_fixture.h"

namespace amparo::client {
namespace {

using amparo::testing::HashNamed;
using amparo::testing::KeyNamed;
using amparo::testing::ScriptedLog;

// Everything true is known; what comes next is the lie.
class LightAlarm : public ReplicaTest {
 protected:
  LightAlarm() {
    reach_ = Reach::kLight;
    log_.OpenCase();
    log_.Submit();
    const absl::Status status = Sync();
    EXPECT_TRUE(status.ok()) << status;
  }
  void AddStranger() {
    const Hash hash = HashNamed(absl::StrCat("stranger ", log_.size()));
    log_.AddUnseen(
        {.leaf_class = 0, .tag = *LogTag::From(hash.view().first(16)), .statement = hash});
  }
  void MinutesPass() {
    log_.TickTo(UnixSeconds{log_.now().value + 61});
    clock_ = log_.now();
  }
  // Leaves out of every list what stands at `position`.
  void Withhold(std::uint64_t position) {
    log_.serving().light = [position](LightWhich, LightReply& reply) {
      std::erase_if(reply.statements, [&](const PositionedStatement& statement) {
        return statement.position.value == position;
      });
    };
  }
  void Move(std::uint64_t position, std::uint64_t to) {
    log_.serving().light = [=](LightWhich, LightReply& reply) {
      for (PositionedStatement& statement : reply.statements) {
        if (statement.position.value == position) statement.position.value = to;
      }
    };
  }
  // The next Sync is honest and good.
  void ExpectGood() {
    log_.serving() = {};
    const absl::Status status = Sync();
    EXPECT_TRUE(status.ok()) << status;
  }
};

TEST_F(LightAlarm, AWithheldRevocation) {
  const std::uint64_t revoked = log_.Revoke("tina");
  MinutesPass();
  Withhold(revoked);
  ExpectAlarm();
  ExpectGood();
}

TEST_F(LightAlarm, AWithheldRevocationInTheMiddleOfTheChain) {
  const std::uint64_t revoked = log_.Revoke("tina");
  log_.Revoke("rita");
  Withhold(revoked);
  ExpectAlarm();
  ExpectGood();
}

// Not noticed before the next tick; then it can neither be left out nor slipped in.
TEST_F(LightAlarm, AStatementThatWasWithheldAndComesLate) {
  const std::uint64_t revoked = log_.Revoke("tina");
  Withhold(revoked);
  ASSERT_TRUE(Sync().ok());
  MinutesPass();
  ExpectAlarm();  // The tick names it.
  const SignedStatement statement = *DecodeSigned(log_.StatementAt(revoked));
  for (const std::uint64_t position : {revoked, log_.size() - 2}) {
    log_.serving().light = [&](LightWhich which, LightReply& reply) {
      if (which != LightWhich::kDirectory) return;
      reply.statements.insert(reply.statements.begin(), {Position{position}, statement.bytes});
    };
    AddStranger();
    ExpectAlarm();
  }
}

TEST_F(LightAlarm, ATickThatNamesAnotherDirectoryHead) {
  log_.Revoke("tina");
  log_.Add(log_.Say("log", Tick{.now = UnixSeconds{log_.now().value + 61},
                                .directory_head = HashNamed("another")}));
  clock_.value += 61;
  ExpectAlarm();
}

TEST_F(LightAlarm, ATickOfSomebodyElse) {
  log_.Add(log_.Say("fay", Tick{.now = UnixSeconds{log_.now().value + 61}, .directory_head = {}}));
  ExpectAlarm();
}

TEST_F(LightAlarm, ATickFarAheadOfTheClock) {
  log_.TickTo(UnixSeconds{clock_.value + 10 * 60 + 1});
  ExpectAlarm();
  clock_.value += 1;
  ExpectGood();
}

// Also where it is the time before a statement of a chain, and not the newest.
TEST_F(LightAlarm, ATickFarAheadOfTheClockInAChain) {
  log_.TickTo(UnixSeconds{clock_.value + 10 * 60 + 1});
  const std::uint64_t tick = log_.size() - 1;
  const std::uint64_t assigned = log_.Assign();
  log_.Ask();
  int ticks_asked = 0;
  log_.serving().light = [&](LightWhich which, LightReply& reply) {
    std::erase_if(reply.statements, [&](const PositionedStatement& one) {
      return one.position.value == tick || one.position.value == assigned;
    });
    if (which == LightWhich::kTick && ++ticks_asked > 1) {
      reply.statements = {{Position{tick}, log_.StatementAt(tick)}};
    }
  };
  ExpectAlarm();
  EXPECT_GT(ticks_asked, 1);
  clock_.value += 1;
  ExpectGood();
}

TEST_F(LightAlarm, AWithheldLogEpoch) {
  const std::uint64_t epoch = log_.BeginEpoch(1);
  log_.Revoke("tina");
  Withhold(epoch);
  ExpectAlarm();
  Replica newcomer = MakeReplica();
  const absl::Status status = SyncInto(newcomer, Reach::kLight);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(newcomer.head().size.value, 0u);
  ExpectGood();
}

TEST_F(LightAlarm, ALogEpochThatComesTooLate) {
  const std::uint64_t epoch = log_.BeginEpoch(1);
  AddStranger();
  Withhold(epoch);
  log_.serving().checkpoint = [](CheckpointReply& reply) { reply.log_epoch.reset(); };
  ASSERT_TRUE(Sync().ok());
  log_.serving() = {};
  ExpectAlarm();  // Nothing else is new.
  AddStranger();
  ExpectAlarm();
}

TEST_F(LightAlarm, AnOlderLogEpochAsTheNewest) {
  const std::uint64_t first = log_.BeginEpoch(1);
  const std::uint64_t second = log_.BeginEpoch(2);
  ExpectGood();
  std::optional<PositionedStatement> told;
  for (const bool grown : {false, true}) {
    if (grown) AddStranger();
    for (const int how : {0, 1, 2}) {
      SCOPED_TRACE(how);
      if (how == 0) told.reset();
      if (how == 1) told = {Position{first}, log_.StatementAt(first)};
      if (how == 2) told = {Position{second}, log_.StatementAt(first)};
      log_.serving().checkpoint = [&](CheckpointReply& reply) { reply.log_epoch = told; };
      ExpectAlarm();
    }
  }
  ExpectGood();
}

TEST_F(LightAlarm, NoTickAtAll) {
  Replica newcomer = MakeReplica();
  log_.serving().light = [](LightWhich which, LightReply& reply) {
    if (which != LightWhich::kDirectory) reply.statements.clear();
  };
  const absl::Status status = SyncInto(newcomer, Reach::kLight);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(newcomer.head().size.value, 0u);
}

TEST_F(LightAlarm, AWrongInclusionProof) {
  log_.Assign();
  for (const int how : {0, 1, 2, 3}) {
    log_.serving().prove = [&](std::vector<std::vector<Hash>>& paths) {
      if (how == 0) paths.back().back().bytes[0] ^= 1;
      if (how == 1) paths.back().pop_back();
      if (how == 2) paths.back().push_back(Hash{});
      if (how == 3) paths.pop_back();
    };
    ExpectAlarm();
  }
  ExpectGood();
}

TEST_F(LightAlarm, AStatementAtAnotherPosition) {
  AddStranger();
  const std::uint64_t assigned = log_.Assign();
  AddStranger();
  for (const std::uint64_t to : {assigned - 1, assigned + 1}) {
    Move(assigned, to);
    ExpectAlarm();
  }
  ExpectGood();
}

// A certificate revoked at 9 and a statement at 10 must not change places.
TEST_F(LightAlarm, ARevocationThatIsMovedPastAStatement) {
  const std::uint64_t revoked = log_.Revoke("cleo");
  const std::uint64_t assigned = log_.Assign();
  AddStranger();
  Move(revoked, assigned + 1);
  ExpectAlarm();
}

TEST_F(LightAlarm, AStatementByARevokedAuthor) {
  log_.Revoke("cleo");
  log_.Assign();
  ExpectAlarm();
}

// In a large directory few places are proven; those beside a statement always.
TEST_F(LightAlarm, AMovedTurnOfALargeDirectory) {
  for (int i = 0; i < 20; ++i) {
    log_.Enrol(absl::StrCat("early ", i), static_cast<std::uint16_t>(Role::kTranslator));
  }
  const std::uint64_t revoked = log_.Revoke("cleo");
  AddStranger();
  const std::uint64_t assigned = log_.Assign();
  AddStranger();
  for (int i = 0; i < 20; ++i) {
    log_.Enrol(absl::StrCat("late ", i), static_cast<std::uint16_t>(Role::kTranslator));
  }
  Move(revoked, assigned + 1);
  ExpectAlarm();
}

TEST_F(LightAlarm, ALogThatIsShorterThanRemembered) {
  log_.serving().size = log_.size() - 1;
  ExpectAlarm();
}

TEST_F(LightAlarm, AnotherLogOfTheSameSizeOrLonger) {
  ScriptedLog other;
  other.OpenCase();
  other.AddUnseen({.leaf_class = 0, .tag = {}, .statement = HashNamed("another")});
  for (int i = 0; i < 3; ++i) {
    const auto connection = other.Connect();
    const std::string before = Picture();
    const absl::Status status =
        replica_.Sync(*connection, [](ByteView) { return absl::OkStatus(); });
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_EQ(Picture(), before);
    other.AddUnseen({.leaf_class = 0, .tag = {}, .statement = HashNamed(absl::StrCat(i))});
  }
}

TEST_F(LightAlarm, AConsistencyProofThatIsWrongOrMissing) {
  log_.Assign();
  for (const bool cut : {false, true}) {
    log_.serving().checkpoint = [&](CheckpointReply& reply) {
      if (cut) {
        reply.consistency.clear();
      } else {
        reply.consistency.at(0).bytes[3] ^= 8;
      }
    };
    ExpectAlarm();
  }
  ExpectGood();
}

TEST_F(LightAlarm, AForkAtFirstContact) {
  ScriptedLog other;
  other.Revoke("tina");
  Replica newcomer = MakeReplica();
  newcomer.Expect(
      {.certificate = {},
       .introduced = audit::Checkpoint{.size = TreeSize{other.size()}, .root = other.RootNow()}});
  log_.Assign();
  const absl::Status status = SyncInto(newcomer, Reach::kLight);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(newcomer.head().size.value, 0u);
}

TEST_F(LightAlarm, ACheckpointOfAnotherKeyOrNone) {
  log_.Assign();
  log_.serving().checkpoint = [&](CheckpointReply& reply) {
    reply.checkpoint = log_.Note(log_.size(), "somebody");
  };
  ExpectAlarm();
  log_.serving().checkpoint = [](CheckpointReply& reply) { reply.checkpoint.clear(); };
  ExpectAlarm();
}

TEST_F(LightAlarm, AChainWithAGap) {
  log_.serving().hidden = {log_.Assign()};
  log_.Ask();
  const std::uint64_t gap = log_.size() - 2;
  log_.serving().subject = [&](SubjectReply& reply) {
    const auto before = reply.statements.size();
    std::erase_if(reply.statements, [&](const PositionedStatement& statement) {
      return statement.position.value == gap;
    });
    reply.total -= static_cast<std::uint32_t>(before - reply.statements.size());
  };
  ExpectAlarm();
  log_.serving().subject = {};
  EXPECT_TRUE(Sync().ok());
}

TEST_F(LightAlarm, EveryFlippedByteOfAStatement) {
  log_.Assign();
  const std::size_t size = log_.StatementAt(log_.size() - 1).size();
  for (std::size_t byte = 0; byte < size; ++byte) {
    log_.serving().light = [&](LightWhich which, LightReply& reply) {
      if (which == LightWhich::kVisible) reply.statements.back().statement[byte] ^= 0x04;
    };
    const std::string before = Picture();
    const absl::Status status = Sync();
    EXPECT_FALSE(status.ok()) << "byte " << byte;
    EXPECT_EQ(Picture(), before);
  }
  ExpectGood();
}

TEST_F(LightAlarm, TheSameStatementTwice) {
  const std::uint64_t assigned = log_.Assign();
  AddStranger();
  log_.serving().light = [&](LightWhich which, LightReply& reply) {
    if (which != LightWhich::kVisible) return;
    reply.statements.push_back({Position{assigned + 1}, log_.StatementAt(assigned)});
  };
  ExpectAlarm();
}

// Where it was known to stand is no place for it then, and what was known is not to be lost.
TEST_F(LightAlarm, TheSameStatementTwiceWhenTheLeavesAreLetGo) {
  const std::uint64_t assigned = log_.Assign();
  Replica full = MakeReplica();
  ASSERT_TRUE(SyncInto(full, Reach::kFull).ok());
  const std::uint64_t again = log_.Add(*DecodeSigned(log_.StatementAt(assigned)));
  // The full one is shown nothing new; the light one the second, and not the first.
  log_.serving().size = again;
  log_.serving().sync = [&](SyncReply&) { log_.serving().size.reset(); };
  log_.serving().invisible = {log_.document(), log_.case_id()};
  for (std::uint64_t at = 0; at < again; ++at) {
    if (log_.IsOfASubject(at)) log_.serving().hidden.insert(at);
  }
  const std::string before = Picture(full);
  const std::size_t records = records_.size();
  const absl::Status status = SyncInto(full, Reach::kLight);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(Picture(full), before);
  EXPECT_EQ(full.reach(), Reach::kFull);
  EXPECT_EQ(records_.size(), records) << "a lie was kept";
}

// One who holds the log's key can sign any size, and give nothing for ever.
TEST_F(LightAlarm, AListThatGoesOnForEver) {
  const std::uint64_t size = std::uint64_t{1} << 40;
  Replica newcomer = MakeReplica();
  log_.serving().checkpoint = [&](CheckpointReply& reply) {
    reply.checkpoint = audit::SignCheckpoint(
        log_.org(), {.size = TreeSize{size}, .root = HashNamed("any")}, KeyNamed("log"));
  };
  std::uint64_t asked = 0;
  log_.serving().light = [&](LightWhich, LightReply& reply) {
    reply.statements.clear();
    reply.next = Position{++asked};
  };
  const absl::Status status = SyncInto(newcomer, Reach::kLight);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_LT(asked, 100'000u);
}

TEST_F(LightAlarm, ListsThatDoNotEnd) {
  log_.Assign();
  log_.serving().light = [](LightWhich, LightReply& reply) { reply.next = Position{0}; };
  ExpectAlarm();
}

TEST_F(LightAlarm, LeavesThatAreTakenLaterAndLeadElsewhere) {
  ScriptedLog other;
  other.OpenCase();
  other.AddUnseen({.leaf_class = 0, .tag = {}, .statement = HashNamed("another")});
  other.Ask("fay");
  const auto connection = other.Connect();
  const std::string before = Picture();
  const absl::Status status = replica_.Sync(
      *connection, [](ByteView) { return absl::OkStatus(); }, Reach::kFull);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(Picture(), before);
  EXPECT_EQ(replica_.reach(), Reach::kLight);
}

}  // namespace
}  // namespace amparo::client
