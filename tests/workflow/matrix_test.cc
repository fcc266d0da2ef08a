// The matrix in docs/spec/workflow.md is what Decide says, byte for byte.
// AMPARO_UPDATE=1 writes it anew, to be reviewed as a change of the rules.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "workflow/workflow.h"

namespace amparo::workflow {
namespace {

constexpr char kPage[] = AMPARO_SOURCE_DIR "/docs/spec/workflow.md";
constexpr char kBegin[] = "<!-- matrix: printed by Decide -->\n";
constexpr char kEnd[] = "<!-- /matrix -->\n";

std::string ReadPage() {
  std::ifstream file(kPage);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Matrix, IsWhatTheSpecificationPrints) {
  const std::string page = ReadPage();
  const std::size_t begin = page.find(kBegin);
  const std::size_t end = page.find(kEnd);
  ASSERT_NE(begin, std::string::npos) << kPage;
  ASSERT_NE(end, std::string::npos) << kPage;
  const std::size_t start = begin + sizeof(kBegin) - 1;
  const std::string expected = PrintMatrix();
  if (std::getenv("AMPARO_UPDATE") != nullptr) {
    std::ofstream(kPage) << page.substr(0, start) << expected << page.substr(end);
    return;
  }
  EXPECT_EQ(page.substr(start, end - start), expected);
}

TEST(Matrix, IsTheSameEveryTime) { EXPECT_EQ(PrintMatrix(), PrintMatrix()); }

}  // namespace
}  // namespace amparo::workflow
