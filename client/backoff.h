// Backoff: how long to wait before what failed is tried again, and when to give up. Doubling
// bounds with full jitter, so that those whom one outage cut off do not come back at one moment;
// the end is counted from the last progress, not from the start.
// Spec: docs/spec/requests.md, "Broken links".
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_BACKOFF_H_
#define AMPARO_CLIENT_BACKOFF_H_

#include <chrono>
#include <functional>

namespace amparo::client {

// A number from 0 on, below 1.
using Jitter = std::function<double()>;
// Of the operating system's randomness.
Jitter RandomJitter();

class Backoff {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds kFirst{500};
  static constexpr std::chrono::milliseconds kLongest{10'000};

  Backoff(std::chrono::milliseconds patience, Jitter jitter, Time now);

  // There was progress: everything from the start.
  void Restart(Time now);
  bool IsOver(Time now) const { return now >= end_; }
  // The pause before the next attempt; each has twice the bound of the one before.
  std::chrono::milliseconds Next();

 private:
  const std::chrono::milliseconds patience_;
  const Jitter jitter_;
  Time end_;
  std::chrono::milliseconds bound_ = kFirst;
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_BACKOFF_H_
