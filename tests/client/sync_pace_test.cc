// How many entries a client asks for on a slow link and on a fast one. Time is simulated.

#include "client/sync_pace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace amparo::client {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct Link {
  std::uint64_t bytes_per_second;
  milliseconds round_trip;
};
constexpr Link kBorderOffice{.bytes_per_second = 4'000, .round_trip = milliseconds(600)};
constexpr Link kLoopback{.bytes_per_second = 1'000'000'000, .round_trip = milliseconds(1)};
constexpr Link kSatellite{.bytes_per_second = 2'000'000, .round_trip = milliseconds(600)};

microseconds Took(const Link& link, std::uint64_t bytes) {
  return duration_cast<microseconds>(link.round_trip) +
         microseconds(bytes * 1'000'000 / link.bytes_per_second);
}

// How long each answer takes of a log of `entries`, each of `entry_bytes`.
std::vector<microseconds> Synchronise(const Link& link, std::uint64_t entries,
                                      std::uint64_t entry_bytes) {
  SyncPace pace;
  std::vector<microseconds> answers;
  while (entries > 0) {
    const std::uint64_t given = std::min<std::uint64_t>(entries, pace.limit());
    answers.push_back(Took(link, given * entry_bytes));
    pace.Answered(given, answers.back());
    entries -= given;
  }
  return answers;
}

// What breaks costs at most one answer.
TEST(SyncPace, AnswersTakeSecondsOnASlowLink) {
  for (const std::uint64_t entry_bytes : {100, 300, 1'000}) {
    SCOPED_TRACE(entry_bytes);
    const std::vector<microseconds> answers = Synchronise(kBorderOffice, 2'000, entry_bytes);
    EXPECT_LE(answers.front(), seconds(9));
    // The smallest answer may be more than two seconds' worth; others are not, but for the round
    // trip, which does not grow with them.
    const auto most = std::max(microseconds(milliseconds(2'600)),
                               Took(kBorderOffice, kSyncEntriesMin * entry_bytes));
    for (std::size_t i = 1; i < answers.size(); ++i) EXPECT_LE(answers[i], most) << i;
  }
}

// On the slow link the sum of the round trips stays small beside that of the bytes.
TEST(SyncPace, ASlowLinkIsNotIdleForLong) {
  const std::vector<microseconds> answers = Synchronise(kBorderOffice, 2'000, 1'000);
  microseconds all{};
  for (const microseconds took : answers) all += took;
  EXPECT_LE(all, Took(kBorderOffice, 2'000 * 1'000) * 5 / 4);
}

TEST(SyncPace, AFastLinkIsAskedForAThousandWithItsFourthAnswer) {
  for (const Link& link : {kLoopback, kSatellite}) {
    SyncPace pace;
    EXPECT_EQ(pace.limit(), kSyncEntriesFirst);
    for (int i = 0; i < 3; ++i) pace.Answered(pace.limit(), Took(link, pace.limit() * 300));
    EXPECT_EQ(pace.limit(), kSyncEntriesMax);
  }
  // Three answers more than with a thousand from the first on.
  EXPECT_EQ(Synchronise(kLoopback, 100'000, 300).size(), 103u);
}

TEST(SyncPace, GrowsAtMostFourfoldAndStaysWithinItsLimits) {
  SyncPace pace;
  pace.Answered(kSyncEntriesFirst, microseconds(0));
  EXPECT_EQ(pace.limit(), kSyncEntriesFirst * kSyncGrowthMax);
  pace.Answered(pace.limit(), microseconds::max());
  EXPECT_EQ(pace.limit(), kSyncEntriesMin);
  pace.Answered(~std::uint64_t{0}, microseconds(1));
  EXPECT_EQ(pace.limit(), kSyncEntriesMax);
  pace.Answered(0, microseconds(1));
  EXPECT_EQ(pace.limit(), kSyncEntriesMax);
}

// An answer that an outage interrupted counts with it: the next ones are small, then grow again.
TEST(SyncPace, StartsSmallAfterAnOutage) {
  SyncPace pace;
  for (int i = 0; i < 5; ++i) pace.Answered(pace.limit(), milliseconds(10));
  pace.Answered(pace.limit(), seconds(60));
  EXPECT_LE(pace.limit(), 34u);
  pace.Answered(pace.limit(), milliseconds(10));
  EXPECT_GT(pace.limit(), 100u);
}

}  // namespace
}  // namespace amparo::client
