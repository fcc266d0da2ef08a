// docs/spec/log.md shows the log of the vector, and the vector is what we still make.

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "audit/checkpoint.h"
#include "tests/audit/example_log.h"
#include "tests/crypto/vector_files.h"
#include "tests/statement/random_bodies.h"

namespace amparo::audit {
namespace {

TEST(LogVector, IsWhatThisBuildMakesByteForByte) {
  EXPECT_EQ(AsText(ReadFile(OurVectors("log") + "/three_leaves.txt")), ExampleLogText());
}

TEST(LogVector, HasCheckpointsThatOpen) {
  const auto fields = ReadFields(OurVectors("log") + "/three_leaves.txt");
  const auto [begin, end] = fields.equal_range("checkpoint");
  auto root = fields.lower_bound("root");
  std::uint64_t size = 0;
  for (auto line = begin; line != end; ++line, ++root) {
    const std::string note = absl::StrReplaceAll(line->second, {{"\\n", "\n"}});
    const absl::StatusOr<Checkpoint> checkpoint =
        OpenCheckpoint(OrgId::Filled(0x0a), KeyNumber(4).verify_key(), note);
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
    EXPECT_EQ(checkpoint->size.value, ++size);
    EXPECT_EQ(ToHex(checkpoint->root), root->second);
  }
  EXPECT_EQ(size, 3U);
}

TEST(LogPage, ShowsTheVector) {
  const std::string path = std::string(AMPARO_SOURCE_DIR) + "/docs/spec/log.md";
  const Bytes page = ReadFile(path);
  const auto fields = ReadFields(OurVectors("log") + "/three_leaves.txt");
  for (const char* const key : {"tag", "leaf-hash", "root"}) {
    const auto [begin, end] = fields.equal_range(key);
    for (auto line = begin; line != end; ++line) {
      EXPECT_TRUE(absl::StrContains(AsText(page), line->second)) << key << " " << line->second;
    }
  }
  const std::string note =
      absl::StrReplaceAll(std::prev(fields.upper_bound("checkpoint"))->second, {{"\\n", "\n"}});
  EXPECT_TRUE(absl::StrContains(AsText(page), note)) << note;
}

}  // namespace
}  // namespace amparo::audit
