// docs/spec/receipt.md: its example is the vector's, its names are the code's.

#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "custody/judge.h"
#include "tests/custody/vector_cases.h"

namespace amparo::testing {
namespace {

std::string ReadTree(const std::string& path) {
  std::ifstream in(AMPARO_SOURCE_DIR "/" + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Rows "| 48 | `0123` | what |" of the worked example: offset and bytes.
TEST(ReceiptPage, ShowsTheBytesOfTheVector) {
  const std::string page = ReadTree("docs/spec/receipt.md");
  const Bytes bytes = DecodedOf(ReadTree("tests/vectors/receipt/good.txt"));
  const std::regex row(R"(\| (\d+) \| `([0-9a-f]+)` \|)");
  std::size_t rows = 0;
  for (auto it = std::sregex_iterator(page.begin(), page.end(), row); it != std::sregex_iterator();
       ++it, ++rows) {
    const std::size_t at = std::stoull((*it)[1]);
    const std::string hex = (*it)[2];
    ASSERT_LE(at + hex.size() / 2, bytes.size());
    EXPECT_EQ(ToHex(ByteView(bytes).subspan(at, hex.size() / 2)), hex) << at;
  }
  EXPECT_GE(rows, 10u);
}

TEST(ReceiptPage, NamesEveryVerdictAndReason) {
  const std::string page = ReadTree("docs/spec/receipt.md");
  for (int i = 0; i <= static_cast<int>(custody::Verdict::kUpdateRequired); ++i) {
    const std::string name(custody::VerdictName(static_cast<custody::Verdict>(i)));
    EXPECT_NE(page.find(name), std::string::npos) << name;
  }
  for (int i = 0; i <= static_cast<int>(custody::Reason::kOpeningMismatch); ++i) {
    const std::string name(custody::ReasonName(static_cast<custody::Reason>(i)));
    EXPECT_NE(page.find("**" + name + "**"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace amparo::testing
