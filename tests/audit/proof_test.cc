// Inclusion and consistency proofs: made as RFC 6962 defines them, from few nodes, and refused
// after any change.

#include "audit/proof.h"

#include <gtest/gtest.h>

#include <bit>
#include <set>

#include "tests/audit/grown_tree.h"

namespace amparo::audit {
namespace {

constexpr std::size_t kLeaves = 100;

const GrownTree& Tree() {
  static const auto* const kTree = new GrownTree(kLeaves);
  return *kTree;
}

// Sizes whose proofs have every bit flipped: all small ones, around powers of two, the largest.
std::vector<std::uint64_t> FlippedSizes() {
  std::vector<std::uint64_t> sizes = {31, 32, 33, 63, 64, 65, kLeaves};
  for (std::uint64_t size = 1; size <= 20; ++size) sizes.push_back(size);
  return sizes;
}

std::vector<Hash> Path(std::uint64_t position, std::uint64_t size) {
  const auto path = ProveInclusion({position}, {size}, Tree().Nodes());
  EXPECT_TRUE(path.ok()) << path.status();
  return path.value_or(std::vector<Hash>());
}

std::vector<Hash> Proof(std::uint64_t from, std::uint64_t to) {
  const auto path = ProveConsistency({from}, {to}, Tree().Nodes());
  EXPECT_TRUE(path.ok()) << path.status();
  return path.value_or(std::vector<Hash>());
}

std::span<const Hash> FirstLeaves(std::uint64_t size) {
  return std::span(Tree().leaves()).first(size);
}

// Calls `check` once for each bit of `hash`, flipped.
template <class Check>
void FlipEachBit(Hash& hash, const Check& check) {
  for (std::size_t bit = 0; bit < Hash::kSize * 8; ++bit) {
    const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
    hash.bytes[bit / 8] ^= mask;
    EXPECT_FALSE(check().ok()) << "bit " << bit;
    hash.bytes[bit / 8] ^= mask;
  }
}

TEST(Append, ReturnsTheFullSubtreesThatTheLeafCompletes) {
  Frontier frontier;
  for (std::uint64_t position = 0; position < kLeaves; ++position) {
    const std::vector<Hash> completed = frontier.Append(Tree().leaves()[position]);
    ASSERT_EQ(completed.size(), static_cast<std::size_t>(std::countr_one(position)) + 1);
    for (std::size_t level = 0; level < completed.size(); ++level) {
      const std::size_t width = std::size_t{1} << level;
      const auto subtree = FirstLeaves(position + 1).last(width);
      EXPECT_EQ(completed[level], RootOf({subtree.begin(), subtree.end()}));
    }
  }
}

// One hash of a node for each subtree completed beyond the leaf itself: whatever the size, at
// most one per level, and over many appends fewer than one per leaf.
TEST(Append, HashesAtMostOneNodePerLevelAndOnAverageLessThanOnePerLeaf) {
  for (const std::uint64_t size : {1'000ULL, 100'000ULL, 10'000'000ULL, (1ULL << 24) - 1}) {
    Bytes edge;
    for (int shift = 56; shift >= 0; shift -= 8) {
      edge.push_back(static_cast<std::uint8_t>(size >> shift));
    }
    edge.resize(8 + 32 * static_cast<std::size_t>(std::popcount(size)), 7);
    Frontier frontier = *Frontier::Decode(edge);
    std::size_t hashed = 0;
    for (int i = 0; i < 1000; ++i) {
      const std::size_t nodes = frontier.Append(Hash::Filled(1)).size() - 1;
      EXPECT_LE(nodes, static_cast<std::size_t>(std::bit_width(size)));
      hashed += nodes;
    }
    EXPECT_LE(hashed, 1000U + static_cast<std::size_t>(std::bit_width(size)));
  }
}

TEST(Append, MakesEveryNodeOnceAndFewerThanTwoPerLeaf) {
  EXPECT_EQ(Tree().node_count(), 2 * kLeaves - static_cast<std::size_t>(std::popcount(kLeaves)));
}

TEST(Inclusion, IsProvenFromStoredNodesAsTheRfcDefinesIt) {
  for (std::uint64_t size = 1; size <= kLeaves; ++size) {
    for (std::uint64_t position = 0; position < size; ++position) {
      const std::vector<Hash> path = Path(position, size);
      ASSERT_EQ(path, ReferencePath(position, FirstLeaves(size))) << position << " of " << size;
      EXPECT_TRUE(
          VerifyInclusion(Tree().leaves()[position], {position}, Tree().At(size), path).ok());
    }
  }
}

TEST(Consistency, IsProvenFromStoredNodesAsTheRfcDefinesIt) {
  for (std::uint64_t to = 0; to <= kLeaves; ++to) {
    for (std::uint64_t from = 0; from <= to; ++from) {
      const std::vector<Hash> path = Proof(from, to);
      ASSERT_EQ(path, ReferenceProof(from, FirstLeaves(to))) << from << " to " << to;
      EXPECT_TRUE(VerifyConsistency(Tree().At(from), Tree().At(to), path).ok());
    }
  }
}

// A path says on which side each of its hashes stands, and no more, so a size that asks for the
// same sides is no other claim to a verifier: it is the root that binds the size, and the root
// and the size are signed together. That is the one change which may pass; no other position
// in a tree of one size asks for the same sides.
TEST(Inclusion, IsRefusedAfterAnyBitFlip) {
  for (const std::uint64_t size : FlippedSizes()) {
    for (std::uint64_t position = 0; position < size; ++position) {
      std::vector<Hash> path = Path(position, size);
      Hash leaf = Tree().leaves()[position];
      Checkpoint head = Tree().At(size);
      const auto check = [&] { return VerifyInclusion(leaf, {position}, head, path); };
      ASSERT_TRUE(check().ok());
      for (Hash& hash : path) FlipEachBit(hash, check);
      FlipEachBit(leaf, check);
      FlipEachBit(head.root, check);
      for (int bit = 0; bit < 64; ++bit) {
        const std::uint64_t flip = std::uint64_t{1} << bit;
        EXPECT_FALSE(VerifyInclusion(leaf, {position ^ flip}, head, path).ok());
        const Checkpoint other{.size = {size ^ flip}, .root = head.root};
        const bool is_same = position < other.size.value &&
                             SidesOfPath(position, size) == SidesOfPath(position, other.size.value);
        EXPECT_EQ(VerifyInclusion(leaf, {position}, other, path).ok(), is_same);
      }
    }
  }
}

// As above: another newer size may ask for the same sides. Another older size never does. An
// older size of 0 needs no path, and then another root.
TEST(Consistency, IsRefusedAfterAnyBitFlip) {
  for (const std::uint64_t to_size : FlippedSizes()) {
    for (std::uint64_t from_size = 1; from_size <= to_size; ++from_size) {
      std::vector<Hash> path = Proof(from_size, to_size);
      Checkpoint from = Tree().At(from_size);
      Checkpoint to = Tree().At(to_size);
      const auto check = [&] { return VerifyConsistency(from, to, path); };
      ASSERT_TRUE(check().ok());
      for (Hash& hash : path) FlipEachBit(hash, check);
      FlipEachBit(from.root, check);
      FlipEachBit(to.root, check);
      for (int bit = 0; bit < 64; ++bit) {
        const std::uint64_t flip = std::uint64_t{1} << bit;
        const Checkpoint older{.size = {from_size ^ flip}, .root = from.root};
        EXPECT_FALSE(VerifyConsistency(older, to, path).ok()) << from_size << " " << to_size;
        const Checkpoint newer{.size = {to_size ^ flip}, .root = to.root};
        const bool is_same =
            from_size <= newer.size.value &&
            SidesOfProof(from_size, to_size) == SidesOfProof(from_size, newer.size.value);
        EXPECT_EQ(VerifyConsistency(from, newer, path).ok(), is_same)
            << from_size << " " << to_size;
      }
    }
  }
}

TEST(Inclusion, OfAPositionOutsideOrWithAnotherLengthIsMalformed) {
  const Hash leaf = Tree().leaves()[3];
  std::vector<Hash> path = Path(3, 7);
  const auto code = [&](std::uint64_t position) {
    return VerifyInclusion(leaf, {position}, Tree().At(7), path).code();
  };
  EXPECT_EQ(code(3), absl::StatusCode::kOk);
  EXPECT_EQ(code(2), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(code(7), absl::StatusCode::kInvalidArgument);
  path.push_back(leaf);
  EXPECT_EQ(code(3), absl::StatusCode::kInvalidArgument);
  path.resize(2);
  EXPECT_EQ(code(3), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ProveInclusion({7}, {7}, Tree().Nodes()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Consistency, BackwardsOrWithAnotherLengthIsMalformed) {
  std::vector<Hash> path = Proof(3, 7);
  const auto code = [&](std::uint64_t from, std::uint64_t to) {
    return VerifyConsistency(Tree().At(from), Tree().At(to), path).code();
  };
  EXPECT_EQ(code(3, 7), absl::StatusCode::kOk);
  EXPECT_EQ(code(7, 3), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(0, 7), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(7, 7), absl::StatusCode::kInvalidArgument);
  path.push_back(path.front());
  EXPECT_EQ(code(3, 7), absl::StatusCode::kInvalidArgument);
  path.resize(2);
  EXPECT_EQ(code(3, 7), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ProveConsistency({7}, {3}, Tree().Nodes()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Consistency, OfTheEmptyTreeOrOfOneSizeIsInTheRootsAlone) {
  const Checkpoint wrong_empty{.size = {0}, .root = Hash::Filled(1)};
  EXPECT_TRUE(VerifyConsistency(Tree().At(0), Tree().At(0), {}).ok());
  EXPECT_TRUE(VerifyConsistency(Tree().At(0), Tree().At(9), {}).ok());
  const auto code = [](const Checkpoint& from, const Checkpoint& to) {
    return VerifyConsistency(from, to, {}).code();
  };
  EXPECT_EQ(code(wrong_empty, Tree().At(9)), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(code(wrong_empty, wrong_empty), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(code(Tree().At(0), wrong_empty), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(code(Tree().At(9), {.size = {9}, .root = Tree().At(8).root}),
            absl::StatusCode::kUnauthenticated);
}

// Counts, and answers with a hash that tells the nodes apart.
struct CountingNodes {
  std::uint64_t size;
  std::set<NodeId> asked;
  std::size_t calls = 0;
  NodeSource Source() {
    return [this](const NodeId& id) -> absl::StatusOr<Hash> {
      ++calls;
      asked.insert(id);
      EXPECT_LT(id.level, 64);
      EXPECT_LE(id.index + 1, size >> id.level) << "a node that is not full";
      return Hash::Filled(static_cast<std::uint8_t>(id.index * 31 + id.level));
    };
  }
};

TEST(Proofs, AtTenMillionLeavesAskForAtMostTwoNodesPerLevel) {
  constexpr std::uint64_t kSize = 10'000'000;
  const std::size_t most = 2 * static_cast<std::size_t>(std::bit_width(kSize));
  for (std::uint64_t position = 0; position < kSize; position += 9'973) {
    CountingNodes nodes{.size = kSize, .asked = {}};
    EXPECT_TRUE(ProveInclusion({position}, {kSize}, nodes.Source()).ok());
    EXPECT_LE(nodes.calls, most);
    EXPECT_EQ(nodes.asked.size(), nodes.calls) << "asked twice";
  }
  for (std::uint64_t from = 1; from < kSize; from += 9'973) {
    CountingNodes nodes{.size = kSize, .asked = {}};
    EXPECT_TRUE(ProveConsistency({from}, {kSize}, nodes.Source()).ok());
    EXPECT_LE(nodes.calls, most);
    EXPECT_EQ(nodes.asked.size(), nodes.calls) << "asked twice";
  }
}

TEST(Proofs, AtTheLargestSizeHaveAHashPerLevel) {
  constexpr std::uint64_t kSize = ~std::uint64_t{0};
  CountingNodes nodes{.size = kSize, .asked = {}};
  EXPECT_EQ(ProveInclusion({0}, {kSize}, nodes.Source())->size(), kPathHashesMax);
  EXPECT_EQ(ProveInclusion({kSize - 1}, {kSize}, nodes.Source())->size(), kPathHashesMax - 1);
  EXPECT_EQ(ProveConsistency({std::uint64_t{1} << 63}, {kSize}, nodes.Source())->size(), 1U);
}

TEST(Proofs, EndWithTheErrorOfANodeThatIsMissing) {
  const NodeSource nothing = [](const NodeId&) -> absl::StatusOr<Hash> {
    return absl::DataLossError("node");
  };
  EXPECT_EQ(ProveInclusion({3}, {7}, nothing).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ProveConsistency({3}, {7}, nothing).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ProveConsistency({4}, {7}, nothing).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace amparo::audit
