// LogTree: the Merkle tree of RFC 6962 with every complete subtree kept, so that the root at
// any earlier size costs a logarithm of hashes. 64 bytes a leaf.
// Spec: docs/spec/log.md, "Tree". Thread safety: a value; const methods may run in parallel.

#ifndef AMPARO_CLIENT_LOG_TREE_H_
#define AMPARO_CLIENT_LOG_TREE_H_

#include <vector>

#include "audit/proof.h"
#include "crypto/bytes.h"
#include "statement/ids.h"

namespace amparo::client {

class LogTree {
 public:
  void Append(const Hash& leaf_hash);
  TreeSize size() const;
  // The root over the first `size` leaves. REQUIRES: size <= size().
  Hash RootAt(TreeSize size) const;
  // The complete subtrees, for proofs. The tree outlives it.
  audit::NodeSource Nodes() const;
  // REQUIRES: size <= size().
  void Truncate(TreeSize size);

 private:
  std::vector<std::vector<Hash>> levels_;  // levels_[k][i]: leaves i * 2^k to (i + 1) * 2^k.
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_LOG_TREE_H_
