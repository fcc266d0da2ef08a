#include "tests/proxy/scripted_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <utility>

namespace amparo::testing {
namespace {

constexpr char kScheme[] = "unix-abstract:";

}  // namespace

Peer::Peer(int fd) : fd_(fd) {
  const timeval limit{.tv_sec = 30, .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}
Peer::Peer(Peer&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
Peer::~Peer() {
  if (fd_ >= 0) ::close(fd_);
}

bool Peer::Send(ByteView bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string Peer::Receive(std::size_t size) const {
  std::string out;
  std::vector<char> buffer(64 * 1024);
  while (out.size() < size) {
    const ssize_t got = ::recv(fd_, buffer.data(), std::min(buffer.size(), size - out.size()), 0);
    if (got <= 0) break;
    out.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return out;
}

void Peer::SendNoMore() const { ::shutdown(fd_, SHUT_WR); }

Peer ConnectToTarget(const std::string& target) {
  assert(target.rfind(kScheme, 0) == 0);
  const std::string name = target.substr(std::strlen(kScheme));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  [[maybe_unused]] const int made =
      ::connect(fd, reinterpret_cast<const sockaddr*>(&address), size);
  assert(made == 0);
  return Peer(fd);
}

ScriptedProxy::ScriptedProxy(Script script) : script_(std::move(script)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  [[maybe_unused]] const bool ok =
      ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
      ::listen(listener_, 16) == 0 &&
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  assert(ok);
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { Accept(); });
}

ScriptedProxy::~ScriptedProxy() {
  ::shutdown(listener_, SHUT_RDWR);  // accept() returns.
  accepting_.join();
  for (std::thread& next : serving_) next.join();
  ::close(listener_);
}

client::HostPort ScriptedProxy::at() const {
  return {.host = "127.0.0.1", .port = port_, .ip = {127, 0, 0, 1}};
}

void ScriptedProxy::LetThrough(const Peer& peer, std::size_t name_bytes) {
  peer.Receive(4);
  peer.Send(Bytes{5, 0});
  peer.Receive(7 + name_bytes);
  peer.Send(Bytes{5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
}

void ScriptedProxy::Accept() {
  while (true) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    ++connections_;
    serving_.emplace_back([this, fd] { script_(Peer(fd)); });
  }
}

}  // namespace amparo::testing
