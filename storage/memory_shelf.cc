#include "storage/memory_shelf.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace amparo::storage {

absl::Status MemoryShelf::Add(const ShelfKeyId& id, const Secret<32>& key) {
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(id);
  if (found == keys_.end()) {
    keys_.emplace(id, key.Duplicate());
    return absl::OkStatus();
  }
  if (found->second.EqualTo(key)) return absl::OkStatus();
  return absl::AlreadyExistsError(absl::StrCat("shelf key ", ToHex(id), " is another"));
}

absl::StatusOr<Secret<32>> MemoryShelf::Find(const ShelfKeyId& id) const {
  Secret<32> key;
  absl::Status status = FindInto(id, key);
  if (!status.ok()) return status;
  return key;
}

absl::Status MemoryShelf::FindInto(const ShelfKeyId& id, Secret<32>& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(id);
  if (found == keys_.end()) {
    return absl::NotFoundError(absl::StrCat("no shelf key ", ToHex(id)));
  }
  std::ranges::copy(found->second.Expose(), key.ExposeMutable().begin());
  return absl::OkStatus();
}

absl::Status MemoryShelf::Destroy(const ShelfKeyId& id) {
  const std::lock_guard lock(mutex_);
  keys_.erase(id);
  return absl::OkStatus();
}

}  // namespace amparo::storage
