// Segments: at most 8 MiB of one blob's bytes, or of several small ones that share it, each an SST
// file of its own that is ingested into a family without puts or compaction. What RocksDB's log
// would have written twice is written once. Spec: docs/spec/storage.md, "Segments".
//
// Thread safety: RocksdbSegments: all methods, from any thread. SegmentBuilder: one thread
// at a time.

#ifndef AMPARO_STORAGE_ROCKSDB_SEGMENTS_H_
#define AMPARO_STORAGE_ROCKSDB_SEGMENTS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "rocksdb/sst_file_writer.h"
#include "statement/ids.h"
#include "storage/rocksdb_database.h"
#include "storage/rocksdb_keys.h"

namespace amparo::storage {

// A segment is rows of this many bytes, the last one shorter: what a ranged read loads, and what a
// writer holds twice, as it came and as a block of the file.
// DO NOT CHANGE: part of the format.
inline constexpr std::size_t kSegmentRowBytes = 64 * 1024;
inline constexpr std::size_t kCoarseSegmentRowBytes = 256 * 1024;

class SegmentBuilder {
 public:
  // Deletes the file of a segment that was not finished, and gives back the room it had.
  ~SegmentBuilder();
  std::uint64_t number() const { return number_; }
  std::size_t size() const { return size_; }
  // The next bytes of one blob. REQUIRES: not empty, and what was added before fills its rows.
  absl::Status Add(ByteView bytes);
  // Of a shared segment: one whole blob. REQUIRES: not empty; every row is added by this.
  absl::Status AddRow(ByteView blob);
  // Durable and part of the database when it returns OK. REQUIRES: size() > 0; called once.
  absl::Status Finish();

 private:
  friend class RocksdbSegments;
  // Takes room for all that it may hold from `promised_bytes`, which outlives it.
  SegmentBuilder(RocksdbDatabase& database, std::atomic<std::uint64_t>& promised_bytes,
                 std::string path, std::uint64_t number);

  RocksdbDatabase& database_;
  std::atomic<std::uint64_t>& promised_bytes_;
  const std::string path_;
  const std::uint64_t number_;
  rocksdb::SstFileWriter file_;
  std::size_t size_ = 0;
  std::uint32_t rows_ = 0;
};

class RocksdbSegments {
 public:
  // Segments are built in the folder `incoming`, on the database's disk. `database` outlives
  // this object.
  RocksdbSegments(RocksdbDatabase& database, std::string incoming);
  // Once, before anything else: removes what no blob names, which is what a crash between a
  // segment and its row, or between a row's erasure and its segments', left behind.
  absl::Status Recover();

  // A number that no segment and no small value has. Never the same twice in one process.
  std::uint64_t NextNumber() { return next_.fetch_add(1); }
  // RESOURCE_EXHAUSTED: no room for all that a segment holds.
  absl::StatusOr<std::unique_ptr<SegmentBuilder>> Begin();
  // RESOURCE_EXHAUSTED: no room for so many bytes of uploads, besides what the segments that are
  // being built may still write.
  absl::Status CheckRoom(std::uint64_t bytes) const;
  // Appends `length` bytes from `offset` of a blob's part to `out`. DATA_LOSS: not there.
  // REQUIRES: it stands in a segment.
  absl::Status Read(const BlobPart& part, std::uint32_t offset, std::size_t length,
                    Bytes& out) const;
  // Deletes the files. OK if absent.
  absl::Status Erase(std::span<const std::uint64_t> numbers);

  // So many blobs of one organisation share the segment. To be said before their rows are written.
  void Share(std::uint64_t number, const OrgId& org, std::size_t blobs);
  // One of them, of so many bytes, is gone. True: it was the last one, and the segment may be
  // erased.
  bool Leave(std::uint64_t number, std::uint32_t length);
  // Bytes of those that are gone, in segments that stand.
  std::uint64_t UnfreedBytes(const OrgId& org) const;

 private:
  // Appends up to `length` bytes from `offset` of a row to `out`, and returns how many: 0 if there
  // are none.
  absl::StatusOr<std::size_t> ReadRow(std::uint64_t number, std::uint32_t row, std::size_t offset,
                                      std::size_t length, Bytes& out) const;

  RocksdbDatabase& database_;
  const std::string incoming_;
  std::atomic<std::uint64_t> next_{1};
  std::atomic<std::uint64_t> promised_bytes_{0};  // To those that are being built.
  struct Shared {
    OrgId org;
    std::size_t blobs = 0;            // Left,
    std::uint64_t unfreed_bytes = 0;  // and what those took that are gone.
  };
  void AddUnfreed(Shared& shared, std::uint64_t bytes);  // REQUIRES: mutex_ is held.

  mutable std::mutex mutex_;  // Guards what follows.
  std::map<std::uint64_t, Shared> shared_;
  std::map<OrgId, std::uint64_t> unfreed_bytes_;  // Of all of one organisation's.
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_ROCKSDB_SEGMENTS_H_
