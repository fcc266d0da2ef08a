#include "storage/rocksdb_segments.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rocksdb/convenience.h"
#include "rocksdb/metadata.h"
#include "storage/blob_store.h"
#include "storage/rocksdb_keys.h"

namespace amparo::storage {
namespace {

struct NamedPart {
  BlobPart part;
  OrgId org;
};
std::uint64_t NumberOf(const NamedPart& named) { return named.part.number; }

// Every part that a blob names, ascending by number.
absl::StatusOr<std::vector<NamedPart>> NamedParts(const RocksdbDatabase& database) {
  constexpr std::size_t kKindAt = OrgId::kSize + ObjectId::kSize;
  std::vector<NamedPart> out;
  const std::unique_ptr<rocksdb::Iterator> rows = database.Iterate(Family::kBlobs, nullptr);
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    if (rows->key().size() <= kKindAt || rows->key()[kKindAt] != kKeyBlobPart) continue;
    const std::optional<BlobPart> part = DecodeBlobPart(AsView(rows->value()));
    if (!part.has_value()) return absl::DataLossError("a blob's part row is malformed");
    out.push_back({.part = *part, .org = *OrgId::From(AsView(rows->key()).first(OrgId::kSize))});
  }
  if (!rows->status().ok()) return FromRocksdb(rows->status());
  std::ranges::sort(out, {}, NumberOf);
  return out;
}

struct StandingSegment {
  std::uint64_t number = 0;
  std::uint64_t file_bytes = 0;
};

// From the files' metadata: no file is opened.
std::vector<StandingSegment> StandingSegments(RocksdbDatabase& database) {
  rocksdb::ColumnFamilyMetaData family;
  database.db().GetColumnFamilyMetaData(database.family(Family::kSegments), &family);
  std::vector<StandingSegment> out;
  for (const rocksdb::LevelMetaData& level : family.levels) {
    for (const rocksdb::SstFileMetaData& file : level.files) {
      if (file.smallestkey.size() < 8) continue;
      out.push_back({.number = ReadU64(AsBytes(file.smallestkey)), .file_bytes = file.size});
    }
  }
  return out;
}

// A row goes to the file as it is, not through a buffer that grows to hold it: with 64 uploads at
// once that takes 45 MiB.
rocksdb::EnvOptions SegmentFileOptions() {
  rocksdb::EnvOptions options;
  options.writable_file_max_buffer_size = 64 * 1024;
  return options;
}

// The next segment is faster in memory that the system has at hand than in new memory. Once a
// file, when all of it is on the disk: RocksDB would do it after each MiB, for pages that are not.
void ForgetPages(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
  close(file);
}

}  // namespace

SegmentBuilder::SegmentBuilder(RocksdbDatabase& database,
                               std::atomic<std::uint64_t>& promised_bytes, std::string path,
                               std::uint64_t number)
    : database_(database),
      promised_bytes_(promised_bytes),
      path_(std::move(path)),
      number_(number),
      file_(SegmentFileOptions(), RocksdbDatabase::FamilyOptions(Family::kSegments),
            /*column_family=*/nullptr, /*invalidate_page_cache=*/false) {
  promised_bytes_ += kSegmentBytesMax;
}

SegmentBuilder::~SegmentBuilder() {
  unlink(path_.c_str());
  promised_bytes_ -= kSegmentBytesMax - size_;
}

absl::Status SegmentBuilder::Add(ByteView bytes) {
  assert(!bytes.empty() && size_ == rows_ * kSegmentRowBytes);
  while (!bytes.empty()) {
    const ByteView row = bytes.first(std::min(bytes.size(), kSegmentRowBytes));
    if (absl::Status status = AddRow(row); !status.ok()) return status;
    bytes = bytes.subspan(row.size());
  }
  return absl::OkStatus();
}

absl::Status SegmentBuilder::AddRow(ByteView row) {
  assert(!row.empty() && row.size() <= kSegmentBytesMax - size_);
  const rocksdb::Status status = file_.Put(SegmentRowKey(number_, rows_), AsSlice(row));
  if (!status.ok()) return FromRocksdb(status);
  ++rows_;
  size_ += row.size();
  promised_bytes_ -= row.size();
  return absl::OkStatus();
}

absl::Status SegmentBuilder::Finish() {
  assert(size_ > 0);
  if (const rocksdb::Status status = file_.Finish(); !status.ok()) return FromRocksdb(status);
  ForgetPages(path_);
  return database_.Ingest(Family::kSegments, path_);
}

RocksdbSegments::RocksdbSegments(RocksdbDatabase& database, std::string incoming)
    : database_(database), incoming_(std::move(incoming)) {}

absl::Status RocksdbSegments::Recover() {
  std::error_code error;
  std::filesystem::remove_all(incoming_, error);
  if (!error) std::filesystem::create_directory(incoming_, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat("folder of incoming segments: ", error.message()));
  }
  const absl::StatusOr<std::vector<NamedPart>> named = NamedParts(database_);
  if (!named.ok()) return named.status();
  std::uint64_t newest = named->empty() ? 0 : named->back().part.number;
  std::vector<std::uint64_t> unnamed;
  for (const StandingSegment& segment : StandingSegments(database_)) {
    newest = std::max(newest, segment.number);
    const auto first = std::ranges::lower_bound(*named, segment.number, {}, NumberOf);
    const bool is_named = first != named->end() && first->part.number == segment.number;
    if (!is_named || first->part.place == BlobPart::Place::kSmall) {
      unnamed.push_back(segment.number);
    } else if (first->part.place == BlobPart::Place::kShared) {
      std::uint64_t left = 0;
      std::size_t blobs = 0;
      for (auto at = first; at != named->end() && at->part.number == segment.number; ++at) {
        left += at->part.length;
        ++blobs;
      }
      Share(segment.number, first->org, blobs);
      // With what the file needs besides, some hundred bytes for each blob.
      const std::lock_guard lock(mutex_);
      AddUnfreed(shared_[segment.number], segment.file_bytes - std::min(segment.file_bytes, left));
    }
  }
  next_.store(newest + 1);
  return Erase(unnamed);
}

absl::StatusOr<std::unique_ptr<SegmentBuilder>> RocksdbSegments::Begin() {
  const std::uint64_t number = NextNumber();
  const std::string path = absl::StrCat(incoming_, "/", number, ".sst");
  std::unique_ptr<SegmentBuilder> builder(
      new SegmentBuilder(database_, promised_bytes_, path, number));
  // After it took its room: of two that begin at once none has the other's.
  if (absl::Status room = CheckRoom(0); !room.ok()) return room;
  const rocksdb::Status status = builder->file_.Open(path);
  if (!status.ok()) return FromRocksdb(status);
  return builder;
}

absl::Status RocksdbSegments::CheckRoom(std::uint64_t bytes) const {
  return database_.CheckRoom(Room::kForUploads, promised_bytes_.load() + bytes);
}

absl::Status RocksdbSegments::Read(const BlobPart& part, std::uint32_t offset, std::size_t length,
                                   Bytes& out) const {
  const std::size_t row_bytes = part.place == BlobPart::Place::kSegment ? kSegmentRowBytes
                                : part.place == BlobPart::Place::kCoarseSegment
                                    ? kCoarseSegmentRowBytes
                                    : part.length;  // A shared one: all of it is one row.
  while (length > 0) {
    const auto row = static_cast<std::uint32_t>(part.row + offset / row_bytes);
    const absl::StatusOr<std::size_t> taken =
        ReadRow(part.number, row, offset % row_bytes, length, out);
    if (!taken.ok()) return taken.status();
    if (*taken == 0) {
      return absl::DataLossError(
          absl::StrCat("segment ", part.number, " lacks byte ", offset, " of a blob's part"));
    }
    offset += static_cast<std::uint32_t>(*taken);
    length -= *taken;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::size_t> RocksdbSegments::ReadRow(std::uint64_t number, std::uint32_t row,
                                                     std::size_t offset, std::size_t length,
                                                     Bytes& out) const {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      database_.db().Get(rocksdb::ReadOptions(), database_.family(Family::kSegments),
                         SegmentRowKey(number, row), &value);
  if (status.IsNotFound()) return 0;
  if (!status.ok()) return FromRocksdb(status);
  if (value.size() <= offset) return 0;
  const std::size_t taken = std::min(length, value.size() - offset);
  AppendTo(out, AsView(value).subspan(offset, taken));
  return taken;
}

void RocksdbSegments::Share(std::uint64_t number, const OrgId& org, std::size_t blobs) {
  const std::lock_guard lock(mutex_);
  shared_[number] = {.org = org, .blobs = blobs};
}

bool RocksdbSegments::Leave(std::uint64_t number, std::uint32_t length) {
  const std::lock_guard lock(mutex_);
  const auto found = shared_.find(number);
  if (found == shared_.end()) return false;
  Shared& shared = found->second;
  AddUnfreed(shared, length);
  if (--shared.blobs > 0) return false;
  unfreed_bytes_[shared.org] -= shared.unfreed_bytes;
  shared_.erase(found);
  return true;
}

void RocksdbSegments::AddUnfreed(Shared& shared, std::uint64_t bytes) {
  shared.unfreed_bytes += bytes;
  unfreed_bytes_[shared.org] += bytes;
}

std::uint64_t RocksdbSegments::UnfreedBytes(const OrgId& org) const {
  const std::lock_guard lock(mutex_);
  const auto found = unfreed_bytes_.find(org);
  return found == unfreed_bytes_.end() ? 0 : found->second;
}

absl::Status RocksdbSegments::Erase(std::span<const std::uint64_t> numbers) {
  if (numbers.empty()) return absl::OkStatus();
  std::vector<std::string> bounds;
  bounds.reserve(numbers.size() * 2);
  for (const std::uint64_t number : numbers) {
    bounds.push_back(NumberKey(number));
    bounds.push_back(NumberKey(number + 1));
  }
  const std::vector<rocksdb::Slice> slices(bounds.begin(), bounds.end());
  std::vector<rocksdb::RangePtr> ranges;
  for (std::size_t i = 0; i < slices.size(); i += 2) {
    ranges.emplace_back(&slices[i], &slices[i + 1]);
  }
  return FromRocksdb(rocksdb::DeleteFilesInRanges(
      &database_.db(), database_.family(Family::kSegments), ranges.data(), ranges.size(),
      /*include_end=*/false));
}

}  // namespace amparo::storage
