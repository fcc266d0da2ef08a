// RocksdbBlobStore: one organisation's blobs and pieces in the database. A fast run of a large
// upload becomes segments, small blobs of one BlobRun share some; at most 256 KiB between two
// flushes, and every other part of a small blob, becomes small values. A segment is durable before
// its row is written, a small value is in the batch of its row; an offset is told as durable when
// the log was synced after its row. Thread safety: as storage/blob_store.h asks.

#ifndef AMPARO_STORAGE_ROCKSDB_BLOB_STORE_H_
#define AMPARO_STORAGE_ROCKSDB_BLOB_STORE_H_

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "storage/blob_store.h"
#include "storage/rocksdb_database.h"
#include "storage/rocksdb_keys.h"
#include "storage/rocksdb_segments.h"

namespace amparo::storage {

// DO NOT RAISE: part of the format.
inline constexpr std::size_t kSmallValueBytesMax = 256 * 1024;

class RocksdbBlobRun;
class RocksdbBlobWriter;
class GatheredBlobs;

class RocksdbBlobStore : public BlobStore {
 public:
  // `database` and `segments` outlive this object.
  RocksdbBlobStore(RocksdbDatabase& database, RocksdbSegments& segments, const OrgId& org);
  absl::StatusOr<std::unique_ptr<BlobWriter>> BeginWrite(const ObjectId& object,
                                                         std::uint64_t length,
                                                         UnixSeconds now) override;
  std::unique_ptr<BlobRun> BeginRun() override;
  absl::StatusOr<std::optional<BlobState>> Stat(const ObjectId& object) const override;
  absl::StatusOr<Bytes> Read(const ObjectId& object, std::uint64_t offset,
                             std::size_t length) const override;
  absl::Status Erase(const ObjectId& object) override;
  absl::StatusOr<bool> EraseIfAbandoned(const ObjectId& object,
                                        const Abandoned& abandoned) override;
  std::uint64_t UnfreedBytes() const override { return segments_.UnfreedBytes(org_); }
  absl::StatusOr<std::vector<ObjectId>> ChangedBefore(UnixSeconds before, std::size_t limit,
                                                      std::optional<ObjectId> after) const override;
  absl::Status PutPieces(std::span<const PieceWrite> pieces) override;
  absl::StatusOr<std::optional<Bytes>> GetPiece(ByteView key) const override;
  absl::Status ErasePieces(std::span<const Bytes> keys) override;

 private:
  friend class RocksdbBlobRun;
  friend class RocksdbBlobWriter;
  friend class GatheredBlobs;

  // Who may write a blob. Held while a writer writes, ends or dies, so that the next one waits for
  // it and finds it whole. Taken before `mutex_`.
  struct Turn {
    std::mutex mutex;
    RocksdbBlobWriter* writer = nullptr;  // Guarded by `mutex`. Lives, or is nobody.
  };
  std::shared_ptr<Turn> TurnOf(const ObjectId& object);
  // BeginWrite in `run`, or in none.
  absl::StatusOr<std::unique_ptr<BlobWriter>> Begin(const ObjectId& object, std::uint64_t length,
                                                    UnixSeconds now, RocksdbBlobRun* run);
  // From here on, whoever asks for the blob has `gathered` stored, until it is.
  void NoteUnstored(const ObjectId& object, std::shared_ptr<GatheredBlobs> gathered);
  void ForgetUnstored(const ObjectId& object);
  bool IsUnstored(const ObjectId& object) const;
  void StoreIfUnstored(const ObjectId& object) const;
  // Reads stored bytes, sealed or not. REQUIRES: offset + length <= what is stored.
  absl::Status ReadStored(const ObjectId& object, std::uint64_t offset, std::size_t length,
                          Bytes& out) const;
  absl::Status ReadPart(const BlobPart& part, std::uint32_t offset, std::size_t length,
                        Bytes& out) const;
  // What is there of a blob that may be begun or resumed; else BeginWrite's refusal.
  absl::StatusOr<std::optional<BlobState>> CheckBegin(const ObjectId& object,
                                                      std::uint64_t length) const;
  // REQUIRES: the blob's turn is held.
  absl::Status EraseHeld(const ObjectId& object);
  // Into `batch`: bytes as small values, whose parts it returns; the rows of parts that follow each
  // other from byte `start` on, and what the blob is with them.
  std::vector<BlobPart> PutSmall(rocksdb::WriteBatch& batch, ByteView bytes) const;
  void PutRows(rocksdb::WriteBatch& batch, const ObjectId& object, std::uint64_t start,
               std::span<const BlobPart> parts, const BlobState& state) const;
  // Up to where this blob, of which `stored` bytes have rows, is on disk.
  std::uint64_t DurableOf(const ObjectId& object, std::uint64_t stored) const;
  // A row of this blob was just written without a sync; before it, `durable` bytes were on disk.
  void NotePending(const ObjectId& object, std::uint64_t durable);

  RocksdbDatabase& database_;
  RocksdbSegments& segments_;
  const OrgId org_;
  struct Pending {
    WriteMark mark = 0;
    std::uint64_t durable = 0;
  };

  mutable std::mutex mutex_;  // Guards what follows.
  std::map<ObjectId, std::weak_ptr<Turn>> turns_;
  std::map<ObjectId, Pending> pending_;  // At least those that are not durable.
  std::map<ObjectId, std::shared_ptr<GatheredBlobs>> unstored_;
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_ROCKSDB_BLOB_STORE_H_
