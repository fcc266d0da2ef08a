// Grants: whom a client grants to, and which grants count.
// Spec: docs/spec/workflow.md, "Grants".

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "tests/support/story.h"
#include "tests/workflow/decision_matchers.h"

namespace amparo::workflow {
namespace {

using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using testing::MembersNamed;
using testing::MembersOf;
using testing::Organisation;
using testing::Said;
using testing::Story;

GrantPlan PlanBy(Story& story, const char* self, const Act& act) {
  return PlanGrants(story.document(), story.Now(), Organisation::Member(self), act);
}

TEST(GrantPlan, OfASubmitReachesEveryCoordinatorOfTheDeskAndNotTheFellow) {
  Story story;
  EXPECT_THAT(MembersOf(PlanBy(story, "fay", story.SubmitAct()).manifest),
              ElementsAreArray(MembersNamed({"cleo", "carl"})));
}

TEST(GrantPlan, OfAnAssignmentReachesTranslatorAndReviewer) {
  Story story;
  EXPECT_THAT(MembersOf(PlanBy(story.Submitted(), "cleo", story.AssignAct("tina", "rita")).source),
              ElementsAreArray(MembersNamed({"tina", "rita"})));
}

// The translator's name and address are for the attorneys alone.
TEST(GrantPlan, OfAHandInKeepsTheCertificateFromReviewerAndCoordinators) {
  Story story;
  const GrantPlan plan = PlanBy(story.Translating(), "tina", story.HandInAct());
  EXPECT_THAT(MembersOf(plan.manifest), ElementsAreArray(MembersNamed({"rita", "cleo", "carl"})));
  EXPECT_THAT(MembersOf(plan.certificate), ElementsAreArray(MembersNamed({"ada"})));
}

TEST(GrantPlan, OfACorrectionReachesTheTranslatorAndHasNoCertificate) {
  Story story;
  const GrantPlan plan = PlanBy(story.InReview(), "rita", story.HandInAct());
  EXPECT_THAT(MembersOf(plan.manifest), ElementsAreArray(MembersNamed({"tina", "cleo", "carl"})));
  EXPECT_THAT(plan.certificate, IsEmpty());
}

TEST(GrantPlan, OfAnApprovalReachesTheAttorneysIfTheCaseDeliversOnApproval) {
  Story story;
  EXPECT_THAT(MembersOf(PlanBy(story.InReview(), "rita", story.ApproveAct()).translation),
              ElementsAreArray(MembersNamed({"ada"})));
  Document document = story.document();
  document.deliver_on_approval = false;
  story.set_document(document);
  EXPECT_THAT(PlanBy(story, "rita", story.ApproveAct()).translation, IsEmpty());
}

TEST(GrantPlan, LeavesOutWhoCannotReceive) {
  Story story;
  story.Must("cleo", ShareCase{.with = Organisation::Member("sol")});
  story.Must("sol", story.SubmitAct());
  EXPECT_THAT(MembersOf(PlanBy(story, "cleo", Note{}).note),
              ElementsAreArray(MembersNamed({"cleo", "carl"})));
  EXPECT_FALSE(CanReceive(story.Now(), Organisation::Member("sol")));
}

// One usable grant suffices: the file key is gone by then, and a refusal would lose evidence.
TEST(Grants, ToSomebodyRevokedSinceAreNoReasonToRefuse) {
  Story story;
  const testing::Said queued = story.Compose("fay", story.SubmitAct());
  story.organisation().Revoke("cleo");
  EXPECT_TRUE(story.Judge(queued).ok());
  story.organisation().Revoke("carl");
  EXPECT_THAT(story.Judge(queued), IsRefused(Refusal::kUsableGrantMissing));
}

TEST(Grants, CountOnlyForACertificateOfTheirGranteeThatCanReceive) {
  Story story;
  const auto each = [](const std::function<void(GrantRef&)>& change) {
    return [change](Body& body) {
      for (GrantRef& grant : body.grants) change(grant);
    };
  };
  EXPECT_THAT(story.Try("fay", story.SubmitAct(), each([&](GrantRef& grant) {
                          grant.grantee_certificate = story.organisation().device("tina").hash;
                        })),
              IsRefused(Refusal::kUsableGrantMissing));
  EXPECT_THAT(story.Try("fay", story.SubmitAct(), each([](GrantRef& grant) { --grant.length; })),
              IsRefused(Refusal::kUsableGrantMissing));
}

// The member is valid by their new telephone; the grant is for the lost one.
TEST(Grants, ToARevokedDeviceOfAValidMemberAreNotUsable) {
  Story story;
  story.organisation().Revoke("carl");
  const testing::Said queued = story.Compose("fay", story.SubmitAct());
  story.organisation().Enrol("cleo's telephone", static_cast<std::uint16_t>(Role::kCoordinator),
                             {1});
  EXPECT_TRUE(story.Judge(queued).ok());
  story.organisation().MustApply(story.organisation().Say(
      "ria", Revoke{.member = Organisation::Member("cleo"),
                    .certificate = story.organisation().device("cleo").hash}));
  EXPECT_THAT(story.Judge(queued), IsRefused(Refusal::kUsableGrantMissing));
}

// Grants are stored by object and grantee: nobody's note may put another in an attorney's place.
TEST(Grants, OfExistingTextsComeOnlyWithActsThatHandThemOn) {
  Story story;
  story.Delivered();
  const ObjectId source = story.document().sources.back().objects[0].object;
  EXPECT_THAT(story.Try("fay", Note{},
                        [&](Body& body) {
                          body.grants.push_back(body.grants.front());
                          body.grants.back().object = source;
                        }),
              IsRefused(Refusal::kMalformed));
}

TEST(Grants, OfACaseStayWithinItsCard) {
  Story story;
  EXPECT_THAT(story.Try("cleo", ShareCase{.with = Organisation::Member("ada")},
                        [](Body& body) { body.grants.at(0).object = ObjectId::Filled(0xee); }),
              IsRefused(Refusal::kMalformed));
}

// Else a note could take the place of the source under its object id.
TEST(Objects, ThatADocumentKnowsAreNotBroughtAgain) {
  Story story;
  story.Submitted();
  const ObjectId source = story.document().sources.back().objects[0].object;
  EXPECT_THAT(story.Try("cleo", Note{},
                        [&](Body& body) {
                          body.objects[0].object = source;
                          for (GrantRef& grant : body.grants) grant.object = source;
                        }),
              IsRefused(Refusal::kMalformed));
}

// A part that its member has on one device is no part of their other device.
TEST(GrantPlan, NamesOnlyDevicesThatHaveTheRoleThemselves) {
  Story story;
  story.Submitted();
  const auto auditor = static_cast<std::uint16_t>(Role::kAuditor);
  for (const char* name : {"cleo's", "tina's", "rita's", "ada's"}) {
    story.organisation().Enrol(absl::StrCat(name, " other telephone"), auditor, {1});
  }
  const auto devices = [&](const std::vector<Grantee>& grantees) {
    std::set<Hash> found;
    for (const Grantee& grantee : grantees) found.insert(grantee.certificate);
    return found;
  };
  const auto own = [&](std::vector<const char*> names) {
    std::set<Hash> found;
    for (const char* name : names) found.insert(story.organisation().device(name).hash);
    return found;
  };
  EXPECT_EQ(devices(PlanBy(story, "fay", story.SubmitAct()).manifest), own({"cleo", "carl"}));
  EXPECT_EQ(devices(PlanBy(story, "cleo", story.AssignAct("tina", "rita")).source),
            own({"tina", "rita"}));
  EXPECT_EQ(devices(PlanBy(story, "cleo", story.DeliverAct({"ada"})).source), own({"ada"}));
  EXPECT_EQ(devices(PlanBy(story, "cleo", Note{}).note), own({"fay", "cleo", "carl"}));
  EXPECT_EQ(devices(PlanBy(story, "fay", Note{}).note), own({"cleo", "carl"}));
}

TEST(GrantPlan, SaysAsWhatEachIsGranted) {
  Story story;
  const GrantPlan plan = PlanBy(story.Submitted(), "cleo", story.AssignAct("tina", "rita"));
  for (const Grantee& grantee : plan.source) {
    const bool translates = grantee.member == Organisation::Member("tina");
    EXPECT_EQ(grantee.purpose, translates ? Purpose::kTranslate : Purpose::kReview);
  }
}

// Each grant of the act goes to another device of the right member, without the role.
void ExpectNoneUsable(Story& story, const char* actor, const Act& act) {
  const Decision decision = story.Try(actor, act, [&](Body& body) {
    for (GrantRef& grant : body.grants) {
      for (const char* name : {"cleo", "carl", "tina", "rita", "ada"}) {
        if (grant.grantee != Organisation::Member(name)) continue;
        grant.grantee_certificate =
            story.organisation().device(absl::StrCat(name, "'s other telephone")).hash;
      }
    }
  });
  EXPECT_THAT(decision, IsRefused(Refusal::kUsableGrantMissing));
}

TEST(Grants, ToADeviceWithoutTheRoleAreNotUsable) {
  Story story;
  const auto auditor = static_cast<std::uint16_t>(Role::kAuditor);
  for (const char* name : {"cleo's", "carl's", "tina's", "rita's", "ada's"}) {
    story.organisation().Enrol(absl::StrCat(name, " other telephone"), auditor, {1});
  }
  ExpectNoneUsable(story, "fay", story.SubmitAct());
  ExpectNoneUsable(story.Submitted(), "cleo", story.AssignAct("tina", "rita"));
  ExpectNoneUsable(story, "cleo", Share{.with = Organisation::Member("carl")});
  story.Must("cleo", story.AssignAct("tina", "rita")).Must("tina", Accept{});
  ExpectNoneUsable(story, "tina", story.HandInAct());
  story.Must("tina", story.HandInAct()).Must("rita", story.ApproveAct());
  ExpectNoneUsable(story, "cleo", story.DeliverAct({"ada"}));
}

TEST(Objects, OfANoteAreNotBroughtAgain) {
  Story story;
  const Said note = story.Submitted().Compose("cleo", Note{});
  const ObjectId text = note.body.objects[0].object;
  story.Apply(note, story.Judge(note));
  const auto again = [&](Body& body) {
    body.objects[0].object = text;
    for (GrantRef& grant : body.grants) grant.object = text;
  };
  EXPECT_THAT(story.Try("cleo", Note{}, again), IsRefused(Refusal::kMalformed));
  EXPECT_THAT(story.Try("cleo", story.AssignAct("tina", "rita"),
                        [&](Body& body) { body.objects[0].object = text; }),
              IsRefused(Refusal::kMalformed));
}

TEST(Objects, OfACaseAreNotBroughtAgain) {
  Story story;
  const ObjectId card = story.the_case().objects.at(0).object;
  const Said note = story.Compose("cleo", NoteCase{});
  const ObjectId text = note.body.objects[0].object;
  story.Apply(note, story.Judge(note));
  for (const ObjectId& known : {card, text}) {
    EXPECT_THAT(story.Try("cleo", NoteCase{},
                          [&](Body& body) {
                            body.objects[0].object = known;
                            for (GrantRef& grant : body.grants) grant.object = known;
                          }),
                IsRefused(Refusal::kMalformed));
  }
}

TEST(Grants, OfForeignObjectsAreMalformed) {
  Story story;
  EXPECT_THAT(story.Submitted().Try("cleo", story.AssignAct("tina", "rita"),
                                    [](Body& body) {
                                      body.grants.push_back(body.grants.front());
                                      body.grants.back().object = ObjectId::Filled(0xee);
                                    }),
              IsRefused(Refusal::kMalformed));
}

}  // namespace
}  // namespace amparo::workflow
