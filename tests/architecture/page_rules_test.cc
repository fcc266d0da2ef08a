// Every link of every page leads somewhere, and the check still refuses one that does not.

#include "tests/architecture/page_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace amparo::architecture {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

bool IsIn(const SourceTree& tree, const std::string& path) { return tree.contains(path); }

Violations CheckSample(const SourceTree& tree) {
  return CheckLinks(tree, [&](const std::string& path) { return IsIn(tree, path); });
}

TEST(Links, HoldInTheTree) {
  const std::string root = AMPARO_SOURCE_DIR;
  EXPECT_THAT(CheckLinks(ReadSourceTree(root),
                         [&](const std::string& path) {
                           return std::filesystem::exists(std::filesystem::path(root) / path);
                         }),
              IsEmpty());
}

TEST(Links, AreResolvedFromTheFolderOfTheirPage) {
  EXPECT_THAT(
      CheckSample({{"docs/a.md", "[b](spec/b.md), [c](../c.md) and [c](../c.md#two-words)\n"},
                   {"docs/spec/b.md", "[here](#one)\n\n# One\n"},
                   {"c.md", "## Two `words`\n"}}),
      IsEmpty());
}

TEST(Links, AreRefusedWhenTheyLeadNowhere) {
  EXPECT_THAT(CheckSample({{"docs/a.md", "x\n[b](b.md)\n"}}),
              ElementsAre(Violation{.path = "docs/a.md", .line = 2, .what = "no such file: b.md"}));
  EXPECT_THAT(CheckSample({{"a.md", "[b](b.md#three)\n"}, {"b.md", "# Two\n"}}), SizeIs(1));
  EXPECT_THAT(CheckSample({{"a.md", "[a](#three)\n"}}), SizeIs(1));
}

TEST(Links, InCodeAndToOtherPlacesAreLeftAlone) {
  EXPECT_THAT(
      CheckSample({{"a.md", "```\n[b](b.md)\n```\n`[b](b.md)` [w](https://example.org/x)\n"}}),
      IsEmpty());
}

}  // namespace
}  // namespace amparo::architecture
