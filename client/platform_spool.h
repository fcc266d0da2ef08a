// A file that is written and read by ranges, while it grows: sealed bytes on their way.
// POSIX in platform_spool_posix.cc. Errors: as client/platform.h.
//
// Thread safety: all methods, from any thread.

#ifndef AMPARO_CLIENT_PLATFORM_SPOOL_H_
#define AMPARO_CLIENT_PLATFORM_SPOOL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"

namespace amparo::client::platform {

class SpoolFile {
 public:
  virtual ~SpoolFile() = default;  // Closes.
  virtual absl::Status WriteAt(std::uint64_t offset, ByteView bytes) = 0;
  // Fills `out`; returns how many bytes there were before the end.
  virtual absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, MutableByteView out) const = 0;
  virtual absl::StatusOr<std::uint64_t> Size() const = 0;
  // Everything written is durable afterwards, and so is the name.
  virtual absl::Status Sync() = 0;
};

// Mode 0600, through no symbolic link. `bytes`: what it will have. ALREADY_EXISTS: something has
// that name.
absl::StatusOr<std::unique_ptr<SpoolFile>> CreateSpoolFile(const std::string& path,
                                                           std::uint64_t bytes);
// NOT_FOUND; INVALID_ARGUMENT: no regular file.
absl::StatusOr<std::unique_ptr<SpoolFile>> OpenSpoolFile(const std::string& path);

}  // namespace amparo::client::platform

#endif  // AMPARO_CLIENT_PLATFORM_SPOOL_H_
