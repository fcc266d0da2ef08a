// OpenRocksdbStore(): the database, its segments, and one file per shelf, by organisation.

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/file_shelf.h"
#include "storage/limits.h"
#include "storage/rocksdb_blob_store.h"
#include "storage/rocksdb_database.h"
#include "storage/rocksdb_keys.h"
#include "storage/rocksdb_ledger.h"
#include "storage/rocksdb_segments.h"
#include "storage/rocksdb_view.h"
#include "storage/store.h"

namespace amparo::storage {
namespace {

absl::Status MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), 0700) != 0) {
    if (errno == EEXIST) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat("folder ", path, ": ", std::strerror(errno)));
  }
  return SyncDirectoryOf(path);
}

// Held by one process at a time; the system lets go of it when the process ends, however.
class StoreLock {
 public:
  static absl::StatusOr<std::unique_ptr<StoreLock>> Take(const std::string& path) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
      return absl::UnavailableError(absl::StrCat("lock ", path, ": ", std::strerror(errno)));
    }
    std::unique_ptr<StoreLock> lock(new StoreLock(fd));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("store is in use by another process (", path, " is locked)"));
    }
    return lock;
  }
  ~StoreLock() { close(fd_); }
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

 private:
  explicit StoreLock(int fd) : fd_(fd) {}
  const int fd_;
};

struct RocksdbOrg {
  RocksdbOrg(RocksdbDatabase& database, RocksdbSegments& segments, const OrgId& org,
             std::unique_ptr<FileShelf> opened)
      : ledger(database, org),
        blobs(database, segments, org),
        view(database, org),
        shelf(std::move(opened)) {}
  RocksdbLedger ledger;
  RocksdbBlobStore blobs;
  RocksdbView view;
  std::unique_ptr<FileShelf> shelf;
};

class RocksdbStore : public Store {
 public:
  RocksdbStore(std::string directory, std::unique_ptr<StoreLock> lock,
               std::unique_ptr<RocksdbDatabase> database)
      : directory_(std::move(directory)),
        lock_(std::move(lock)),
        database_(std::move(database)),
        segments_(*database_, absl::StrCat(directory_, "/incoming")) {}

  absl::Status Recover() { return segments_.Recover(); }

  absl::StatusOr<OrgStorage> Open(const OrgId& org) override {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<RocksdbOrg>& parts = orgs_[org];
    if (parts == nullptr) {
      absl::StatusOr<std::unique_ptr<FileShelf>> shelf =
          FileShelf::Open(absl::StrCat(directory_, "/shelf/", ToHex(org)));
      if (!shelf.ok()) return shelf.status();
      parts = std::make_unique<RocksdbOrg>(*database_, segments_, org, *std::move(shelf));
    }
    return OrgStorage{.ledger = &parts->ledger,
                      .blobs = &parts->blobs,
                      .view = &parts->view,
                      .shelf = parts->shelf.get()};
  }

  absl::StatusOr<std::vector<OrgId>> List() const override {
    std::vector<OrgId> out;
    const std::unique_ptr<rocksdb::Iterator> rows = database_->Iterate(Family::kLedger, nullptr);
    rows->SeekToFirst();
    while (rows->Valid()) {
      const ByteView key = AsView(rows->key());
      if (key.size() <= OrgId::kSize) return absl::DataLossError("a ledger key is cut short");
      const OrgId org = *OrgId::From(key.first(OrgId::kSize));
      const std::string head_key = LedgerHeadKey(org);
      const absl::StatusOr<std::optional<Bytes>> row = database_->Get(Family::kLedger, head_key);
      if (!row.ok()) return row.status();
      if (row->has_value()) out.push_back(org);
      rows->Seek(absl::StrCat(head_key, absl::string_view("\xff", 1)));
    }
    if (!rows->status().ok()) return FromRocksdb(rows->status());
    return out;
  }

  absl::Status PutSetting(ByteView key, ByteView value) override {
    if (absl::Status status = CheckSettingLimits(key, value); !status.ok()) return status;
    absl::Status room = database_->CheckRoom(Room::kForStatements, value.size());
    if (!room.ok()) return room;
    rocksdb::WriteBatch batch;
    batch.Put(SettingKey(key), AsSlice(value));
    return database_->Write(batch, Durability::kSynced);
  }

  absl::StatusOr<std::optional<Bytes>> GetSetting(ByteView key) const override {
    return database_->Get(Family::kDefault, SettingKey(key));
  }

  absl::Status EraseSetting(ByteView key) override {
    rocksdb::WriteBatch batch;
    batch.Delete(SettingKey(key));
    return database_->Write(batch, Durability::kSynced);
  }

 private:
  const std::string directory_;
  // Destroyed from below: the organisations, then the database, the lock last.
  const std::unique_ptr<StoreLock> lock_;
  const std::unique_ptr<RocksdbDatabase> database_;
  RocksdbSegments segments_;
  std::mutex mutex_;  // Guards what follows.
  std::map<OrgId, std::unique_ptr<RocksdbOrg>> orgs_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenRocksdbStore(const RocksdbOptions& options) {
  for (const absl::string_view folder : {"", "/shelf"}) {
    absl::Status status = MakeDirectory(absl::StrCat(options.directory, folder));
    if (!status.ok()) return status;
  }
  absl::StatusOr<std::unique_ptr<StoreLock>> lock =
      StoreLock::Take(absl::StrCat(options.directory, "/lock"));
  if (!lock.ok()) return lock.status();
  absl::StatusOr<std::unique_ptr<RocksdbDatabase>> database =
      RocksdbDatabase::Open(absl::StrCat(options.directory, "/db"), options.reserve_bytes);
  if (!database.ok()) return database.status();
  auto store =
      std::make_unique<RocksdbStore>(options.directory, *std::move(lock), *std::move(database));
  if (absl::Status status = store->Recover(); !status.ok()) return status;
  return store;
}

}  // namespace amparo::storage
