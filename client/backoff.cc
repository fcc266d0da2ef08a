#include "client/backoff.h"

#include <algorithm>
#include <random>
#include <utility>

namespace amparo::client {

Jitter RandomJitter() {
  return [] {
    std::random_device device;
    return static_cast<double>(device() % 1'000'000) / 1e6;
  };
}

Backoff::Backoff(std::chrono::milliseconds patience, Jitter jitter, Time now)
    : patience_(patience), jitter_(std::move(jitter)), end_(now + patience) {}

void Backoff::Restart(Time now) {
  end_ = now + patience_;
  bound_ = kFirst;
}

std::chrono::milliseconds Backoff::Next() {
  const auto bound = bound_;
  bound_ = std::min(2 * bound_, kLongest);
  return std::chrono::milliseconds(
      static_cast<std::chrono::milliseconds::rep>(jitter_() * static_cast<double>(bound.count())));
}

}  // namespace amparo::client
