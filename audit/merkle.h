// The Merkle tree of RFC 6962, section 2.1, grown a leaf at a time in O(log n) memory.
// Spec: docs/spec/log.md, "Tree". Thread safety: values; pure functions.

#ifndef AMPARO_AUDIT_MERKLE_H_
#define AMPARO_AUDIT_MERKLE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "statement/ids.h"

namespace amparo::audit {

// SHA-256 of nothing: the root of the empty tree.
Hash EmptyRoot();
// SHA-256(0x01 || left || right).
Hash NodeHash(const Hash& left, const Hash& right);

// The right edge of a tree: the roots of its maximal full subtrees, largest first; one per
// bit set in the size. All that is needed to append and to tell the root.
class Frontier {
 public:
  // The full subtrees that this leaf completes, smallest first: itself, then one for each
  // trailing one bit of the size before. Node `i` of them is {level i, (size - 1) >> i}.
  std::vector<Hash> Append(const Hash& leaf_hash);
  TreeSize size() const { return size_; }
  Hash Root() const;
  Bytes Encode() const;
  static absl::StatusOr<Frontier> Decode(ByteView bytes);
  friend bool operator==(const Frontier&, const Frontier&) = default;

 private:
  TreeSize size_;
  std::vector<Hash> subtrees_;
};

// The root over `leaf_hashes`, by the recursive definition of RFC 6962: slow, the reference.
Hash RootOf(const std::vector<Hash>& leaf_hashes);

}  // namespace amparo::audit

#endif  // AMPARO_AUDIT_MERKLE_H_
