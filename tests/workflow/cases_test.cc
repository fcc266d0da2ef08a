// Cases. Each test is a sentence of docs/spec/workflow.md, "Cases".

#include <gtest/gtest.h>

#include "tests/support/story.h"
#include "tests/workflow/decision_matchers.h"

namespace amparo::workflow {
namespace {

using testing::Organisation;
using testing::Said;
using testing::Story;

MemberId Named(const char* name) { return Organisation::Member(name); }

// A case that nobody opened yet, in an organisation that could have it.
Decision TryOpening(Story& story, const char* actor, Desk desk, const Story::Bend& bend = {}) {
  Said said = story.Compose(actor, OpenCase{.desk = desk, .deliver_on_approval = 1}, bend);
  said.statement.statement.subject_prev = {};
  return Decide(Case{}, story.Now(), said.statement, said.body);
}

TEST(OpenCase, IsForFellowsAndForCoordinatorsOfTheDesk) {
  Story story;
  EXPECT_THAT(TryOpening(story, "flo", 1), Emits("CaseOpened"));
  EXPECT_THAT(TryOpening(story, "sol", 2), Emits("CaseOpened"));
  EXPECT_THAT(TryOpening(story, "cleo", 1), Emits("CaseOpened"));
  EXPECT_THAT(TryOpening(story, "cleo", 2), IsRefused(Refusal::kDeskRequired));
  EXPECT_THAT(TryOpening(story, "tina", 1), IsRefused(Refusal::kRoleRequired));
}

TEST(OpenCase, NeedsSomebodyWhoCanReadItsCard) {
  Story story;
  EXPECT_THAT(TryOpening(story, "fay", 1, [](Body& body) { body.grants.clear(); }),
              IsRefused(Refusal::kUsableGrantMissing));
  const auto without_card = [](Body& body) {
    body.objects.clear();
    body.grants.clear();
  };
  EXPECT_THAT(TryOpening(story, "fay", 1, without_card), Emits("CaseOpened"));
}

TEST(OpenCase, FindsNoDeskWhoseCoordinatorsAreAllGone) {
  Story story;
  story.organisation().Revoke("dora");
  EXPECT_THAT(TryOpening(story, "fay", 2), IsRefused(Refusal::kDeskUnknown));
}

TEST(ShareCase, MakesAttorneysTheCasesAttorneys) {
  Story story;
  EXPECT_THAT(story.Do("cleo", ShareCase{.with = Named("ada")}), Emits("CaseShared"));
  EXPECT_EQ(story.the_case().attorneys, std::vector<MemberId>{Named("ada")});
  EXPECT_TRUE(MaySee(story.the_case(), story.Now(), Named("ada")));
  EXPECT_FALSE(MaySee(story.the_case(), story.Now(), Named("abe")));
}

TEST(ShareCase, IsForACoordinatorAndWithThoseTheRulesAllow) {
  Story story;
  EXPECT_THAT(story.Try("fay", ShareCase{.with = Named("ada")}), IsRefused(Refusal::kRoleRequired));
  EXPECT_THAT(story.Try("dora", ShareCase{.with = Named("ada")}),
              IsRefused(Refusal::kDeskRequired));
  EXPECT_THAT(story.Try("cleo", ShareCase{.with = Named("tina")}),
              IsRefused(Refusal::kGranteeInvalid));
  EXPECT_THAT(story.Try("cleo", ShareCase{.with = Named("dora")}),
              IsRefused(Refusal::kGranteeInvalid));
}

std::optional<Refusal> AskCase(Story& story, const char* actor,
                               const std::function<void(Submit&)>& bend = {}) {
  Submit act = story.SubmitAct();
  if (bend) bend(act);
  const Said said = story.Compose(actor, act);
  return DecideSubmitToCase(story.the_case(), story.Now(), said.statement, act);
}

TEST(SubmitToCase, IsForThoseWhoMaySeeIt) {
  Story story;
  EXPECT_EQ(AskCase(story, "fay"), std::nullopt);
  EXPECT_EQ(AskCase(story, "cleo"), std::nullopt);
  EXPECT_EQ(AskCase(story, "flo"), Refusal::kNotOnThisCase);
  story.Must("cleo", ShareCase{.with = Named("flo")});
  EXPECT_EQ(AskCase(story, "flo"), std::nullopt);
}

TEST(SubmitToCase, NumbersDocumentsFromOneWithoutGaps) {
  Story story;
  EXPECT_EQ(AskCase(story, "fay", [](Submit& act) { act.number = 2; }), Refusal::kNumberTaken);
  story.Submitted();
  const auto another = [](std::uint16_t number) {
    return [number](Submit& act) {
      act.version = 1;
      act.number = number;
    };
  };
  EXPECT_EQ(AskCase(story, "fay", another(1)), Refusal::kNumberTaken);
  EXPECT_EQ(AskCase(story, "fay", another(2)), std::nullopt);
}

TEST(SubmitToCase, LetsABetterCopyKeepItsNumber) {
  Story story;
  story.Submitted();
  EXPECT_EQ(AskCase(story, "fay"), std::nullopt);
  EXPECT_EQ(AskCase(story, "fay", [](Submit& act) { act.number = 2; }), Refusal::kCaseMismatch);
}

TEST(SubmitToCase, LetsNoDocumentTakeAnothersNumber) {
  Story story;
  story.Submitted();
  const Case two = EvolveWithDocument(story.the_case(), SubjectId::Filled(2));
  Submit act = story.SubmitAct();
  act.number = 2;
  const Said said = story.Compose("fay", act);
  EXPECT_EQ(DecideSubmitToCase(two, story.Now(), said.statement, act), Refusal::kCaseMismatch);
}

TEST(SubmitToCase, RefusesACaseThatIsNotOpen) {
  Story story;
  const Said said = story.Compose("fay", story.SubmitAct());
  EXPECT_EQ(DecideSubmitToCase(Case{}, story.Now(), said.statement, story.SubmitAct()),
            Refusal::kSubjectUnknown);
}

TEST(NoteCase, IsForThoseWhoMaySeeIt) {
  Story story;
  EXPECT_THAT(story.Do("fay", NoteCase{.type = NoteType::kQuestion, .in_reply_to = {}}),
              Emits("QuestionAsked"));
  const Hash question = story.the_case().questions.back().statement;
  EXPECT_THAT(story.Do("cleo", NoteCase{.type = NoteType::kAnswer, .in_reply_to = question}),
              Emits("QuestionAnswered"));
  EXPECT_THAT(story.Try("tina", NoteCase{}), IsRefused(Refusal::kNotOnThisCase));
}

}  // namespace
}  // namespace amparo::workflow
