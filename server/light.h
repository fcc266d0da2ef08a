// Statements without the leaves between them, for light clients and receipts, and how an
// answer is packed. Spec: docs/spec/requests.md, "Light".
//
// Thread safety: the functions are independent.

#ifndef AMPARO_SERVER_LIGHT_H_
#define AMPARO_SERVER_LIGHT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "server/organization.h"
#include "server/reading.h"
#include "server/subject.h"

namespace amparo::server {

inline constexpr std::size_t kLightBytesMax = 256 * 1024;  // Of one answer, unpacked.

enum class LightWhich { kDirectory = 1, kVisible = 2, kTick = 3 };
struct LightAnswer {
  std::vector<ChainStatement> statements;  // Ascending.
  Position next;                           // Where to go on; `size`: that was all.
};
// Positions below `size` only. Before a statement of a case or document stands the newest tick
// before it, unless that tick is in this answer already; so the first tick of an answer may
// stand before `from`. SIZE_UNKNOWN: the log is shorter.
absl::StatusOr<LightAnswer> ReadLight(const Organization& organization, const Caller& caller,
                                      LightWhich which, Position from, TreeSize size);

struct PackedStatements {
  Bytes bytes;
  std::uint32_t length = 0;  // Unpacked.
};
// REQUIRES: at most kLightBytesMax, as ReadLight answers.
PackedStatements PackStatements(const std::vector<ChainStatement>& statements);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_LIGHT_H_
