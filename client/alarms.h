// Alarms: what a home does when it is shown that somebody lies. It keeps the evidence, which a
// third person can judge, and says and grants nothing until the alarm ends: with the next
// synchronisation that succeeds, or, where the evidence proves the lie, when a person says so.
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
#include "statement/bodies.h"

namespace amparo::client {

struct Workplace;

// Nothing kept, or an alarm that is over, is no error.
absl::Status RestoreAlarm(Workplace& place);

// Writes the evidence, if there is any, into a new file of the home's directory "evidence", and
// remembers the alarm. The same alarm again changes nothing, and one that proves nothing does not
// take the place of one that does. Never fails: what cannot be written is missing in place.alarm,
// and the alarm stands all the same.
void RaiseAlarm(Workplace& place, const absl::Status& why,
                const std::optional<custody::Evidence>& evidence);
// A synchronisation succeeded: ends what proves nothing. The evidence stays.
absl::Status EndAlarm(Workplace& place);
// A person ends it, whatever it proves; the home records that. NOT_FOUND: none stands.
absl::Status EndAlarmByHand(Workplace& place);
// The log goes on at an epoch of the roots: a contradiction behind its size is explained, and ends
// with the next synchronisation that succeeds.
void ExplainAlarm(Workplace& place, const LogEpoch& epoch);

// FAILED_PRECONDITION, reason ALARM_STANDS: until it ends, this home says nothing and gives no key.
absl::Status CheckNoAlarm(const Workplace& place);

// "fork", "rollback": what the file is called after.
absl::string_view KindOf(const custody::Evidence& evidence);
// Mode 0600, never over another; its path. Errors: of the file system.
absl::StatusOr<std::string> KeepEvidence(const Home& home, const custody::Evidence& evidence);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_ALARMS_H_
