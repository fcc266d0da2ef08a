// client/platform_forwarded.h on POSIX.

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/platform_forwarded.h"

namespace amparo::client::platform {
namespace {

constexpr short kGone = POLLERR | POLLHUP;

socklen_t FillAddress(const HostPort& at, sockaddr_storage& out) {
  if (at.ip.size() == 4) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(at.port);
    std::memcpy(&in.sin_addr, at.ip.data(), at.ip.size());
    std::memcpy(&out, &in, sizeof(in));
    return sizeof(in);
  }
  sockaddr_in6 in{};
  in.sin6_family = AF_INET6;
  in.sin6_port = htons(at.port);
  std::memcpy(&in.sin6_addr, at.ip.data(), at.ip.size());
  std::memcpy(&out, &in, sizeof(in));
  return sizeof(in);
}

bool IsOnThisComputer(const HostPort& proxy) {
  static constexpr std::array<std::uint8_t, 16> kLoopback6 = {0, 0, 0, 0, 0, 0, 0, 0,
                                                              0, 0, 0, 0, 0, 0, 0, 1};
  return proxy.ip.size() == 4 ? proxy.ip[0] == 127 : std::ranges::equal(proxy.ip, kLoopback6);
}

bool MustWait() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

Descriptor::~Descriptor() { Reset(-1); }
void Descriptor::Reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

ForwardedConnection::ForwardedConnection(int near, const ForwarderOptions& options,
                                         const SocksCredentials& credentials, Time now)
    : options_(options),
      near_(near),
      dialogue_(options.proxy, options.server, credentials),
      begun_(now),
      due_(now + options.handshake_limit) {
  if (IsOnThisComputer(options.proxy)) due_ = std::min(*due_, now + options.silence_limit);
  Connect();
}

void ForwardedConnection::Connect() {
  sockaddr_storage address{};
  const socklen_t size = FillAddress(options_.proxy, address);
  far_.Reset(::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (far_.get() < 0) return End(NotConnected(errno));
  const int on = 1;
  ::setsockopt(far_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (::connect(far_.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 &&
      errno != EINPROGRESS && errno != EINTR) {
    End(NotConnected(errno));
  }
}

void ForwardedConnection::Ask(pollfd& near, pollfd& far) const {
  near = {.fd = near_.get(), .events = 0, .revents = 0};
  far = {.fd = far_.get(), .events = 0, .revents = 0};
  if (stage_ == Stage::kConnecting || (stage_ == Stage::kHandshake && !outgoing_.empty())) {
    far.events = POLLOUT;
  } else if (stage_ == Stage::kHandshake) {
    far.events = POLLIN;
  } else if (stage_ == Stage::kOpen) {
    if (up_.empty() && !up_.has_ended) near.events |= POLLIN;
    if (!down_.empty() && !near_is_gone_) near.events |= POLLOUT;
    if (down_.empty() && !down_.has_ended && !near_is_gone_) far.events |= POLLIN;
    if (!up_.empty()) far.events |= POLLOUT;
  }
  // The end of a side is reported unasked, again and again: who knows it does not look there.
  if (far.events == 0) far.fd = -1;
  if (near.events == 0 && near_is_gone_) near.fd = -1;
}

void ForwardedConnection::Go(short near_events, short far_events, Time now) {
  if (stage_ == Stage::kConnecting || stage_ == Stage::kHandshake) {
    // Who waited for the proxy has given up.
    if ((near_events & kGone) != 0) return End(absl::OkStatus());
    if (stage_ == Stage::kConnecting && far_events != 0) FinishConnecting();
    if (stage_ == Stage::kHandshake) Talk(far_events);
    const bool is_late = due_.has_value() && now >= *due_;
    if (!is_late || stage_ == Stage::kOpen || stage_ == Stage::kOver) return;
    return End(TooLate());
  }
  if (stage_ == Stage::kOpen) Carry(near_events, far_events, now);
}

void ForwardedConnection::FinishConnecting() {
  int error = 0;
  socklen_t size = sizeof(error);
  if (::getsockopt(far_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return End(NotConnected(error));
  stage_ = Stage::kHandshake;
  outgoing_ = dialogue_.TakeOutgoing();
}

void ForwardedConnection::Talk(short far_events) {
  if (!outgoing_.empty()) {
    const ssize_t sent = ::send(far_.get(), outgoing_.data(), outgoing_.size(), MSG_NOSIGNAL);
    if (sent < 0 && !MustWait()) return End(NotConnected(errno));
    if (sent > 0) outgoing_.erase(outgoing_.begin(), outgoing_.begin() + sent);
    return;
  }
  if (far_events == 0) return;
  std::array<std::uint8_t, 512> bytes{};
  const std::size_t most = std::min(bytes.size(), dialogue_.wanted());
  const ssize_t got = ::recv(far_.get(), bytes.data(), most, 0);
  if (got < 0 && MustWait()) return;
  if (got < 0) return End(NotConnected(errno));
  if (got == 0) {
    return End(ProxyFailure(kProxyUnreachable,
                            absl::StrCat("the proxy at ", FormatHostPort(options_.proxy),
                                         " ended the connection before it answered")));
  }
  has_answered_ = true;
  due_ = begun_ + options_.handshake_limit;
  const absl::Status said =
      dialogue_.Receive(ByteView(bytes.data(), static_cast<std::size_t>(got)));
  if (!said.ok()) return End(said);
  outgoing_ = dialogue_.TakeOutgoing();
  if (dialogue_.is_done()) Open();
}

void ForwardedConnection::Open() {
  stage_ = Stage::kOpen;
  due_.reset();
  up_.buffer.resize(Forwarder::kBufferBytes);
  down_.buffer.resize(Forwarder::kBufferBytes);
}

void ForwardedConnection::Carry(short near_events, short far_events, Time now) {
  const bool may_go_on = ((near_events & POLLERR) == 0 && (far_events & POLLERR) == 0) &&
                         ((near_events & (POLLIN | POLLHUP)) == 0 || Fill(up_, near_.get())) &&
                         ((far_events & (POLLIN | POLLHUP)) == 0 || Fill(down_, far_.get())) &&
                         Drain(up_, far_.get()) && (near_is_gone_ || Drain(down_, near_.get()));
  if ((near_events & POLLHUP) != 0 && !near_is_gone_) {
    near_is_gone_ = true;
    due_ = now + kLinger;
  }
  const bool is_late = due_.has_value() && now >= *due_;
  const bool is_done = up_.is_closed && (down_.is_closed || near_is_gone_);
  if (!may_go_on || is_done || is_late) End(absl::OkStatus());
}

bool ForwardedConnection::Fill(Lane& lane, int from) {
  if (!lane.empty() || lane.has_ended) return true;
  const ssize_t got = ::recv(from, lane.buffer.data(), lane.buffer.size(), 0);
  if (got < 0) return MustWait();
  lane.begin = 0;
  lane.end = static_cast<std::size_t>(got);
  lane.has_ended = got == 0;
  return true;
}

bool ForwardedConnection::Drain(Lane& lane, int to) {
  if (!lane.empty()) {
    const ssize_t sent =
        ::send(to, lane.buffer.data() + lane.begin, lane.end - lane.begin, MSG_NOSIGNAL);
    if (sent < 0) return MustWait();
    lane.begin += static_cast<std::size_t>(sent);
  }
  if (lane.empty() && lane.has_ended && !lane.is_closed) {
    lane.is_closed = true;
    ::shutdown(to, SHUT_WR);
  }
  return true;
}

absl::Status ForwardedConnection::TooLate() const {
  const std::string proxy = FormatHostPort(options_.proxy);
  if (!has_answered_ && IsOnThisComputer(options_.proxy)) {
    if (stage_ == Stage::kConnecting) {
      return ProxyFailure(kProxyUnreachable,
                          absl::StrCat("the proxy at ", proxy, " takes no connection"));
    }
    return ProxyFailure(
        kProxySilent, absl::StrCat("the proxy at ", proxy, " takes connections and says nothing"));
  }
  return ProxyFailure(kProxyTimeout,
                      absl::StrCat("the proxy at ", proxy, " did not reach the server at ",
                                   FormatHostPort(options_.server), " within ",
                                   options_.handshake_limit.count() / 1000, " s"));
}

void ForwardedConnection::End(absl::Status failure) {
  stage_ = Stage::kOver;
  failure_ = std::move(failure);
  due_.reset();
}

absl::Status ForwardedConnection::NotConnected(int error) const {
  std::string said = std::generic_category().message(error);
  if (!said.empty() && said[0] >= 'A' && said[0] <= 'Z') said[0] = static_cast<char>(said[0] + 32);
  return ProxyFailure(kProxyUnreachable,
                      absl::StrCat("the proxy at ", FormatHostPort(options_.proxy),
                                   " is down or unreachable: ", said));
}

}  // namespace amparo::client::platform
