// How the replica says no. Thread safety: pure functions.

#ifndef AMPARO_CLIENT_REPLICA_ALARM_H_
#define AMPARO_CLIENT_REPLICA_ALARM_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "audit/checkpoint.h"
#include "audit/proof.h"
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
// DATA_LOSS: `later` is not a tree that goes on from `earlier` (of size 0: every one is).
inline absl::Status CheckContinues(const audit::Checkpoint& earlier, const audit::Checkpoint& later,
                                   const std::vector<Hash>& consistency) {
  if (earlier.size.value == 0) return absl::OkStatus();
  const absl::Status proven = audit::VerifyConsistency(earlier, later, consistency);
  if (proven.ok()) return proven;
  return Alarm("the log was forked, or the server has no proof: this home remembers size ",
               earlier.size.value, " root ", ToHex(earlier.root), ", the server signed size ",
               later.size.value, " root ", ToHex(later.root), ": ", proven.message());
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
