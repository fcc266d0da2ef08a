#include "client/sync_pace.h"

#include <algorithm>

namespace amparo::client {

void SyncPace::Answered(std::uint64_t entries, std::chrono::microseconds took) {
  if (entries == 0) return;
  // Entries differ by a hundredfold in size, so what a few small ones took says little of many.
  entries = std::min<std::uint64_t>(entries, kSyncEntriesMax);
  const std::uint64_t most = std::min<std::uint64_t>(entries * kSyncGrowthMax, kSyncEntriesMax);
  const auto span = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 1));
  const auto aim = static_cast<std::uint64_t>(std::chrono::microseconds(kSyncAnswerTakes).count());
  const std::uint64_t wanted = std::min(entries * aim / span, most);
  limit_ = static_cast<std::uint32_t>(std::max<std::uint64_t>(wanted, kSyncEntriesMin));
}

}  // namespace amparo::client
