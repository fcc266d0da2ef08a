// Proofs about a tree of RFC 6962: that a leaf stands in it (section 2.1.1), and that one tree
// continues another (section 2.1.2). Made from the roots of full subtrees alone, at most two
// per level: nobody reads the log for it. Spec: docs/spec/log.md, "Proofs".
//
// Thread safety: pure functions.

#ifndef AMPARO_AUDIT_PROOF_H_
#define AMPARO_AUDIT_PROOF_H_

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "audit/checkpoint.h"
#include "crypto/bytes.h"
#include "statement/ids.h"

namespace amparo::audit {

// An inclusion path has at most 64 hashes; so has a consistency path below 2^63 leaves.
inline constexpr std::size_t kPathHashesMax = 64;

// The full subtree over the leaves [index << level, (index + 1) << level).
struct NodeId {
  std::uint8_t level = 0;  // 0: a leaf; at most 63.
  std::uint64_t index = 0;
  friend bool operator==(const NodeId&, const NodeId&) = default;
  friend auto operator<=>(const NodeId&, const NodeId&) = default;
};
// The root of a full subtree that lies within the tree. An error ends the proof with it.
using NodeSource = std::function<absl::StatusOr<Hash>(const NodeId&)>;

// Asks for O(log size) nodes. INVALID_ARGUMENT: the position is not below the size.
absl::StatusOr<std::vector<Hash>> ProveInclusion(Position position, TreeSize size,
                                                 const NodeSource& nodes);
// INVALID_ARGUMENT: `from` is above `to`. Empty when they are equal, or `from` is 0.
absl::StatusOr<std::vector<Hash>> ProveConsistency(TreeSize from, TreeSize to,
                                                   const NodeSource& nodes);

// INVALID_ARGUMENT: the position is not below the size, or the path has another length than
// these two ask for. UNAUTHENTICATED: it leads to another root.
absl::Status VerifyInclusion(const Hash& leaf_hash, Position position, const Checkpoint& head,
                             std::span<const Hash> path);
// A tree of size 0 is continued by every tree, with an empty path, if its root is EmptyRoot().
// Errors as above; UNAUTHENTICATED also when a root of `from` or `to` is not the path's.
absl::Status VerifyConsistency(const Checkpoint& from, const Checkpoint& to,
                               std::span<const Hash> path);

}  // namespace amparo::audit

#endif  // AMPARO_AUDIT_PROOF_H_
