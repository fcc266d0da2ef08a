// Scenarios for people who do not read C++: one act a line, and what came of it.
//
//   # comment
//   assign  cleo  translator=tina reviewer=rita lease=48  -> TranslationAssigned [assigned]
//
// The language is in tests/scenarios/README.md. Running a scenario rewrites what stands behind
// each arrow; a test compares.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_WORKFLOW_SCENARIO_RUNNER_H_
#define AMPARO_TESTS_WORKFLOW_SCENARIO_RUNNER_H_

#include <map>
#include <string>
#include <vector>

#include "tests/support/story.h"

namespace amparo::workflow {

class ScenarioRunner {
 public:
  // The scenario with its outcomes as they are now.
  std::string Run(const std::string& scenario);

 private:
  struct Line {
    std::string verb;
    std::string actor;
    std::map<std::string, std::string> arguments;
    std::string Get(const std::string& name, const std::string& otherwise = "") const;
  };
  static Line Parse(const std::string& text);
  // What comes behind the arrow.
  std::string Play(const Line& line);
  std::string PlayAct(const Line& line, const Act& act);
  Act ActOf(const Line& line) const;
  Act AssignOf(const Line& line) const;
  Hash TextOf(const Line& line) const;
  static void Leave(const std::string& what, Body& body);

  testing::Story story_;
};

}  // namespace amparo::workflow

#endif  // AMPARO_TESTS_WORKFLOW_SCENARIO_RUNNER_H_
