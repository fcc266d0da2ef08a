// MemoryBlobStore: blobs and pieces in this process; the reference for the others.
// Thread safety: as storage/blob_store.h asks.

#ifndef AMPARO_STORAGE_MEMORY_BLOB_STORE_H_
#define AMPARO_STORAGE_MEMORY_BLOB_STORE_H_

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "storage/blob_store.h"

namespace amparo::storage {

class MemoryBlobStore : public BlobStore {
 public:
  absl::StatusOr<std::unique_ptr<BlobWriter>> BeginWrite(const ObjectId& object,
                                                         std::uint64_t length,
                                                         UnixSeconds now) override;
  absl::StatusOr<std::optional<BlobState>> Stat(const ObjectId& object) const override;
  absl::StatusOr<Bytes> Read(const ObjectId& object, std::uint64_t offset,
                             std::size_t length) const override;
  absl::Status Erase(const ObjectId& object) override;
  absl::StatusOr<bool> EraseIfAbandoned(const ObjectId& object,
                                        const Abandoned& abandoned) override;
  absl::StatusOr<std::vector<ObjectId>> ChangedBefore(UnixSeconds before, std::size_t limit,
                                                      std::optional<ObjectId> after) const override;
  absl::Status PutPieces(std::span<const PieceWrite> pieces) override;
  absl::StatusOr<std::optional<Bytes>> GetPiece(ByteView key) const override;
  absl::Status ErasePieces(std::span<const Bytes> keys) override;

 private:
  class Writer;
  struct Blob {
    std::uint64_t length = 0;
    Bytes bytes;
    bool sealed = false;
    UnixSeconds changed;
    Writer* writer = nullptr;  // The one that may still write. Lives, or is nobody.
  };

  mutable std::mutex mutex_;  // Guards what follows.
  std::map<ObjectId, Blob> blobs_;
  std::map<Bytes, Bytes> pieces_;
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_MEMORY_BLOB_STORE_H_
