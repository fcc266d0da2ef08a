// UploadPace: how much of an upload may be under way, and in how large messages, so that a slow
// link never has minutes of data queued and a fast one is never idle. Pure: time is an argument.
// Spec: docs/spec/requests.md, "Streams".
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_UPLOAD_PACE_H_
#define AMPARO_CLIENT_UPLOAD_PACE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace amparo::client {

inline constexpr std::size_t kUploadMessageBytesMin = 16 * 1024;
inline constexpr std::size_t kUploadMessageBytesFirst = 32 * 1024;
inline constexpr std::size_t kUploadMessageBytesMax = 1024 * 1024;
inline constexpr std::uint64_t kUploadUnderWayMax = 8 * 1024 * 1024;

// What one upload learned of the link, for the next one over it.
struct LearnedPace {
  std::size_t message = kUploadMessageBytesFirst;
  std::uint64_t window = 2 * kUploadMessageBytesFirst;
};

class UploadPace {
 public:
  using Time = std::chrono::steady_clock::time_point;

  UploadPace(std::uint64_t offset, Time now, const LearnedPace& start = {});

  // Bytes of the next message; 0: wait for an acknowledgement.
  std::size_t MaySend() const;
  void Sent(std::size_t bytes, Time now);
  // The server has everything below `received`. Returns whether that is news.
  bool Received(std::uint64_t received, Time now);

  std::uint64_t sent() const { return sent_; }
  std::uint64_t received() const { return received_; }
  std::uint64_t window() const { return window_; }
  // 0: not known yet.
  std::uint64_t bytes_per_second() const { return rate_; }
  // What it began with, if it was over too soon to learn more.
  LearnedPace learned() const { return {.message = message_, .window = window_}; }

 private:
  struct Mark {
    std::uint64_t end = 0;
    Time at;
  };
  void Measure(Time now);

  std::uint64_t sent_;
  std::uint64_t received_;
  std::uint64_t rate_ = 0;
  std::uint64_t window_;
  std::size_t message_;
  std::deque<Mark> under_way_;  // Where each message ends, and when it was handed over.
  std::chrono::microseconds shortest_round_trip_{0};
  Mark measured_;  // Where and when the last measurement began.
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_UPLOAD_PACE_H_
