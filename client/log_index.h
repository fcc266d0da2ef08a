// LogIndex: the leaves of the log, found by position, statement or tag, under one tree. What
// was appended can be taken back, so that an answer that turns out to be a lie leaves nothing.
//
// Thread safety: a value; const methods may run in parallel.

#ifndef AMPARO_CLIENT_LOG_INDEX_H_
#define AMPARO_CLIENT_LOG_INDEX_H_

#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "audit/log_entry.h"
#include "client/log_tree.h"
#include "crypto/bytes.h"
#include "statement/ids.h"

namespace amparo::client {

class LogIndex {
 public:
  TreeSize size() const { return tree_.size(); }
  Hash RootAt(TreeSize size) const { return tree_.RootAt(size); }
  Hash Root() const { return tree_.RootAt(size()); }
  // REQUIRES: position.value < size().value.
  const audit::Leaf& At(Position position) const { return leaves_[position.value]; }
  std::optional<Position> Find(const Hash& statement) const;
  // Positions of the leaves with this tag, ascending.
  std::vector<Position> WithTag(const LogTag& tag) const;

  // False, and nothing is changed: the statement stands in the log already.
  bool Append(const audit::Leaf& leaf);
  // REQUIRES: size <= size().
  void Truncate(TreeSize size);

 private:
  LogTree tree_;
  std::vector<audit::Leaf> leaves_;
  absl::flat_hash_map<Hash, std::uint64_t> by_statement_;
  absl::flat_hash_map<LogTag, absl::InlinedVector<std::uint64_t, 1>> by_tag_;
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_LOG_INDEX_H_
