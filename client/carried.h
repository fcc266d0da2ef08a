// What bundles brought of the log, beyond what the server itself told this home. The replica goes
// on with it, by the same checks; it is kept apart, because whoever made the bundle may not have
// seen everything. The next synchronisation with the server begins where the server's own word
// ended, holds the carried head against its answer, and drops what was carried.
// Spec: docs/spec/bundle.md, "Taking it in".
//
// Thread safety: as the Workplace's.

#ifndef AMPARO_CLIENT_CARRIED_H_
#define AMPARO_CLIENT_CARRIED_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "audit/checkpoint.h"
#include "client/connection.h"
#include "client/replica.h"

namespace amparo::client {

struct Workplace;

struct Carried {
  audit::Checkpoint base;  // The server's own newest word.
  audit::Checkpoint head;  // The log signed it; a bundle brought it,
  std::string note;        // as this.
};

// Goes on with what the home holds. If the server's word went on since (a crash was between), what
// was carried is remembered for SyncPastCarried alone. Nothing kept is no error.
absl::Status RestoreCarried(Workplace& place);

// Synchronises with a bundle; an empty replica becomes one of `reach`. Errors: those of
// Replica::Sync; nothing was changed then.
// REQUIRES: `reach` is the replica's, unless that is empty; of a light one `bundle` answers what a
// light one asks.
absl::Status SyncWithBundle(Workplace& place, Connection& bundle, Reach reach);

// Synchronises with the server from where its own word ended. DATA_LOSS also: the server's log is
// shorter than what was carried, or another one; the head stays, and alarms again, until
// DropCarried. Without a link, and on other errors, the replica stays as it is.
// REQUIRES: place.carried.
absl::Status SyncPastCarried(Workplace& place, std::optional<Reach> reach);

absl::Status DropCarried(Workplace& place);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_CARRIED_H_
