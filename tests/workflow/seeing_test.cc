// Who may see what, and when. Each test is a sentence of docs/spec/workflow.md, "Seeing".

#include <gtest/gtest.h>

#include "tests/support/story.h"

namespace amparo::workflow {
namespace {

using testing::Organisation;
using testing::Story;

// Those of the cast who may see the document now, in the order of the cast.
std::string Readers(const Story& story) {
  std::string readers;
  for (const char* name : {"fay", "flo", "cleo", "carl", "dora", "tina", "tom", "rita", "rex",
                           "ada", "abe", "max", "una", "ria"}) {
    if (!MaySee(story.document(), story.Now(), Organisation::Member(name))) continue;
    if (!readers.empty()) readers += " ";
    readers += name;
  }
  return readers;
}

TEST(MaySee, IsNobodysBeforeThereIsAnything) {
  Story story;
  EXPECT_EQ(Readers(story), "");
}

TEST(MaySee, FollowsTheDocument) {
  Story story;
  EXPECT_EQ(Readers(story.Submitted()), "fay cleo carl");
  story.Must("cleo", story.AssignAct("tina", "rita", {"ada"}));
  EXPECT_EQ(Readers(story), "fay cleo carl tina rita");
  story.Must("tina", Accept{}).Must("tina", story.HandInAct());
  EXPECT_EQ(Readers(story), "fay cleo carl tina rita");
  story.Must("rita", story.ApproveAct());
  EXPECT_EQ(Readers(story), "fay cleo carl ada");
}

TEST(MaySee, EndsWithTheLease) {
  Story story;
  story.Translating().organisation().Wait(48);
  EXPECT_EQ(Readers(story), "fay cleo carl");
}

TEST(MaySee, EndsWithTheAssignment) {
  Story story;
  story.Translating().Must("tina", GiveBack{});
  EXPECT_EQ(Readers(story), "fay cleo carl");
}

TEST(MaySee, IsNeverARevokedMembers) {
  Story story;
  story.Delivered();
  for (const char* name : {"fay", "carl", "ada"}) story.organisation().Revoke(name);
  EXPECT_EQ(Readers(story), "cleo");
}

// A share hands over keys. Who left the desk does not stay because of one.
TEST(MaySee, IsNotGivenByAShare) {
  Story story;
  story.Submitted().Must("cleo", Share{.with = Organisation::Member("carl")});
  story.organisation().Revoke("carl");
  story.organisation().Enrol("carl's telephone", static_cast<std::uint16_t>(Role::kReviewer));
  EXPECT_EQ(Readers(story), "fay cleo");
}

// A device sees what its own certificate is for, whatever its member does on another.
TEST(MaySee, IsJudgedByTheDevice) {
  Story story;
  story.Assigned();
  const auto auditor = static_cast<std::uint16_t>(Role::kAuditor);
  for (const std::string name : {"fay", "cleo", "tina", "rita"}) {
    story.organisation().Enrol(name + "'s other telephone", auditor, {1});
    const auto sees = [&](const std::string& device) {
      const auto* record = story.Now().directory.Find(story.organisation().device(device).hash);
      return MaySee(story.document(), story.Now(), *record);
    };
    EXPECT_TRUE(sees(name)) << name;
    EXPECT_FALSE(sees(name + "'s other telephone")) << name;
    EXPECT_FALSE(story.Try(name + "'s other telephone", Note{}).ok()) << name;
  }
  const auto of_the_case = [&](const char* device) {
    const auto* record = story.Now().directory.Find(story.organisation().device(device).hash);
    return MaySee(story.the_case(), story.Now(), *record);
  };
  EXPECT_TRUE(of_the_case("fay"));
  EXPECT_FALSE(of_the_case("fay's other telephone"));
  EXPECT_FALSE(of_the_case("cleo's other telephone"));
}

TEST(MaySee, OfAPastMomentIsAsItWasThen) {
  Story story;
  const Context then = story.Assigned().Now();
  story.organisation().Revoke("tina");
  const MemberId tina = Organisation::Member("tina");
  EXPECT_TRUE(MaySee(story.document(), then, tina));
  EXPECT_FALSE(MaySee(story.document(), story.Now(), tina));
}

TEST(MaySeeCase, IsTheOpenersTheDesksAndTheirsItWasSharedWith) {
  Story story;
  story.Must("cleo", ShareCase{.with = Organisation::Member("ada")});
  const auto sees = [&](const char* name) {
    return MaySee(story.the_case(), story.Now(), Organisation::Member(name));
  };
  EXPECT_TRUE(sees("fay"));
  EXPECT_TRUE(sees("carl"));
  EXPECT_TRUE(sees("ada"));
  EXPECT_FALSE(sees("flo"));
  EXPECT_FALSE(sees("dora"));
  EXPECT_FALSE(sees("tina"));
}

}  // namespace
}  // namespace amparo::workflow
