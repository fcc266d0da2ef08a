// client/platform.h on POSIX: the process, files and locks.

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

#include "client/platform.h"
#include "client/platform_errno.h"
#include "client/platform_reserve_ahead.h"

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

namespace amparo::client::platform {
namespace {

// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

std::string DirectoryOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

absl::Status WriteAll(int fd, ByteView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return ErrnoStatus(errno, "writing", path);
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
  }
  return absl::OkStatus();
}

absl::Status SyncDescriptor(int fd, const std::string& path) {
  if (::fsync(fd) != 0) return ErrnoStatus(errno, "syncing", path);
  return absl::OkStatus();
}

class PosixOutputFile : public OutputFile {
 public:
  PosixOutputFile(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  absl::Status Write(ByteView bytes) override { return WriteAll(fd_.get(), bytes, path_); }
  absl::Status Sync() override { return SyncDescriptor(fd_.get(), path_); }
  absl::Status Truncate(std::uint64_t size) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) {
      return ErrnoStatus(errno, "cutting", path_);
    }
    return absl::OkStatus();
  }

 protected:
  int descriptor() const { return fd_.get(); }

 private:
  Descriptor fd_;
  std::string path_;
};

// What lies kept between two downloads.
class GrowingOutputFile final : public PosixOutputFile {
 public:
  GrowingOutputFile(Descriptor fd, std::string path, std::uint64_t size)
      : PosixOutputFile(std::move(fd), std::move(path)), size_(size), ahead_(descriptor(), size) {}
  ~GrowingOutputFile() override { ahead_.Release(); }
  absl::Status Write(ByteView bytes) override {
    ahead_.WillWrite(size_, bytes.size());
    size_ += bytes.size();
    return PosixOutputFile::Write(bytes);
  }
  absl::Status Truncate(std::uint64_t size) override {
    size_ = size;
    return PosixOutputFile::Truncate(size);
  }

 private:
  std::uint64_t size_;
  ReserveAhead ahead_;
};

std::uint64_t ModifiedNsOf(const struct stat& info) {
  return static_cast<std::uint64_t>(info.st_mtim.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(info.st_mtim.tv_nsec);
}

class PosixInputFile : public InputFile {
 public:
  PosixInputFile(Descriptor fd, std::string path, std::uint64_t size)
      : fd_(std::move(fd)), path_(std::move(path)), size_(size) {}
  std::uint64_t size() const override { return size_; }
  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, MutableByteView out) const override {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t got = ::pread(fd_.get(), out.data() + done, out.size() - done,
                                  static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return ErrnoStatus(errno, "reading", path_);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }
  absl::StatusOr<std::uint64_t> ModifiedNs() const override {
    struct stat info {};
    if (::fstat(fd_.get(), &info) != 0) return ErrnoStatus(errno, "looking at", path_);
    return ModifiedNsOf(info);
  }

 private:
  Descriptor fd_;
  std::string path_;
  std::uint64_t size_;
};

class PosixFileLock : public FileLock {
 public:
  PosixFileLock(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  absl::Status Say(ByteView text) override {
    const ssize_t wrote = ::pwrite(fd_.get(), text.data(), text.size(), 0);
    if (wrote < 0) return ErrnoStatus(errno, "writing", path_);
    if (static_cast<std::size_t>(wrote) == text.size()) return absl::OkStatus();
    return ErrnoStatus(ENOSPC, "writing", path_);
  }

 private:
  Descriptor fd_;
  const std::string path_;
};

absl::StatusOr<std::unique_ptr<InputFile>> OpenInput(const std::string& path, int flags) {
  // O_NONBLOCK: a named pipe in the file's place must not hang us.
  Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags));
  if (!fd.ok()) return ErrnoStatus(errno, "opening", path);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return ErrnoStatus(errno, "looking at", path);
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is no regular file"));
  }
  return std::unique_ptr<InputFile>(std::make_unique<PosixInputFile>(
      std::move(fd), path, static_cast<std::uint64_t>(info.st_size)));
}

}  // namespace

void ForbidCoreDumps() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void IgnoreBrokenPipes() { std::signal(SIGPIPE, SIG_IGN); }

absl::StatusOr<FileInfo> Look(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return ErrnoStatus(errno, "looking at", path);
  FileInfo out;
  if (S_ISREG(info.st_mode)) out.type = FileInfo::Type::kRegular;
  if (S_ISDIR(info.st_mode)) out.type = FileInfo::Type::kDirectory;
  out.size = static_cast<std::uint64_t>(info.st_size);
  out.others_may_read = (info.st_mode & 077) != 0;
  out.ours = info.st_uid == ::geteuid();
  out.modified_ns = ModifiedNsOf(info);
  return out;
}

absl::Status CreateDirectory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0) return ErrnoStatus(errno, "creating", path);
  return absl::OkStatus();
}

absl::Status Remove(const std::string& path) {
  if (::remove(path.c_str()) != 0 && errno != ENOENT) return ErrnoStatus(errno, "removing", path);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> List(const std::string& path) {
  DIR* directory = ::opendir(path.c_str());
  if (directory == nullptr) return ErrnoStatus(errno, "listing", path);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(directory)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  ::closedir(directory);
  std::sort(names.begin(), names.end());
  return names;
}

absl::Status SyncDirectory(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok()) return ErrnoStatus(errno, "opening", path);
  return SyncDescriptor(fd.get(), path);
}

absl::StatusOr<Bytes> ReadFile(const std::string& path, std::uint64_t max) {
  auto file = OpenInput(path, O_NOFOLLOW);
  if (!file.ok()) return file.status();
  const std::uint64_t size = (*file)->size();
  if (size > max) {
    return absl::ResourceExhaustedError(
        absl::StrCat(path, " has ", size, " bytes, at most ", max, " are read"));
  }
  Bytes out(static_cast<std::size_t>(size));
  auto got = (*file)->ReadAt(0, out);
  if (!got.ok()) return got.status();
  out.resize(*got);
  return out;
}

absl::Status ReplaceFile(const std::string& path, ByteView bytes) {
  const std::string beside = absl::StrCat(path, ".new");
  if (auto status = Remove(beside); !status.ok()) return status;
  auto file = CreateExclusive(beside);
  if (!file.ok()) return file.status();
  absl::Status status = (*file)->Write(bytes);
  if (status.ok()) status = (*file)->Sync();
  if (status.ok() && ::rename(beside.c_str(), path.c_str()) != 0) {
    status = ErrnoStatus(errno, "renaming to", path);
  }
  if (!status.ok()) {
    ::unlink(beside.c_str());
    return status;
  }
  return SyncDirectory(DirectoryOf(path));
}

absl::StatusOr<std::unique_ptr<OutputFile>> CreateExclusive(const std::string& path) {
  // openat below an opened directory: the directory cannot be swapped between two steps.
  const Descriptor directory(::open(DirectoryOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.ok()) return ErrnoStatus(errno, "opening", DirectoryOf(path));
  const std::string name = path.substr(path.rfind('/') + 1);
  Descriptor fd(::openat(directory.get(), name.c_str(),
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.ok()) return ErrnoStatus(errno, "creating", path);
  return std::unique_ptr<OutputFile>(std::make_unique<PosixOutputFile>(std::move(fd), path));
}

namespace {

absl::StatusOr<Descriptor> OpenAtEnd(const std::string& path) {
  Descriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.ok()) return ErrnoStatus(errno, "opening", path);
  return fd;
}

}  // namespace

absl::StatusOr<std::unique_ptr<OutputFile>> OpenForAppend(const std::string& path) {
  absl::StatusOr<Descriptor> fd = OpenAtEnd(path);
  if (!fd.ok()) return fd.status();
  return std::unique_ptr<OutputFile>(std::make_unique<PosixOutputFile>(*std::move(fd), path));
}

absl::StatusOr<std::unique_ptr<OutputFile>> OpenForAppendAlone(const std::string& path) {
  absl::StatusOr<Descriptor> fd = OpenAtEnd(path);
  if (!fd.ok()) return fd.status();
  if (::flock(fd->get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return nullptr;
    return ErrnoStatus(errno, "locking", path);
  }
  struct stat info {};
  if (::fstat(fd->get(), &info) != 0) return ErrnoStatus(errno, "looking at", path);
  return std::unique_ptr<OutputFile>(std::make_unique<GrowingOutputFile>(
      *std::move(fd), path, static_cast<std::uint64_t>(info.st_size)));
}

absl::StatusOr<std::unique_ptr<InputFile>> OpenForReading(const std::string& path) {
  return OpenInput(path, 0);
}

absl::Status RenameExclusive(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno != EINVAL && errno != ENOSYS) return ErrnoStatus(errno, "renaming to", to);
    // A file system without it: a hard link never replaces anything either.
    if (::link(from.c_str(), to.c_str()) != 0) return ErrnoStatus(errno, "renaming to", to);
    ::unlink(from.c_str());
  }
  return SyncDirectory(DirectoryOf(to));
}

absl::StatusOr<std::uint64_t> FreeBytes(const std::string& path) {
  struct statvfs info {};
  if (::statvfs(path.c_str(), &info) != 0) return ErrnoStatus(errno, "looking at", path);
  return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
}

absl::StatusOr<std::unique_ptr<FileLock>> LockFile(const std::string& path, std::uint32_t wait_ms) {
  Descriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.ok()) return ErrnoStatus(errno, "opening", path);
  constexpr std::uint32_t kStepMs = 50;
  for (std::uint32_t waited = 0;; waited += kStepMs) {
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
      return std::unique_ptr<FileLock>(std::make_unique<PosixFileLock>(std::move(fd), path));
    }
    if (errno != EWOULDBLOCK && errno != EINTR) return ErrnoStatus(errno, "locking", path);
    if (waited >= wait_ms) {
      return absl::ResourceExhaustedError(absl::StrCat(path, ": another process holds the lock"));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(kStepMs));
  }
}

absl::StatusOr<bool> IsLocked(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.ok() && errno == ENOENT) return false;
  if (!fd.ok()) return ErrnoStatus(errno, "opening", path);
  if (::flock(fd.get(), LOCK_SH | LOCK_NB) == 0) return false;
  if (errno == EWOULDBLOCK) return true;
  return ErrnoStatus(errno, "looking at the lock of", path);
}

}  // namespace amparo::client::platform
