#include "storage/rocksdb_database.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rocksdb/cache.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/listener.h"
#include "rocksdb/table.h"
#include "storage/rocksdb_keys.h"
#include "storage/store.h"

namespace amparo::storage {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;
constexpr std::array<const char*, kFamilies> kFamilyNames = {
    "default", "ledger", "view", "pieces", "blobs", "small", "segments"};

// RocksDB writes file names, options and now and then a key into its LOG: keep none.
class NoLog : public rocksdb::Logger {
 public:
  NoLog() : Logger(rocksdb::InfoLogLevel::HEADER_LEVEL) {}
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// RocksDB would look for room every few seconds by itself and answer "busy" meanwhile; our
// next write tries at once instead.
class NoRecoveryByItself : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }
};

// A full memtable is sealed as the next log begins.
class CountLogSwitches : public rocksdb::EventListener {
 public:
  explicit CountLogSwitches(std::shared_ptr<std::atomic<std::uint64_t>> count)
      : count_(std::move(count)) {}
  void OnMemTableSealed(const rocksdb::MemTableInfo&) override { ++*count_; }

 private:
  const std::shared_ptr<std::atomic<std::uint64_t>> count_;
};

std::shared_ptr<rocksdb::Cache> SharedCache() {
  static const std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(32 * kMiB);
  return cache;
}

rocksdb::DBOptions DatabaseOptions() {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.info_log = std::make_shared<NoLog>();
  options.listeners.push_back(std::make_shared<NoRecoveryByItself>());
  // A record damaged in the middle of the log refuses to open; only an incomplete last one,
  // which nobody was told of, is dropped.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.max_total_wal_size = 64 * kMiB;
  options.db_write_buffer_size = 48 * kMiB;
  options.writable_file_max_buffer_size = 256 * 1024;
  options.max_open_files = 512;  // There is a file per segment; do not open them all.
  options.skip_stats_update_on_db_open = true;
  options.skip_checking_sst_file_sizes_on_db_open = true;
  options.max_background_jobs = 2;
  return options;
}

// Nothing for a database that does not exist, or was left before its first write.
absl::StatusOr<std::optional<std::uint32_t>> ReadFormat(rocksdb::DB& db) {
  std::string row;
  const rocksdb::Status status = db.Get(rocksdb::ReadOptions(), FormatKey(), &row);
  if (status.IsNotFound()) return std::optional<std::uint32_t>();
  if (!status.ok()) return FromRocksdb(status);
  if (row.size() != 4) return absl::DataLossError("format row is malformed");
  return std::optional<std::uint32_t>(ReadU32(AsBytes(row)));
}

absl::Status CheckFormat(std::uint32_t found) {
  if (found >= 1 && found <= kStoreFormat) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("store has format ", found, ", this build reads up to ", kStoreFormat));
}

// A newer build may have families that this one cannot open, so its format is read first,
// from the default family alone.
absl::Status CheckFormatReadOnly(const std::string& directory) {
  struct stat current;
  if (stat(absl::StrCat(directory, "/CURRENT").c_str(), &current) != 0) return absl::OkStatus();
  rocksdb::Options options;
  options.info_log = std::make_shared<NoLog>();
  options.max_open_files = 512;
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(options, directory, &raw);
  const std::unique_ptr<rocksdb::DB> db(raw);
  if (!status.ok()) return FromRocksdb(status);
  const absl::StatusOr<std::optional<std::uint32_t>> format = ReadFormat(*db);
  if (!format.ok()) return format.status();
  return format->has_value() ? CheckFormat(**format) : absl::OkStatus();
}

}  // namespace

absl::Status FromRocksdb(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = status.ToString();
  if (status.IsNotFound()) return absl::NotFoundError(text);
  if (status.IsCorruption()) return absl::DataLossError(text);
  if (status.IsNoSpace()) return absl::ResourceExhaustedError(text);
  if (status.IsIOError() || status.IsBusy() || status.IsTryAgain() || status.IsIncomplete()) {
    return absl::UnavailableError(text);
  }
  return absl::InternalError(text);
}

rocksdb::Options RocksdbDatabase::FamilyOptions(Family family) {
  rocksdb::Options options;
  options.compression = rocksdb::kNoCompression;  // Everything is ciphertext.
  options.bottommost_compression = rocksdb::kNoCompression;
  options.write_buffer_size = 16 * kMiB;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = SharedCache();
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;
  switch (family) {
    case Family::kView:
      // Most rows that are asked for are old ones, or none; the newest memtable is asked first.
      options.memtable_whole_key_filtering = true;
      options.memtable_prefix_bloom_size_ratio = 0.05;
      [[fallthrough]];
    case Family::kPieces:
    case Family::kBlobs:
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
      break;
    case Family::kSegments:
      options.disable_auto_compactions = true;
      table.no_block_cache = true;
      break;
    case Family::kSmall:
      table.no_block_cache = true;
      break;
    case Family::kDefault:
    case Family::kLedger:
      break;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.writable_file_max_buffer_size = 256 * 1024;
  options.info_log = std::make_shared<NoLog>();
  return options;
}

RocksdbDatabase::RocksdbDatabase(std::string directory, std::uint64_t reserve_bytes)
    : directory_(std::move(directory)), reserve_bytes_(reserve_bytes) {}

RocksdbDatabase::~RocksdbDatabase() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* handle : handles_) {
    if (handle != nullptr) db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
  db_->Close().PermitUncheckedError();
}

absl::StatusOr<std::unique_ptr<RocksdbDatabase>> RocksdbDatabase::Open(
    const std::string& directory, std::uint64_t reserve_bytes) {
  if (absl::Status status = CheckFormatReadOnly(directory); !status.ok()) return status;
  std::unique_ptr<RocksdbDatabase> database(new RocksdbDatabase(directory, reserve_bytes));
  if (absl::Status status = database->OpenFamilies(); !status.ok()) return status;
  if (absl::Status status = database->CheckFormatRow(); !status.ok()) return status;
  return database;
}

absl::Status RocksdbDatabase::OpenFamilies() {
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (std::size_t i = 0; i < kFamilies; ++i) {
    families.emplace_back(kFamilyNames[i], FamilyOptions(static_cast<Family>(i)));
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  rocksdb::DBOptions options = DatabaseOptions();
  options.listeners.push_back(std::make_shared<CountLogSwitches>(log_switches_));
  const rocksdb::Status status = rocksdb::DB::Open(options, directory_, families, &handles, &raw);
  if (!status.ok()) return FromRocksdb(status);
  db_.reset(raw);
  std::copy(handles.begin(), handles.end(), handles_.begin());
  return absl::OkStatus();
}

absl::Status RocksdbDatabase::CheckFormatRow() {
  const absl::StatusOr<std::optional<std::uint32_t>> format = ReadFormat(*db_);
  if (!format.ok()) return format.status();
  if (format->has_value()) {
    if (absl::Status status = CheckFormat(**format); !status.ok()) return status;
    if (**format == kStoreFormat) return absl::OkStatus();
  }
  std::string row;
  AppendU32(row, kStoreFormat);
  rocksdb::WriteBatch batch;
  batch.Put(FormatKey(), row);
  return Write(batch, Durability::kSynced);
}

rocksdb::ColumnFamilyHandle* RocksdbDatabase::family(Family family) const {
  return handles_[static_cast<std::size_t>(family)];
}

// After an error RocksDB refuses writes until it has put a new log in place.
absl::Status RocksdbDatabase::ResumeIfFailed() {
  if (!failed_.load()) return absl::OkStatus();
  const rocksdb::Status status = db_->Resume();
  if (status.ok()) failed_.store(false);
  return FromRocksdb(status);
}

absl::Status RocksdbDatabase::Write(rocksdb::WriteBatch& batch, Durability durability) {
  if (absl::Status status = ResumeIfFailed(); !status.ok()) return status;
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::kSynced;
  const WriteMark before = written_.load();
  const rocksdb::Status status = db_->Write(options, &batch);
  if (!status.ok()) {
    failed_.store(true);
    return FromRocksdb(status);
  }
  const WriteMark mark = options.sync ? before : ++written_;
  if (options.sync) {
    WriteMark synced = synced_.load();
    while (synced < mark && !synced_.compare_exchange_weak(synced, mark)) {
    }
  }
  return absl::OkStatus();
}

absl::Status RocksdbDatabase::Ingest(Family into, const std::string& path) {
  if (absl::Status status = ResumeIfFailed(); !status.ok()) return status;
  rocksdb::IngestExternalFileOptions options;
  options.move_files = true;
  options.failed_move_fall_back_to_copy = false;
  options.write_global_seqno = false;
  const rocksdb::Status status = db_->IngestExternalFile(family(into), {path}, options);
  if (!status.ok()) failed_.store(true);
  return FromRocksdb(status);
}

absl::StatusOr<std::optional<Bytes>> RocksdbDatabase::Get(Family from,
                                                          const rocksdb::Slice& key) const {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), family(from), key, &value);
  if (status.IsNotFound()) return std::optional<Bytes>();
  if (!status.ok()) return FromRocksdb(status);
  return std::optional<Bytes>(Bytes(value.data(), value.data() + value.size()));
}

std::unique_ptr<rocksdb::Iterator> RocksdbDatabase::Iterate(
    Family over, const rocksdb::Slice* upper_bound) const {
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = upper_bound;
  return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(options, family(over)));
}

absl::Status RocksdbDatabase::CheckRoom(Room room, std::uint64_t bytes) const {
  struct statvfs disk;
  if (statvfs(directory_.c_str(), &disk) != 0) {
    return absl::UnavailableError(absl::StrCat("statvfs of the store: ", std::strerror(errno)));
  }
  const std::uint64_t free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  const std::uint64_t kept = room == Room::kForUploads ? reserve_bytes_ : reserve_bytes_ / 4;
  if (free >= bytes && free - bytes >= kept) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("disk has ", free, " bytes free, ", bytes,
                                                   " are asked for and ", kept, " are kept free"));
}

}  // namespace amparo::storage
