// Every history of up to nine turns by a small cast, each state visited once. What must hold
// of them is in oracle.h; that every state is reached is asserted at the end.

#include <gtest/gtest.h>

#include <deque>
#include <set>
#include <sstream>

#include "tests/support/story.h"
#include "tests/workflow/decision_matchers.h"
#include "tests/workflow/oracle.h"

namespace amparo::workflow {
namespace {

using testing::Organisation;
using testing::Said;
using testing::Story;

constexpr int kTurns = 9;
constexpr const char* kActors[] = {"fay", "cleo", "tina", "max", "rita", "ada"};

struct Node {
  Document document;
  Oracle oracle;
  int turns = 0;
};

// Everything that later decisions can depend on, without hashes and random ids.
std::string KeyOf(const Document& d) {
  std::ostringstream key;
  const auto members = [&](const auto& set) {
    key << '/';
    for (const MemberId& member : set) key << ToHex(member).substr(0, 4);
  };
  key << static_cast<int>(d.state) << '/' << ToHex(d.translator).substr(0, 4) << '/'
      << ToHex(d.reviewer).substr(0, 4) << '/' << (d.translations.empty() ? 0 : 1);
  members(d.submitters);
  members(d.authors);
  members(d.attorneys);
  members(d.delivered_to);
  members(d.delivered_before);
  members(d.received_by);
  return key.str();
}

std::vector<Act> ActsFrom(const Story& story) {
  Deliver untranslated = story.DeliverAct({"ada"});
  untranslated.already_in_target_language = 1;
  std::vector<Act> acts = {story.SubmitAct(),
                           Unassign{},
                           Accept{},
                           Decline{},
                           GiveBack{},
                           story.HandInAct(),
                           story.ReturnAct(),
                           story.ApproveAct(),
                           story.DeliverAct({"ada"}),
                           untranslated,
                           story.ReceiveAct(),
                           story.ReopenAct(),
                           Withdraw{},
                           story.AssignAct("max", "rita", {"ada"}),
                           story.AssignAct("tina", "max")};
  return acts;
}

TEST(Exhaustively, NoHistoryOfAFewTurnsBreaksTheRules) {
  Story story(/*signs=*/false);
  story.Must("cleo", ShareCase{.with = Organisation::Member("max")});
  std::deque<Node> open(1);
  std::set<std::string> seen = {KeyOf(Document{})};
  std::set<State> reached;
  while (!open.empty()) {
    const Node node = std::move(open.front());
    open.pop_front();
    reached.insert(node.document.state);
    if (node.turns == kTurns) continue;
    story.set_document(node.document);
    for (const Act& act : ActsFrom(story)) {
      for (const char* actor : kActors) {
        const Said said = story.Compose(actor, act);
        const Decision decision = story.Judge(said);
        ASSERT_NE(decision.ok(), decision.events.empty()) << "neither events nor a refusal";
        if (!decision.ok()) continue;
        Node next{.document = Evolve(node.document, decision.events, said.statement),
                  .oracle = node.oracle,
                  .turns = node.turns + 1};
        const std::string wrong = next.oracle.Accepted(Organisation::Member(actor), said.body,
                                                       node.document, next.document);
        ASSERT_EQ(wrong, "") << actor << " after " << KeyOf(node.document);
        if (seen.insert(KeyOf(next.document)).second) open.push_back(std::move(next));
      }
    }
  }
  for (const State state :
       {State::kSubmitted, State::kAssigned, State::kTranslating, State::kInReview,
        State::kApproved, State::kDelivered, State::kReceived, State::kWithdrawn}) {
    EXPECT_TRUE(reached.contains(state)) << StateName(state);
  }
  RecordProperty("states", static_cast<int>(seen.size()));
}

}  // namespace
}  // namespace amparo::workflow
