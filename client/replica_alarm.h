// How the replica says no. Thread safety: pure functions.

#ifndef AMPARO_CLIENT_REPLICA_ALARM_H_
#define AMPARO_CLIENT_REPLICA_ALARM_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/connection.h"
#include "statement/ids.h"

namespace amparo::client {

// Somebody lies, or bytes are damaged.
template <class... Parts>
absl::Status Alarm(const Parts&... parts) {
  return absl::DataLossError(absl::StrCat(parts...));
}
template <class... Parts>
absl::Status AlarmAt(Position position, const Parts&... parts) {
  return absl::DataLossError(absl::StrCat("position ", position.value, ": ", parts...));
}
// Nobody lies: this program is too old.
inline absl::Status UpdateRequired(Position position, absl::string_view what) {
  absl::Status status = absl::FailedPreconditionError(
      absl::StrCat("position ", position.value, ": ", what, "; update amparo"));
  AttachDetail(status, {.reason = "UPDATE_REQUIRED", .head = {}, .next_number = 0});
  return status;
}

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_REPLICA_ALARM_H_
