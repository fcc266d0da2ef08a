// A bundle of each kind, as the programs write them.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_FUZZ_BUNDLE_SEEDS_H_
#define AMPARO_TESTS_FUZZ_BUNDLE_SEEDS_H_

#include <map>
#include <string>

#include "crypto/bytes.h"

namespace amparo::fuzz {

// By name, without the hash at the end, which the target computes. `directory` is there, for the
// time of the call.
std::map<std::string, Bytes> BundleSeeds(const std::string& directory);

}  // namespace amparo::fuzz

#endif  // AMPARO_TESTS_FUZZ_BUNDLE_SEEDS_H_
