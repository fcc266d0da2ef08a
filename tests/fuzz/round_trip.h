// What every fuzz target asserts: a decoder accepts only what its encoder would have written.
//
// Thread safety: functions without state.

#ifndef AMPARO_TESTS_FUZZ_ROUND_TRIP_H_
#define AMPARO_TESTS_FUZZ_ROUND_TRIP_H_

#include <algorithm>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "crypto/bytes.h"

namespace amparo::fuzz {

// Ends the program, which libFuzzer reports with the input that led here.
inline void Require(bool holds) {
  if (!holds) std::abort();
}

inline void RequireSame(ByteView in, ByteView out) { Require(std::ranges::equal(in, out)); }

inline void RequireSame(absl::string_view in, absl::string_view out) { Require(in == out); }

// The first byte chooses among decoders, the rest is for the chosen one.
struct Choice {
  std::uint8_t which = 0;
  ByteView rest;
};
inline Choice Choose(ByteView input) {
  if (input.empty()) return {};
  return {.which = input[0], .rest = input.subspan(1)};
}

}  // namespace amparo::fuzz

#endif  // AMPARO_TESTS_FUZZ_ROUND_TRIP_H_
