#include "audit/proof.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "audit/merkle.h"

namespace amparo::audit {
namespace {

// The leaves [begin, end), under one node of the tree. Not empty.
struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// What stands beside the way at one step down.
struct Beside {
  Range leaves;
  bool is_right = false;
};
struct Way {
  std::vector<Beside> beside;  // From the root down.
  Range arrived;
};

bool IsFull(const Range& range) { return std::has_single_bit(range.end - range.begin); }

// RFC 6962: the left subtree has the largest power of two smaller than the number of leaves.
std::uint64_t MiddleOf(const Range& range) {
  return range.begin + std::bit_floor(range.end - range.begin - 1);
}

// One step from `range` towards `leaf`, which stands in it.
void StepDown(std::uint64_t leaf, Range& range, std::vector<Beside>& beside) {
  const std::uint64_t middle = MiddleOf(range);
  if (leaf < middle) {
    beside.push_back({.leaves = {.begin = middle, .end = range.end}, .is_right = true});
    range.end = middle;
  } else {
    beside.push_back({.leaves = {.begin = range.begin, .end = middle}, .is_right = false});
    range.begin = middle;
  }
}

Way WayToLeaf(Position position, TreeSize size) {
  Way way{.beside = {}, .arrived = {.begin = 0, .end = size.value}};
  while (way.arrived.end - way.arrived.begin > 1) {
    StepDown(position.value, way.arrived, way.beside);
  }
  return way;
}

// To the largest subtree whose last leaf is also the last of the tree of size `from`.
Way WayToEdge(TreeSize from, TreeSize to) {
  Way way{.beside = {}, .arrived = {.begin = 0, .end = to.value}};
  while (way.arrived.end != from.value) StepDown(from.value - 1, way.arrived, way.beside);
  return way;
}

// Of a range that is not full, from the roots of the full ones that make it up.
absl::StatusOr<Hash> RootOfRange(const Range& range, const NodeSource& nodes) {
  if (IsFull(range)) {
    const int level = std::countr_zero(range.end - range.begin);
    return nodes({.level = static_cast<std::uint8_t>(level), .index = range.begin >> level});
  }
  const std::uint64_t middle = MiddleOf(range);
  const absl::StatusOr<Hash> left = RootOfRange({.begin = range.begin, .end = middle}, nodes);
  if (!left.ok()) return left.status();
  const absl::StatusOr<Hash> right = RootOfRange({.begin = middle, .end = range.end}, nodes);
  if (!right.ok()) return right.status();
  return NodeHash(*left, *right);
}

// The roots of what stands beside the way, from the bottom up, behind what `path` holds.
absl::StatusOr<std::vector<Hash>> PathOf(const Way& way, const NodeSource& nodes,
                                         std::vector<Hash> path) {
  for (auto step = way.beside.rbegin(); step != way.beside.rend(); ++step) {
    const absl::StatusOr<Hash> root = RootOfRange(step->leaves, nodes);
    if (!root.ok()) return root.status();
    path.push_back(*root);
  }
  return path;
}

absl::Status WrongLength(std::size_t hashes, std::size_t wanted) {
  return absl::InvalidArgumentError(
      absl::StrCat("proof: ", hashes, " hashes where there are ", wanted));
}

absl::Status OtherRoot(absl::string_view which, TreeSize size) {
  return absl::UnauthenticatedError(
      absl::StrCat("proof: not the root of the ", which, " tree, of size ", size.value));
}

// Neither `from` nor `to` needs a path: one of them is empty, or they are of one size.
absl::Status VerifyWithoutPath(const Checkpoint& from, const Checkpoint& to,
                               std::span<const Hash> path) {
  if (!path.empty()) return WrongLength(path.size(), 0);
  if (from.size.value == 0 && from.root != EmptyRoot()) return OtherRoot("older", from.size);
  if (from.size == to.size && from.root != to.root) return OtherRoot("newer", to.size);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Hash>> ProveInclusion(Position position, TreeSize size,
                                                 const NodeSource& nodes) {
  if (position.value >= size.value) {
    return absl::InvalidArgumentError(
        absl::StrCat("proof: position ", position.value, " of a tree of size ", size.value));
  }
  return PathOf(WayToLeaf(position, size), nodes, {});
}

absl::StatusOr<std::vector<Hash>> ProveConsistency(TreeSize from, TreeSize to,
                                                   const NodeSource& nodes) {
  if (from > to) {
    return absl::InvalidArgumentError(
        absl::StrCat("proof: from size ", from.value, " back to size ", to.value));
  }
  if (from.value == 0 || from == to) return std::vector<Hash>();
  const Way way = WayToEdge(from, to);
  // On the left edge, the subtree that the way arrives at is the older tree: its root is known.
  if (way.arrived.begin == 0) return PathOf(way, nodes, {});
  const absl::StatusOr<Hash> arrived = RootOfRange(way.arrived, nodes);
  if (!arrived.ok()) return arrived.status();
  return PathOf(way, nodes, {*arrived});
}

absl::Status VerifyInclusion(const Hash& leaf_hash, Position position, const Checkpoint& head,
                             std::span<const Hash> path) {
  if (position.value >= head.size.value) {
    return absl::InvalidArgumentError(
        absl::StrCat("proof: position ", position.value, " of a tree of size ", head.size.value));
  }
  const Way way = WayToLeaf(position, head.size);
  if (path.size() != way.beside.size()) return WrongLength(path.size(), way.beside.size());
  Hash root = leaf_hash;
  auto step = way.beside.rbegin();
  for (const Hash& hash : path) {
    root = (step++)->is_right ? NodeHash(root, hash) : NodeHash(hash, root);
  }
  return root == head.root ? absl::OkStatus() : OtherRoot("signed", head.size);
}

absl::Status VerifyConsistency(const Checkpoint& from, const Checkpoint& to,
                               std::span<const Hash> path) {
  if (from.size > to.size) {
    return absl::InvalidArgumentError(
        absl::StrCat("proof: from size ", from.size.value, " back to size ", to.size.value));
  }
  if (from.size.value == 0 || from.size == to.size) return VerifyWithoutPath(from, to, path);
  const Way way = WayToEdge(from.size, to.size);
  const bool is_known = way.arrived.begin == 0;
  const std::size_t wanted = way.beside.size() + (is_known ? 0 : 1);
  if (path.size() != wanted) return WrongLength(path.size(), wanted);
  Hash older = is_known ? from.root : path.front();
  Hash newer = older;
  auto step = way.beside.rbegin();
  for (const Hash& hash : path.subspan(is_known ? 0 : 1)) {
    if ((step++)->is_right) {
      newer = NodeHash(newer, hash);
    } else {
      older = NodeHash(hash, older);
      newer = NodeHash(hash, newer);
    }
  }
  if (older != from.root) return OtherRoot("older", from.size);
  return newer == to.root ? absl::OkStatus() : OtherRoot("newer", to.size);
}

}  // namespace amparo::audit
