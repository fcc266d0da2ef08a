// How much of an upload is under way on a slow link and on a fast one, and when what failed is
// tried again. Time is simulated.

#include "client/upload_pace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "client/backoff.h"

namespace amparo::client {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

struct Link {
  std::uint64_t bytes_per_second;
  milliseconds one_way;
};

// Sends `length` bytes over a simulated link whose far end says at once what it received.
// Returns the most bytes that were under way in the second half.
std::uint64_t MostUnderWay(const Link& link, std::uint64_t length, std::size_t& message) {
  UploadPace::Time now{};
  UploadPace pace(0, now);
  UploadPace::Time line_free = now;
  std::deque<std::pair<UploadPace::Time, std::uint64_t>> replies;
  std::uint64_t most = 0;
  while (pace.received() < length) {
    while (pace.sent() < length && pace.MaySend() > 0) {
      message = pace.MaySend();
      const auto bytes = std::min<std::uint64_t>(message, length - pace.sent());
      pace.Sent(static_cast<std::size_t>(bytes), now);
      line_free =
          std::max(line_free, now) + microseconds(bytes * 1'000'000 / link.bytes_per_second);
      replies.emplace_back(line_free + 2 * link.one_way, pace.sent());
      if (pace.sent() > length / 2) most = std::max(most, pace.sent() - pace.received());
    }
    if (replies.empty()) {
      ADD_FAILURE() << "it waits for nothing at byte " << pace.sent();
      break;
    }
    now = replies.front().first;
    EXPECT_TRUE(pace.Received(replies.front().second, now));
    replies.pop_front();
  }
  return most;
}

TEST(UploadPace, QueuesSecondsOnASlowLinkAndNotMinutes) {
  std::size_t message = 0;
  const Link slow{.bytes_per_second = 4'000, .one_way = milliseconds(300)};
  const std::uint64_t most = MostUnderWay(slow, 1'000'000, message);
  EXPECT_EQ(message, kUploadMessageBytesMin);
  EXPECT_LE(most, 10 * slow.bytes_per_second);
}

TEST(UploadPace, KeepsAFastLinkBusyWithinItsBound) {
  std::size_t message = 0;
  const Link fast{.bytes_per_second = 100'000'000, .one_way = milliseconds(20)};
  const std::uint64_t most = MostUnderWay(fast, 400'000'000, message);
  EXPECT_EQ(message, kUploadMessageBytesMax);
  EXPECT_GE(most, fast.bytes_per_second / 25) << "one bandwidth-delay product";
  EXPECT_LE(most, kUploadUnderWayMax);
}

TEST(UploadPace, BeginsWhereTheOneBeforeItEnded) {
  UploadPace first(0, {});
  EXPECT_EQ(first.MaySend(), kUploadMessageBytesFirst);
  first.Sent(kUploadMessageBytesFirst, {});
  EXPECT_TRUE(first.Received(kUploadMessageBytesFirst, UploadPace::Time{milliseconds(1)}));
  const UploadPace next(0, {}, first.learned());
  EXPECT_EQ(next.MaySend(), kUploadMessageBytesMax);
  EXPECT_EQ(next.window(), first.window());
  // Nothing was acknowledged in it: it hands on what it was given.
  EXPECT_EQ(next.learned().message, first.learned().message);
}

TEST(UploadPace, BelievesNoAcknowledgementOfWhatWasNotSent) {
  UploadPace pace(1'000, {});
  pace.Sent(500, {});
  EXPECT_FALSE(pace.Received(1'501, UploadPace::Time{milliseconds(5)}));
  EXPECT_FALSE(pace.Received(999, UploadPace::Time{milliseconds(5)}));
  EXPECT_EQ(pace.received(), 1'000u);
  EXPECT_TRUE(pace.Received(1'500, UploadPace::Time{milliseconds(5)}));
}

TEST(Backoff, DoublesItsBoundAndEndsAfterTheLastProgress) {
  const Backoff::Time start{};
  Backoff backoff(
      milliseconds(60'000), [] { return 0.5; }, start);
  EXPECT_EQ(backoff.Next(), milliseconds(250));
  EXPECT_EQ(backoff.Next(), milliseconds(500));
  for (int i = 0; i < 20; ++i) EXPECT_LE(backoff.Next(), Backoff::kLongest / 2);
  EXPECT_FALSE(backoff.IsOver(start + milliseconds(59'999)));
  EXPECT_TRUE(backoff.IsOver(start + milliseconds(60'000)));
  backoff.Restart(start + milliseconds(50'000));
  EXPECT_FALSE(backoff.IsOver(start + milliseconds(109'999)));
  EXPECT_EQ(backoff.Next(), milliseconds(250));
}

TEST(Backoff, DrawsFromTheWholeBound) {
  const Jitter jitter = RandomJitter();
  for (int i = 0; i < 100; ++i) {
    const double drawn = jitter();
    EXPECT_GE(drawn, 0.0);
    EXPECT_LT(drawn, 1.0);
  }
}

}  // namespace
}  // namespace amparo::client
