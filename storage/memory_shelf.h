// MemoryShelf: a shelf in this process; the reference for the others.
// Thread safety: as storage/shelf.h asks.

#ifndef AMPARO_STORAGE_MEMORY_SHELF_H_
#define AMPARO_STORAGE_MEMORY_SHELF_H_

#include <map>
#include <mutex>

#include "storage/shelf.h"

namespace amparo::storage {

class MemoryShelf : public Shelf {
 public:
  absl::Status Add(const ShelfKeyId& id, const Secret<32>& key) override;
  absl::StatusOr<Secret<32>> Find(const ShelfKeyId& id) const override;
  absl::Status FindInto(const ShelfKeyId& id, Secret<32>& key) const override;
  absl::Status Destroy(const ShelfKeyId& id) override;

 private:
  mutable std::mutex mutex_;  // Guards what follows.
  std::map<ShelfKeyId, Secret<32>> keys_;
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_MEMORY_SHELF_H_
