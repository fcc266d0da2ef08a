// Attacks on the workflow, numbered as in the list that docs/spec/workflow.md ends with.

#include <gtest/gtest.h>

#include "tests/support/story.h"
#include "tests/workflow/decision_matchers.h"

namespace amparo::workflow {
namespace {

using testing::Organisation;
using testing::Said;
using testing::Story;

// 19. A translator signs what is a coordinator's.
TEST(Attack19, ATranslatorNeitherAssignsNorDelivers) {
  Story story;
  EXPECT_THAT(story.Submitted().Try("tina", story.AssignAct("tina", "rita")),
              IsRefused(Refusal::kRoleRequired));
  Story approved;
  EXPECT_THAT(approved.Approved().Try("tina", approved.DeliverAct({"ada"})),
              IsRefused(Refusal::kRoleRequired));
}

// 19. Roles are the signing certificate's: a coordinator's seized field device coordinates
// nothing.
TEST(Attack19, AFieldDeviceHasTheRolesOfItsOwnCertificateOnly) {
  Story story;
  story.Submitted().organisation().Enrol("cleo's field telephone",
                                         static_cast<std::uint16_t>(Role::kFellow), {},
                                         /*submit_only=*/true);
  EXPECT_THAT(story.Try("cleo's field telephone", story.AssignAct("tina", "rita")),
              IsRefused(Refusal::kRoleRequired));
}

// 20. One person as translator and reviewer, or as submitter and reviewer.
TEST(Attack20, NobodyReviewsTheirOwn) {
  Story story;
  story.Must("cleo", ShareCase{.with = Organisation::Member("max")});
  story.Must("max", story.SubmitAct());
  EXPECT_THAT(story.Try("cleo", story.AssignAct("tina", "max")),
              IsRefused(Refusal::kReviewerIsSubmitter));
  EXPECT_THAT(story.Try("cleo", story.AssignAct("max", "rita")),
              IsRefused(Refusal::kTranslatorIsSubmitter));
}

// 20. Also not with a second device: four eyes go by member.
TEST(Attack20, ASecondDeviceIsTheSamePerson) {
  Story story;
  story.organisation().Enrol("tina's telephone", static_cast<std::uint16_t>(Role::kReviewer));
  EXPECT_THAT(story.Submitted().Try("cleo", story.AssignAct("tina", "tina")),
              IsRefused(Refusal::kReviewerIsTranslator));
  Document document = story.Must("cleo", story.AssignAct("tina", "rita"))
                          .Must("tina", Accept{})
                          .Must("tina", story.HandInAct())
                          .document();
  document.reviewer = Organisation::Member("tina");
  story.set_document(document);
  EXPECT_THAT(story.Try("tina's telephone", story.ApproveAct()),
              IsRefused(Refusal::kApproverIsAuthor));
}

// 23. Named before the revocation, acting after it: the directory stops the statement, and the
// rules stop a statement about them.
TEST(Attack23, ARevokedTranslatorIsAssignedNothing) {
  Story story;
  story.Submitted().organisation().Revoke("tina");
  EXPECT_THAT(story.Try("cleo", story.AssignAct("tina", "rita")),
              IsRefused(Refusal::kTranslatorInvalid));
}

TEST(Attack23, WhatARevokedTranslatorQueuedIsVoidByItsPositionInTheLog) {
  Story story;
  const Said queued = story.Translating().Compose("tina", story.HandInAct());
  const directory::Directory& directory = story.organisation().directory();
  EXPECT_EQ(directory.CheckAuthor(queued.statement, story.organisation().Here()), std::nullopt);
  story.organisation().Revoke("tina");
  EXPECT_EQ(directory.CheckAuthor(queued.statement, story.organisation().Here()),
            directory::Refusal::kRevoked);
}

// 24. Order decides, also between a revocation and what it would have forbidden.
TEST(Attack24, AnApprovalBeforeTheRevocationStands) {
  Story story;
  story.Delivered().organisation().Revoke("rita");
  EXPECT_TRUE(story.Do("ada", story.ReceiveAct()).ok());
}

// 25. A grant to an expired certificate is none.
TEST(Attack25, AnExpiredCertificateIsNoReader) {
  Story story;
  Said queued = story.Compose("fay", story.SubmitAct());
  Context later = story.Now();
  later.moment.now = story.organisation().device("cleo").certificate.expiry;
  EXPECT_THAT(Decide(story.document(), later, queued.statement, queued.body),
              IsRefused(Refusal::kUsableGrantMissing));
}

// 10 and 11. A statement on one document put on another; two that race.
TEST(Attack10, AStatementIsOfOneDocument) {
  Story story;
  Said said = story.Assigned().Compose("tina", Accept{});
  said.statement.statement.subject = SubjectId::Filled(0x66);
  EXPECT_THAT(story.Judge(said), IsRefused(Refusal::kMalformed));
}

TEST(Attack11, OfTwoThatRaceOneWins) {
  Story story;
  const Said first = story.Submitted().Compose("cleo", story.AssignAct("tina", "rita"));
  const Said second = story.Compose("carl", story.AssignAct("tom", "rex"));
  story.Apply(first, story.Judge(first));
  const Decision decision = story.Judge(second);
  EXPECT_THAT(decision, IsRefused(Refusal::kStale));
  EXPECT_TRUE(IsRace(*decision.refusal));
}

}  // namespace
}  // namespace amparo::workflow
