// RocksdbBlobWriter: writes one blob from where it stands. Keeps one chunk (256 KiB until a segment
// is open and 64 then, or all of a blob that is to share a segment), one open segment and one that
// is being finished, and of those a row each and the files' buffers, whatever the length.
// Thread safety: one thread at a time; HandOver, from another one, waits for it at the turn.

#ifndef AMPARO_STORAGE_ROCKSDB_BLOB_WRITER_H_
#define AMPARO_STORAGE_ROCKSDB_BLOB_WRITER_H_

#include <future>
#include <memory>
#include <optional>
#include <span>

#include "crypto/digest.h"
#include "storage/rocksdb_blob_run.h"
#include "storage/rocksdb_blob_store.h"

namespace amparo::storage {

class RocksdbBlobWriter final : public BlobWriter {
 public:
  RocksdbBlobWriter(RocksdbBlobStore& store, const ObjectId& object,
                    std::shared_ptr<RocksdbBlobStore::Turn> turn, const BlobState& state,
                    UnixSeconds now, RocksdbBlobRun* run);
  ~RocksdbBlobWriter() override;
  std::uint64_t offset() const override { return offset_; }
  std::uint64_t durable() const override;
  absl::Status Write(ByteView bytes) override;
  absl::StatusOr<std::uint64_t> Flush() override;
  absl::Status Seal(const Hash& sha256) override;
  // Flushes and ends this writer, for the next one to go on. What a writer that broke still has,
  // or cannot store now, goes with it. REQUIRES: the turn is held, and is this one's.
  void HandOver();

 private:
  // A segment on its way to the disk, on a thread of its own.
  struct Finishing {
    std::uint64_t number = 0;
    std::uint32_t length = 0;
    std::future<absl::Status> done;
  };

  bool is_small() const { return state_.length <= kSmallBlobBytesMax; }
  // As long as nothing of it is stored.
  bool may_share() const {
    return run_ != nullptr && state_.stored == 0 && state_.length <= kSharedBlobBytesMax;
  }
  std::size_t chunk_max() const {
    if (may_share()) return static_cast<std::size_t>(state_.length);
    return segment_ == nullptr ? kSmallValueBytesMax : kSegmentRowBytes;
  }
  // ABORTED if another writer has the turn; else what broke this one. Turn held.
  absl::Status CheckMine() const;
  absl::Status SpillChunk();  // Moves the full chunk on: into the open segment, or a small value.
  absl::Status BeginFinishing();  // Sends the open segment to the disk, once the last one is there.
  absl::Status AwaitFinished(Durability durability);  // Writes its row.
  absl::Status StoreSmall(Durability durability);     // The chunk, and its rows.
  // Moves all that came on, and waits for it. The row that comes last is written as said.
  absl::Status StoreRest(Durability durability);
  absl::Status FlushHeld();
  absl::Status PutRows(rocksdb::WriteBatch& batch, std::span<const BlobPart> parts,
                       Durability durability);
  absl::Status PutState(const BlobState& state, Durability durability);
  absl::Status PutSealed();
  absl::Status SealShared(const Hash& sha256);
  absl::Status EraseUnlike(const Hash& found, const Hash& declared);
  absl::Status EraseDamaged(const std::string& why);
  // REQUIRES: all of it is stored. The turn need not be held.
  absl::StatusOr<Hash> HashStored() const;

  RocksdbBlobStore& store_;
  const ObjectId object_;
  const std::shared_ptr<RocksdbBlobStore::Turn> turn_;
  const UnixSeconds now_;
  RocksdbBlobRun* const run_;  // Or null.
  // If all that came is in one log, its end cannot be there without its beginning.
  const std::uint64_t log_switches_;
  const bool was_durable_;  // What stood when this writer began.
  BlobState state_;         // As its rows say.
  std::uint64_t offset_;    // state_.stored, the segments and the chunk. Of its thread alone.
  Bytes chunk_;
  std::unique_ptr<SegmentBuilder> segment_;
  std::optional<Finishing> finishing_;
  // Runs along from byte 0. A writer that resumes has none: Seal() then reads what is stored.
  std::optional<Sha256Stream> running_;
  bool is_shared_ = false;  // Sealed, and given to the run.
  absl::Status broken_;
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_ROCKSDB_BLOB_WRITER_H_
