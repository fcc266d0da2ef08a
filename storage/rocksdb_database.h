// RocksdbDatabase: the one database under a RocksDB store, opened as this project wants it:
// a column family per use, no compression, no log of its own, a format number, a reserve of
// free disk. Spec: docs/spec/storage.md, "The database".
//
// Thread safety: all methods, from any thread.

#ifndef AMPARO_STORAGE_ROCKSDB_DATABASE_H_
#define AMPARO_STORAGE_ROCKSDB_DATABASE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"

namespace amparo::storage {

enum class Family : std::size_t { kDefault, kLedger, kView, kPieces, kBlobs, kSmall, kSegments };
inline constexpr std::size_t kFamilies = 7;

enum class Durability { kSynced, kOrdered };

// When something was written, counted in writes. See RocksdbDatabase::IsDurable.
using WriteMark = std::uint64_t;

// What may still be written when disk runs short: uploads stop first, so that a statement
// that erases something can still be logged.
enum class Room { kForUploads, kForStatements };

// RocksDB's status as ours. Corruption is DATA_LOSS, a full disk RESOURCE_EXHAUSTED.
absl::Status FromRocksdb(const rocksdb::Status& status);

inline rocksdb::Slice AsSlice(ByteView bytes) {
  return rocksdb::Slice(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}
inline ByteView AsView(const rocksdb::Slice& slice) {
  return ByteView(reinterpret_cast<const std::uint8_t*>(slice.data()), slice.size());
}

class RocksdbDatabase {
 public:
  // Opens or creates `directory`. FAILED_PRECONDITION: a newer format.
  // REQUIRES: the caller holds the store's lock.
  static absl::StatusOr<std::unique_ptr<RocksdbDatabase>> Open(const std::string& directory,
                                                               std::uint64_t reserve_bytes);
  ~RocksdbDatabase();
  RocksdbDatabase(const RocksdbDatabase&) = delete;
  RocksdbDatabase& operator=(const RocksdbDatabase&) = delete;

  rocksdb::DB& db() { return *db_; }
  rocksdb::ColumnFamilyHandle* family(Family family) const;
  // As the families were opened; for SstFileWriter.
  static rocksdb::Options FamilyOptions(Family family);

  // All or none. kOrdered: durable when any later kSynced write is. An error says nothing
  // about whether it was written; the next Write first tries to bring the database back.
  absl::Status Write(rocksdb::WriteBatch& batch, Durability durability);
  // A mark of this moment, after a Write that was OK.
  WriteMark Mark() const { return written_.load(); }
  // Whether a synced write began after this mark and was OK: then all before it is on disk.
  bool IsDurable(WriteMark mark) const { return synced_.load() >= mark; }
  // How often a new log was begun. What was written between two equal answers lies in one log,
  // in its order; of two logs a loss of power may take the end of the first alone.
  std::uint64_t LogSwitches() const { return *log_switches_; }
  // Makes the finished SST file at `path` part of `family`, durably, and takes the file.
  absl::Status Ingest(Family family, const std::string& path);
  // Nothing if absent.
  absl::StatusOr<std::optional<Bytes>> Get(Family family, const rocksdb::Slice& key) const;
  std::unique_ptr<rocksdb::Iterator> Iterate(Family family,
                                             const rocksdb::Slice* upper_bound) const;

  // RESOURCE_EXHAUSTED: writing `bytes` would leave less free disk than is kept for `room`.
  absl::Status CheckRoom(Room room, std::uint64_t bytes) const;

 private:
  RocksdbDatabase(std::string directory, std::uint64_t reserve_bytes);
  absl::Status OpenFamilies();
  absl::Status CheckFormatRow();  // Written anew where it is an older one.
  absl::Status ResumeIfFailed();

  const std::string directory_;
  const std::uint64_t reserve_bytes_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilies> handles_{};
  std::atomic<bool> failed_{false};
  std::atomic<WriteMark> written_{0};
  std::atomic<WriteMark> synced_{0};
  // Shared with the listener that counts.
  const std::shared_ptr<std::atomic<std::uint64_t>> log_switches_ =
      std::make_shared<std::atomic<std::uint64_t>>(0);
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_ROCKSDB_DATABASE_H_
