// tests/vectors/receipt: every case comes out as its author said, and as the index says.
// tools/verify is held to the same index.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "tests/custody/vector_index.h"

namespace amparo::testing {
namespace {

using Json = nlohmann::ordered_json;

const VectorCases& Cases() {
  static const auto* const kCases = new VectorCases(AllVectorCases());
  return *kCases;
}

VectorFolder ReadFolder() {
  VectorFolder folder;
  for (const auto& file :
       std::filesystem::directory_iterator(AMPARO_SOURCE_DIR "/tests/vectors/receipt")) {
    std::ifstream in(file.path(), std::ios::binary);
    folder[file.path().filename().string()] =
        std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return folder;
}

TEST(ReceiptVectors, ComeOutAsTheirAuthorSaid) {
  std::set<std::string> names;
  for (const VectorCase& one : Cases()) {
    EXPECT_TRUE(names.insert(one.name).second) << one.name;
    const Json report = Verified(one.text, one.partners, {})["expect"];
    EXPECT_EQ(report["verdict"], std::string(custody::VerdictName(one.verdict))) << one.name;
    const Json reason = one.reason ? Json(std::string(custody::ReasonName(*one.reason))) : Json();
    EXPECT_EQ(report["reason"], reason) << one.name;
    EXPECT_EQ(report["position"], one.position ? Json(*one.position) : Json()) << one.name;
  }
}

TEST(ReceiptVectors, ComeOutAsTheIndexSays) {
  const VectorFolder folder = ReadFolder();
  const Json index = Json::parse(folder.at("index.json"));
  ASSERT_GT(index["cases"].size(), 100u);
  for (const Json& entry : index["cases"]) {
    std::vector<Bytes> files;
    for (const Json& name : entry["files"]) {
      const ByteView bytes = AsBytes(folder.at(name.get<std::string>()));
      files.emplace_back(bytes.begin(), bytes.end());
    }
    const Json verified =
        Verified(TextOf(entry, folder), entry["partners"].get<std::vector<std::string>>(), files);
    EXPECT_EQ(verified["expect"], entry["expect"]) << entry["name"];
    EXPECT_EQ(verified["exit"], entry["exit"]) << entry["name"];
  }
}

// A released format never changes them; before that, receipt_vectors writes them anew.
TEST(ReceiptVectors, AreTheCasesOfThisProgram) {
  const VectorFolder folder = ReadFolder();
  const Json index = Json::parse(folder.at("index.json"))["cases"];
  ASSERT_EQ(index.size(), Cases().size());
  for (std::size_t i = 0; i < index.size(); ++i) {
    const VectorCase& one = Cases()[i];
    EXPECT_EQ(index[i]["name"], one.name);
    EXPECT_EQ(index[i]["comment"], one.comment);
    EXPECT_EQ(index[i]["partners"], Json(one.partners)) << one.name;
    EXPECT_EQ(index[i]["files"], Json(one.files)) << one.name;
    EXPECT_TRUE(TextOf(index[i], folder) == one.text) << one.name;
  }
  for (const auto& [name, bytes] : ComparedFiles()) {
    EXPECT_EQ(folder.at(name), AsText(bytes)) << name;
  }
}

TEST(ReceiptVectors, HaveEveryVerdictAndEveryReason) {
  std::set<std::string> seen;
  for (const VectorCase& one : Cases()) {
    seen.insert(std::string(custody::VerdictName(one.verdict)));
    if (one.reason) seen.insert(std::string(custody::ReasonName(*one.reason)));
  }
  for (int i = 0; i <= static_cast<int>(custody::Verdict::kUpdateRequired); ++i) {
    EXPECT_TRUE(seen.contains(std::string(custody::VerdictName(static_cast<custody::Verdict>(i)))));
  }
  for (int i = 0; i <= static_cast<int>(custody::Reason::kOpeningMismatch); ++i) {
    EXPECT_TRUE(seen.contains(std::string(custody::ReasonName(static_cast<custody::Reason>(i)))));
  }
}

}  // namespace
}  // namespace amparo::testing
