// A key to a new reader when nobody else confirmed the history: refused, or given with a remark
// that says so.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/client_verbs/town.h"

namespace amparo::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string ReasonOf(const absl::Status& status) {
  const auto detail = client::DetailOf(status);
  return detail.has_value() ? detail->reason : std::string(status.message());
}

// The server keeps everybody apart, from the time a case stands that is shared with all.
class Apart : public ::testing::Test {
 protected:
  Apart()
      : town_(0, Nothing()),
        case_id_(*town_.As("cleo").NewCase(1, {.title = "E.", .note = ""}, true)) {
    EXPECT_TRUE(town_.As("cleo").ShareCase(case_id_, town_.Id("fay")).ok())
        << "a device that opens nothing is given no key";
    document_ = town_.Submit(case_id_, {Corpus("ht.txt")});
  }
  static Tampering Nothing() {
    Tampering tampering;
    tampering.cosigned = [](std::vector<std::string>& notes) { notes.clear(); };
    return tampering;
  }
  TreeSize LogSize() { return town_.engine().organization().snapshot()->size(); }
  // With no synchronisation before it, as the verb does.
  absl::Status Assign(const SubjectId& document) {
    return town_.Stale("cleo").Assign(document, town_.People("tina", "rita"));
  }

  Town town_;
  SubjectId case_id_;
  SubjectId document_;
};

TEST_F(Apart, NoVerbGivesAKeyToSomebodyNew) {
  town_.As("cleo");
  const TreeSize before = LogSize();
  EXPECT_EQ(ReasonOf(Assign(document_)), "NOT_WITNESSED");
  EXPECT_EQ(ReasonOf(town_.As("cleo").ShareCase(case_id_, town_.Id("ada"))), "NOT_WITNESSED");
  EXPECT_EQ(ReasonOf(town_.As("cleo").Share(document_, town_.Id("carl"))), "NOT_WITNESSED");
  EXPECT_EQ(ReasonOf(town_.As("cleo").Deliver(document_, {town_.Id("ada")}, true)),
            "NOT_WITNESSED");
  EXPECT_EQ(LogSize(), before);
}

TEST_F(Apart, ARemarkWithAReasonLetsOneDocumentGo) {
  const SubjectId other = town_.Submit(case_id_, {Corpus("kek.txt")});
  client::Client& cleo = town_.As("cleo");
  EXPECT_TRUE(absl::IsInvalidArgument(cleo.RecordUnwitnessed(document_, "").status()));
  EXPECT_EQ(ReasonOf(Assign(document_)), "NOT_WITNESSED");
  const auto recorded = cleo.RecordUnwitnessed(document_, "The hearing is tomorrow.");
  ASSERT_TRUE(recorded.ok()) << recorded.status();
  EXPECT_TRUE(*recorded);
  const absl::Status assigned = Assign(document_);
  ASSERT_TRUE(assigned.ok()) << assigned;
  EXPECT_EQ(ReasonOf(Assign(other)), "NOT_WITNESSED");
  const auto talk = town_.As("carl").Conversation(document_);
  ASSERT_TRUE(talk.ok()) << talk.status();
  ASSERT_THAT(*talk, ::testing::SizeIs(1));
  EXPECT_EQ((*talk)[0].by, town_.Id("cleo"));
  EXPECT_EQ((*talk)[0].type, NoteType::kComment);
  EXPECT_THAT((*talk)[0].text, StartsWith(client::kUnwitnessedRemark));
  EXPECT_THAT((*talk)[0].text, HasSubstr("The hearing is tomorrow."));
}

TEST_F(Apart, ARemarkOnTheCaseLetsItsDocumentsGo) {
  const auto recorded = town_.As("cleo").RecordUnwitnessed(case_id_, "The hearing is tomorrow.");
  ASSERT_TRUE(recorded.ok()) << recorded.status();
  EXPECT_TRUE(town_.Stale("cleo").ShareCase(case_id_, town_.Id("ada")).ok());
  EXPECT_EQ(ReasonOf(Assign(document_)), "NOT_WITNESSED") << "that was the act it was for";
}

TEST_F(Apart, ARemarkIsForOneActAndUntilTheNextSync) {
  client::Client& cleo = town_.As("cleo");
  ASSERT_TRUE(cleo.RecordUnwitnessed(document_, "The hearing is tomorrow.").ok());
  ASSERT_TRUE(Assign(document_).ok());
  EXPECT_EQ(ReasonOf(cleo.Share(document_, town_.Id("carl"))), "NOT_WITNESSED");
  ASSERT_TRUE(cleo.RecordUnwitnessed(document_, "And another.").ok());
  ASSERT_TRUE(cleo.Sync().ok());
  EXPECT_EQ(ReasonOf(cleo.Share(document_, town_.Id("carl"))), "NOT_WITNESSED");
}

// A server that says it took the remark, and drops it, gets no key for it.
TEST_F(Apart, ARemarkThatDoesNotShowLetsNothingGo) {
  client::Client& cleo = town_.As("cleo");
  Tampering& server = town_.Server("cleo");
  server.acknowledge = [&](const client::AppendRequest&) {
    server.sync = [] { return absl::UnavailableError("later"); };
    return client::AppendReply{.position = {LogSize().value}, .checkpoint = ""};
  };
  const auto recorded = cleo.RecordUnwitnessed(document_, "The hearing is tomorrow.");
  EXPECT_TRUE(absl::IsUnavailable(recorded.status())) << recorded.status();
  server.acknowledge = nullptr;
  server.sync = nullptr;
  EXPECT_EQ(ReasonOf(Assign(document_)), "NOT_WITNESSED");
}

TEST_F(Apart, WorkOnWhatIsAssignedGoesOn) {
  client::Client& cleo = town_.As("cleo");
  ASSERT_TRUE(cleo.RecordUnwitnessed(case_id_, "The hearing is tomorrow.").ok());
  ASSERT_TRUE(cleo.ShareCase(case_id_, town_.Id("ada")).ok());
  ASSERT_TRUE(cleo.RecordUnwitnessed(document_, "The hearing is tomorrow.").ok());
  ASSERT_TRUE(Assign(document_).ok());
  ASSERT_TRUE(town_.As("tina").Accept(document_).ok());
  town_.HandIn(document_, Corpus("en.txt"));
  town_.Read(document_);
  const absl::Status approved = town_.As("rita").Approve(document_);
  EXPECT_TRUE(approved.ok()) << approved;
  EXPECT_TRUE(town_.As("ada").Receive(document_, town_.Fresh(), nullptr).ok());
}

TEST(Override, IsNotRecordedWhenNobodyNeedsIt) {
  Town town;
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("ht.txt")});
  const TreeSize before = town.engine().organization().snapshot()->size();
  const auto recorded = town.As("cleo").RecordUnwitnessed(document, "No reason at all.");
  ASSERT_TRUE(recorded.ok()) << recorded.status();
  EXPECT_FALSE(*recorded);
  EXPECT_EQ(town.engine().organization().snapshot()->size(), before);
}

// The log's time is older than the limit: news may be hidden, or this clock is wrong.
TEST(TimeThatStandsStill, IsAnAlarmThatKeepsWhatCame) {
  Town town(-97 * std::int64_t{3600});
  client::Client& cleo = town.As("cleo");
  EXPECT_TRUE(absl::IsDataLoss(cleo.CheckTimePasses()));
  EXPECT_EQ(ReasonOf(cleo.CheckTimePasses()), "TIME_STANDS_STILL");
  EXPECT_GT(cleo.replica().head().size.value, 0u);
  EXPECT_EQ(ReasonOf(cleo.Log().may_grant), "VIEW_TOO_OLD");
  town.engine().SetClockOffset(0);
  ASSERT_TRUE(town.As("flo").NewCase(1, {.title = "News", .note = ""}, true).ok());
  EXPECT_TRUE(town.As("cleo").CheckTimePasses().ok());
}

}  // namespace
}  // namespace amparo::testing
