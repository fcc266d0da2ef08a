// A file that grows takes its room on the disk some megabytes ahead: the kernel then spends a third
// less on each page that is written, and the file lies in one piece.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_PLATFORM_RESERVE_AHEAD_H_
#define AMPARO_CLIENT_PLATFORM_RESERVE_AHEAD_H_

#include <cstddef>
#include <cstdint>

namespace amparo::client::platform {

class ReserveAhead {
 public:
  // `file` stays open as long as this is used. It ends at `end` now.
  explicit ReserveAhead(int file, std::uint64_t end = 0);
  // The file is to have so many bytes, whoever writes them where.
  void WillBe(std::uint64_t size);
  // Before `size` bytes are written at `offset`, where the file grows. That there is no room for
  // so much more is no error: the write says so, once there is none for itself.
  void WillWrite(std::uint64_t offset, std::size_t size);
  // Gives back what lies behind the file's end.
  void Release();

 private:
  void Reserve(std::uint64_t from, std::uint64_t end);

  const int file_;
  const std::uint64_t begin_;
  std::uint64_t reserved_;  // Up to here; what was asked for counts, for a part of it may be there.
  bool is_given_up_ = false;  // The file system cannot, or has little room.
};

}  // namespace amparo::client::platform

#endif  // AMPARO_CLIENT_PLATFORM_RESERVE_AHEAD_H_
