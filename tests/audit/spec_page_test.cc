// docs/spec/log.md shows the log of the vectors, and the vectors are what we still make.

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "audit/checkpoint.h"
#include "audit/cosignature.h"
#include "audit/proof.h"
#include "audit/tlog_proof.h"
#include "tests/audit/example_log.h"
#include "tests/crypto/vector_files.h"
#include "tests/statement/random_bodies.h"

namespace amparo::audit {
namespace {

// A note of a vector, with its newlines.
std::string Lines(const std::string& field) { return absl::StrReplaceAll(field, {{"\\n", "\n"}}); }

TEST(LogVector, IsWhatThisBuildMakesByteForByte) {
  EXPECT_EQ(AsText(ReadFile(OurVectors("log") + "/three_leaves.txt")), ExampleLogText());
}

TEST(LogVector, HasCheckpointsThatOpen) {
  const auto fields = ReadFields(OurVectors("log") + "/three_leaves.txt");
  const auto [begin, end] = fields.equal_range("checkpoint");
  auto root = fields.lower_bound("root");
  std::uint64_t size = 0;
  for (auto line = begin; line != end; ++line, ++root) {
    const std::string note = Lines(line->second);
    const absl::StatusOr<Checkpoint> checkpoint =
        OpenCheckpoint(OrgId::Filled(0x0a), KeyNumber(4).verify_key(), note);
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
    EXPECT_EQ(checkpoint->size.value, ++size);
    EXPECT_EQ(ToHex(checkpoint->root), root->second);
  }
  EXPECT_EQ(size, 3U);
}

TEST(LogVector, HasProofsAndCosignaturesThatThisBuildMakesByteForByte) {
  EXPECT_EQ(AsText(ReadFile(OurVectors("log") + "/proofs.txt")), ExampleProofsText());
  EXPECT_EQ(AsText(ReadFile(OurVectors("log") + "/cosigned.txt")), ExampleCosignedText());
}

// As a third party would, from the file alone.
TEST(LogVector, HasACosignedProofThatVerifies) {
  const auto fields = ReadFields(OurVectors("log") + "/cosigned.txt");
  const auto leaves = ReadFields(OurVectors("log") + "/three_leaves.txt");
  const Hash leaf = *Hash::From(Hex(std::prev(leaves.upper_bound("leaf-hash"))->second));
  const std::string text = Lines(fields.find("tlog-proof")->second);
  const absl::StatusOr<TlogProof> proof = ParseTlogProof(text);
  ASSERT_TRUE(proof.ok()) << proof.status();
  EXPECT_EQ(proof->checkpoint, Lines(fields.find("cosigned")->second));
  const absl::StatusOr<Checkpoint> head =
      OpenCheckpoint(OrgId::Filled(0x0a), KeyNumber(4).verify_key(), proof->checkpoint);
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_TRUE(VerifyInclusion(leaf, proof->index, *head, proof->path).ok());
  std::vector<Witness> witnesses;
  std::vector<Cosigned> expected;
  auto time = fields.lower_bound("time");
  const auto [begin, end] = fields.equal_range("witness");
  for (auto witness = begin; witness != end; ++witness, ++time) {
    witnesses.push_back(*ParseWitness(witness->second));
    expected.push_back({.name = witnesses.back().name, .time = {std::stoull(time->second)}});
  }
  EXPECT_EQ(expected.size(), 2U);
  EXPECT_EQ(*VerifyCosignatures(proof->checkpoint, witnesses), expected);
  EXPECT_EQ(ToHex(*CertificateOfCosigner(expected[0].name)), fields.find("certificate")->second);
}

std::string Page() {
  return std::string(AsText(ReadFile(std::string(AMPARO_SOURCE_DIR) + "/docs/spec/log.md")));
}

TEST(LogPage, ShowsTheProofsAndTheCosignatures) {
  const std::string page = Page();
  const auto fields = ReadFields(OurVectors("log") + "/cosigned.txt");
  for (const char* const key : {"witness", "time", "line", "tlog-proof"}) {
    const auto [begin, end] = fields.equal_range(key);
    ASSERT_NE(begin, end) << key;
    for (auto field = begin; field != end; ++field) {
      EXPECT_TRUE(absl::StrContains(page, Lines(field->second))) << key << " " << field->second;
    }
  }
  const auto proofs = ReadFields(OurVectors("log") + "/proofs.txt");
  std::size_t shown = 0;
  for (const auto& [key, value] : proofs) {
    for (const auto& [start, row] : {std::pair("2 3 ", "| inclusion of position 2 in size 3 | "),
                                     std::pair("2 3 ", "| consistency of size 2 with size 3 | ")}) {
      if (!absl::StartsWith(value, start) || !absl::StrContains(row, key)) continue;
      EXPECT_TRUE(absl::StrContains(page, absl::StrCat(row, value.substr(4), " |"))) << value;
      ++shown;
    }
  }
  EXPECT_EQ(shown, 2U);
  const std::string signed_text =
      absl::StrCat("cosignature/v1\ntime 1790000060\n",
                   SplitNote(Lines(fields.find("cosigned")->second))->text, "```\n");
  EXPECT_TRUE(absl::StrContains(page, signed_text)) << signed_text;
}

TEST(LogPage, ShowsTheVector) {
  const std::string page = Page();
  const auto fields = ReadFields(OurVectors("log") + "/three_leaves.txt");
  for (const char* const key : {"tag", "leaf-hash", "root"}) {
    const auto [begin, end] = fields.equal_range(key);
    for (auto line = begin; line != end; ++line) {
      EXPECT_TRUE(absl::StrContains(page, line->second)) << key << " " << line->second;
    }
  }
  const std::string note = Lines(std::prev(fields.upper_bound("checkpoint"))->second);
  EXPECT_TRUE(absl::StrContains(page, note)) << note;
}

}  // namespace
}  // namespace amparo::audit
