// What an operator bounds of each organisation. Spec: docs/spec/requests.md, "Limits".
//
// Thread safety: a value.

#ifndef AMPARO_SERVER_ORGANIZATION_LIMITS_H_
#define AMPARO_SERVER_ORGANIZATION_LIMITS_H_

#include <cstdint>

#include "server/statement_queue.h"

namespace amparo::server {

struct OrganizationLimits {
  std::uint64_t statements_per_day = kStatementsPerDayDefault;  // Of one carrier. 0: no limit.
  // Declared bytes of all blobs that no statement names.
  std::uint64_t unnamed_bytes = std::uint64_t{64} << 30;
  std::uint64_t stored_bytes = 0;  // Declared bytes of all blobs. 0: no limit.
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_ORGANIZATION_LIMITS_H_
