// Everything the client asks of the operating system, but the terminal (platform_terminal.h).
// POSIX in platform_posix.cc; no other file of the client includes a header of the system.
//
// Errors: NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, RESOURCE_EXHAUSTED (disk full),
// UNAVAILABLE else; the message names the path and what the system said.
// Thread safety: the functions are independent; one thread at a time per object.

#ifndef AMPARO_CLIENT_PLATFORM_H_
#define AMPARO_CLIENT_PLATFORM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/secret.h"

namespace amparo::client::platform {

// ---- The process --------------------------------------------------------------------

// No core dumps and no debugger of the same user, from here on: this process holds keys.
void ForbidCoreDumps();
// What may be set once per process before many files are open: writes to closed sockets and
// pipes are errors, not signals.
void IgnoreBrokenPipes();

// ---- Files --------------------------------------------------------------------------

struct FileInfo {
  enum class Type { kRegular, kDirectory, kOther };
  Type type = Type::kOther;
  std::uint64_t size = 0;
  bool others_may_read = false;   // Group or others have any permission.
  bool ours = false;              // Owned by this user.
  std::uint64_t modified_ns = 0;  // Since 1970, when its content was changed last.
};
// Follows no symbolic link at the last component. NOT_FOUND: nothing there.
absl::StatusOr<FileInfo> Look(const std::string& path);

// Creates a directory of mode 0700. ALREADY_EXISTS: something has that name.
absl::Status CreateDirectory(const std::string& path);
// Removes one file, or an empty directory. OK if nothing is there.
absl::Status Remove(const std::string& path);
// Names in a directory, without "." and "..", sorted.
absl::StatusOr<std::vector<std::string>> List(const std::string& path);
absl::Status SyncDirectory(const std::string& path);

// A whole regular file of at most `max` bytes. RESOURCE_EXHAUSTED: it is longer.
absl::StatusOr<Bytes> ReadFile(const std::string& path, std::uint64_t max);
// Mode 0600: a new file beside it, fsync, rename over `path`, fsync of the directory.
absl::Status ReplaceFile(const std::string& path, ByteView bytes);

// A file open for writing at its end.
class OutputFile {
 public:
  virtual ~OutputFile() = default;  // Closes.
  virtual absl::Status Write(ByteView bytes) = 0;
  // Everything written is durable afterwards (the name is not: see SyncDirectory).
  virtual absl::Status Sync() = 0;
  // Cuts the file to `size` bytes.
  virtual absl::Status Truncate(std::uint64_t size) = 0;
};
// Mode 0600, never over anything, through no symbolic link. ALREADY_EXISTS.
absl::StatusOr<std::unique_ptr<OutputFile>> CreateExclusive(const std::string& path);
// Appends to a file of ours, creating it with mode 0600.
absl::StatusOr<std::unique_ptr<OutputFile>> OpenForAppend(const std::string& path);
// The same for one at a time, until it is closed. Null: somebody else has it open like this.
absl::StatusOr<std::unique_ptr<OutputFile>> OpenForAppendAlone(const std::string& path);
// A file open for reading, by ranges.
class InputFile {
 public:
  virtual ~InputFile() = default;
  virtual std::uint64_t size() const = 0;
  // Fills `out` from `offset`; returns how many bytes there were before the end.
  virtual absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, MutableByteView out) const = 0;
  // As FileInfo says, at this moment. 0: no file that can change.
  virtual absl::StatusOr<std::uint64_t> ModifiedNs() const { return 0; }
};
// INVALID_ARGUMENT: no regular file. Follows symbolic links: the person named the path.
absl::StatusOr<std::unique_ptr<InputFile>> OpenForReading(const std::string& path);

// Renames without replacing: ALREADY_EXISTS if `to` exists. Then syncs the directory of `to`.
absl::Status RenameExclusive(const std::string& from, const std::string& to);

// Bytes that this user may still write where `path` is.
absl::StatusOr<std::uint64_t> FreeBytes(const std::string& path);

// ---- Locks --------------------------------------------------------------------------

class FileLock {
 public:
  virtual ~FileLock() = default;  // Unlocks.
  // What the locked file says from now on. It says nothing at first, is read as any file, and is
  // as durable as the system that runs. RESOURCE_EXHAUSTED: the disk is full.
  virtual absl::Status Say(ByteView text) = 0;
};
// Waits up to `wait_ms`. RESOURCE_EXHAUSTED: somebody else holds it.
absl::StatusOr<std::unique_ptr<FileLock>> LockFile(const std::string& path, std::uint32_t wait_ms);
// Whether somebody holds it now. To find out, it is shared for an instant, in which LockFile
// waits; one with `wait_ms` 0 may fail.
absl::StatusOr<bool> IsLocked(const std::string& path);

// ---- A process that serves one secret ------------------------------------------------

// Forks a process that answers every connection of this user to a 0600 socket at `path` with
// `secret`, for `seconds`, until StopServing, or until the socket's file is gone. Returns in
// the caller once the socket answers. The child holds `secret` in guarded memory, writes
// nothing, and ends by itself.
// REQUIRES: no other thread runs in this process (call it before any use of gRPC).
// ALREADY_EXISTS: one answers there. INVALID_ARGUMENT: the path is too long for a socket.
absl::Status ServeSecret(const std::string& path, const SecretBuffer& secret,
                         std::uint32_t seconds);
// NOT_FOUND: nobody answers there. PERMISSION_DENIED: the socket or the process behind it
// belongs to somebody else.
absl::StatusOr<SecretBuffer> AskForSecret(const std::string& path, std::size_t max);
// OK if nobody answers; removes a dead socket.
absl::Status StopServing(const std::string& path);

}  // namespace amparo::client::platform

#endif  // AMPARO_CLIENT_PLATFORM_H_
