// ForwardedConnection: one connection of client/platform_forwarder.h, from the moment it was
// accepted to its end. Its owner polls; nothing here blocks. For platform_forward*_posix.cc alone.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_PLATFORM_FORWARDED_H_
#define AMPARO_CLIENT_PLATFORM_FORWARDED_H_

#include <poll.h>

#include <chrono>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "client/platform_forwarder.h"
#include "client/socks_dialogue.h"

namespace amparo::client::platform {

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();
  void Reset(int fd);
  int get() const { return fd_; }

 private:
  int fd_;
};

class ForwardedConnection {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // What is left for the proxy when our side is gone is sent for so long.
  static constexpr std::chrono::seconds kLinger{10};

  // Owns `near`, which does not block, and connects to the proxy.
  ForwardedConnection(int near, const ForwarderOptions& options,
                      const SocksCredentials& credentials, Time now);

  // What to poll for: our side, the proxy's side.
  void Ask(pollfd& near, pollfd& far) const;
  // When it is to be called though nothing happened.
  std::optional<Time> due() const { return due_; }
  // Does what can be done now.
  void Go(short near_events, short far_events, Time now);

  bool is_over() const { return stage_ == Stage::kOver; }
  bool is_open() const { return stage_ == Stage::kOpen; }  // The proxy has connected it.
  // Why the handshake failed. OK: it did not, or our side left before.
  const absl::Status& failure() const { return failure_; }

 private:
  enum class Stage { kConnecting, kHandshake, kOpen, kOver };
  // One direction. Read again when all of it was written.
  struct Lane {
    Bytes buffer;
    std::size_t begin = 0;
    std::size_t end = 0;
    bool has_ended = false;  // Nothing more comes in,
    bool is_closed = false;  // and the other side was told.
    bool empty() const { return begin == end; }
  };

  void Connect();
  void FinishConnecting();
  void Talk(short far_events);
  void Open();
  void Carry(short near_events, short far_events, Time now);
  bool Fill(Lane& lane, int from);
  bool Drain(Lane& lane, int to);
  absl::Status TooLate() const;
  void End(absl::Status failure);
  absl::Status NotConnected(int error) const;

  const ForwarderOptions& options_;
  Descriptor near_;
  Descriptor far_;
  SocksDialogue dialogue_;
  Stage stage_ = Stage::kConnecting;
  const Time begun_;
  std::optional<Time> due_;
  bool has_answered_ = false;  // The proxy.
  Bytes outgoing_;             // Of the handshake.
  Lane up_;                    // To the proxy.
  Lane down_;
  bool near_is_gone_ = false;
  absl::Status failure_;
};

}  // namespace amparo::client::platform

#endif  // AMPARO_CLIENT_PLATFORM_FORWARDED_H_
