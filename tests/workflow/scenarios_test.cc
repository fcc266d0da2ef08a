// Plays tests/scenarios/*.txt. AMPARO_UPDATE=1 writes the outcomes anew.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/workflow/scenario_runner.h"

namespace amparo::workflow {
namespace {

std::vector<std::string> Scenarios() {
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(AMPARO_SOURCE_DIR "/tests/scenarios")) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Scenario : public ::testing::TestWithParam<std::string> {};

TEST_P(Scenario, ComesOutAsWritten) {
  const std::string path = AMPARO_SOURCE_DIR "/tests/scenarios/" + GetParam() + ".txt";
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  const std::string played = ScenarioRunner().Run(text.str());
  if (std::getenv("AMPARO_UPDATE") != nullptr) {
    std::ofstream(path) << played;
    return;
  }
  EXPECT_EQ(text.str(), played) << path;
}

INSTANTIATE_TEST_SUITE_P(All, Scenario, ::testing::ValuesIn(Scenarios()),
                         [](const auto& scenario) { return scenario.param; });

}  // namespace
}  // namespace amparo::workflow
