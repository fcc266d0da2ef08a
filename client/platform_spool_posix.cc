// client/platform_spool.h on POSIX.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "client/platform.h"
#include "client/platform_errno.h"
#include "client/platform_reserve_ahead.h"
#include "client/platform_spool.h"
#include "client/platform_write_behind.h"

namespace amparo::client::platform {
namespace {

class PosixSpoolFile final : public SpoolFile {
 public:
  PosixSpoolFile(int fd, std::string path)
      : fd_(fd), path_(std::move(path)), ahead_(fd), behind_(fd) {}
  // Before anything is written.
  void WillBe(std::uint64_t size) { ahead_.WillBe(size); }
  ~PosixSpoolFile() override {
    (void)behind_.Settle();
    ::close(fd_);
  }

  absl::Status WriteAt(std::uint64_t offset, ByteView bytes) override {
    const std::size_t size = bytes.size();
    while (!bytes.empty()) {
      const ssize_t wrote = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return ErrnoStatus(errno, "writing", path_);
      bytes = bytes.subspan(static_cast<std::size_t>(wrote));
      offset += static_cast<std::uint64_t>(wrote);
    }
    behind_.Wrote(size);
    return absl::OkStatus();
  }
  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, MutableByteView out) const override {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t got =
          ::pread(fd_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return ErrnoStatus(errno, "reading", path_);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }
  absl::StatusOr<std::uint64_t> Size() const override {
    struct stat info {};
    if (::fstat(fd_, &info) != 0) return ErrnoStatus(errno, "looking at", path_);
    return static_cast<std::uint64_t>(info.st_size);
  }
  absl::Status Sync() override {
    ahead_.Release();
    if (const int error = behind_.Settle(); error != 0) {
      return ErrnoStatus(error, "syncing", path_);
    }
    if (::fdatasync(fd_) != 0) return ErrnoStatus(errno, "syncing", path_);
    return SyncDirectory(path_.substr(0, path_.rfind('/')));
  }

 private:
  const int fd_;
  const std::string path_;
  ReserveAhead ahead_;
  WriteBehind behind_;
};

absl::StatusOr<std::unique_ptr<PosixSpoolFile>> Open(const std::string& path, int flags,
                                                     absl::string_view doing) {
  const int fd = ::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | flags, 0600);
  if (fd < 0) return ErrnoStatus(errno, doing, path);
  auto file = std::make_unique<PosixSpoolFile>(fd, path);
  struct stat info {};
  if (::fstat(fd, &info) != 0) return ErrnoStatus(errno, "looking at", path);
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is no regular file"));
  }
  return file;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SpoolFile>> CreateSpoolFile(const std::string& path,
                                                           std::uint64_t bytes) {
  auto file = Open(path, O_CREAT | O_EXCL, "creating");
  if (!file.ok()) return file.status();
  (*file)->WillBe(bytes);
  return std::unique_ptr<SpoolFile>(*std::move(file));
}

absl::StatusOr<std::unique_ptr<SpoolFile>> OpenSpoolFile(const std::string& path) {
  return Open(path, 0, "opening");
}

}  // namespace amparo::client::platform
