#include "server/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "crypto/secret.h"

namespace amparo::server {
namespace {

absl::Status ErrnoStatus(int error, absl::string_view doing, const std::string& path) {
  const std::string text = absl::StrCat(doing, " ", path, ": ", std::strerror(error));
  if (error == ENOENT) return absl::NotFoundError(text);
  if (error == ENOSPC || error == EDQUOT) return absl::ResourceExhaustedError(text);
  if (error == EACCES || error == EPERM) return absl::PermissionDeniedError(text);
  return absl::FailedPreconditionError(text);
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

absl::Status SyncDirectoryOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const FileDescriptor fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || fsync(fd.get()) != 0) return ErrnoStatus(errno, "syncing", directory);
  return absl::OkStatus();
}

absl::Status WriteAll(int fd, ByteView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrnoStatus(errno, "writing", path);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  if (fsync(fd) != 0) return ErrnoStatus(errno, "syncing", path);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Bytes> ReadPrivateFile(const std::string& path) {
  const FileDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (fd.get() < 0) return ErrnoStatus(errno, "opening", path);
  struct stat state {};
  if (fstat(fd.get(), &state) != 0) return ErrnoStatus(errno, "looking at", path);
  if ((state.st_mode & 077) != 0) {
    return absl::PermissionDeniedError(absl::StrCat(path, " can be read by others"));
  }
  if (static_cast<std::uint64_t>(state.st_size) > kPrivateFileBytesMax) {
    return absl::ResourceExhaustedError(
        absl::StrCat(path, " has ", state.st_size, " bytes, at most ", kPrivateFileBytesMax));
  }
  Bytes bytes(static_cast<std::size_t>(state.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = read(fd.get(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return absl::DataLossError(absl::StrCat(path, " ends early"));
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

absl::Status WritePrivateFile(const std::string& path, ByteView bytes) {
  std::array<std::uint8_t, 8> suffix{};
  FillRandom(suffix);
  const std::string beside = absl::StrCat(path, ".new-", ToHex(ByteView(suffix)));
  absl::Status status;
  {
    const FileDescriptor fd(
        open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (fd.get() < 0) return ErrnoStatus(errno, "creating", beside);
    status = WriteAll(fd.get(), bytes, beside);
  }
  if (status.ok() && rename(beside.c_str(), path.c_str()) != 0) {
    status = ErrnoStatus(errno, "renaming to", path);
  }
  if (!status.ok()) {
    unlink(beside.c_str());
    return status;
  }
  return SyncDirectoryOf(path);
}

absl::Status MakePrivateDirectory(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0) return SyncDirectoryOf(path);
  if (errno != EEXIST) return ErrnoStatus(errno, "creating", path);
  struct stat state {};
  if (stat(path.c_str(), &state) != 0 || !S_ISDIR(state.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(path, " is no directory"));
  }
  return absl::OkStatus();
}

}  // namespace amparo::server
