// LogIndex: the leaves of the log that are known, found by position, statement or tag. A full
// one holds every leaf, under a tree of its own; a light one holds some, under heads whose
// proofs somebody else has checked. What was added can be taken back, so that an answer that
// turns out to be a lie leaves nothing.
//
// Thread safety: a value; const methods may run in parallel.

#ifndef AMPARO_CLIENT_LOG_INDEX_H_
#define AMPARO_CLIENT_LOG_INDEX_H_

#include <map>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "audit/checkpoint.h"
#include "audit/log_entry.h"
#include "client/log_tree.h"
#include "crypto/bytes.h"
#include "statement/ids.h"

namespace amparo::client {

class LogIndex {
 public:
  explicit LogIndex(bool light = false) : light_(light) {}
  bool light() const { return light_; }

  TreeSize size() const;
  Hash Root() const;
  // Nothing: the log is shorter, or this one is light and no head of that size was proven.
  std::optional<Hash> RootAt(TreeSize size) const;
  bool Knows(Position position) const;
  // REQUIRES: Knows(position).
  const audit::Leaf& At(Position position) const;
  std::optional<Position> Find(const Hash& statement) const;
  // Positions of the known leaves with this tag, ascending.
  std::vector<Position> WithTag(const LogTag& tag) const;
  // The path from a leaf to the root of `size`, and from the tree of `from` to that of `size`.
  // FAILED_PRECONDITION: this one is light. INVALID_ARGUMENT: outside of the log.
  absl::StatusOr<std::vector<Hash>> ProveInclusion(Position position, TreeSize size) const;
  absl::StatusOr<std::vector<Hash>> ProveConsistency(TreeSize from, TreeSize size) const;

  // False, and nothing is changed: the statement stands in the log already. REQUIRES: !light().
  bool Append(const audit::Leaf& leaf);
  // The same, anywhere. REQUIRES: light(), !Knows(position).
  bool Place(Position position, const audit::Leaf& leaf);
  // A head that is proven to be the log's. REQUIRES: light().
  void AddHead(const audit::Checkpoint& head);

  // What was added since the last Settle() stays, or goes.
  void Settle();
  void TakeBack();

 private:
  bool Index(Position position, const audit::Leaf& leaf);
  void Unindex(Position position, const audit::Leaf& leaf);

  bool light_;
  TreeSize settled_;
  // Full.
  LogTree tree_;
  std::vector<audit::Leaf> leaves_;
  // Light.
  std::map<Position, audit::Leaf> placed_;
  std::map<TreeSize, Hash> heads_;
  std::vector<Position> new_places_;
  std::vector<TreeSize> new_heads_;
  // Both.
  absl::flat_hash_map<Hash, std::uint64_t> by_statement_;
  absl::flat_hash_map<LogTag, absl::InlinedVector<std::uint64_t, 1>> by_tag_;
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_LOG_INDEX_H_
