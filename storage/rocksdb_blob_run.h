// RocksdbBlobRun: the blobs of one upload stream, one after the other. Those of at most 1 MiB that
// come whole, without a flush in between, are gathered in a segment that they share, so that they
// are written once and never compacted. Spec: docs/spec/storage.md, "Shared segments".

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

// Sealed blobs that are not stored yet, each a row of one segment.
// Thread safety: all methods, from any thread: whoever asks for one of the blobs has it stored.
class SharedSegment : public std::enable_shared_from_this<SharedSegment> {
 public:
  // `store` outlives this object.
  SharedSegment(RocksdbBlobStore& store, std::unique_ptr<SegmentBuilder> builder);

  // False: it was stored, and takes no more. REQUIRES: nobody else writes `object`, and its bytes
  // are `blob`.
  absl::StatusOr<bool> Add(const ObjectId& object, ByteView blob, UnixSeconds now);
  // Makes the segment durable, then writes the rows of its blobs, sealed. Once; whoever asks again
  // gets the same answer. An error: none of them is there.
  absl::Status Store();

 private:
  struct Member {
    ObjectId object;
    std::uint32_t length = 0;
    UnixSeconds now;
  };

  // REQUIRES: mutex_ is held.
  absl::Status StoreHeld();
  absl::Status WriteRows();

  RocksdbBlobStore& store_;
  const std::uint64_t number_;
  std::mutex mutex_;  // Guards what follows. Taken before the store's.
  std::unique_ptr<SegmentBuilder> builder_;
  std::vector<Member> members_;  // In the order of their rows.
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
  // REQUIRES: as SharedSegment::Add.
  absl::Status Add(const ObjectId& object, ByteView blob, UnixSeconds now);

 private:
  absl::Status BeginStoring();  // The open segment, on a thread of its own, after the last one.
  absl::Status AwaitStored();

  RocksdbBlobStore& store_;
  std::shared_ptr<SharedSegment> open_;
  std::size_t open_bytes_ = 0;
  std::future<absl::Status> storing_;
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_ROCKSDB_BLOB_RUN_H_
