// What shows that the log is one log: its newest checkpoint as the continuation of an earlier
// one, and the place of an entry in it. Made of the view's rows; the log is not read.
// Spec: docs/spec/engine.md, "Proofs".
//
// Thread safety: the functions are independent.

#ifndef AMPARO_SERVER_PROVING_H_
#define AMPARO_SERVER_PROVING_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/organization.h"
#include "server/reading.h"

namespace amparo::server {

inline constexpr std::size_t kPositionsProvedMax = 256;  // In one answer.

struct ProvenHead {
  TreeSize size;
  std::string checkpoint;                   // The log's own signature alone.
  std::optional<Hash> old_root;             // Nothing: the log is shorter.
  std::vector<Hash> consistency;            // From the size that was asked for.
  std::optional<ChainStatement> log_epoch;  // The newest.
};
absl::StatusOr<ProvenHead> ProveHead(const Organization& organization, TreeSize old_size);

// A path for each position, in their order. TOO_LARGE; SIZE_UNKNOWN: the log is shorter;
// MALFORMED: a position is not below `size`.
absl::StatusOr<std::vector<std::vector<Hash>>> ProvePositions(const Organization& organization,
                                                              TreeSize size,
                                                              std::span<const Position> positions);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_PROVING_H_
