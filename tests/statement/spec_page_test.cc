// docs/spec/statement.md says what the code does: its example is the vector, its kinds are
// ours, and its labels are all that stand in the sources.

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "statement/kinds.h"
#include "tests/crypto/vector_files.h"
#include "tests/statement/vector_cases.h"

namespace amparo {
namespace {

std::string PageText() {
  return std::string(AsText(ReadFile(std::string(AMPARO_SOURCE_DIR) + "/docs/spec/statement.md")));
}

// The lines from the heading `## title` to the next heading of that depth.
std::vector<std::string> Section(const std::string& title) {
  std::vector<std::string> lines;
  bool inside = false;
  for (const absl::string_view line : absl::StrSplit(PageText(), '\n')) {
    if (absl::StartsWith(line, "## ")) inside = line == absl::StrCat("## ", title);
    if (inside) lines.emplace_back(line);
  }
  return lines;
}

// The cells of the tables of a section, header and ruler excluded.
std::vector<std::vector<std::string>> Rows(const std::string& title) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& line : Section(title)) {
    if (!absl::StartsWith(line, "| ")) continue;
    std::vector<std::string> cells = absl::StrSplit(line, '|');
    for (std::string& cell : cells) absl::StripAsciiWhitespace(&cell);
    rows.emplace_back(cells.begin() + 1, cells.end() - 1);
  }
  if (!rows.empty()) rows.erase(rows.begin());
  return rows;
}

// What stands between `amparo/` and `\n"` in a source: a label.
void CollectLabels(const std::string& source, std::set<std::string>& labels) {
  const std::string begin = "\"amparo/";
  for (std::size_t at = source.find(begin); at != std::string::npos;
       at = source.find(begin, at + 1)) {
    const std::size_t end = source.find('"', at + 1);
    const std::string literal = source.substr(at + 1, end - at - 1);
    const std::size_t newline = literal.find("\\n");
    if (newline != std::string::npos) labels.insert(literal.substr(0, newline));
  }
}

std::set<std::string> LabelsOfTheSources() {
  std::set<std::string> labels;
  for (const char* const folder :
       {"crypto", "statement", "directory", "workflow", "audit", "storage", "server", "client"}) {
    const std::string path = absl::StrCat(AMPARO_SOURCE_DIR, "/", folder);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".cc" && extension != ".h") continue;
      CollectLabels(std::string(AsText(ReadFile(entry.path().string()))), labels);
    }
  }
  return labels;
}

std::string NameOf(SubjectType type) {
  switch (type) {
    case SubjectType::kDirectory:
      return "directory";
    case SubjectType::kCase:
      return "case";
    case SubjectType::kDocument:
      return "document";
    case SubjectType::kLog:
      return "log";
  }
  return "";
}

TEST(StatementPage, HasTheVectorAsItsExample) {
  std::string hex;
  bool inside = false;
  for (const std::string& line : Section("Worked example")) {
    if (line == "```") inside = !inside;
    if (inside && line != "```") hex += line.substr(0, line.find(' '));
  }
  const SignedStatement tick = [] {
    for (const VectorCase& vector : VectorCases()) {
      if (vector.name == "good_tick") return *DecodeSigned(vector.bytes);
    }
    return SignedStatement{};
  }();
  EXPECT_EQ(hex, ToHex(tick.bytes));
  EXPECT_TRUE(absl::StrContains(PageText(), ToHex(HashOf(tick))));
}

TEST(StatementPage, ListsTheKindsAsTheyAre) {
  std::set<std::string> listed;
  for (const std::vector<std::string>& row : Rows("Kinds")) {
    listed.insert(absl::StrJoin(row.begin(), row.begin() + 5, " "));
  }
  std::set<std::string> known;
  for (const Body& body : ExampleBodies()) {
    const Kind kind = KindOf(body.act);
    known.insert(absl::StrCat(KindName(kind), " ", static_cast<int>(kind), " ",
                              NameOf(SubjectTypeOf(kind)), " ", LeafClassOf(kind), " ",
                              IsTurn(kind) ? "yes" : "no"));
  }
  EXPECT_EQ(listed, known);
}

TEST(StatementPage, ListsEveryLabelOfTheSourcesAndNoOther) {
  std::set<std::string> listed;
  for (const std::vector<std::string>& row : Rows("Labels")) {
    listed.insert(row[0].substr(1, row[0].size() - 2));
  }
  EXPECT_EQ(listed, LabelsOfTheSources());
}

TEST(Labels, EndInTheirVersion) {
  const std::set<std::string> labels = LabelsOfTheSources();
  EXPECT_GE(labels.size(), 20U);
  for (const std::string& label : labels) {
    EXPECT_TRUE(absl::EndsWith(label, "/v1")) << label;
  }
}

}  // namespace
}  // namespace amparo
