// One row per name of a refusal, with the state, the act and the person that provoke it.

#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <set>

#include "tests/support/story.h"
#include "tests/workflow/decision_matchers.h"

namespace amparo::workflow {
namespace {

using testing::HashNamed;
using testing::MembersNamed;
using testing::Organisation;
using testing::Said;
using testing::Story;

struct Row {
  Refusal refusal;
  const char* when;
  std::function<Decision(Story&)> provoke;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.when; }

Decision Answer(std::optional<Refusal> refusal) { return {.events = {}, .refusal = refusal}; }

// The act, said with a statement that `bend` changed after it was composed.
Decision TryBent(Story& story, const char* actor, const Act& act,
                 const std::function<void(Statement&)>& bend) {
  Said said = story.Compose(actor, act);
  bend(said.statement.statement);
  return Decide(story.document(), story.Now(), said.statement, said.body);
}

Said SubmitSaid(Story& story, const char* actor, const std::function<void(Submit&)>& bend) {
  Submit act = story.SubmitAct();
  bend(act);
  return story.Compose(actor, act);
}

Decision AskCase(Story& story, const char* actor, const std::function<void(Submit&)>& bend) {
  const Said said = SubmitSaid(story, actor, bend);
  return Answer(DecideSubmitToCase(story.the_case(), story.Now(), said.statement,
                                   std::get<Submit>(said.body.act)));
}

void DropGrants(Body& body) { body.grants.clear(); }

std::vector<Row> ChainRows() {
  return {
      {Refusal::kUpdateRequired, "a kind of a newer version",
       [](Story& s) {
         return TryBent(s.Submitted(), "cleo", Unassign{}, [](Statement& it) { it.kind = 999; });
       }},
      {Refusal::kMalformed, "a body that is not of its kind",
       [](Story& s) {
         return TryBent(s.Submitted(), "cleo", Unassign{},
                        [](Statement& it) { it.kind = static_cast<std::uint16_t>(Kind::kAccept); });
       }},
      {Refusal::kMalformed, "a source without parts",
       [](Story& s) {
         return s.Try("fay", s.SubmitAct(), [](Body& body) { body.objects.resize(1); });
       }},
      {Refusal::kStale, "two coordinators assign at once",
       [](Story& s) {
         const Said late = s.Submitted().Compose("carl", s.AssignAct("tom", "rex"));
         s.Must("cleo", s.AssignAct("tina", "rita"));
         return s.Judge(late);
       }},
      {Refusal::kUnknownPrevious, "a remark on a statement of another document",
       [](Story& s) {
         return TryBent(s.Submitted(), "cleo", Note{},
                        [](Statement& it) { it.subject_prev = HashNamed("elsewhere"); });
       }},
      {Refusal::kSubjectExists, "a first submit on a document that has begun",
       [](Story& s) {
         Submit act = s.SubmitAct();
         s.Submitted();
         return s.Try("fay", act);
       }},
      {Refusal::kSubjectExists, "a case opened twice",
       [](Story& s) { return s.Try("fay", OpenCase{}); }},
      {Refusal::kSubjectUnknown, "accepting what was never submitted",
       [](Story& s) { return s.Try("tina", Accept{}); }},
      {Refusal::kStateForbids, "approving what is still translated",
       [](Story& s) { return s.Translating().Try("rita", s.ApproveAct()); }},
  };
}

std::vector<Row> AuthorRows() {
  return {
      {Refusal::kRoleRequired, "a translator who assigns",
       [](Story& s) { return s.Submitted().Try("tina", s.AssignAct("tina", "rita")); }},
      {Refusal::kDeskRequired, "a coordinator of another desk",
       [](Story& s) { return s.Submitted().Try("dora", s.AssignAct("tina", "rita")); }},
      {Refusal::kNotOnThisCase, "a fellow who submits to another's case",
       [](Story& s) { return AskCase(s, "flo", [](Submit&) {}); }},
      {Refusal::kNotOnThisCase, "a note by somebody who may not see the document",
       [](Story& s) { return s.Submitted().Try("tom", Note{}); }},
      {Refusal::kNotTheAssignee, "a translator who accepts what is another's",
       [](Story& s) { return s.Assigned().Try("tom", Accept{}); }},
      {Refusal::kNotTheReviewer, "a reviewer who approves what is another's",
       [](Story& s) { return s.InReview().Try("rex", s.ApproveAct()); }},
      {Refusal::kNotTheSubmitter, "a better copy by a fellow who did not submit",
       [](Story& s) { return s.Submitted().Try("flo", s.SubmitAct()); }},
      {Refusal::kNotAnAttorneyOfThis, "a receipt by an attorney who was given nothing",
       [](Story& s) { return s.Delivered().Try("abe", s.ReceiveAct()); }},
  };
}

std::vector<Row> AssignmentRows() {
  return {
      {Refusal::kTranslatorInvalid, "assigning a reviewer to translate",
       [](Story& s) { return s.Submitted().Try("cleo", s.AssignAct("rex", "rita")); }},
      {Refusal::kReviewerInvalid, "assigning a translator to review",
       [](Story& s) { return s.Submitted().Try("cleo", s.AssignAct("tina", "tom")); }},
      {Refusal::kAttorneyInvalid, "naming a fellow as attorney",
       [](Story& s) { return s.Submitted().Try("cleo", s.AssignAct("tina", "rita", {"flo"})); }},
      {Refusal::kGranteeInvalid, "sharing with somebody who has no part in it",
       [](Story& s) {
         return s.Submitted().Try("cleo", Share{.with = Organisation::Member("tom")});
       }},
      {Refusal::kReviewerIsTranslator, "one person for both",
       [](Story& s) { return s.Submitted().Try("cleo", s.AssignAct("max", "max")); }},
      {Refusal::kReviewerIsSubmitter, "a reviewer who submitted",
       [](Story& s) {
         s.Submitted().Must("carl", s.SubmitAct());
         Document document = s.document();
         document.submitters.insert(Organisation::Member("rita"));
         s.set_document(document);
         return s.Try("cleo", s.AssignAct("tina", "rita"));
       }},
      {Refusal::kTranslatorIsSubmitter, "a translator who submitted",
       [](Story& s) {
         s.Must("cleo", ShareCase{.with = Organisation::Member("max")});
         s.Must("max", s.SubmitAct());
         return s.Try("cleo", s.AssignAct("max", "rita"));
       }},
      {Refusal::kLeaseInvalid, "a lease of 91 days",
       [](Story& s) {
         Assign act = s.Submitted().AssignAct("tina", "rita");
         act.lease_end = s.organisation().In(91 * 24);
         return s.Try("cleo", act);
       }},
      {Refusal::kUsableGrantMissing, "assigning without handing over the source",
       [](Story& s) { return s.Submitted().Try("cleo", s.AssignAct("tina", "rita"), DropGrants); }},
  };
}

std::vector<Row> ReviewRows() {
  return {
      {Refusal::kApproverIsAuthor, "a reviewer who corrected the text",
       [](Story& s) {
         s.InReview().Must("rita", s.HandInAct());
         s.Must("tina", s.HandInAct());
         return s.Try("rita", s.ApproveAct());
       }},
      {Refusal::kApproverIsSubmitter, "a reviewer who submitted, however they came to review",
       [](Story& s) {
         Document document = s.InReview().document();
         document.submitters.insert(Organisation::Member("rita"));
         s.set_document(document);
         return s.Try("rita", s.ApproveAct());
       }},
      {Refusal::kTextIsNotCurrent, "approving the text of yesterday",
       [](Story& s) {
         const Approve yesterday = s.InReview().ApproveAct();
         s.Must("rita", s.ReturnAct()).Must("tina", s.HandInAct());
         return s.Try("rita", yesterday);
       }},
      {Refusal::kSourceIsNotCurrent, "a translation of a replaced source",
       [](Story& s) {
         HandIn act = s.Translating().HandInAct();
         act.source = HashNamed("the blurred photograph");
         return s.Try("tina", act);
       }},
      {Refusal::kVersionNotNext, "a version left out",
       [](Story& s) {
         HandIn act = s.Translating().HandInAct();
         ++act.version;
         return s.Try("tina", act);
       }},
      {Refusal::kCertificateMissing, "a translation that nobody certifies",
       [](Story& s) {
         return s.Translating().Try("tina", s.HandInAct(), [](Body& body) {
           const ObjectId certificate = body.objects.back().object;
           body.objects.pop_back();
           std::erase_if(body.grants, [&](const GrantRef& it) { return it.object == certificate; });
         });
       }},
      {Refusal::kNoteMissing, "a return that does not say why",
       [](Story& s) {
         return s.InReview().Try("rita", s.ReturnAct(), [](Body& body) {
           body.objects.clear();
           body.grants.clear();
         });
       }},
      {Refusal::kQuestionUnknown, "an answer to what was never asked",
       [](Story& s) {
         return s.Submitted().Try(
             "cleo", Note{.type = NoteType::kAnswer, .in_reply_to = HashNamed("nothing")});
       }},
  };
}

std::vector<Row> CaseAndDeliveryRows() {
  return {
      {Refusal::kNumberTaken, "a document number that is not the next",
       [](Story& s) { return AskCase(s, "fay", [](Submit& act) { act.number = 2; }); }},
      {Refusal::kCaseMismatch, "a submit that names another desk than its case",
       [](Story& s) { return AskCase(s, "fay", [](Submit& act) { act.desk = 2; }); }},
      {Refusal::kCaseMismatch, "a better copy that moves to another case",
       [](Story& s) {
         Submit act = s.Submitted().SubmitAct();
         act.case_id = SubjectId::Filled(1);
         return s.Try("fay", act);
       }},
      {Refusal::kNoAttorney, "a delivery to nobody",
       [](Story& s) { return s.Approved().Try("cleo", s.DeliverAct({})); }},
      {Refusal::kAlreadyReceived, "a second receipt",
       [](Story& s) {
         s.Delivered().Must("ada", s.ReceiveAct());
         return s.Try("ada", s.ReceiveAct());
       }},
      {Refusal::kDeskUnknown, "a case for a desk that nobody coordinates",
       [](Story& s) {
         Said said = s.Compose("fay", OpenCase{.desk = 9, .deliver_on_approval = 1});
         said.statement.statement.subject_prev = {};
         return Decide(Case{}, s.Now(), said.statement, said.body);
       }},
      {Refusal::kRecoveryUntested, "a case before the recovery key was tried",
       [](Story&) {
         Story untested({.recovery_tested = false}, true);
         return untested.Try("fay", OpenCase{});
       }},
  };
}

std::vector<Row> AllRows() {
  std::vector<Row> rows;
  for (const auto& part :
       {ChainRows(), AuthorRows(), AssignmentRows(), ReviewRows(), CaseAndDeliveryRows()}) {
    rows.insert(rows.end(), part.begin(), part.end());
  }
  return rows;
}

class DecideRefuses : public ::testing::TestWithParam<Row> {};

TEST_P(DecideRefuses, UnderTheNameOfItsCause) {
  Story story(/*signs=*/false);
  EXPECT_THAT(GetParam().provoke(story), IsRefused(GetParam().refusal)) << GetParam().when;
}

INSTANTIATE_TEST_SUITE_P(Rows, DecideRefuses, ::testing::ValuesIn(AllRows()));

TEST(Refusals, AreAllProvokedAbove) {
  std::set<Refusal> provoked;
  for (const Row& row : AllRows()) provoked.insert(row.refusal);
  for (int value = 1; value <= static_cast<int>(kLastRefusal); ++value) {
    const auto refusal = static_cast<Refusal>(value);
    EXPECT_TRUE(provoked.contains(refusal)) << RefusalName(refusal);
  }
}

TEST(Refusals, HaveNamesThatDiffer) {
  std::set<std::string> names;
  for (int value = 1; value <= static_cast<int>(kLastRefusal); ++value) {
    names.insert(std::string(RefusalName(static_cast<Refusal>(value))));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kLastRefusal));
}

TEST(Refusals, AreFinalUnlessSomebodyWasFaster) {
  EXPECT_TRUE(IsRace(Refusal::kStale));
  EXPECT_TRUE(IsRace(Refusal::kNumberTaken));
  EXPECT_FALSE(IsRace(Refusal::kStateForbids));
}

}  // namespace
}  // namespace amparo::workflow
