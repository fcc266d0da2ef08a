#include "storage/memory_ledger.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "storage/limits.h"

namespace amparo::storage {

AppendOutcome MemoryLedger::Append(Position expected_position, std::span<const Bytes> entries,
                                   ByteView head) {
  if (!IsWithinAppendLimits(entries, head)) return AppendOutcome::kRefused;
  TreeSize size;
  {
    const std::unique_lock lock(mutex_);
    const std::size_t before = entries_.size();
    const AppendOutcome outcome = AppendLocked(expected_position, entries, head);
    if (entries_.size() == before) return outcome;
    size = TreeSize{entries_.size()};
  }
  followers_.Notify(size);
  return AppendOutcome::kOk;
}

AppendOutcome MemoryLedger::AppendLocked(Position expected_position, std::span<const Bytes> entries,
                                         ByteView head) {
  if (expected_position.value > entries_.size()) return AppendOutcome::kRefused;
  if (expected_position.value < entries_.size()) {
    const std::size_t at = static_cast<std::size_t>(expected_position.value);
    const bool stands = entries_.size() - at == entries.size() &&
                        std::equal(entries.begin(), entries.end(),
                                   entries_.begin() + static_cast<std::ptrdiff_t>(at)) &&
                        std::ranges::equal(head, head_);
    return stands ? AppendOutcome::kOk : AppendOutcome::kAborted;
  }
  entries_.insert(entries_.end(), entries.begin(), entries.end());
  head_.assign(head.begin(), head.end());
  return AppendOutcome::kOk;
}

absl::StatusOr<std::vector<Bytes>> MemoryLedger::Read(Position from, std::size_t limit) const {
  const std::shared_lock lock(mutex_);
  std::vector<Bytes> out;
  std::size_t total = 0;
  for (std::uint64_t at = from.value; at < entries_.size() && out.size() < limit; ++at) {
    out.push_back(entries_[static_cast<std::size_t>(at)]);
    total += out.back().size();
    if (total >= kReadBytesMax) break;
  }
  return out;
}

absl::StatusOr<TreeSize> MemoryLedger::Size() const {
  const std::shared_lock lock(mutex_);
  return TreeSize{entries_.size()};
}

absl::StatusOr<Bytes> MemoryLedger::Head() const {
  const std::shared_lock lock(mutex_);
  return head_;
}

std::unique_ptr<Ledger::Follower> MemoryLedger::Follow(std::function<void(TreeSize)> listener) {
  return followers_.Add(std::move(listener));
}

}  // namespace amparo::storage
