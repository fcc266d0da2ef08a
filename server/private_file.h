// Small files that only the server's own user may read: keys and founding tokens.
//
// Thread safety: the functions are independent; two writers of one path are the caller's care.

#ifndef AMPARO_SERVER_PRIVATE_FILE_H_
#define AMPARO_SERVER_PRIVATE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"

namespace amparo::server {

inline constexpr std::size_t kPrivateFileBytesMax = 64 * 1024;

// NOT_FOUND; PERMISSION_DENIED: others may read it; RESOURCE_EXHAUSTED: over the limit.
absl::StatusOr<Bytes> ReadPrivateFile(const std::string& path);
// Mode 0600, complete and durable under its name, or not there: a file beside it, fsync,
// rename, fsync of the directory.
absl::Status WritePrivateFile(const std::string& path, ByteView bytes);
// Mode 0700. OK if it is there.
absl::Status MakePrivateDirectory(const std::string& path);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_PRIVATE_FILE_H_
