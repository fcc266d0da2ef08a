// A tree of RFC 6962 with every node that its growth completed, as a server stores them, and
// the proofs about it by the recursive definitions of the RFC: slow, the reference.

#ifndef AMPARO_TESTS_AUDIT_GROWN_TREE_H_
#define AMPARO_TESTS_AUDIT_GROWN_TREE_H_

#include <map>
#include <span>
#include <string>
#include <vector>

#include "audit/merkle.h"
#include "audit/proof.h"

namespace amparo::audit {

// The RFC 6962 hash of a leaf with this input.
Hash LeafHashOf(ByteView input);
// `count` leaves, no two of them alike.
std::vector<Hash> LeafHashes(std::size_t count);

class GrownTree {
 public:
  explicit GrownTree(std::size_t leaves);
  const std::vector<Hash>& leaves() const { return leaves_; }
  // The tree as it was when it had `size` leaves.
  const Checkpoint& At(std::uint64_t size) const { return heads_[size]; }
  // NOT_FOUND for a node that this growth never completed.
  NodeSource Nodes() const;
  std::size_t node_count() const { return nodes_.size(); }

 private:
  std::vector<Hash> leaves_;
  std::vector<Checkpoint> heads_;
  std::map<NodeId, Hash> nodes_;
};

// PATH(m, D[n]) and PROOF(m, D[n]) of RFC 6962, sections 2.1.1 and 2.1.2.
std::vector<Hash> ReferencePath(std::size_t position, std::span<const Hash> leaves);
std::vector<Hash> ReferenceProof(std::size_t from, std::span<const Hash> leaves);

// On which side of it each hash of a path stands, from the leaf's end: all that a verifier makes
// of a position and a size. "R": on the right. For consistency "S" first where the path begins
// with a subtree's own root.
std::string SidesOfPath(std::uint64_t position, std::uint64_t size);
std::string SidesOfProof(std::uint64_t from, std::uint64_t to);

}  // namespace amparo::audit

#endif  // AMPARO_TESTS_AUDIT_GROWN_TREE_H_
