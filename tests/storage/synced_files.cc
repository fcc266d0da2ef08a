// Linked into a child of the crash test: notes on descriptor 3 how long each file was when it was
// last synced, "inode size" a line, and with size 0 that it was removed. What is longer than that
// may be gone after a loss of power. RocksDB's calls come here too: an executable's functions
// stand before the C library's.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace {

constexpr int kJournal = 3;

void Note(const struct stat& file, long long size) {
  char line[64];
  const int length = std::snprintf(line, sizeof line, "%llu %lld\n",
                                   static_cast<unsigned long long>(file.st_ino), size);
  if (write(kJournal, line, static_cast<std::size_t>(length)) != length) std::abort();
}

// The length from before the sync: what is written meanwhile may have come too late for it.
int SyncAndNote(int descriptor, long call) {
  struct stat file {};
  const bool is_file = fstat(descriptor, &file) == 0 && S_ISREG(file.st_mode);
  const int result = static_cast<int>(syscall(call, descriptor));
  if (result == 0 && is_file) Note(file, static_cast<long long>(file.st_size));
  return result;
}

}  // namespace

extern "C" {

int fsync(int descriptor) { return SyncAndNote(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return SyncAndNote(descriptor, SYS_fdatasync); }
int unlink(const char* path) noexcept {
  struct stat file {};
  // Its number may be another file's soon. One with a second name stays.
  if (lstat(path, &file) == 0 && file.st_nlink == 1) Note(file, 0);
  return static_cast<int>(syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}
}
