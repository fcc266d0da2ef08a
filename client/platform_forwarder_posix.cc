// client/platform_forwarder.h on POSIX, with a socket in Linux' abstract namespace: it leaves
// nothing behind, whatever ends the process.

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/platform_errno.h"
#include "client/platform_forwarded.h"
#include "client/platform_forwarder.h"
#include "crypto/secret.h"

namespace amparo::client::platform {
namespace {

using Time = ForwardedConnection::Time;
using std::chrono::milliseconds;

constexpr int kBacklog = 16;
// After the system gave no descriptor for a connection that waits.
constexpr milliseconds kPauseWithoutDescriptors{500};

// The socket's name can be seen by every user of the computer; what is behind it is for this
// process alone.
bool IsThisProcess(int fd) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  return ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid == ::getpid() &&
         peer.uid == ::geteuid();
}

class PosixForwarder final : public Forwarder {
 public:
  explicit PosixForwarder(const ForwarderOptions& options)
      : options_(options), credentials_(RandomSocksCredentials()) {}
  ~PosixForwarder() override {
    if (!thread_.joinable()) return;
    ending_ = true;
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t woken = ::write(wake_.get(), &one, sizeof(one));
    thread_.join();
  }

  absl::Status Start() {
    name_ = absl::StrCat("amparo-", ToHex(RandomId<FixedBytes<struct SocketNameTag, 16>>()));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name_.data(), name_.size());  // After a zero: abstract.
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name_.size());
    listener_.Reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    wake_.Reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (listener_.get() < 0 || wake_.get() < 0 ||
        ::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::listen(listener_.get(), kBacklog) != 0) {
      return ErrnoStatus(errno, "listening for this process on", name_);
    }
    thread_ = std::thread([this] { Run(); });
    return absl::OkStatus();
  }

  std::string target() const override { return absl::StrCat("unix-abstract:", name_); }
  absl::Status failure() const override {
    const std::lock_guard<std::mutex> lock(mutex_);
    return failure_;
  }

 private:
  void Run() {
    while (!ending_) {
      const Time now = std::chrono::steady_clock::now();
      const bool may_accept = connections_.size() < kConnectionsMax && now >= accept_from_;
      std::vector<pollfd> wait(2 + 2 * connections_.size());
      wait[0] = {.fd = wake_.get(), .events = POLLIN, .revents = 0};
      wait[1] = {.fd = may_accept ? listener_.get() : -1, .events = POLLIN, .revents = 0};
      std::size_t at = 2;
      for (const ForwardedConnection& next : connections_) {
        next.Ask(wait[at], wait[at + 1]);
        at += 2;
      }
      ::poll(wait.data(), wait.size(), TimeoutAt(now));
      Go(wait);
      if (wait[1].revents != 0) Accept();
    }
  }

  void Go(const std::vector<pollfd>& waited) {
    const Time now = std::chrono::steady_clock::now();
    std::size_t at = 2;
    for (auto next = connections_.begin(); next != connections_.end(); at += 2) {
      const bool was_open = next->is_open();
      next->Go(waited[at].revents, waited[at + 1].revents, now);
      if (!was_open && next->is_open()) Note(absl::OkStatus());
      if (!next->is_over()) {
        ++next;
        continue;
      }
      if (!next->failure().ok()) Note(next->failure());
      next = connections_.erase(next);
    }
  }

  void Accept() {
    const Time now = std::chrono::steady_clock::now();
    const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
      if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
        accept_from_ = now + kPauseWithoutDescriptors;
      }
      return;
    }
    if (!IsThisProcess(fd)) {
      ::close(fd);
      return;
    }
    connections_.emplace_back(fd, options_, credentials_, now);
    if (!connections_.back().is_over()) return;
    Note(connections_.back().failure());
    connections_.pop_back();
  }

  int TimeoutAt(Time now) const {
    std::optional<Time> first;
    if (accept_from_ > now) first = accept_from_;
    for (const ForwardedConnection& next : connections_) {
      if (next.due().has_value() && (!first.has_value() || *next.due() < *first)) {
        first = next.due();
      }
    }
    if (!first.has_value()) return -1;
    const auto left = std::chrono::ceil<milliseconds>(*first - now).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
  }

  void Note(absl::Status status) {
    const std::lock_guard<std::mutex> lock(mutex_);
    failure_ = std::move(status);
  }

  const ForwarderOptions options_;
  const SocksCredentials credentials_;
  std::string name_;
  Descriptor listener_;
  Descriptor wake_;
  std::atomic<bool> ending_ = false;
  mutable std::mutex mutex_;
  absl::Status failure_;  // Guarded by mutex_; the next two are the thread's.
  std::list<ForwardedConnection> connections_;
  Time accept_from_;
  std::thread thread_;  // Last: it uses the rest.
};

}  // namespace

Bytes IpBytes(const std::string& text) {
  Bytes four(4);
  if (::inet_pton(AF_INET, text.c_str(), four.data()) == 1) return four;
  Bytes sixteen(16);
  if (::inet_pton(AF_INET6, text.c_str(), sixteen.data()) == 1) return sixteen;
  return {};
}

absl::StatusOr<std::unique_ptr<Forwarder>> StartForwarder(const ForwarderOptions& options) {
  auto forwarder = std::make_unique<PosixForwarder>(options);
  if (absl::Status status = forwarder->Start(); !status.ok()) return status;
  return std::unique_ptr<Forwarder>(std::move(forwarder));
}

}  // namespace amparo::client::platform
