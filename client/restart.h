// Going on after the log lost its end: what the roots said is taken over, and what of this
// home's own acts is lost is told and kept.
// Spec: docs/spec/client-checks.md, "After a restore"; docs/spec/home.md, "Restarts".
//
// Thread safety: as the Workplace's.

#ifndef AMPARO_CLIENT_RESTART_H_
#define AMPARO_CLIENT_RESTART_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/replica.h"

namespace amparo::client {

struct Workplace;

// Whether `status` is the replica's offer to go on at an epoch.
bool IsEpochOffer(const absl::Status& status);

// Accepts the replica's offer, keeps what it was in the home, and says in place.restart_notes
// what must be done again. FAILED_PRECONDITION, reason EPOCH_UNCONFIRMED: nothing that this home
// verified speaks for the epoch, and the person has not said yes (place.accept_epoch). Else as
// Replica::RestartAtEpoch. REQUIRES: place.replica.epoch_offer().
absl::Status GoOnAtEpoch(Workplace& place);

// What a person is told of it, a line each.
std::vector<std::string> SpellRestart(const EpochRestart& restart);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_RESTART_H_
