#include "client/upload_pace.h"

#include <algorithm>

namespace amparo::client {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

// A server acknowledges once a second at least: shorter than that, a link is not known.
constexpr microseconds kAcknowledgedEvery{1'000'000};
constexpr microseconds kMeasuredOver{250'000};
// What is longer is a queue, and this one's making.
constexpr microseconds kRoundTripMax{1'500'000};
constexpr std::uint64_t kMicroseconds = 1'000'000;

}  // namespace

UploadPace::UploadPace(std::uint64_t offset, Time now, const LearnedPace& start)
    : sent_(offset),
      received_(offset),
      window_(start.window),
      message_(start.message),
      measured_{.end = offset, .at = now} {}

std::size_t UploadPace::MaySend() const {
  return sent_ - received_ + message_ <= window_ ? message_ : 0;
}

void UploadPace::Sent(std::size_t bytes, Time now) {
  // After a pause the link was not slow but unused.
  if (under_way_.empty()) measured_ = {.end = received_, .at = now};
  sent_ += bytes;
  under_way_.push_back({.end = sent_, .at = now});
}

bool UploadPace::Received(std::uint64_t received, Time now) {
  if (received <= received_ || received > sent_) return false;
  received_ = received;
  while (!under_way_.empty() && under_way_.front().end <= received_) {
    const auto took =
        std::max(microseconds(1), duration_cast<microseconds>(now - under_way_.front().at));
    if (shortest_round_trip_.count() == 0 || took < shortest_round_trip_) {
      shortest_round_trip_ = took;
    }
    under_way_.pop_front();
  }
  Measure(now);
  return true;
}

void UploadPace::Measure(Time now) {
  const auto span = std::max(microseconds(1), duration_cast<microseconds>(now - measured_.at));
  const std::uint64_t moved = received_ - measured_.end;
  // A megabyte says as much as a while.
  if (span < kMeasuredOver && moved < kUploadMessageBytesMax && rate_ != 0) return;
  rate_ =
      std::max<std::uint64_t>(1, moved * kMicroseconds / static_cast<std::uint64_t>(span.count()));
  measured_ = {.end = received_, .at = now};
  message_ = static_cast<std::size_t>(
      std::clamp<std::uint64_t>(rate_ / 4, kUploadMessageBytesMin, kUploadMessageBytesMax));
  // Two bandwidth-delay products; the delay includes that of the acknowledgement.
  const auto delay = std::min(shortest_round_trip_, kRoundTripMax) * 2 + kAcknowledgedEvery;
  const std::uint64_t wanted = rate_ * static_cast<std::uint64_t>(delay.count()) / kMicroseconds;
  window_ = std::clamp<std::uint64_t>(wanted, 2 * message_, kUploadUnderWayMax);
}

}  // namespace amparo::client
