// The Merkle tree of RFC 6962 against its own definition and against published roots.

#include "audit/merkle.h"

#include <gtest/gtest.h>

#include "tests/audit/grown_tree.h"
#include "tests/crypto/vector_files.h"
#include "tests/statement/mutations.h"

namespace amparo::audit {
namespace {

Frontier FrontierOf(const std::vector<Hash>& leaves) {
  Frontier frontier;
  for (const Hash& leaf : leaves) frontier.Append(leaf);
  return frontier;
}

TEST(Frontier, HasTheRootOfTheDefinitionAtEverySizeUpToAHundred) {
  Frontier frontier;
  const std::vector<Hash> leaves = LeafHashes(100);
  EXPECT_EQ(frontier.Root(), RootOf({}));
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    frontier.Append(leaves[size - 1]);
    const auto end = leaves.begin() + static_cast<std::ptrdiff_t>(size);
    EXPECT_EQ(frontier.Root(), RootOf({leaves.begin(), end})) << size;
    EXPECT_EQ(frontier.size().value, size);
  }
}

TEST(Frontier, GoesOnWhereItWasLeftAfterDecoding) {
  const std::vector<Hash> leaves = LeafHashes(100);
  for (std::size_t cut = 0; cut <= leaves.size(); ++cut) {
    const auto middle = leaves.begin() + static_cast<std::ptrdiff_t>(cut);
    const Frontier before = FrontierOf({leaves.begin(), middle});
    absl::StatusOr<Frontier> after = Frontier::Decode(before.Encode());
    ASSERT_TRUE(after.ok()) << after.status();
    EXPECT_EQ(*after, before);
    for (auto leaf = middle; leaf != leaves.end(); ++leaf) after->Append(*leaf);
    EXPECT_EQ(after->Root(), RootOf(leaves));
  }
}

TEST(Frontier, IsRefusedOrIdenticalAfterAnyBitFlipOrTruncation) {
  ExpectCanonicalUnderMutation(FrontierOf(LeafHashes(77)).Encode(),
                               [](ByteView bytes) -> std::optional<Bytes> {
                                 const auto frontier = Frontier::Decode(bytes);
                                 if (!frontier.ok()) return std::nullopt;
                                 return frontier->Encode();
                               });
}

TEST(Frontier, OfAnySizeTakesAtMostSixtyFourHashes) {
  Bytes bytes(8, 0xff);
  bytes.resize(8 + 64 * 32);
  EXPECT_TRUE(Frontier::Decode(bytes).ok());
  bytes.resize(8 + 65 * 32);
  EXPECT_EQ(Frontier::Decode(bytes).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Root, ChangesWithTheOrderAndWithEveryLeaf) {
  std::vector<Hash> leaves = LeafHashes(7);
  const Hash root = RootOf(leaves);
  std::swap(leaves[2], leaves[3]);
  EXPECT_NE(RootOf(leaves), root);
  std::swap(leaves[2], leaves[3]);
  EXPECT_EQ(RootOf(leaves), root);
  for (Hash& leaf : leaves) {
    leaf.bytes[31] ^= 1;
    EXPECT_NE(RootOf(leaves), root);
    leaf.bytes[31] ^= 1;
  }
}

// A leaf must never be mistaken for a node: the prefixes differ.
TEST(Root, OfTwoLeavesIsNotTheLeafHashOfTheirHashes) {
  const std::vector<Hash> leaves = LeafHashes(2);
  Bytes both(leaves[0].bytes.begin(), leaves[0].bytes.end());
  AppendTo(both, leaves[1].view());
  EXPECT_NE(RootOf(leaves), LeafHashOf(both));
  EXPECT_EQ(RootOf(leaves), NodeHash(leaves[0], leaves[1]));
}

TEST(CertificateTransparencyVectors, HaveOurRoots) {
  const std::string folder = ForeignVectors("ct-known-answers");
  if (folder.empty()) GTEST_SKIP() << "no vectors: ct-known-answers";
  const nlohmann::json answers = ReadJson(folder + "/known_answers.json");
  EXPECT_EQ(ToHex(EmptyRoot()), answers["empty_root"].get<std::string>());
  ASSERT_EQ(answers["leaf_inputs_hex"].size(), 8U);
  Frontier frontier;
  std::vector<Hash> leaves;
  for (std::size_t i = 0; i < answers["leaf_inputs_hex"].size(); ++i) {
    leaves.push_back(LeafHashOf(Hex(answers["leaf_inputs_hex"][i].get<std::string>())));
    frontier.Append(leaves.back());
    EXPECT_EQ(ToHex(frontier.Root()), answers["roots_by_size_hex"][i].get<std::string>());
    EXPECT_EQ(ToHex(RootOf(leaves)), answers["roots_by_size_hex"][i].get<std::string>());
  }
}

}  // namespace
}  // namespace amparo::audit
