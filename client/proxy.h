// Where a SOCKS5 proxy is, where it is asked to connect, and what its failures are called.
// Spec: docs/spec/proxy.md.
//
// Thread safety: values; pure functions.

#ifndef AMPARO_CLIENT_PROXY_H_
#define AMPARO_CLIENT_PROXY_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/bytes.h"

namespace amparo::client {

// A name is never looked up: `host` is what somebody wrote, `ip` its 4 or 16 bytes if that is a
// literal address.
struct HostPort {
  std::string host;  // Without brackets.
  std::uint16_t port = 0;
  Bytes ip = {};
};
// "amparo.example:7443", "[2001:db8::1]:7443", "10.0.0.1:7443".
std::string FormatHostPort(const HostPort& at);
// INVALID_ARGUMENT: no port, or no host that a proxy can be asked for.
absl::StatusOr<HostPort> ParseHostPort(absl::string_view text);

// "socks5://127.0.0.1:9050"; "socks5h" says the same, "localhost" is 127.0.0.1. The host is a
// literal address, so that nobody is asked where the proxy is.
// INVALID_ARGUMENT, reason PROXY_WITH_PASSWORD: a user or password, which the message does not
// repeat; PROXY_MALFORMED: anything else. See DetailOf in client/connection.h.
absl::StatusOr<HostPort> ParseProxyUrl(absl::string_view url);
std::string FormatProxyUrl(const HostPort& proxy);

// UNAVAILABLE with one of the names below: to the rest of the client a link that is missing, to
// the person something that they can mend.
inline constexpr char kProxyUnreachable[] = "PROXY_UNREACHABLE";
inline constexpr char kProxyNotSocks5[] = "PROXY_NOT_SOCKS5";
inline constexpr char kProxyWantsPassword[] = "PROXY_WANTS_PASSWORD";
inline constexpr char kProxyRefused[] = "PROXY_REFUSED";
inline constexpr char kProxyTimeout[] = "PROXY_TIMEOUT";
inline constexpr char kProxySilent[] = "PROXY_SILENT";  // On this computer: no link is to blame.
inline constexpr char kServerNotReached[] = "SERVER_NOT_REACHED";  // The proxy works.
absl::Status ProxyFailure(absl::string_view name, absl::string_view message);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_PROXY_H_
