#include "tests/client/cutting_relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cassert>
#include <limits>
#include <utility>

namespace amparo::testing {
namespace {

sockaddr_in Loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool Forward(const char* bytes, std::size_t size, int to) {
  while (size > 0) {
    const ssize_t sent = ::send(to, bytes, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

CuttingRelay::CuttingRelay(const std::string& upstream, std::vector<std::uint64_t> limits)
    : limits_(std::move(limits)) {
  upstream_port_ = static_cast<std::uint16_t>(std::stoi(upstream.substr(upstream.rfind(':') + 1)));
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  [[maybe_unused]] const bool ok =
      ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
      ::listen(listener_, 16) == 0 &&
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  assert(ok);
  address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  accepting_ = std::thread([this] { Accept(); });
}

CuttingRelay::~CuttingRelay() {
  ending_ = true;
  accepting_.join();
  for (std::thread& thread : serving_) thread.join();
  ::close(listener_);
}

void CuttingRelay::Accept() {
  while (!ending_) {
    pollfd wait{.fd = listener_, .events = POLLIN, .revents = 0};
    if (::poll(&wait, 1, 50) <= 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    const std::size_t number = connections_++;
    const std::uint64_t limit =
        number < limits_.size() ? limits_[number] : std::numeric_limits<std::uint64_t>::max();
    const std::lock_guard<std::mutex> lock(mutex_);
    serving_.emplace_back([this, client, limit] { Serve(client, limit); });
  }
}

void CuttingRelay::Serve(int client, std::uint64_t limit) {
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(upstream_port_);
  bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  std::uint64_t sent = 0;
  std::vector<char> buffer(16 * 1024);
  while (open && !ending_ && sent < limit) {
    pollfd wait[2] = {{.fd = client, .events = POLLIN, .revents = 0},
                      {.fd = server, .events = POLLIN, .revents = 0}};
    if (::poll(wait, 2, 50) <= 0) continue;
    for (int side = 0; side < 2 && open; ++side) {
      if (wait[side].revents == 0) continue;
      const ssize_t got = ::recv(wait[side].fd, buffer.data(), buffer.size(), 0);
      open = got > 0 && Forward(buffer.data(), static_cast<std::size_t>(got), wait[1 - side].fd);
      if (side == 0 && got > 0) sent += static_cast<std::uint64_t>(got);
    }
  }
  ::close(client);
  ::close(server);
}

}  // namespace amparo::testing
