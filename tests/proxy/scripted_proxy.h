// A peer on the loopback interface that does to each connection what a test says, and the other
// end of a forwarder: real sockets with a script behind them.
//
// Thread safety: all methods, from any thread.

#ifndef AMPARO_TESTS_PROXY_SCRIPTED_PROXY_H_
#define AMPARO_TESTS_PROXY_SCRIPTED_PROXY_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "client/proxy.h"
#include "crypto/bytes.h"

namespace amparo::testing {

// A connected socket, closed with the object. Every wait of it ends after 30 s.
class Peer {
 public:
  explicit Peer(int fd);
  Peer(Peer&& other) noexcept;
  Peer(const Peer&) = delete;
  ~Peer();

  int fd() const { return fd_; }
  bool Send(ByteView bytes) const;
  bool Send(const std::string& text) const { return Send(AsBytes(text)); }
  // Exactly `size` bytes; fewer if the other side ends before.
  std::string Receive(std::size_t size) const;
  std::string ReceiveAll() const { return Receive(static_cast<std::size_t>(-1)); }
  void SendNoMore() const;

 private:
  int fd_;
};

// To what a forwarder says gRPC is to connect to.
Peer ConnectToTarget(const std::string& target);

class ScriptedProxy {
 public:
  using Script = std::function<void(const Peer& peer)>;
  // `script` runs for each connection, on a thread of its own; then the connection is closed.
  explicit ScriptedProxy(Script script);
  ~ScriptedProxy();

  client::HostPort at() const;
  std::size_t connections() const { return connections_; }

  // Reads the greeting and the request for a server of `name_bytes`, and lets it through.
  static void LetThrough(const Peer& peer, std::size_t name_bytes);

 private:
  void Accept();

  const Script script_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<std::size_t> connections_ = 0;
  std::vector<std::thread> serving_;  // Of accepting_ alone, until it ended.
  std::thread accepting_;
};

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_PROXY_SCRIPTED_PROXY_H_
