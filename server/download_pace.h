// DownloadPace: how large the next message of a download may be. A client takes messages whole: of
// one that a link breaks in the middle of nothing is left, and one that takes too long looks like
// a dead link. Nobody acknowledges a download, and what is written may lie in buffers for a long
// time; so only what is more than all of them hold says how fast a link is. Pure: time is an
// argument. Spec: docs/spec/requests.md, "Streams".
//
// Thread safety: one thread at a time.

#ifndef AMPARO_SERVER_DOWNLOAD_PACE_H_
#define AMPARO_SERVER_DOWNLOAD_PACE_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace amparo::server {

inline constexpr std::size_t kDownloadMessageBytesMin = 64 * 1024;  // 16 s at 32 kbit/s.
inline constexpr std::size_t kDownloadMessageBytesMax = 512 * 1024;
// Of the kernel at both ends, gRPC and the client's window (2 MiB), and then some.
inline constexpr std::uint64_t kDownloadBuffersBytes = 8 * 1024 * 1024;

class DownloadPace {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit DownloadPace(Time now) : begun_(now) {}
  // A message of `bytes` was taken by the connection.
  void Written(std::size_t bytes, Time now) {
    written_ += bytes;
    if (written_ <= kDownloadBuffersBytes) return;
    using std::chrono::milliseconds;
    const auto took = std::chrono::duration_cast<milliseconds>(now - begun_).count();
    const std::uint64_t carried = written_ - kDownloadBuffersBytes;
    const std::uint64_t in_a_quarter_second =
        carried * 250 / static_cast<std::uint64_t>(std::max<std::int64_t>(took, 1));
    message_ = static_cast<std::size_t>(std::clamp<std::uint64_t>(
        in_a_quarter_second, kDownloadMessageBytesMin, kDownloadMessageBytesMax));
  }
  // Bytes of the next message.
  std::size_t message() const { return message_; }

 private:
  const Time begun_;
  std::uint64_t written_ = 0;
  std::size_t message_ = kDownloadMessageBytesMin;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_DOWNLOAD_PACE_H_
