#include "client/log_index.h"

#include <cassert>

namespace amparo::client {

std::optional<Position> LogIndex::Find(const Hash& statement) const {
  const auto found = by_statement_.find(statement);
  if (found == by_statement_.end()) return std::nullopt;
  return Position{found->second};
}

std::vector<Position> LogIndex::WithTag(const LogTag& tag) const {
  std::vector<Position> out;
  const auto found = by_tag_.find(tag);
  if (found == by_tag_.end()) return out;
  for (const std::uint64_t position : found->second) out.push_back(Position{position});
  return out;
}

bool LogIndex::Append(const audit::Leaf& leaf) {
  const std::uint64_t position = leaves_.size();
  if (!by_statement_.emplace(leaf.statement, position).second) return false;
  by_tag_[leaf.tag].push_back(position);
  leaves_.push_back(leaf);
  tree_.Append(audit::LeafHash(leaf));
  return true;
}

void LogIndex::Truncate(TreeSize size) {
  assert(size <= this->size());
  while (leaves_.size() > size.value) {
    const audit::Leaf& last = leaves_.back();
    by_statement_.erase(last.statement);
    const auto tagged = by_tag_.find(last.tag);
    tagged->second.pop_back();
    if (tagged->second.empty()) by_tag_.erase(tagged);
    leaves_.pop_back();
  }
  tree_.Truncate(size);
}

}  // namespace amparo::client
