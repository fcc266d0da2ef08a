// What errno says, as a Status. For client/platform_*_posix.cc alone.
// Thread safety: pure function.

#ifndef AMPARO_CLIENT_PLATFORM_ERRNO_H_
#define AMPARO_CLIENT_PLATFORM_ERRNO_H_

#include <cerrno>
#include <string>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/connection.h"

namespace amparo::client::platform {

inline absl::StatusCode CodeOfErrno(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::StatusCode::kNotFound;
    case EEXIST:
    case ENOTEMPTY:
      return absl::StatusCode::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::StatusCode::kPermissionDenied;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case EFBIG:
      return absl::StatusCode::kResourceExhausted;
    case ELOOP:
    case EISDIR:
    case ENAMETOOLONG:
      return absl::StatusCode::kInvalidArgument;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

// The disk or stick itself fails, or was pulled out: no link is to blame, and no program.
inline bool IsDiskError(int error) {
  return error == EIO || error == ENXIO || error == ENODEV || error == ESTALE || error == EREMOTEIO;
}
inline absl::Status DiskError(absl::string_view text) {
  absl::Status status = absl::InternalError(text);
  AttachDetail(status, {.reason = "DISK_ERROR", .head = {}, .next_number = 0});
  return status;
}

// "opening /home/ana/x: no such file or directory".
inline absl::Status ErrnoStatus(int error, absl::string_view doing, const std::string& path) {
  std::string said = std::generic_category().message(error);
  if (!said.empty() && said[0] >= 'A' && said[0] <= 'Z') said[0] = static_cast<char>(said[0] + 32);
  const std::string text = absl::StrCat(doing, " ", path, ": ", said);
  return IsDiskError(error) ? DiskError(text) : absl::Status(CodeOfErrno(error), text);
}

}  // namespace amparo::client::platform

#endif  // AMPARO_CLIENT_PLATFORM_ERRNO_H_
