// Violations that a test commits on purpose, to see that the checks see them.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_HOSTILE_PLANTS_H_
#define AMPARO_TESTS_HOSTILE_PLANTS_H_

#include "tests/hostile/checks.h"

namespace amparo::testing {

// Changes what a verb left behind, as a client would that keeps one promise less.
void Commit(Plant plant, const Truth& truth, Outcome& outcome);

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_HOSTILE_PLANTS_H_
