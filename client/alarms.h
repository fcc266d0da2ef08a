// Alarms: what a home does when it is shown that somebody lies. It keeps the evidence, which a
// third person can judge, and says and grants nothing until a synchronisation succeeds again.
// Spec: docs/spec/home.md, "Alarms"; the evidence: docs/spec/receipt.md.
//
// Thread safety: as the Workplace's.

#ifndef AMPARO_CLIENT_ALARMS_H_
#define AMPARO_CLIENT_ALARMS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "client/client.h"
#include "client/home.h"
#include "custody/receipt.h"

namespace amparo::client {

struct Workplace;

// Nothing kept, or an alarm that is over, is no error.
absl::Status RestoreAlarm(Workplace& place);

// Writes the evidence, if there is any, into a new file of the home's directory "evidence", and
// remembers the alarm. The same alarm again changes nothing. Never fails: what cannot be written
// is missing in place.alarm, and the alarm stands all the same.
void RaiseAlarm(Workplace& place, const absl::Status& why,
                const std::optional<custody::Evidence>& evidence);
// A synchronisation succeeded. The evidence stays.
absl::Status EndAlarm(Workplace& place);

// FAILED_PRECONDITION, reason ALARM_STANDS: until a synchronisation succeeds again, this home
// says nothing and gives no key.
absl::Status CheckNoAlarm(const Workplace& place);

// "fork", "rollback": what the file is called after.
absl::string_view KindOf(const custody::Evidence& evidence);
// Mode 0600, never over another; its path. Errors: of the file system.
absl::StatusOr<std::string> KeepEvidence(const Home& home, const custody::Evidence& evidence);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_ALARMS_H_
