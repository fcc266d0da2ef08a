// What an answer to a light client unpacks to (docs/spec/requests.md, "Light"). It comes from a
// server that is not believed: nothing grows beyond what was said, and that is bounded.
//
// Thread safety: pure.

#ifndef AMPARO_CLIENT_PACKED_STATEMENTS_H_
#define AMPARO_CLIENT_PACKED_STATEMENTS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "client/connection.h"
#include "crypto/bytes.h"

namespace amparo::client {

inline constexpr std::uint32_t kUnpackedBytesMax = 256 * 1024;

// Positions rise. DATA_LOSS: over the bound, another length than `length`, bytes after the end
// of the stream, a damaged one, or statements that do not fill it exactly.
absl::StatusOr<std::vector<PositionedStatement>> UnpackStatements(ByteView packed,
                                                                  std::uint32_t length);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_PACKED_STATEMENTS_H_
