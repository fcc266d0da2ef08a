// An act that was refused, or not sent, and stands in the outbox all the same: whoever did it
// again would have it twice. Spec: docs/spec/outbox.md, "Items and their states".
//
// Thread safety: functions; one thread at a time per Client.

#ifndef AMPARO_CLIENT_CLI_KEPT_ACT_H_
#define AMPARO_CLIENT_CLI_KEPT_ACT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "client/client.h"

namespace amparo::cli {

// Made before the act is tried.
class KeptAct {
 public:
  explicit KeptAct(const client::Client& opened);
  // What is kept of the act, which failed. Nothing: it left nothing.
  std::optional<client::OutboxItem> Find() const;

 private:
  const client::Client& opened_;
  std::uint64_t before_ = 0;  // The number of the act before it.
};

// "it is kept as item 3; do not submit it again, ...": `again` as in "submit it".
std::string SpellKept(const client::OutboxItem& item, const std::string& again);

}  // namespace amparo::cli

#endif  // AMPARO_CLIENT_CLI_KEPT_ACT_H_
