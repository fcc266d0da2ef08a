// One look at a log: the head must continue the one remembered; then it is remembered, durably,
// and only then cosigned. A log that forks or goes back is accused.
// Spec: docs/spec/witness.md, "A look". Thread safety: one thread at a time.

#ifndef AMPARO_WITNESS_WATCH_H_
#define AMPARO_WITNESS_WATCH_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "client/connection.h"
#include "client/org_card.h"
#include "custody/receipt.h"
#include "witness/key_file.h"
#include "witness/state.h"

namespace amparo::witness {

// What the log is accused of.
struct Accusation {
  std::string kind;  // "fork", "equivocation", "rollback".
  // For `amparo verify`. Nothing: the card had no policies, or the server gives no proof; then
  // the two heads speak for themselves.
  std::optional<custody::Evidence> evidence;
  std::string remembered, given;  // The two signed notes; the first may be empty.
};

// Borrowed.
struct Look {
  client::Connection& connection;
  const Key& key;
  const client::OrgCardFields& card;
  std::function<UnixSeconds()> clock;
  std::function<absl::Status(const State&)> keep;  // Durable when it returns.
};

// Changes `state` with what `keep` took. DATA_LOSS: the server's head does not continue it;
// nothing is signed, `state` is as before, and `accusation` says of what kind, if the log signed
// both heads. Other errors: of the connection and of `keep`; a cosignature that the server does
// not take is one too, after the head was kept.
absl::Status LookOnce(const Look& look, State& state, std::optional<Accusation>& accusation);

}  // namespace amparo::witness

#endif  // AMPARO_WITNESS_WATCH_H_
