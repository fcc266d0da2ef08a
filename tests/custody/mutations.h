// Receipts and evidence with something changed, by chance, and what our judge says to them: for
// comparing two implementations over thousands of files.

#ifndef AMPARO_TESTS_CUSTODY_MUTATIONS_H_
#define AMPARO_TESTS_CUSTODY_MUTATIONS_H_

#include <string>
#include <vector>

#include "tests/custody/random_log.h"

namespace amparo::testing {

struct Mutation {
  std::string what;  // What was done to what.
  std::string text;
  std::vector<std::string> partners;  // Verifier keys.
  std::vector<Bytes> files;
};
// The same for the same seed and number.
Mutation MakeMutation(std::uint64_t seed, std::uint64_t number);

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_CUSTODY_MUTATIONS_H_
