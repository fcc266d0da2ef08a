// Logs in which people do one thing after the other, by chance: mostly what the rules allow,
// sometimes not, sometimes bent.

#ifndef AMPARO_TESTS_CUSTODY_RANDOM_LOG_H_
#define AMPARO_TESTS_CUSTODY_RANDOM_LOG_H_

#include <optional>
#include <random>

#include "tests/custody/custody_log.h"

namespace amparo::testing {

using Random = std::mt19937_64;
// 0 to `count` - 1. The same in every library, unlike a standard distribution.
inline std::size_t Pick(Random& random, std::size_t count) { return random() % count; }
inline bool OneIn(Random& random, std::size_t count) { return Pick(random, count) == 0; }

struct RandomLog {
  CustodyLog log;
  std::optional<std::uint64_t> refused;  // Where the first stands that the rules refuse.
};
RandomLog MakeRandomLog(Random& random);

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_CUSTODY_RANDOM_LOG_H_
