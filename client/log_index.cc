#include "client/log_index.h"

#include <algorithm>
#include <cassert>

#include "audit/merkle.h"
#include "audit/proof.h"

namespace amparo::client {

TreeSize LogIndex::size() const {
  if (!light_) return tree_.size();
  return heads_.empty() ? TreeSize{} : heads_.rbegin()->first;
}

Hash LogIndex::Root() const { return *RootAt(size()); }

std::optional<Hash> LogIndex::RootAt(TreeSize size) const {
  if (size.value == 0) return audit::EmptyRoot();
  if (!light_) return size > tree_.size() ? std::nullopt : std::optional(tree_.RootAt(size));
  const auto found = heads_.find(size);
  return found == heads_.end() ? std::nullopt : std::optional(found->second);
}

bool LogIndex::Knows(Position position) const {
  return light_ ? placed_.contains(position) : position.value < leaves_.size();
}

const audit::Leaf& LogIndex::At(Position position) const {
  assert(Knows(position));
  return light_ ? placed_.at(position) : leaves_[position.value];
}

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

absl::StatusOr<std::vector<Hash>> LogIndex::ProveInclusion(Position position, TreeSize size) const {
  if (light_) return absl::FailedPreconditionError("a light replica proves nothing");
  return audit::ProveInclusion(position, size, tree_.Nodes());
}

absl::StatusOr<std::vector<Hash>> LogIndex::ProveConsistency(TreeSize from, TreeSize size) const {
  if (light_) return absl::FailedPreconditionError("a light replica proves nothing");
  return audit::ProveConsistency(from, size, tree_.Nodes());
}

bool LogIndex::Index(Position position, const audit::Leaf& leaf) {
  if (!by_statement_.emplace(leaf.statement, position.value).second) return false;
  auto& tagged = by_tag_[leaf.tag];
  tagged.insert(std::upper_bound(tagged.begin(), tagged.end(), position.value), position.value);
  return true;
}

void LogIndex::Unindex(Position position, const audit::Leaf& leaf) {
  by_statement_.erase(leaf.statement);
  const auto tagged = by_tag_.find(leaf.tag);
  auto& positions = tagged->second;
  positions.erase(std::lower_bound(positions.begin(), positions.end(), position.value));
  if (positions.empty()) by_tag_.erase(tagged);
}

bool LogIndex::Append(const audit::Leaf& leaf) {
  assert(!light_);
  if (!Index(Position{leaves_.size()}, leaf)) return false;
  leaves_.push_back(leaf);
  tree_.Append(audit::LeafHash(leaf));
  return true;
}

bool LogIndex::Place(Position position, const audit::Leaf& leaf) {
  assert(light_ && !Knows(position));
  if (!Index(position, leaf)) return false;
  placed_.emplace(position, leaf);
  new_places_.push_back(position);
  return true;
}

void LogIndex::AddHead(const audit::Checkpoint& head) {
  assert(light_);
  if (heads_.emplace(head.size, head.root).second) new_heads_.push_back(head.size);
}

void LogIndex::Settle() {
  settled_ = size();
  new_places_.clear();
  new_heads_.clear();
}

void LogIndex::TakeBack() {
  for (const Position position : new_places_) {
    Unindex(position, placed_.at(position));
    placed_.erase(position);
  }
  for (const TreeSize size : new_heads_) heads_.erase(size);
  new_places_.clear();
  new_heads_.clear();
  if (light_) return;
  while (leaves_.size() > settled_.value) {
    Unindex(Position{leaves_.size() - 1}, leaves_.back());
    leaves_.pop_back();
  }
  tree_.Truncate(settled_);
}

}  // namespace amparo::client
