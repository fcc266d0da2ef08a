// MemoryLedger: a ledger in this process; the reference for the others.
// Thread safety: as storage/ledger.h asks.

#ifndef AMPARO_STORAGE_MEMORY_LEDGER_H_
#define AMPARO_STORAGE_MEMORY_LEDGER_H_

#include <functional>
#include <memory>
#include <shared_mutex>
#include <span>
#include <vector>

#include "storage/followers.h"
#include "storage/ledger.h"

namespace amparo::storage {

class MemoryLedger : public Ledger {
 public:
  AppendOutcome Append(Position expected_position, std::span<const Bytes> entries,
                       ByteView head) override;
  absl::StatusOr<std::vector<Bytes>> Read(Position from, std::size_t limit) const override;
  absl::StatusOr<TreeSize> Size() const override;
  absl::StatusOr<Bytes> Head() const override;
  std::unique_ptr<Follower> Follow(std::function<void(TreeSize)> listener) override;

 private:
  AppendOutcome AppendLocked(Position expected_position, std::span<const Bytes> entries,
                             ByteView head);

  mutable std::shared_mutex mutex_;  // Guards what follows.
  std::vector<Bytes> entries_;
  Bytes head_;

  Followers followers_;
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_MEMORY_LEDGER_H_
