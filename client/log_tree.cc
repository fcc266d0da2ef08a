#include "client/log_tree.h"

#include <cassert>
#include <optional>

#include "audit/merkle.h"

namespace amparo::client {

TreeSize LogTree::size() const { return TreeSize{levels_.empty() ? 0 : levels_[0].size()}; }

void LogTree::Append(const Hash& leaf_hash) {
  Hash node = leaf_hash;
  for (std::size_t level = 0;; ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    levels_[level].push_back(node);
    const std::size_t count = levels_[level].size();
    if (count % 2 != 0) return;
    node = audit::NodeHash(levels_[level][count - 2], levels_[level][count - 1]);
  }
}

Hash LogTree::RootAt(TreeSize size) const {
  assert(size <= this->size());
  if (size.value == 0) return audit::EmptyRoot();
  std::optional<Hash> root;
  // From the smallest complete subtree at the right edge to the largest at the left.
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    if ((size.value >> level & 1) == 0) continue;
    const Hash& left = levels_[level][(size.value >> level) - 1];
    root = root.has_value() ? audit::NodeHash(left, *root) : left;
  }
  return *root;
}

audit::NodeSource LogTree::Nodes() const {
  return [this](const audit::NodeId& node) -> absl::StatusOr<Hash> {
    if (node.level >= levels_.size() || node.index >= levels_[node.level].size()) {
      return absl::InvalidArgumentError("no such subtree");
    }
    return levels_[node.level][node.index];
  };
}

void LogTree::Truncate(TreeSize size) {
  assert(size <= this->size());
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    levels_[level].resize(size.value >> level);
  }
}

}  // namespace amparo::client
