// Shelf: the keys whose destruction erases a case. One append-only file outside the
// database, backed up apart. Spec: docs/spec/storage.md, "Shelf".
//
// Thread safety: all methods, from any thread.

#ifndef AMPARO_STORAGE_SHELF_H_
#define AMPARO_STORAGE_SHELF_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/secret.h"
#include "statement/ids.h"

namespace amparo::storage {

class Shelf {
 public:
  virtual ~Shelf() = default;
  // Durable before it returns. ALREADY_EXISTS: `id` stands with another key (with the same
  // one it is OK).
  virtual absl::Status Add(const ShelfKeyId& id, const Secret<32>& key) = 0;
  // NOT_FOUND: never added, or destroyed.
  virtual absl::StatusOr<Secret<32>> Find(const ShelfKeyId& id) const = 0;
  // The same into memory that is guarded already: making some takes longer than what a key is
  // mostly wanted for.
  virtual absl::Status FindInto(const ShelfKeyId& id, Secret<32>& key) const = 0;
  // Rewrites the file without the key: write, fsync, rename, fsync directory. OK if absent.
  virtual absl::Status Destroy(const ShelfKeyId& id) = 0;
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_SHELF_H_
