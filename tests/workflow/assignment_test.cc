// Assigning. Each test is a sentence of docs/spec/workflow.md, "Assigning".

#include <gtest/gtest.h>

#include "tests/support/story.h"
#include "tests/workflow/decision_matchers.h"

namespace amparo::workflow {
namespace {

using testing::Organisation;
using testing::Story;

MemberId Named(const char* name) { return Organisation::Member(name); }

TEST(Assign, NamesBothPeopleAndTheLease) {
  Story story;
  story.Assigned();
  EXPECT_EQ(story.document().translator, Named("tina"));
  EXPECT_EQ(story.document().reviewer, Named("rita"));
  EXPECT_EQ(story.document().state, State::kAssigned);
}

TEST(Assign, WaitsUntilTheFormerTranslatorIsUnassigned) {
  Story story;
  EXPECT_THAT(story.Assigned().Try("cleo", story.AssignAct("tom", "rita")),
              IsRefused(Refusal::kStateForbids));
  story.Must("cleo", Unassign{});
  EXPECT_THAT(story.Do("cleo", story.AssignAct("tom", "rita")), Emits("TranslationAssigned"));
}

TEST(Assign, ChangesTheReviewerUnderWay) {
  for (const auto set : {&Story::Assigned, &Story::Translating, &Story::InReview}) {
    Story story;
    const State before = (story.*set)().document().state;
    EXPECT_THAT(story.Do("cleo", story.AssignAct("tina", "rex")), Emits("ReviewerChanged"));
    EXPECT_EQ(story.document().state, before);
    EXPECT_EQ(story.document().reviewer, Named("rex"));
    EXPECT_EQ(story.document().translator, Named("tina"));
  }
}

TEST(Assign, ProlongsALease) {
  Story story;
  Assign act = story.Translating().AssignAct("tina", "rita", {"ada"});
  act.lease_end = story.organisation().In(72);
  story.Must("cleo", act);
  EXPECT_EQ(story.document().lease_end, act.lease_end);
  EXPECT_EQ(story.document().state, State::kTranslating);
}

// The translator may be gone for good by then; the work must not be stuck with them.
TEST(Assign, ChangesTheReviewerOfWorkWhoseTranslatorWasRevoked) {
  Story story;
  story.InReview().organisation().Revoke("tina");
  EXPECT_THAT(story.Do("cleo", story.AssignAct("tina", "rex", {"ada"})), Emits("ReviewerChanged"));
}

TEST(Assign, NeedsAUsableGrantForEachOfTheTwo) {
  Story story;
  story.Submitted();
  for (const char* left_out : {"tina", "rita"}) {
    EXPECT_THAT(story.Try("cleo", story.AssignAct("tina", "rita"),
                          [&](Body& body) {
                            std::erase_if(body.grants, [&](const GrantRef& grant) {
                              return grant.grantee == Named(left_out);
                            });
                          }),
                IsRefused(Refusal::kUsableGrantMissing));
  }
}

// A new reviewer of work that is in review has to be able to read that work.
TEST(Assign, HandsANewReviewerTheTranslationToo) {
  Story story;
  story.InReview();
  const ObjectId translation = story.document().translations.back().objects[0].object;
  EXPECT_THAT(story.Try("cleo", story.AssignAct("tina", "rex"),
                        [&](Body& body) {
                          std::erase_if(body.grants, [&](const GrantRef& grant) {
                            return grant.object == translation;
                          });
                        }),
              IsRefused(Refusal::kUsableGrantMissing));
}

TEST(Assign, TakesALeaseOfWholeHoursUpToNinetyDays) {
  Story story;
  story.Submitted();
  const auto with_lease = [&](std::uint64_t seconds) {
    Assign act = story.AssignAct("tina", "rita");
    act.lease_end = UnixSeconds{story.organisation().Here().now.value + seconds};
    return story.Try("cleo", act);
  };
  EXPECT_TRUE(with_lease(3600).ok());
  EXPECT_TRUE(with_lease(90 * 86400).ok());
  EXPECT_THAT(with_lease(0), IsRefused(Refusal::kLeaseInvalid));
  EXPECT_THAT(with_lease(1800), IsRefused(Refusal::kLeaseInvalid));
  EXPECT_THAT(with_lease(90 * 86400 + 3600), IsRefused(Refusal::kLeaseInvalid));
}

TEST(Assign, RefusesAReviewerWhoWroteAVersionOfThisSource) {
  Story story;
  story.InReview().Must("rita", story.HandInAct());
  EXPECT_THAT(story.Try("cleo", story.AssignAct("tina", "rita")),
              IsRefused(Refusal::kApproverIsAuthor));
}

TEST(Lease, EndsAnAssignmentByItself) {
  Story story;
  story.Assigned().organisation().Wait(48);
  EXPECT_EQ(story.document().StateAt(story.Now().moment.now), State::kSubmitted);
  EXPECT_THAT(story.Try("tina", Accept{}), IsRefused(Refusal::kStateForbids));
  EXPECT_THAT(story.Do("cleo", story.AssignAct("tom", "rita")), Emits("TranslationAssigned"));
}

// Work done is never lost to a clock.
TEST(Lease, DoesNotKeepItsTranslatorFromHandingInLate) {
  Story story;
  story.Translating().organisation().Wait(1000);
  EXPECT_THAT(story.Do("tina", story.HandInAct()), Emits("TranslationHandedIn"));
}

TEST(Lease, IsLostForLateWorkOnceSomebodyElseHasIt) {
  Story story;
  story.Translating().organisation().Wait(48);
  const HandIn late = story.HandInAct();
  story.Must("cleo", story.AssignAct("tom", "rita"));
  EXPECT_THAT(story.Try("tina", late), IsRefused(Refusal::kStateForbids));
  story.Must("tom", Accept{});
  EXPECT_THAT(story.Try("tina", late), IsRefused(Refusal::kNotTheAssignee));
}

TEST(Unassign, TakesAwayTheRightToHandInLate) {
  Story story;
  story.Translating().organisation().Wait(48);
  story.Must("cleo", Unassign{});
  EXPECT_THAT(story.Try("tina", story.HandInAct()), IsRefused(Refusal::kStateForbids));
}

TEST(DeclineAndGiveBack, PutTheDocumentBackAndForgetThePeople) {
  Story declined;
  declined.Assigned().Must("tina", Decline{});
  Story given_back;
  given_back.Translating().Must("tina", GiveBack{});
  for (const Story* story : {&declined, &given_back}) {
    EXPECT_EQ(story->document().state, State::kSubmitted);
    EXPECT_TRUE(story->document().translator.is_zero());
    EXPECT_TRUE(story->document().reviewer.is_zero());
  }
}

TEST(Decline, MaySayWhy) {
  Story story;
  const auto note = [](Body& body) {
    ObjectRef ref;
    ref.object = ObjectId::Filled(1);
    ref.object_class = ObjectClass::kNote;
    body.objects.push_back(ref);
  };
  EXPECT_THAT(story.Assigned().Do("tina", Decline{}, note), Emits("AssignmentEnded"));
}

TEST(Replacement, VoidsWhatWasMadeOfTheOldSource) {
  Story story;
  story.InReview().Must("fay", story.SubmitAct());
  EXPECT_EQ(story.document().state, State::kSubmitted);
  EXPECT_TRUE(story.document().translations.empty());
  EXPECT_TRUE(story.document().authors.empty());
  EXPECT_TRUE(story.document().translator.is_zero());
  EXPECT_EQ(story.document().sources.size(), 2u);
}

TEST(Replacement, MayComeFromACoordinatorOfTheDesk) {
  Story story;
  EXPECT_THAT(story.Submitted().Do("carl", story.SubmitAct()), Emits("SourceReplaced"));
  EXPECT_EQ(story.document().submitters.size(), 2u);
  EXPECT_THAT(story.Try("dora", story.SubmitAct()), IsRefused(Refusal::kDeskRequired));
}

// An object id names one blob: a second statement may not claim it.
TEST(Replacement, BringsObjectsOfItsOwn) {
  Story story;
  story.Submitted();
  const ObjectRef old = story.document().sources.back().objects[1];
  EXPECT_THAT(story.Try("fay", story.SubmitAct(), [&](Body& body) { body.objects[1] = old; }),
              IsRefused(Refusal::kMalformed));
}

}  // namespace
}  // namespace amparo::workflow
