// RocksdbBlobWriter: writes one blob from where it stands. Keeps one chunk (256 KiB) and the
// buffers of one open segment file in memory, whatever the blob's length.
// Thread safety: one thread at a time.

#ifndef AMPARO_STORAGE_ROCKSDB_BLOB_WRITER_H_
#define AMPARO_STORAGE_ROCKSDB_BLOB_WRITER_H_

#include <memory>
#include <optional>

#include "crypto/digest.h"
#include "storage/rocksdb_blob_store.h"

namespace amparo::storage {

class RocksdbBlobWriter : public BlobWriter {
 public:
  RocksdbBlobWriter(RocksdbBlobStore& store, const ObjectId& object,
                    std::shared_ptr<RocksdbBlobStore::Turn> turn, std::uint64_t number,
                    const BlobState& state, UnixSeconds now);
  ~RocksdbBlobWriter() override;
  std::uint64_t offset() const override { return offset_; }
  absl::Status Write(ByteView bytes) override;
  absl::StatusOr<std::uint64_t> Flush() override;
  absl::Status Seal(const Hash& sha256) override;

 private:
  // ABORTED if another writer has the turn; else what broke this one. Turn held.
  absl::Status CheckMine() const;
  absl::Status SpillChunk();     // Moves the full chunk into the open segment.
  absl::Status FinishSegment();  // Makes the open segment and its row durable.
  absl::Status StoreSmall();     // Makes the chunk and its row durable, as a small value.
  absl::Status FlushHeld();
  absl::Status PutRows(rocksdb::WriteBatch& batch, const BlobPart& part);
  absl::StatusOr<Hash> HashStored() const;

  RocksdbBlobStore& store_;
  const ObjectId object_;
  const std::shared_ptr<RocksdbBlobStore::Turn> turn_;
  const std::uint64_t number_;
  const UnixSeconds now_;
  BlobState state_;       // As it is durable.
  std::uint64_t offset_;  // state_.stored, the segment and the chunk.
  Bytes chunk_;
  std::unique_ptr<SegmentBuilder> segment_;
  // Runs along from byte 0. A writer that resumes has none: Seal() then reads what is stored.
  std::optional<Sha256Stream> running_;
  absl::Status broken_;
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_ROCKSDB_BLOB_WRITER_H_
