// What the program says of a Status, and the code it exits with.
// Spec: docs/spec/command-line.md, "Exit codes".
//
// Thread safety: pure functions.

#ifndef AMPARO_CLIENT_CLI_OUTCOMES_H_
#define AMPARO_CLIENT_CLI_OUTCOMES_H_

#include <string>

#include "absl/status/status.h"

namespace amparo::cli {

// DO NOT RENUMBER: scripts depend on them.
enum ExitCode : int {
  kExitOk = 0,
  kExitInternal = 1,     // Our bug.
  kExitUsage = 2,        // Malformed arguments or input.
  kExitRefused = 3,      // The rules, or the state, forbid it.
  kExitNotFound = 4,     // No such thing, or several by that name.
  kExitRace = 5,         // Somebody was faster.
  kExitUnavailable = 6,  // The server is down or has another key.
  kExitAlarm = 7,        // Somebody lies, or bytes are damaged. Stop and tell people.
  kExitLocked = 8,       // Wrong passphrase, or the server does not know this device.
  kExitCancelled = 9,    // The person said no.
  kExitNoRoom = 10,      // A disk is full, or a limit of the server is reached.
};

struct Outcome {
  ExitCode code = kExitInternal;
  std::string message;  // Lower case, no full stop.
  std::string hint;     // What to do. Empty for none.
};
Outcome OutcomeOf(const absl::Status& status);

}  // namespace amparo::cli

#endif  // AMPARO_CLIENT_CLI_OUTCOMES_H_
