// Rounds: variants measured in turn, A B A B, so that a machine that drifts drifts under all of
// them; ratios are taken within a round. Thread safety: one thread at a time.

#ifndef AMPARO_BENCH_ROUNDS_H_
#define AMPARO_BENCH_ROUNDS_H_

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <string>
#include <vector>

namespace amparo::bench {

// At least one value.
struct Spread {
  double min = 0;
  double median = 0;
  double max = 0;
};

inline Spread SpreadOf(std::vector<double> values) {
  assert(!values.empty());
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {.min = values.front(), .median = median, .max = values.back()};
}

// `over[i] / under[i]`, of the same round each.
inline Spread RatiosOf(const std::vector<double>& over, const std::vector<double>& under) {
  assert(over.size() == under.size());
  std::vector<double> ratios;
  for (std::size_t i = 0; i < over.size(); ++i) ratios.push_back(over[i] / under[i]);
  return SpreadOf(std::move(ratios));
}

inline void Print(const std::string& what, const Spread& spread, const char* unit) {
  std::printf("%-52s %12.4g %12.4g %12.4g %s\n", what.c_str(), spread.min, spread.median,
              spread.max, unit);
}

inline void PrintHead() { std::printf("%-52s %12s %12s %12s\n", "", "min", "median", "max"); }

}  // namespace amparo::bench

#endif  // AMPARO_BENCH_ROUNDS_H_
