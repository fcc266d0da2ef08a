// Four eyes, over random histories: whatever is delivered was approved by a member who neither
// wrote nor submitted it. AMPARO_SEED repeats one run; every failure prints its seed.

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "tests/support/story.h"
#include "tests/workflow/decision_matchers.h"
#include "tests/workflow/oracle.h"

namespace amparo::workflow {
namespace {

using testing::Organisation;
using testing::Said;
using testing::Story;

constexpr const char* kActors[] = {"fay",  "cleo", "carl", "tina", "tom",
                                   "rita", "rex",  "ada",  "max",  "max's telephone"};
constexpr int kHistories = 150;
constexpr int kSteps = 80;

std::uint64_t SeedOfThisRun() {
  const char* given = std::getenv("AMPARO_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

// A cast in which one person has every role that could collide.
Story Stage() {
  Story story(/*signs=*/false);
  story.organisation().Enrol("max's telephone",
                             testing::RolesOf({Role::kReviewer, Role::kTranslator, Role::kFellow}));
  story.Must("cleo", ShareCase{.with = Organisation::Member("max")});
  return story;
}

class RandomHistory {
 public:
  RandomHistory(const Story& stage, std::uint64_t seed) : story_(stage), random_(seed) {}

  // Returns what is wrong, or "". Counts deliveries, so that a test knows it tried something.
  std::string Run(int* deliveries) {
    for (int step = 0; step < kSteps; ++step) {
      if (Roll(40) == 0) story_.organisation().Wait(Roll(60) + 1);
      const std::string actor = kActors[Roll(std::size(kActors))];
      const Said said = story_.Compose(actor, AnyAct(), [&](Body& body) { BendGrants(body); });
      const Decision decision = story_.Judge(said);
      if (!decision.ok()) continue;
      const Document before = story_.document();
      story_.Apply(said, decision);
      const std::string wrong =
          oracle_.Accepted(Organisation::Member(actor), said.body, before, story_.document());
      if (!wrong.empty()) return wrong + ", at step " + std::to_string(step);
      if (before.state != story_.document().state && story_.document().state == State::kDelivered) {
        ++*deliveries;
      }
    }
    return "";
  }

 private:
  std::size_t Roll(std::size_t sides) { return random_() % sides; }

  void BendGrants(Body& body) {
    if (Roll(8) == 0 && !body.grants.empty()) body.grants.erase(body.grants.begin());
  }

  Act AnyAct() {
    static constexpr const char* kTranslators[] = {"tina", "tom", "max"};
    static constexpr const char* kReviewers[] = {"rita", "rex", "max"};
    if (story_.document().state == State::kNone) return story_.SubmitAct();
    switch (Roll(24)) {
      case 0:
        return story_.SubmitAct();
      case 1:
        return Unassign{};
      case 2:
        return Decline{};
      case 3:
        return GiveBack{};
      case 4: {
        Deliver act = story_.DeliverAct({"ada"});
        act.already_in_target_language = Roll(8) == 0 ? 1 : 0;
        return act;
      }
      case 5:
        return story_.ReopenAct();
      case 6:
        return story_.ReceiveAct();
      case 7:
      case 8:
        return story_.ReturnAct();
      case 9:
      case 10:
      case 11:
      case 12:
        return Accept{};
      case 13:
      case 14:
      case 15:
      case 16:
        return story_.HandInAct();
      case 17:
      case 18:
      case 19:
        return story_.ApproveAct();
      default:
        return story_.AssignAct(kTranslators[Roll(3)], kReviewers[Roll(3)], {"ada"});
    }
  }

  Story story_;
  std::mt19937_64 random_;
  Oracle oracle_;
};

TEST(FourEyes, HoldsInRandomHistories) {
  const std::uint64_t first = SeedOfThisRun();
  const Story stage = Stage();
  int deliveries = 0;
  for (std::uint64_t i = 0; i < kHistories; ++i) {
    ASSERT_EQ(RandomHistory(stage, first + i).Run(&deliveries), "") << "AMPARO_SEED=" << first + i;
  }
  // Histories that never deliver anything would prove nothing.
  EXPECT_GT(deliveries, 0) << "from AMPARO_SEED=" << first;
}

// The same statements, judged twice: the same decisions, the same document.
TEST(Replay, ComesToTheSameDocumentTwice) {
  Story story;
  std::vector<std::pair<Said, Context>> log;
  const auto say = [&](const char* actor, const Act& act) {
    const Said said = story.Compose(actor, act);
    const Decision decision = story.Judge(said);
    ASSERT_TRUE(decision.ok()) << Outcome(decision);
    log.emplace_back(said, story.Now());
    story.Apply(said, decision);
  };
  say("fay", story.SubmitAct());
  say("cleo", story.AssignAct("tina", "rita", {"ada"}));
  say("tina", Accept{});
  say("tina", Note{.type = NoteType::kQuestion, .in_reply_to = {}});
  say("tina", story.HandInAct());
  say("rita", story.ReturnAct());
  say("tina", story.HandInAct());
  say("rita", story.ApproveAct());
  story.organisation().Revoke("rita");  // Later: the past is judged as it was.
  say("ada", story.ReceiveAct());
  for (int replay = 0; replay < 2; ++replay) {
    Document document;
    for (const auto& [said, context] : log) {
      const Decision decision = Decide(document, context, said.statement, said.body);
      ASSERT_TRUE(decision.ok()) << Outcome(decision);
      document = Evolve(std::move(document), decision.events, said.statement);
    }
    EXPECT_EQ(document.head, story.document().head);
    EXPECT_EQ(document.state, State::kReceived);
    EXPECT_EQ(document.statements, story.document().statements);
    EXPECT_EQ(document.received_by, story.document().received_by);
  }
}

}  // namespace
}  // namespace amparo::workflow
