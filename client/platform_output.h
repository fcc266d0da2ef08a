// Files that we write for people: complete under their final name, or not there at all. A file
// grows without a name in the directory where it will stand, is synced, and then gets its name,
// never over another. Where the file system knows no files without a name, it has a temporary
// one; what an interrupted process left there is removed when the directory is opened next.
//
// Names are given by us, never by others. Everything happens below a directory that is held
// open, so that swapping the path underneath changes nothing.
// Thread safety: one thread at a time per object.

#ifndef AMPARO_CLIENT_PLATFORM_OUTPUT_H_
#define AMPARO_CLIENT_PLATFORM_OUTPUT_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"

namespace amparo::client::platform {

class OutputDirectory;

// A file that has no final name yet. Gone when this dies, unless it was published.
// REQUIRES: does not outlive its directory.
class PendingFile {
 public:
  PendingFile(PendingFile&&) noexcept;
  PendingFile& operator=(PendingFile&&) noexcept;
  ~PendingFile();
  // RESOURCE_EXHAUSTED: the disk is full.
  absl::Status Write(ByteView bytes);
  // Everything written is on the disk. Nothing may be written after it.
  absl::Status Finish();

 private:
  friend class OutputDirectory;
  struct State;
  explicit PendingFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class OutputDirectory {
 public:
  // Creates the directory (mode 0700; its parent must exist) or takes an empty one.
  // ALREADY_EXISTS: it holds files. INVALID_ARGUMENT: it is no directory, or a symbolic link.
  // PERMISSION_DENIED: it is another user's, or others can write into it.
  static absl::StatusOr<OutputDirectory> Open(const std::string& path);
  OutputDirectory(OutputDirectory&&) noexcept;
  OutputDirectory& operator=(OutputDirectory&&) noexcept;
  ~OutputDirectory();

  const std::string& path() const;
  // An empty file, mode 0600, without a name or under a temporary one.
  absl::StatusOr<PendingFile> Begin();
  // Gives a finished file its name. ALREADY_EXISTS: something has that name, of whatever kind;
  // it is untouched. REQUIRES: `name` is one component; Finish() returned OK.
  absl::Status Publish(PendingFile& file, const std::string& name);
  // Removes a name that Publish gave. OK if absent.
  void Withdraw(const std::string& name);
  // The names are on the disk.
  absl::Status Sync();

 private:
  struct State;
  explicit OutputDirectory(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Whether a regular file can be read at `path` now, its symbolic links followed.
bool IsReadableFile(const std::string& path);

}  // namespace amparo::client::platform

#endif  // AMPARO_CLIENT_PLATFORM_OUTPUT_H_
