// Dates as people give and read them: "2026-12-04", "Friday 4 December 2026, in 21 days".
//
// Thread safety: pure functions.

#ifndef AMPARO_CLIENT_CLI_DATES_H_
#define AMPARO_CLIENT_CLI_DATES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "statement/ids.h"

namespace amparo::cli {

// INVALID_ARGUMENT: not YYYY-MM-DD, or no day of the calendar.
absl::Status CheckDate(absl::string_view date);
// REQUIRES: both dates passed CheckDate.
std::string SpellDate(absl::string_view date, absl::string_view today);
// "2026-11-21 21:04 UTC".
std::string SpellTime(UnixSeconds time);

}  // namespace amparo::cli

#endif  // AMPARO_CLIENT_CLI_DATES_H_
