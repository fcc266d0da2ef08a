#include "tests/workflow/scenario_runner.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/workflow/decision_matchers.h"

namespace amparo::workflow {
namespace {

using testing::Organisation;
using testing::Said;

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

std::string Trimmed(std::string text) {
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

}  // namespace

std::string ScenarioRunner::Line::Get(const std::string& name, const std::string& otherwise) const {
  const auto found = arguments.find(name);
  return found == arguments.end() ? otherwise : found->second;
}

ScenarioRunner::Line ScenarioRunner::Parse(const std::string& text) {
  Line line;
  std::istringstream words(text);
  words >> line.verb >> line.actor;
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    line.arguments[word.substr(0, equals)] =
        equals == std::string::npos ? "yes" : word.substr(equals + 1);
  }
  return line;
}

std::string ScenarioRunner::Run(const std::string& scenario) {
  std::string out;
  for (const std::string& text : Split(scenario, '\n')) {
    const std::string act = Trimmed(text.substr(0, text.find("->")));
    if (act.empty() || act[0] == '#') {
      out += text + "\n";
      continue;
    }
    const std::string outcome = Play(Parse(act));
    if (outcome.empty()) {
      out += act + "\n";
      continue;
    }
    const std::size_t arrow = text.find("->");
    const std::string before = arrow == std::string::npos
                                   ? act + std::string(act.size() < 60 ? 60 - act.size() : 1, ' ')
                                   : text.substr(0, arrow);
    out += before + "-> " + outcome + "\n";
  }
  return out;
}

std::string ScenarioRunner::Play(const Line& line) {
  if (line.verb == "wait") {
    story_.organisation().Wait(std::stoull(line.actor));
    return "";
  }
  if (line.verb == "revoke") {
    story_.organisation().Revoke(line.actor);
    return "";
  }
  return PlayAct(line, ActOf(line));
}

void ScenarioRunner::Leave(const std::string& what, Body& body) {
  if (what == "grants") body.grants.clear();
  if (what == "certificate") {
    const ObjectId certificate = body.objects.back().object;
    body.objects.pop_back();
    std::erase_if(body.grants, [&](const GrantRef& it) { return it.object == certificate; });
  }
  if (what == "note") {
    body.objects.clear();
    body.grants.clear();
  }
}

std::string ScenarioRunner::PlayAct(const Line& line, const Act& act) {
  const Said said =
      story_.Compose(line.actor, act, [&](Body& body) { Leave(line.Get("without"), body); });
  const auto author =
      story_.organisation().directory().CheckAuthor(said.statement, story_.Now().moment);
  if (author) return "author refused " + std::string(directory::RefusalName(*author));
  const Decision decision = story_.Judge(said);
  if (decision.ok()) story_.Apply(said, decision);
  const State state = story_.document().StateAt(story_.Now().moment.now);
  return Outcome(decision) + " [" + std::string(StateName(state)) + "]";
}

// The translation that text=N names; without it, the current one.
Hash ScenarioRunner::TextOf(const Line& line) const {
  const std::string number = line.Get("text");
  for (const Version& version : story_.document().translations) {
    if (std::to_string(version.number) == number) return version.statement;
  }
  return number.empty() ? story_.ApproveAct().translation : testing::HashNamed(number);
}

Act ScenarioRunner::AssignOf(const Line& line) const {
  Assign act = story_.AssignAct(line.Get("translator"), line.Get("reviewer"),
                                Split(line.Get("attorneys", "ada"), ','));
  act.lease_end = story_.organisation().In(std::stoull(line.Get("lease", "48")));
  return act;
}

Act ScenarioRunner::ActOf(const Line& line) const {
  const std::string& verb = line.verb;
  if (verb == "submit") return story_.SubmitAct();
  if (verb == "assign") return AssignOf(line);
  if (verb == "unassign") return Unassign{};
  if (verb == "accept") return Accept{};
  if (verb == "decline") return Decline{};
  if (verb == "give_back") return GiveBack{};
  if (verb == "hand_in") return story_.HandInAct();
  if (verb == "return") return Return{.translation = TextOf(line)};
  if (verb == "approve") {
    Approve act = story_.ApproveAct();
    act.translation = TextOf(line);
    return act;
  }
  if (verb == "deliver") {
    Deliver act = story_.DeliverAct(Split(line.Get("to"), ','));
    act.already_in_target_language = line.Get("untranslated") == "yes" ? 1 : 0;
    return act;
  }
  if (verb == "receive") return story_.ReceiveAct();
  if (verb == "reopen") return story_.ReopenAct();
  if (verb == "withdraw") return Withdraw{};
  if (verb == "share") return Share{.with = Organisation::Member(line.Get("with"))};
  if (verb == "share_case") return ShareCase{.with = Organisation::Member(line.Get("with"))};
  if (verb == "ask") return Note{.type = NoteType::kQuestion, .in_reply_to = {}};
  if (verb == "answer") {
    const auto& questions = story_.document().questions;
    const Hash question = questions.empty() ? Hash::Filled(1) : questions.back().statement;
    return Note{.type = NoteType::kAnswer, .in_reply_to = question};
  }
  if (verb != "note") ADD_FAILURE() << "no verb of a scenario: " << verb;
  return Note{};
}

}  // namespace amparo::workflow
