// Delivering and what follows. Each test is a sentence of docs/spec/workflow.md, "Delivering".

#include <gtest/gtest.h>

#include "tests/support/story.h"
#include "tests/workflow/decision_matchers.h"

namespace amparo::workflow {
namespace {

using testing::Organisation;
using testing::Story;

MemberId Named(const char* name) { return Organisation::Member(name); }

TEST(Deliver, AddsAnAttorney) {
  Story story;
  story.Delivered().Must("ada", story.ReceiveAct());
  EXPECT_THAT(story.Do("cleo", story.DeliverAct({"abe"})), Emits("DocumentDelivered"));
  EXPECT_EQ(story.document().state, State::kReceived);
  EXPECT_TRUE(story.document().delivered_to.contains(Named("abe")));
}

TEST(Deliver, NeedsAGrantOfEverythingForEveryAttorney) {
  Story story;
  story.Approved();
  const ObjectId translation = story.document().translations.back().objects[0].object;
  EXPECT_THAT(story.Try("cleo", story.DeliverAct({"ada", "abe"}),
                        [&](Body& body) {
                          std::erase_if(body.grants, [&](const GrantRef& grant) {
                            return grant.object == translation && grant.grantee == Named("abe");
                          });
                        }),
              IsRefused(Refusal::kUsableGrantMissing));
}

TEST(Deliver, NeedsNoTranslationOfADocumentInTheTargetLanguage) {
  Story story;
  Deliver act = story.Submitted().DeliverAct({"ada"});
  EXPECT_THAT(story.Try("cleo", act), IsRefused(Refusal::kStateForbids));
  act.already_in_target_language = 1;
  EXPECT_THAT(story.Do("cleo", act), Emits("DocumentDelivered"));
  EXPECT_THAT(story.Do("ada", story.ReceiveAct()), Emits("DocumentReceived"));
}

// Else a translation that a reviewer sent back could be skipped.
TEST(Deliver, DoesNotSkipATranslationThatExists) {
  Story story;
  story.InReview().Must("rita", story.ReturnAct()).Must("tina", GiveBack{});
  Deliver act = story.DeliverAct({"ada"});
  act.already_in_target_language = 1;
  EXPECT_THAT(story.Try("cleo", act), IsRefused(Refusal::kStateForbids));
}

TEST(Receive, IsOfTheTextsItNames) {
  Story story;
  Receive act = story.Delivered().ReceiveAct();
  act.translation = testing::HashNamed("another");
  EXPECT_THAT(story.Try("ada", act), IsRefused(Refusal::kTextIsNotCurrent));
  EXPECT_THAT(story.Do("ada", story.ReceiveAct()), Emits("DocumentReceived"));
  EXPECT_EQ(story.document().state, State::kReceived);
}

TEST(Reopen, GoesBackToItsTranslatorWithANewLease) {
  Story story;
  story.Delivered().organisation().Wait(24 * 30);
  EXPECT_THAT(story.Do("ada", story.ReopenAct()), Emits("DocumentReopened"));
  EXPECT_EQ(story.document().StateAt(story.Now().moment.now), State::kTranslating);
  EXPECT_THAT(story.Do("tina", story.HandInAct()), Emits("TranslationHandedIn"));
}

TEST(Reopen, WaitsForANewAssignmentIfTheTranslatorIsGone) {
  Story story;
  story.Delivered().organisation().Revoke("tina");
  story.Must("cleo", story.ReopenAct());
  EXPECT_EQ(story.document().state, State::kSubmitted);
  EXPECT_TRUE(story.document().translator.is_zero());
}

// Its translator let the lease end and handed in nothing: there is nothing to go back to.
TEST(Reopen, WaitsForANewAssignmentIfItWasDeliveredUntranslated) {
  Story story;
  story.Translating().organisation().Wait(24 * 30);
  Deliver act = story.DeliverAct({"ada"});
  act.already_in_target_language = 1;
  story.Must("cleo", act).Must("cleo", story.ReopenAct());
  EXPECT_EQ(story.document().state, State::kSubmitted);
  EXPECT_TRUE(story.document().translator.is_zero());
}

// Whoever has the old version has to learn that there is a better one.
TEST(Reopen, KeepsThoseWhoHadTheOldVersionInformed) {
  Story story;
  story.Delivered().Must("ada", story.ReceiveAct()).Must("cleo", story.ReopenAct());
  EXPECT_TRUE(MaySee(story.document(), story.Now(), Named("ada")));
  EXPECT_TRUE(story.document().delivered_to.empty());
  EXPECT_TRUE(story.document().received_by.empty());
  EXPECT_THAT(story.Try("ada", story.ReceiveAct()), IsRefused(Refusal::kStateForbids));
}

TEST(Reopen, LeadsToASecondDelivery) {
  Story story;
  story.Delivered().Must("ada", story.ReceiveAct()).Must("ada", story.ReopenAct());
  story.Must("tina", story.HandInAct());
  EXPECT_THAT(story.Do("rita", story.ApproveAct()),
              Emits("TranslationApproved, DocumentDelivered"));
  EXPECT_EQ(story.document().state, State::kDelivered);
  EXPECT_TRUE(story.Do("ada", story.ReceiveAct()).ok());
}

TEST(Withdraw, IsTheSubmittersUntilSomebodyOutsideHasIt) {
  for (const auto set : {&Story::Submitted, &Story::Assigned, &Story::Translating, &Story::InReview,
                         &Story::Approved}) {
    Story story;
    EXPECT_THAT((story.*set)().Do("fay", Withdraw{}), Emits("DocumentWithdrawn"));
  }
  Story story;
  EXPECT_THAT(story.Delivered().Try("fay", Withdraw{}), IsRefused(Refusal::kStateForbids));
}

TEST(Withdraw, IsTerminal) {
  Story story;
  story.Submitted().Must("cleo", Withdraw{});
  EXPECT_THAT(story.Try("cleo", story.AssignAct("tina", "rita")),
              IsRefused(Refusal::kStateForbids));
  EXPECT_THAT(story.Try("cleo", Note{}), IsRefused(Refusal::kStateForbids));
}

TEST(Remarks, MoveNothingAndLoseNoRace) {
  Story story;
  const testing::Said hand_in = story.Translating().Compose("tina", story.HandInAct());
  story.Must("cleo", Note{.type = NoteType::kQuestion, .in_reply_to = {}});
  EXPECT_TRUE(story.Judge(hand_in).ok());
}

TEST(Questions, AreAnsweredByNamingThem) {
  Story story;
  story.Translating().Must("tina", Note{.type = NoteType::kQuestion, .in_reply_to = {}});
  const Hash question = story.document().questions.back().statement;
  EXPECT_THAT(story.Do("cleo", Note{.type = NoteType::kAnswer, .in_reply_to = question}),
              Emits("QuestionAnswered"));
  EXPECT_TRUE(story.document().questions.back().answered);
}

TEST(Share, HandsKeysToANewDeviceOfSomebodyOnIt) {
  Story story;
  story.Translating().organisation().Enrol("tina's telephone",
                                           static_cast<std::uint16_t>(Role::kTranslator));
  EXPECT_THAT(story.Do("cleo", Share{.with = Named("tina")}), Emits("DocumentShared"));
  story.organisation().Wait(48);
  EXPECT_THAT(story.Try("cleo", Share{.with = Named("tina")}), IsRefused(Refusal::kGranteeInvalid));
}

}  // namespace
}  // namespace amparo::workflow
