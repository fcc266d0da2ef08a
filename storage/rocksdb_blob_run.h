// RocksdbBlobRun: the blobs of one upload stream, one after the other. Those of at most 1 MiB that
// come whole, without a flush in between, are gathered: from 1 MiB on in a segment that they share,
// so that they are written once and never compacted. Spec: docs/spec/storage.md, "Shared segments".

#ifndef AMPARO_STORAGE_ROCKSDB_BLOB_RUN_H_
#define AMPARO_STORAGE_ROCKSDB_BLOB_RUN_H_

#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "storage/rocksdb_blob_store.h"

namespace amparo::storage {

// What a writer keeps of a blob in memory, for the run to store all of it at once.
inline constexpr std::uint64_t kSharedBlobBytesMax = 1024 * 1024;
// Fewer bytes are not worth a file of their own, and become small values.
inline constexpr std::uint64_t kSharedSegmentBytesMin = 1024 * 1024;

// Sealed blobs that are not stored yet.
// Thread safety: all methods, from any thread: whoever asks for one of the blobs has them stored.
class GatheredBlobs : public std::enable_shared_from_this<GatheredBlobs> {
 public:
  // `store` outlives this object.
  explicit GatheredBlobs(RocksdbBlobStore& store) : store_(store) {}

  // Takes `blob`. False: it did not, for it was stored, and takes no more. After an error it is not
  // among them, and maybe none of them is there. REQUIRES: nobody else writes `object`; the blob is
  // not empty.
  absl::StatusOr<bool> Add(const ObjectId& object, Bytes&& blob, UnixSeconds now);
  // Stores them, sealed; once. Whoever asks again gets the same answer. An error: none of them is
  // there.
  absl::Status Store();

 private:
  struct Member {
    ObjectId object;
    std::uint32_t length = 0;
    UnixSeconds now;
    Bytes blob;  // Until it is in the segment.
  };

  // REQUIRES, of each: mutex_ is held.
  absl::Status MoveToSegment();
  absl::Status StoreHeld();
  void End(const absl::Status& outcome);

  RocksdbBlobStore& store_;
  std::mutex mutex_;  // Guards what follows. Taken before the store's.
  std::vector<Member> members_;
  std::uint64_t bytes_ = 0;
  std::unique_ptr<SegmentBuilder> segment_;  // Once there are enough of them; then it has all.
  std::size_t in_segment_ = 0;               // So many, in the order of its rows.
  std::optional<absl::Status> outcome_;
};

// Thread safety: one thread at a time. Outlives its writers.
class RocksdbBlobRun final : public BlobRun {
 public:
  explicit RocksdbBlobRun(RocksdbBlobStore& store) : store_(store) {}
  ~RocksdbBlobRun() override { Flush().IgnoreError(); }
  absl::StatusOr<std::unique_ptr<BlobWriter>> BeginWrite(const ObjectId& object,
                                                         std::uint64_t length,
                                                         UnixSeconds now) override;
  absl::Status Flush() override;

  // Takes a whole blob, sealed with this. An error may be that of others that came before.
  // REQUIRES: as GatheredBlobs::Add.
  absl::Status Add(const ObjectId& object, Bytes blob, UnixSeconds now);

 private:
  absl::Status BeginStoring();  // What is open, on a thread of its own, after what was before.
  absl::Status AwaitStored();

  RocksdbBlobStore& store_;
  std::shared_ptr<GatheredBlobs> open_;
  std::size_t open_bytes_ = 0;
  std::future<absl::Status> storing_;
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_ROCKSDB_BLOB_RUN_H_
