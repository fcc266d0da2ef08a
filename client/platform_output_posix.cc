#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/platform_errno.h"
#include "client/platform_output.h"
#include "client/platform_reserve_ahead.h"
#include "client/platform_write_behind.h"
#include "crypto/secret.h"

namespace amparo::client::platform {
namespace {

constexpr char kTemporaryPrefix[] = ".amparo-partial-";
constexpr char kOpenFiles[] = "/proc/self/fd";

absl::Status Failure(absl::string_view what, const std::string& path, int error) {
  const std::string text = absl::StrCat("cannot ", what, " ", path, ": ", std::strerror(error));
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(text);
    case EEXIST:
    case ENOTEMPTY:
      return absl::AlreadyExistsError(text);
    case ENOENT:
      return absl::NotFoundError(text);
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(text);
    case ELOOP:
    case ENOTDIR:
      return absl::InvalidArgumentError(text);
    default:
      return IsDiskError(error) ? DiskError(text) : absl::UnknownError(text);
  }
}

// Whether a file that has no name can be given one.
bool CanNameOpenFiles() { return access(kOpenFiles, X_OK) == 0; }

// Removes our temporary files of an earlier run; true if nothing else is there.
absl::StatusOr<bool> SweepAndSeeWhetherEmpty(int directory, const std::string& path) {
  const int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return Failure("read", path, errno);
  DIR* listing = fdopendir(copy);
  if (listing == nullptr) {
    const int error = errno;
    close(copy);
    return Failure("read", path, error);
  }
  bool empty = true;
  while (const dirent* entry = readdir(listing)) {
    const absl::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (absl::StartsWith(name, kTemporaryPrefix) && unlinkat(directory, entry->d_name, 0) == 0) {
      continue;
    }
    empty = false;
  }
  closedir(listing);
  return empty;
}

}  // namespace

struct PendingFile::State {
  int directory = -1;  // Borrowed.
  int file = -1;
  std::string name;  // Empty: published, or the file never had a name.
  bool finished = false;
  std::uint64_t size = 0;
  std::optional<ReserveAhead> ahead;
  std::optional<WriteBehind> behind;

  ~State() {
    behind.reset();
    if (file >= 0) close(file);
    if (!name.empty()) unlinkat(directory, name.c_str(), 0);
  }
};

PendingFile::PendingFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
PendingFile::PendingFile(PendingFile&&) noexcept = default;
PendingFile& PendingFile::operator=(PendingFile&&) noexcept = default;
PendingFile::~PendingFile() = default;

absl::Status PendingFile::Write(ByteView bytes) {
  const std::size_t size = bytes.size();
  state_->ahead->WillWrite(state_->size, size);
  while (!bytes.empty()) {
    const ssize_t written = write(state_->file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failure("write", "a file", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  state_->size += size;
  state_->behind->Wrote(size);
  return absl::OkStatus();
}

absl::Status PendingFile::Finish() {
  state_->ahead->Release();
  if (const int error = state_->behind->Settle(); error != 0) {
    return Failure("write", "a file", error);
  }
  if (fsync(state_->file) != 0) return Failure("write", "a file", errno);
  state_->finished = true;
  if (state_->name.empty()) return absl::OkStatus();  // Closed, it would be gone.
  state_->behind.reset();
  const int file = std::exchange(state_->file, -1);
  if (close(file) != 0) return Failure("write", "a file", errno);
  return absl::OkStatus();
}

struct OutputDirectory::State {
  std::string path;
  int descriptor = -1;

  ~State() {
    if (descriptor >= 0) close(descriptor);
  }
};

OutputDirectory::OutputDirectory(std::unique_ptr<State> state) : state_(std::move(state)) {}
OutputDirectory::OutputDirectory(OutputDirectory&&) noexcept = default;
OutputDirectory& OutputDirectory::operator=(OutputDirectory&&) noexcept = default;
OutputDirectory::~OutputDirectory() = default;

absl::StatusOr<OutputDirectory> OutputDirectory::Open(const std::string& path) {
  std::string trimmed = path;
  while (trimmed.size() > 1 && trimmed.back() == '/') trimmed.pop_back();
  if (mkdir(trimmed.c_str(), 0700) != 0 && errno != EEXIST) {
    return Failure("create", trimmed, errno);
  }
  auto state = std::make_unique<State>();
  state->path = trimmed;
  state->descriptor = open(trimmed.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (state->descriptor < 0) return Failure("use", trimmed, errno);
  struct stat status;
  if (fstat(state->descriptor, &status) != 0) return Failure("use", trimmed, errno);
  if (status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return absl::PermissionDeniedError(
        absl::StrCat("others can write into ", trimmed, ": name a directory that is yours alone"));
  }
  absl::StatusOr<bool> empty = SweepAndSeeWhetherEmpty(state->descriptor, trimmed);
  if (!empty.ok()) return empty.status();
  if (!*empty) {
    return absl::AlreadyExistsError(
        absl::StrCat(trimmed, " is not empty: name a directory that does not exist yet"));
  }
  return OutputDirectory(std::move(state));
}

const std::string& OutputDirectory::path() const { return state_->path; }

absl::StatusOr<PendingFile> OutputDirectory::Begin() {
  auto file = std::make_unique<PendingFile::State>();
  file->directory = state_->descriptor;
  // A file without a name leaves nothing behind, however this process ends.
  if (CanNameOpenFiles()) {
    file->file = openat(state_->descriptor, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
    if (file->file >= 0) {
      file->ahead.emplace(file->file);
      file->behind.emplace(file->file);
      return PendingFile(std::move(file));
    }
  }
  FixedBytes<struct TemporaryTag, 8> random;
  FillRandom(random.bytes);
  const std::string name = absl::StrCat(kTemporaryPrefix, ToHex(random));
  file->file = openat(state_->descriptor, name.c_str(),
                      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file->file < 0) return Failure("create a file in", state_->path, errno);
  file->name = name;
  file->ahead.emplace(file->file);
  file->behind.emplace(file->file);
  return PendingFile(std::move(file));
}

absl::Status OutputDirectory::Publish(PendingFile& file, const std::string& name) {
  assert(name.find('/') == std::string::npos && !name.empty());
  assert(file.state_->finished);
  const int directory = state_->descriptor;
  const std::string path = absl::StrCat(state_->path, "/", name);
  if (file.state_->name.empty()) {
    const std::string open_file = absl::StrCat(kOpenFiles, "/", file.state_->file);
    if (linkat(AT_FDCWD, open_file.c_str(), directory, name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
      return Failure("create", path, errno);
    }
    return absl::OkStatus();
  }
  const char* temporary = file.state_->name.c_str();
  if (renameat2(directory, temporary, directory, name.c_str(), RENAME_NOREPLACE) == 0) {
    file.state_->name.clear();
    return absl::OkStatus();
  }
  if (errno != EINVAL && errno != ENOSYS) return Failure("create", path, errno);
  // A file system without RENAME_NOREPLACE: a link never replaces either.
  if (linkat(directory, temporary, directory, name.c_str(), 0) != 0) {
    return Failure("create", path, errno);
  }
  return absl::OkStatus();
}

void OutputDirectory::Withdraw(const std::string& name) {
  unlinkat(state_->descriptor, name.c_str(), 0);
}

absl::Status OutputDirectory::Sync() {
  if (fsync(state_->descriptor) != 0) return Failure("write", state_->path, errno);
  return absl::OkStatus();
}

bool IsReadableFile(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         access(path.c_str(), R_OK) == 0;
}

}  // namespace amparo::client::platform
