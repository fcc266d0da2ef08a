// SyncPace: how many entries of the log to ask for in one answer, so that a broken link costs
// seconds and a fast one is asked seldom. Pure: time is an argument.
// Spec: docs/spec/requests.md, "Broken links".
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_SYNC_PACE_H_
#define AMPARO_CLIENT_SYNC_PACE_H_

#include <chrono>
#include <cstdint>

namespace amparo::client {

inline constexpr std::uint32_t kSyncEntriesMin = 16;
inline constexpr std::uint32_t kSyncEntriesFirst = 32;
inline constexpr std::uint32_t kSyncEntriesMax = 1'000;
// So long an answer may take, about; and so many times as large as the last it may be.
inline constexpr std::chrono::milliseconds kSyncAnswerTakes{2'000};
inline constexpr std::uint32_t kSyncGrowthMax = 4;

class SyncPace {
 public:
  // Entries of the next answer.
  std::uint32_t limit() const { return limit_; }
  // An answer of `entries` came after `took`, round trips and attempts that failed included. One
  // of none says nothing.
  void Answered(std::uint64_t entries, std::chrono::microseconds took);

 private:
  std::uint32_t limit_ = kSyncEntriesFirst;
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_SYNC_PACE_H_
