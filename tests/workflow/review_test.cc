// Handing in, returning, approving. Each test is a sentence of docs/spec/workflow.md,
// "Translating and reviewing".

#include <gtest/gtest.h>

#include "tests/support/story.h"
#include "tests/workflow/decision_matchers.h"

namespace amparo::workflow {
namespace {

using testing::Organisation;
using testing::Story;

MemberId Named(const char* name) { return Organisation::Member(name); }

TEST(HandIn, GoesToReviewWithItsCertificate) {
  Story story;
  EXPECT_THAT(story.Translating().Do("tina", story.HandInAct()), Emits("TranslationHandedIn"));
  EXPECT_EQ(story.document().state, State::kInReview);
  EXPECT_EQ(story.document().translations.back().objects.back().object_class,
            ObjectClass::kCertificate);
}

TEST(HandIn, TakesExactlyOneCertificate) {
  Story story;
  EXPECT_THAT(story.Translating().Try("tina", story.HandInAct(),
                                      [](Body& body) {
                                        body.objects.push_back(body.objects.back());
                                        body.objects.back().object = ObjectId::Filled(9);
                                      }),
              IsRefused(Refusal::kMalformed));
}

TEST(HandIn, TakesUpToTwoHundredParts) {
  Story story(/*signs=*/false);
  story.Translating();
  const auto with_parts = [&](std::size_t parts) {
    return story.Try("tina", story.HandInAct(), [&](Body& body) {
      const ObjectRef certificate = body.objects.back();
      body.objects.resize(1);
      for (std::size_t i = 0; i < parts; ++i) {
        ObjectRef part;
        part.object.bytes = {0xaa, static_cast<std::uint8_t>(i)};
        body.objects.push_back(part);
      }
      body.objects.push_back(certificate);
    });
  };
  EXPECT_TRUE(with_parts(1).ok());
  EXPECT_TRUE(with_parts(200).ok());
  EXPECT_THAT(with_parts(0), IsRefused(Refusal::kMalformed));
  EXPECT_THAT(with_parts(201), IsRefused(Refusal::kMalformed));
}

TEST(HandIn, HappensOncePerTurnOfTheTranslator) {
  Story story;
  EXPECT_THAT(story.InReview().Try("tina", story.HandInAct()), IsRefused(Refusal::kStateForbids));
}

// Losing a reviewer must not lose the work: a coordinator who can read it is enough.
TEST(HandIn, NeedsOneReaderWhoIsStillValidAndNoMore) {
  Story story;
  story.Translating().organisation().Revoke("rita");
  EXPECT_TRUE(story.Try("tina", story.HandInAct()).ok());
  EXPECT_THAT(story.Try("tina", story.HandInAct(), [](Body& body) { body.grants.clear(); }),
              IsRefused(Refusal::kUsableGrantMissing));
}

TEST(Correction, IsTheReviewersAndComesBackToTheTranslatorToCertify) {
  Story story;
  EXPECT_THAT(story.InReview().Do("rita", story.HandInAct()), Emits("CorrectionHandedIn"));
  EXPECT_EQ(story.document().state, State::kTranslating);
  EXPECT_TRUE(story.document().authors.contains(Named("rita")));
  EXPECT_THAT(story.Do("tina", story.HandInAct()), Emits("TranslationHandedIn"));
  EXPECT_EQ(story.document().translations.back().number, 3);
}

TEST(Correction, NeedsAnotherReviewerToApprove) {
  Story story;
  story.InReview().Must("rita", story.HandInAct()).Must("tina", story.HandInAct());
  EXPECT_THAT(story.Try("rita", story.ApproveAct()), IsRefused(Refusal::kApproverIsAuthor));
  story.Must("cleo", story.AssignAct("tina", "rex", {"ada"}));
  EXPECT_TRUE(story.Do("rex", story.ApproveAct()).ok());
}

TEST(Correction, CarriesNoCertificate) {
  Story story;
  EXPECT_THAT(story.InReview().Try(
                  "rita", story.HandInAct(),
                  [](Body& body) { body.objects.back().object_class = ObjectClass::kCertificate; }),
              IsRefused(Refusal::kMalformed));
}

// Sent back after the lease ended, the text would be nobody's: its translator has a week.
TEST(Return, GivesTheTranslatorAtLeastAWeek) {
  Story story;
  story.InReview().organisation().Wait(100);
  const UnixSeconds now = story.Now().moment.now;
  EXPECT_THAT(story.Do("rita", story.ReturnAct()), Emits("TranslationReturned"));
  EXPECT_EQ(story.document().state, State::kTranslating);
  EXPECT_EQ(story.document().StateAt(now), State::kTranslating);
  EXPECT_GE(story.document().lease_end.value, now.value + 7 * 86400);
  EXPECT_EQ(story.document().lease_end.value % 3600, 0u);
  EXPECT_EQ(story.document().returns, 1);
}

TEST(Return, LeavesALongerLeaseAlone) {
  Story story;
  Assign act = story.Submitted().AssignAct("tina", "rita");
  act.lease_end = story.organisation().In(60 * 24);
  story.Must("cleo", act).Must("tina", Accept{}).Must("tina", story.HandInAct());
  story.Must("rita", story.ReturnAct());
  EXPECT_EQ(story.document().lease_end, act.lease_end);
}

TEST(Approve, DeliversAtOnceToTheCasesAttorneys) {
  Story story;
  EXPECT_THAT(story.InReview().Do("rita", story.ApproveAct()),
              Emits("TranslationApproved, DocumentDelivered"));
  EXPECT_TRUE(story.document().delivered_to.contains(Named("ada")));
}

TEST(Approve, DeliversToNobodyWhoCannotOpenIt) {
  Story story;
  story.InReview();
  const ObjectId source = story.document().sources.back().objects[0].object;
  EXPECT_THAT(story.Do("rita", story.ApproveAct(),
                       [&](Body& body) {
                         std::erase_if(body.grants, [&](const GrantRef& grant) {
                           return grant.object == source;
                         });
                       }),
              Emits("TranslationApproved"));
  EXPECT_EQ(story.document().state, State::kApproved);
}

TEST(Approve, WaitsForACoordinatorWhereTheCaseSaysSo) {
  Story story;
  story.InReview();
  Document document = story.document();
  document.deliver_on_approval = false;
  story.set_document(document);
  EXPECT_THAT(story.Do("rita", story.ApproveAct()), Emits("TranslationApproved"));
}

// An approval names the texts that were read: a better copy of the source meanwhile makes the
// approval one of something else.
TEST(Approve, NamesTheSourceToo) {
  Story story;
  Approve act = story.InReview().ApproveAct();
  act.source = testing::HashNamed("another source");
  EXPECT_THAT(story.Try("rita", act), IsRefused(Refusal::kTextIsNotCurrent));
}

}  // namespace
}  // namespace amparo::workflow
