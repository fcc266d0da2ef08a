#include "storage/file_shelf.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crypto/digest.h"

namespace amparo::storage {
namespace {

// DO NOT CHANGE: the format. docs/spec/storage.md, "Shelf file".
constexpr absl::string_view kMagic = "amparo/shelf/v1\n";
constexpr absl::string_view kMagicStart = "amparo/shelf/v";
constexpr absl::string_view kRecordLabel("amparo/shelf-record/v1\n\0", 24);
constexpr std::size_t kCheckBytes = 16;
constexpr std::size_t kRecordBytes = ShelfKeyId::kSize + GuardedKeys::kKeyBytes + kCheckBytes;

absl::Status Failed(absl::string_view what, const std::string& path) {
  const std::string text = absl::StrCat(what, " ", path, ": ", std::strerror(errno));
  return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? absl::ResourceExhaustedError(text)
                                                              : absl::UnavailableError(text);
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

bool WriteFully(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

bool ReadFully(int fd, MutableByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t got = read(fd, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

void EncodeRecord(const ShelfKeyId& id, ByteView key, MutableByteView record) {
  std::ranges::copy(id.bytes, record.begin());
  std::ranges::copy(key, record.begin() + ShelfKeyId::kSize);
  const Hash check = Sha256({AsBytes(kRecordLabel), id.view(), key});
  std::ranges::copy(check.view().first(kCheckBytes), record.end() - kCheckBytes);
}

absl::Status CheckMagic(ByteView start, const std::string& path) {
  const absl::string_view text = AsText(start);
  if (text == kMagic) return absl::OkStatus();
  if (text.size() == kMagic.size() && absl::StartsWith(text, kMagicStart)) {
    return absl::FailedPreconditionError(absl::StrCat("shelf ", path, " has format ",
                                                      text.substr(kMagicStart.size(), 1),
                                                      ", this build reads up to 1"));
  }
  return absl::DataLossError(absl::StrCat("shelf ", path, " does not start as a shelf does"));
}

}  // namespace

absl::Status SyncDirectoryOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const File file(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.fd() < 0 || fsync(file.fd()) != 0) return Failed("sync of folder", directory);
  return absl::OkStatus();
}

FileShelf::FileShelf(std::string path) : path_(std::move(path)) {}

FileShelf::~FileShelf() {
  if (fd_ >= 0) close(fd_);
}

absl::StatusOr<std::unique_ptr<FileShelf>> FileShelf::Open(const std::string& path) {
  std::unique_ptr<FileShelf> shelf(new FileShelf(path));
  const std::lock_guard lock(shelf->mutex_);
  struct stat found;
  if (lstat(path.c_str(), &found) != 0) {
    if (errno != ENOENT) return Failed("shelf", path);
    if (absl::Status status = shelf->Rewrite(0); !status.ok()) return status;
    return shelf;
  }
  if (!S_ISREG(found.st_mode) || (found.st_mode & 077) != 0) {
    return absl::FailedPreconditionError(absl::StrCat("shelf ", path, " has mode ",
                                                      absl::Hex(found.st_mode & 0777u),
                                                      " or is no file, it must be a file of 0600"));
  }
  if (absl::Status status = shelf->Load(); !status.ok()) return status;
  return shelf;
}

absl::Status FileShelf::Load() {
  File file(open(path_.c_str(), O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC));
  struct stat found;
  if (file.fd() < 0 || fstat(file.fd(), &found) != 0) return Failed("open of shelf", path_);
  SecretBuffer all(static_cast<std::size_t>(found.st_size));
  if (!ReadFully(file.fd(), all.ExposeMutable())) return Failed("read of shelf", path_);
  const ByteView bytes = all.Expose();
  const ByteView start = bytes.first(std::min(bytes.size(), kMagic.size()));
  if (absl::Status status = CheckMagic(start, path_); !status.ok()) return status;
  const std::size_t torn = (bytes.size() - kMagic.size()) % kRecordBytes;
  const ByteView records = bytes.subspan(kMagic.size()).first(bytes.size() - kMagic.size() - torn);
  if (absl::Status status = LoadRecords(records); !status.ok()) return status;
  if (torn > 0 && (ftruncate(file.fd(), found.st_size - static_cast<off_t>(torn)) != 0 ||
                   fsync(file.fd()) != 0)) {
    return Failed("truncation of shelf", path_);
  }
  fd_ = file.Release();
  return absl::OkStatus();
}

absl::Status FileShelf::LoadRecords(ByteView records) {
  SecretBuffer expected(kRecordBytes);
  for (std::size_t at = 0; at < records.size(); at += kRecordBytes) {
    const ByteView record = records.subspan(at, kRecordBytes);
    const ShelfKeyId id = *ShelfKeyId::From(record.first(ShelfKeyId::kSize));
    const ByteView key = record.subspan(ShelfKeyId::kSize, GuardedKeys::kKeyBytes);
    EncodeRecord(id, key, expected.ExposeMutable());
    const bool is_new = index_.emplace(id, ids_.size()).second;
    if (!EqualConstantTime(record, expected.Expose()) || !is_new) {
      return absl::DataLossError(
          absl::StrCat("shelf ", path_, ": record ", at / kRecordBytes, " is damaged"));
    }
    ids_.push_back(id);
    keys_.Append(key);
  }
  return absl::OkStatus();
}

absl::Status FileShelf::Add(const ShelfKeyId& id, const Secret<32>& key) {
  const std::lock_guard lock(mutex_);
  if (const auto found = index_.find(id); found != index_.end()) {
    if (EqualConstantTime(keys_.Expose(found->second), key.Expose())) return absl::OkStatus();
    return absl::AlreadyExistsError(absl::StrCat("shelf key ", ToHex(id), " is another"));
  }
  if (is_doubtful_) {
    if (absl::Status status = Rewrite(ids_.size()); !status.ok()) return status;
  }
  if (absl::Status status = AppendRecord(id, key); !status.ok()) {
    is_doubtful_ = true;
    return status;
  }
  index_.emplace(id, ids_.size());
  ids_.push_back(id);
  keys_.Append(key.Expose());
  return absl::OkStatus();
}

absl::Status FileShelf::AppendRecord(const ShelfKeyId& id, const Secret<32>& key) {
  SecretBuffer record(kRecordBytes);
  EncodeRecord(id, key.Expose(), record.ExposeMutable());
  if (!WriteFully(fd_, record.Expose()) || fdatasync(fd_) != 0) {
    return Failed("write of shelf", path_);
  }
  return absl::OkStatus();
}

absl::StatusOr<Secret<32>> FileShelf::Find(const ShelfKeyId& id) const {
  Secret<32> key;
  absl::Status status = FindInto(id, key);
  if (!status.ok()) return status;
  return key;
}

absl::Status FileShelf::FindInto(const ShelfKeyId& id, Secret<32>& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(id);
  if (found == index_.end()) {
    return absl::NotFoundError(absl::StrCat("no shelf key ", ToHex(id)));
  }
  std::ranges::copy(keys_.Expose(found->second), key.ExposeMutable().begin());
  return absl::OkStatus();
}

absl::Status FileShelf::Destroy(const ShelfKeyId& id) {
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(id);
  if (found == index_.end()) return absl::OkStatus();
  const std::size_t at = found->second;
  const auto record_at = static_cast<off_t>(kMagic.size() + at * kRecordBytes);
  const File old(fcntl(fd_, F_DUPFD_CLOEXEC, 0));
  if (absl::Status status = Rewrite(at); !status.ok()) return status;
  // The old file has no name any more. Overwriting the record in it helps on a disk that
  // writes in place; nothing depends on it.
  const std::array<std::uint8_t, kRecordBytes> zeros{};
  if (fcntl(old.fd(), F_SETFL, 0) == 0 &&
      pwrite(old.fd(), zeros.data(), zeros.size(), record_at) > 0) {
    fdatasync(old.fd());
  }
  index_.erase(found);
  ids_[at] = ids_.back();
  ids_.pop_back();
  keys_.Remove(at);
  if (at < ids_.size()) index_[ids_[at]] = at;
  return absl::OkStatus();
}

absl::Status FileShelf::Rewrite(std::size_t left_out) {
  const std::string fresh = absl::StrCat(path_, ".new");
  unlink(fresh.c_str());  // What a crash left behind.
  File file(
      open(fresh.c_str(), O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file.fd() < 0) return Failed("creation of", fresh);
  absl::Status status = WriteAll(file.fd(), left_out);
  if (status.ok() && rename(fresh.c_str(), path_.c_str()) != 0) status = Failed("rename to", path_);
  if (!status.ok()) {
    unlink(fresh.c_str());
    return status;
  }
  if (fd_ >= 0) close(fd_);
  fd_ = file.Release();
  is_doubtful_ = false;
  return SyncDirectoryOf(path_);
}

// In the order that Destroy() leaves in memory: the last record takes the place of the one
// left out.
absl::Status FileShelf::WriteAll(int fd, std::size_t left_out) const {
  constexpr std::size_t kRecordsAtOnce = 256;
  SecretBuffer buffer(kRecordsAtOnce * kRecordBytes);
  std::size_t filled = 0;
  bool is_written = WriteFully(fd, AsBytes(kMagic));
  const std::size_t kept = ids_.size() - (left_out < ids_.size() ? 1 : 0);
  for (std::size_t i = 0; i < kept && is_written; ++i) {
    const std::size_t from = i == left_out ? ids_.size() - 1 : i;
    EncodeRecord(ids_[from], keys_.Expose(from),
                 buffer.ExposeMutable().subspan(filled * kRecordBytes, kRecordBytes));
    if (++filled == kRecordsAtOnce || i + 1 == kept) {
      is_written = WriteFully(fd, buffer.Expose().first(filled * kRecordBytes));
      filled = 0;
    }
  }
  if (!is_written || fsync(fd) != 0) return Failed("write of", absl::StrCat(path_, ".new"));
  return absl::OkStatus();
}

}  // namespace amparo::storage
