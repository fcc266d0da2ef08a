// docs/attacks.md keeps step with the tests: all 58 attacks, in their order, and each names tests
// that exist, or says why it does not apply.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/architecture/source_tree.h"

namespace amparo::architecture {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int kAttacks = 58;
constexpr absl::string_view kDoesNotApply = "does not apply: ";

// One row: its cells after the number.
struct Attack {
  int number = 0;
  std::string attack, expected, result, tests;
};

std::vector<Attack> AttacksIn(absl::string_view page) {
  std::vector<Attack> attacks;
  for (absl::string_view line : Lines(page)) {
    if (!absl::ConsumePrefix(&line, "| ") || !absl::ConsumeSuffix(&line, " |")) continue;
    const std::vector<std::string> cells = absl::StrSplit(line, " | ");
    Attack row;
    if (cells.size() < 3 || !absl::SimpleAtoi(cells[0], &row.number)) continue;
    row.attack = cells[1];
    row.expected = cells[2];
    if (cells.size() > 3) row.result = cells[3];
    if (cells.size() > 4) row.tests = cells[4];
    attacks.push_back(row);
  }
  return attacks;
}

// What is between backticks.
std::vector<std::string> Quoted(const std::string& cell) {
  std::vector<std::string> out;
  const std::vector<std::string> parts = absl::StrSplit(cell, '`');
  for (std::size_t i = 1; i < parts.size(); i += 2) out.push_back(parts[i]);
  return out;
}

bool HasTest(const std::string& source, const std::string& suite, const std::string& name) {
  const std::regex test(absl::StrCat("TEST(_F|_P)?\\(", suite, ",\\s*", name, "\\)"));
  return std::regex_search(source, test);
}

// What is wrong with a row, in words; empty: nothing.
std::vector<std::string> Problems(const Attack& row, const SourceTree& tree) {
  std::vector<std::string> out;
  const std::string at = absl::StrCat("row ", row.number, ": ");
  if (row.attack.empty() || row.expected.empty() || row.result.empty()) {
    out.push_back(at + "a cell is empty");
  }
  std::size_t tests = 0;
  std::string path;
  for (const std::string& word : Quoted(row.tests)) {
    if (absl::EndsWith(word, ".cc")) {
      path = word;
      if (!tree.contains(path)) out.push_back(at + "no such file: " + path);
      continue;
    }
    const std::vector<std::string> parts = absl::StrSplit(word, '.');
    ++tests;
    if (parts.size() != 2 || !tree.contains(path) || !HasTest(tree.at(path), parts[0], parts[1])) {
      out.push_back(absl::StrCat(at, "no test ", word, " in ", path));
    }
  }
  const bool applies = !absl::StartsWith(row.result, kDoesNotApply);
  if (applies && tests == 0) out.push_back(at + "names no test");
  return out;
}

std::vector<std::string> Problems(const std::vector<Attack>& attacks, const SourceTree& tree) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < attacks.size(); ++i) {
    if (attacks[i].number != static_cast<int>(i) + 1) {
      out.push_back(absl::StrCat("row ", attacks[i].number, " stands in place ", i + 1));
    }
    for (const std::string& problem : Problems(attacks[i], tree)) out.push_back(problem);
  }
  return out;
}

TEST(AttacksPage, NamesTestsThatExistForEveryAttack) {
  const SourceTree tree = ReadSourceTree(AMPARO_SOURCE_DIR);
  const std::vector<Attack> attacks = AttacksIn(tree.at("docs/attacks.md"));
  EXPECT_THAT(attacks, SizeIs(kAttacks));
  EXPECT_THAT(Problems(attacks, tree), IsEmpty());
}

// The list is older than the page; where it is at hand, beside the folder of vectors, the page
// says the same attacks and expects the same.
TEST(AttacksPage, SaysTheAttacksOfTheList) {
  const char* vectors = std::getenv("AMPARO_VECTORS");
  const std::string folder =
      vectors != nullptr ? vectors : std::string(AMPARO_SOURCE_DIR "/../shared/vectors");
  std::ifstream file(folder + "/../attacks.md");
  if (!file) GTEST_SKIP() << "no " << folder << "/../attacks.md";
  const std::string list{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const SourceTree tree = ReadSourceTree(AMPARO_SOURCE_DIR);
  const std::vector<Attack> page = AttacksIn(tree.at("docs/attacks.md"));
  const std::vector<Attack> listed = AttacksIn(list);
  ASSERT_EQ(page.size(), listed.size());
  for (std::size_t i = 0; i < page.size(); ++i) {
    EXPECT_EQ(page[i].attack, listed[i].attack);
    EXPECT_EQ(page[i].expected, listed[i].expected);
  }
}

TEST(AttacksPage, IsRefusedWhenARowIsMissingOrNamesNothing) {
  const SourceTree tree = {{"tests/a_test.cc", "TEST_F(Some,\n       Thing) {}\n"}};
  const std::string good = "| 1 | x | C | refused | `tests/a_test.cc`: `Some.Thing` |\n";
  EXPECT_THAT(Problems(AttacksIn(good), tree), IsEmpty());
  EXPECT_THAT(Problems(AttacksIn("| 1 | x | C | does not apply: no | - |\n"), tree), IsEmpty());
  EXPECT_THAT(Problems(AttacksIn("| 1 | x | C | refused | - |\n"), tree), SizeIs(1));
  EXPECT_THAT(Problems(AttacksIn("| 2 | x | C | does not apply: no | - |\n"), tree), SizeIs(1));
  EXPECT_THAT(
      Problems(AttacksIn("| 1 | x | C | refused | `tests/a_test.cc`: `Some.Thin` |\n"), tree),
      SizeIs(1));
  EXPECT_THAT(
      Problems(AttacksIn("| 1 | x | C | refused | `tests/b_test.cc`: `Some.Thing` |\n"), tree),
      SizeIs(2));
}

}  // namespace
}  // namespace amparo::architecture
