// A server that lies, with the log's true key: every lie is an alarm and changes nothing.
// Each test is one check of docs/spec/client-checks.md.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/checkpoint.h"
#include "client/replica_record.h"
#include "tests/client/replica_fixture.h"

namespace amparo::client {
namespace {

using amparo::testing::HashNamed;
using amparo::testing::KeyNamed;
using amparo::testing::Organisation;
using ::testing::HasSubstr;

// Everything true is known; what comes next is the lie.
class ReplicaAlarm : public ReplicaTest {
 protected:
  ReplicaAlarm() {
    log_.OpenCase();
    log_.Submit();
    const absl::Status status = Sync();
    EXPECT_TRUE(status.ok()) << status;
  }
};

TEST_F(ReplicaAlarm, ALogThatIsShorterThanRemembered) {
  log_.serving().size = log_.size() - 1;
  ExpectAlarm();
  EXPECT_THAT(std::string(Sync().message()),
              HasSubstr(ToHex(replica_.head().root)));  // Both heads are named.
}

TEST_F(ReplicaAlarm, AnotherLogOfTheSameSize) {
  amparo::testing::ScriptedLog other;
  other.OpenCase();
  other.AddUnseen({.leaf_class = 0, .tag = {}, .statement = HashNamed("another")});
  ASSERT_EQ(other.size(), log_.size());
  log_.serving().sync = [&](SyncReply& reply) { reply.checkpoint = other.Note(other.size()); };
  ExpectAlarm();
}

TEST_F(ReplicaAlarm, AnotherLogThatIsLonger) {
  amparo::testing::ScriptedLog other;
  other.OpenCase();
  other.AddUnseen({.leaf_class = 0, .tag = {}, .statement = HashNamed("another")});
  other.Ask("fay");
  const auto connection = other.Connect();
  const std::string before = Picture();
  const absl::Status status = replica_.Sync(*connection, [](ByteView) { return absl::OkStatus(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(ToHex(replica_.head().root)));
  EXPECT_EQ(Picture(), before);
}

TEST_F(ReplicaAlarm, ACheckpointOfAnotherKeyOrNone) {
  log_.Assign();
  log_.serving().sync = [&](SyncReply& reply) {
    reply.checkpoint = log_.Note(log_.size(), "somebody");
  };
  ExpectAlarm();
  log_.serving().sync = [](SyncReply& reply) { reply.checkpoint.clear(); };
  ExpectAlarm();
}

TEST_F(ReplicaAlarm, EveryFlippedBitOfAnEntry) {
  log_.Assign();
  for (std::size_t bit = 0; bit < audit::kLeafFieldBytes * 8; ++bit) {
    log_.serving().sync = [&](SyncReply& reply) {
      reply.entries.at(0).leaf[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    };
    ExpectAlarm();
  }
  const std::size_t size = 400;
  for (std::size_t byte = 0; byte < size; ++byte) {
    log_.serving().sync = [&](SyncReply& reply) {
      ASSERT_GE(reply.entries.at(0).statement.size(), size);
      reply.entries.at(0).statement[byte] ^= 1;
    };
    ExpectAlarm();
  }
}

TEST_F(ReplicaAlarm, EntriesWithheldDoubledOrCutShort) {
  log_.Assign();
  log_.Ask();
  log_.serving().sync = [](SyncReply& reply) { reply.entries.clear(); };
  ExpectAlarm();
  log_.serving().sync = [](SyncReply& reply) { reply.entries.at(1) = reply.entries.at(0); };
  ExpectAlarm();
  log_.serving().sync = [](SyncReply& reply) { std::swap(reply.entries[0], reply.entries[1]); };
  ExpectAlarm();
  log_.serving().sync = [](SyncReply& reply) { reply.entries.at(0).statement.pop_back(); };
  ExpectAlarm();
}

TEST_F(ReplicaAlarm, AStatementOfEverybodysThatIsWithheld) {
  const std::uint64_t position =
      log_.Add(log_.Say("ria", Revoke{.member = Organisation::Member("tina"), .certificate = {}}));
  log_.serving().hidden = {position};
  ExpectAlarm();
}

TEST_F(ReplicaAlarm, ALeafOfAnotherClassThanItsStatement) {
  const SignedStatement revoke =
      log_.Say("ria", Revoke{.member = Organisation::Member("tina"), .certificate = {}});
  audit::Leaf leaf = audit::LeafOf(revoke);
  leaf.leaf_class = 0;
  log_.Add(revoke, leaf);
  ExpectAlarm();
}

TEST_F(ReplicaAlarm, ALeafWithAnotherTag) {
  const SignedStatement tick =
      log_.Say("log", Tick{.now = UnixSeconds{log_.now().value + 60}, .directory_head = {}});
  audit::Leaf leaf = audit::LeafOf(tick);
  leaf.tag.bytes[0] ^= 1;
  log_.Add(tick, leaf);
  ExpectAlarm();
}

TEST_F(ReplicaAlarm, AStatementOfAnotherOrganisation) {
  log_.Assign([](Statement& said) { said.org.bytes[0] ^= 1; });
  ExpectAlarm();
}

TEST_F(ReplicaAlarm, AnAuthorWhoSawAnotherLog) {
  log_.Assign([](Statement& said) { said.seen_root = HashNamed("another log"); });
  ExpectAlarm();
}

TEST_F(ReplicaAlarm, AnAuthorWhoSawTheFuture) {
  log_.Assign([](Statement& said) { said.seen_tree_size.value += 1; });
  ExpectAlarm();
}

TEST_F(ReplicaAlarm, AnEarlierStatementOfTheAuthorThatIsMissing) {
  log_.Assign([](Statement& said) { said.actor_prev = HashNamed("dropped"); });
  ExpectAlarm();
}

TEST_F(ReplicaAlarm, ASequenceNumberThatDoesNotRise) {
  log_.Assign();
  ASSERT_TRUE(Sync().ok());
  log_.Add(
      log_.Say("cleo", Unassign{}, log_.document(), [](Statement& said) { said.actor_seq -= 1; }));
  ExpectAlarm();
}

TEST_F(ReplicaAlarm, AForgedSignature) {
  SignedStatement assign = log_.Say("cleo", Unassign{}, log_.document());
  log_.Add(SignStatement(assign.statement, KeyNamed("the server")));
  ExpectAlarm();
}

TEST_F(ReplicaAlarm, AnAuthorWhoWasRevokedBefore) {
  log_.Add(log_.Say("ria", Revoke{.member = Organisation::Member("cleo"), .certificate = {}}));
  ASSERT_TRUE(Sync().ok());
  log_.Assign();
  ExpectAlarm();
}

TEST_F(ReplicaAlarm, ARoleThatItsAuthorDoesNotHave) {
  log_.Assign({}, "tina");
  ExpectAlarm();
}

TEST_F(ReplicaAlarm, ADirectoryStatementThatItsRulesRefuse) {
  log_.Add(log_.Say("cleo", Revoke{.member = Organisation::Member("rita"), .certificate = {}}));
  ExpectAlarm();
}

TEST_F(ReplicaAlarm, ATurnThatIsNotTheNext) {
  log_.Assign([](Statement& said) { said.subject_prev = HashNamed("elsewhere"); });
  ExpectAlarm();
}

TEST_F(ReplicaAlarm, ATimeFarAheadOfThisComputersClock) {
  log_.TickTo(UnixSeconds{clock_.value + 10 * 60});
  EXPECT_TRUE(Sync().ok());
  log_.TickTo(UnixSeconds{clock_.value + 10 * 60 + 1});
  ExpectAlarm();
}

TEST_F(ReplicaAlarm, ASecondDocumentWithTheSameNumber) {
  const SubjectId second = SubjectId::Filled(0xd1);
  const auto connection = log_.Connect();
  auto chain = connection->Subject(SubjectType::kDocument, log_.document(), 0);
  ASSERT_TRUE(chain.ok());
  const auto first = DecodeSigned(chain->statements.at(0).statement);
  ASSERT_TRUE(first.ok());
  const auto body = DecodeBody(first->statement.kind, first->statement.body);
  ASSERT_TRUE(body.ok());
  log_.Add(log_.Say("fay", body->act, second, {}, body->objects, body->grants));
  ExpectAlarm();
}

// The tag of what comes next stands among the leaves: a withheld statement is noticed before
// anything else of its subject is.
TEST_F(ReplicaAlarm, AWithheldNewestStatement) {
  const std::uint64_t position = log_.Assign();
  log_.serving().hidden = {position};
  log_.serving().subject = [&](SubjectReply& reply) {
    std::erase_if(reply.statements, [&](const auto& it) { return it.position.value == position; });
    reply.total -= 1;
  };
  ExpectAlarm();
}

TEST_F(ReplicaAlarm, AStatementLeftOutOfAChain) {
  const std::uint64_t hidden = log_.Assign();
  log_.Ask();
  log_.serving().hidden = {hidden};
  log_.serving().subject = [&](SubjectReply& reply) {
    std::erase_if(reply.statements, [&](const auto& it) { return it.position.value == hidden; });
    reply.total -= 1;
  };
  ExpectAlarm();
}

class ChainAlarm : public ReplicaTest {
 protected:
  // The document comes into sight with its assignment.
  ChainAlarm() {
    EXPECT_TRUE(Sync().ok());
    log_.serving().hidden = {log_.OpenCase(), log_.Submit()};
    log_.Assign();
  }
};

TEST_F(ChainAlarm, StandsOnAnHonestScene) {
  const absl::Status status = Sync();
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(ChainAlarm, AChainThatDoesNotAscend) {
  log_.serving().subject = [](SubjectReply& reply) {
    std::swap(reply.statements.at(0), reply.statements.at(1));
  };
  ExpectAlarm();
}

TEST_F(ChainAlarm, AChainWithAStatementAtAnotherPlace) {
  log_.serving().subject = [](SubjectReply& reply) { --reply.statements.at(0).position.value; };
  ExpectAlarm();
}

TEST_F(ChainAlarm, AChainWithoutItsFirstStatement) {
  log_.serving().subject = [](SubjectReply& reply) {
    reply.statements.erase(reply.statements.begin());
    reply.total = 1;
  };
  ExpectAlarm();
}

TEST_F(ChainAlarm, AChainWithoutTheStatementThatWasDelivered) {
  log_.serving().subject = [](SubjectReply& reply) {
    reply.statements.pop_back();
    reply.total = 1;
  };
  ExpectAlarm();
}

TEST_F(ChainAlarm, AChainThatSaysItIsLongerThanItIs) {
  log_.serving().subject = [](SubjectReply& reply) { reply.total += 1; };
  ExpectAlarm();
}

TEST_F(ChainAlarm, AChainOfAnotherSubject) {
  const auto connection = log_.Connect();
  const auto of_case = connection->Subject(SubjectType::kCase, log_.case_id(), 0);
  ASSERT_TRUE(of_case.ok());
  log_.serving().subject = [&](SubjectReply& reply) {
    reply.statements.insert(reply.statements.begin(), of_case->statements.at(0));
    reply.total += 1;
  };
  ExpectAlarm();
}

// Nobody checks what stands beyond the head, and what cannot be read back would close the home.
TEST_F(ChainAlarm, JunkBeyondTheHeadThatCannotBeKept) {
  log_.serving().subject = [](SubjectReply& reply) {
    reply.statements.push_back(
        {.position = Position{1 << 30}, .statement = Bytes(kSignedStatementBytesMax + 1)});
    reply.total += 1;
  };
  ExpectAlarm();
}

TEST_F(ChainAlarm, ButNotJunkBeyondTheHeadThatIsDropped) {
  log_.serving().subject = [](SubjectReply& reply) {
    reply.statements.push_back({.position = Position{1 << 30}, .statement = Bytes(100)});
    reply.total += 1;
  };
  const absl::Status status = Sync();
  ASSERT_TRUE(status.ok()) << status;
  Replica restored = MakeReplica();
  for (const Bytes& record : records_) ASSERT_TRUE(restored.Restore(record).ok());
  EXPECT_EQ(Picture(restored), Picture());
  for (const Bytes& record : records_) {
    auto kept = DecodeReplicaRecord(record);
    ASSERT_TRUE(kept.ok());
    for (const RecordedChain& chain : kept->chains) {
      for (const auto& one : chain.statements) EXPECT_LT(one.position.value, log_.size());
    }
  }
}

TEST_F(ReplicaAlarm, MoreThanAComputerShouldHold) {
  log_.serving().sync = [this](SyncReply& reply) {
    reply.entries.assign(1'000, SyncEntry{.leaf = Bytes(audit::kLeafFieldBytes),
                                          .statement = Bytes(kSignedStatementBytesMax)});
    reply.checkpoint = audit::SignCheckpoint(
        log_.org(), {.size = TreeSize{std::uint64_t{1} << 40}, .root = HashNamed("large")},
        KeyNamed("log"));
  };
  const std::string before = Picture();
  EXPECT_EQ(Sync().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Picture(), before);
}

// What a home was told before it spoke to the server.
class ReplicaThatExpects : public ReplicaAlarm {
 protected:
  void ExpectAs(const std::string& name) {
    replica_.Expect({.certificate = log_.Certificate(name), .introduced = {}});
  }
  // The server keeps the assignment to itself, and denies the document.
  void HideAssignment() {
    log_.serving().hidden = {log_.Assign()};
    log_.serving().invisible = {log_.document()};
  }
};

TEST_F(ReplicaThatExpects, ToSeeItsDocumentTakesNotFoundForALie) {
  ExpectAs("carl");
  HideAssignment();
  ExpectAlarm();
}

TEST_F(ReplicaThatExpects, NothingOfTheDocumentAcceptsNotFound) {
  ExpectAs("rita");
  HideAssignment();
  const absl::Status status = Sync();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_FALSE(replica_.documents().at(log_.document()).visible);
}

TEST_F(ReplicaThatExpects, ToSeeItsDocumentUntilItsLeaseEnds) {
  log_.Assign();
  ExpectAs("tina");
  ASSERT_TRUE(Sync().ok());
  log_.serving().hidden = {log_.Add(log_.Say("cleo", Unassign{}, log_.document()))};
  log_.serving().invisible = {log_.document()};
  ExpectAlarm();
  clock_.value += 49 * 3600;
  const absl::Status status = Sync();
  EXPECT_TRUE(status.ok()) << status;
}

// Sight may end between the two answers of an honest server.
TEST_F(ReplicaThatExpects, ToSeeItsDocumentAsksAgainWhenTheLogGrew) {
  ExpectAs("carl");
  HideAssignment();
  log_.serving().size = log_.size();
  log_.Add(log_.Say("ria", Revoke{.member = Organisation::Member("carl"), .certificate = {}}));
  log_.serving().sync = [this](SyncReply&) { log_.serving().size.reset(); };
  const absl::Status status = Sync();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(replica_.head().size.value, log_.size());
  EXPECT_FALSE(replica_.documents().at(log_.document()).visible);
}

// A fork is seen before anything of it is kept.
TEST_F(ReplicaTest, AnotherLogThanTheOneIntroducedIsAnAlarm) {
  const audit::Checkpoint other{.size = TreeSize{3}, .root = HashNamed("another log")};
  replica_.Expect({.certificate = {}, .introduced = other});
  ExpectAlarm();
  replica_.Expect({.certificate = {},
                   .introduced = audit::Checkpoint{.size = TreeSize{log_.size() + 1}, .root = {}}});
  ExpectAlarm();
  const auto head = audit::OpenCheckpoint(log_.org(), log_.log_key(), log_.Note(3));
  ASSERT_TRUE(head.ok());
  replica_.Expect({.certificate = {}, .introduced = *head});
  const absl::Status status = Sync();
  EXPECT_TRUE(status.ok()) << status;
}

// The submit stands below what is known already, where it was kept from us.
TEST_F(ReplicaAlarm, ADocumentOfACaseThatComesIntoSightLateWithANumberGivenTwice) {
  const SubjectId second = SubjectId::Filled(0xd1);
  const auto connection = log_.Connect();
  auto chain = connection->Subject(SubjectType::kDocument, log_.document(), 0);
  ASSERT_TRUE(chain.ok());
  const auto first = DecodeSigned(chain->statements.at(0).statement);
  ASSERT_TRUE(first.ok());
  const auto body = DecodeBody(first->statement.kind, first->statement.body);
  ASSERT_TRUE(body.ok());
  log_.serving().hidden = {
      log_.Add(log_.Say("fay", body->act, second, {}, body->objects, body->grants))};
  ASSERT_TRUE(Sync().ok());
  log_.Add(log_.Say("fay", Withdraw{}, second));
  log_.serving().hidden = {};
  ExpectAlarm();
}

TEST(ReplicaOfAnotherOrganisation, IsAnAlarmFromTheFirstEntry) {
  amparo::testing::ScriptedLog log;
  OrgId other = log.org();
  other.bytes[0] ^= 1;
  for (const auto& [org, key] :
       {std::pair(other, log.log_key()), std::pair(log.org(), KeyNamed("x").verify_key())}) {
    Replica replica(org, key, [] { return UnixSeconds{Organisation::kStartSeconds}; });
    const auto connection = log.Connect();
    EXPECT_EQ(replica.Sync(*connection, [](ByteView) { return absl::OkStatus(); }).code(),
              absl::StatusCode::kDataLoss);
    EXPECT_EQ(replica.head().size.value, 0u);
  }
}

}  // namespace
}  // namespace amparo::client
