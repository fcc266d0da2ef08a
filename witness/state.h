// What a witness remembers of a log: the newest head it verified. Losing it would let the log
// begin anew, so it is durable before anything is signed.
// Spec: docs/spec/witness.md, "The state". Thread safety: values; the functions are independent.

#ifndef AMPARO_WITNESS_STATE_H_
#define AMPARO_WITNESS_STATE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "audit/checkpoint.h"
#include "client/org_card.h"
#include "client/platform.h"
#include "statement/ids.h"

namespace amparo::witness {

struct State {
  OrgId org;
  VerifyKey log_key;
  audit::Checkpoint head;
  std::string note;       // As the log signed it; empty: the card did not say.
  UnixSeconds seen_at;    // When the server last proved a head to us, by our clock; 0: never.
  UnixSeconds signed_at;  // When it last took a cosignature of ours; 0: never.
  friend bool operator==(const State&, const State&) = default;
};
std::string FormatState(const State& state);
// DATA_LOSS: not what FormatState writes.
absl::StatusOr<State> ParseState(absl::string_view text);

// What a card says, before the server was asked for the first time.
State StateOf(const client::OrgCardFields& card);

// Held by the one program that reads, changes and writes the state: two that verify from one head
// could sign two histories. RESOURCE_EXHAUSTED: another holds it; it is not waited for.
absl::StatusOr<std::unique_ptr<client::platform::FileLock>> LockState(const std::string& path);

// NOT_FOUND: no file there. DATA_LOSS: damaged.
absl::StatusOr<State> ReadState(const std::string& path);
// Replaces the file; durable when it returns.
absl::Status WriteState(const std::string& path, const State& state);

}  // namespace amparo::witness

#endif  // AMPARO_WITNESS_STATE_H_
