// Forwarder: lets this process reach a server through a SOCKS5 proxy. It listens on a socket that
// only this process may use, does the handshake for each connection that it accepts, and then
// carries bytes both ways. One thread, and bounded memory however slow either side is.
// Spec: docs/spec/proxy.md.
//
// Thread safety: all methods, from any thread.

#ifndef AMPARO_CLIENT_PLATFORM_FORWARDER_H_
#define AMPARO_CLIENT_PLATFORM_FORWARDER_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/proxy.h"

namespace amparo::client::platform {

// The 4 or 16 bytes of a literal address; empty: it is none.
Bytes IpBytes(const std::string& text);

struct ForwarderOptions {
  HostPort proxy;  // REQUIRES: proxy.ip.
  HostPort server;
  // From the accepted connection to the proxy's reply: building a circuit takes Tor seconds, and
  // to an onion service a minute at worst.
  std::chrono::milliseconds handshake_limit{60'000};
  // To the first word of a proxy on this computer, which needs no circuit and no link.
  std::chrono::milliseconds silence_limit{15'000};
};

class Forwarder {
 public:
  // More wait until one of them ends.
  static constexpr std::size_t kConnectionsMax = 8;
  // Of each direction of a connection, beside what the kernel holds.
  static constexpr std::size_t kBufferBytes = 64 * 1024;

  virtual ~Forwarder() = default;  // Cuts what is connected.
  // What gRPC is to connect to; this names no host.
  virtual std::string target() const = 0;
  // Why the newest handshake with the proxy failed; OK if it did not, or was none yet. Set before
  // the connection that waited for it is cut.
  virtual absl::Status failure() const = 0;
};
// RESOURCE_EXHAUSTED, UNAVAILABLE: the system gives no socket.
absl::StatusOr<std::unique_ptr<Forwarder>> StartForwarder(const ForwarderOptions& options);

}  // namespace amparo::client::platform

#endif  // AMPARO_CLIENT_PLATFORM_FORWARDER_H_
