// How large a download's messages are on a slow link and on a fast one. Time is simulated.

#include "server/download_pace.h"

#include <gtest/gtest.h>

namespace amparo::server::testing {
namespace {

using std::chrono::microseconds;

// The largest message of a download of `length` bytes over a link behind buffers that take what
// they have room for at once.
std::size_t LargestMessage(std::uint64_t bytes_per_second, std::uint64_t buffers,
                           std::uint64_t length) {
  DownloadPace::Time now{};
  const DownloadPace::Time begun = now;
  DownloadPace pace(now);
  std::size_t largest = 0;
  for (std::uint64_t written = 0; written < length;) {
    largest = std::max(largest, pace.message());
    written += pace.message();
    const std::uint64_t gone = written > buffers ? written - buffers : 0;
    now = std::max(now, begun + microseconds(gone * 1'000'000 / bytes_per_second));
    pace.Written(pace.message(), now);
  }
  return largest;
}

TEST(DownloadPace, StaysSmallOnASlowLinkWhateverTheBuffersTake) {
  constexpr std::uint64_t kSlow = 4'000;
  for (const std::uint64_t buffers : {0u, 2u << 20, 6u << 20}) {
    EXPECT_EQ(LargestMessage(kSlow, buffers, 64 << 20), kDownloadMessageBytesMin) << buffers;
  }
}

TEST(DownloadPace, GrowsOnAFastLink) {
  constexpr std::uint64_t kFast = 100'000'000;
  EXPECT_EQ(LargestMessage(kFast, 4 << 20, 32 << 20), kDownloadMessageBytesMax);
}

TEST(DownloadPace, HoldsAQuarterOfASecondInBetween) {
  constexpr std::uint64_t kMiddling = 1'000'000;
  const std::size_t largest = LargestMessage(kMiddling, 0, 256 << 20);
  EXPECT_GT(largest, kMiddling / 5);
  EXPECT_LE(largest, kMiddling / 4);
}

}  // namespace
}  // namespace amparo::server::testing
