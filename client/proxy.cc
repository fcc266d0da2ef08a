#include "client/proxy.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/connection.h"
#include "client/platform_forwarder.h"

namespace amparo::client {
namespace {

constexpr std::size_t kHostBytesMax = 255;  // One length byte of SOCKS5.

absl::Status Named(absl::StatusCode code, absl::string_view name, absl::string_view message) {
  absl::Status status(code, message);
  AttachDetail(status, {.reason = std::string(name), .head = {}, .next_number = 0});
  return status;
}

absl::Status Malformed(absl::string_view url, absl::string_view what) {
  return Named(absl::StatusCode::kInvalidArgument, "PROXY_MALFORMED",
               absl::StrCat("\"", url, "\" is no proxy: ", what));
}

std::optional<std::uint16_t> ParsePort(absl::string_view digits) {
  std::uint32_t port = 0;
  const bool is_number =
      !digits.empty() && digits.size() <= 5 &&
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number || !absl::SimpleAtoi(digits, &port) || port == 0 || port > 65'535) return {};
  return static_cast<std::uint16_t>(port);
}

// A proxy is handed the name as it is: nothing may be in it that is no part of a name.
bool IsName(absl::string_view host) {
  return !host.empty() && host.size() <= kHostBytesMax &&
         std::all_of(host.begin(), host.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' ||
                  c == '_';
         });
}

}  // namespace

std::string FormatHostPort(const HostPort& at) {
  const bool in_brackets = absl::StrContains(at.host, ':');
  return absl::StrCat(in_brackets ? "[" : "", at.host, in_brackets ? "]" : "", ":", at.port);
}

absl::StatusOr<HostPort> ParseHostPort(absl::string_view text) {
  const std::size_t colon = text.rfind(':');
  const auto port = colon == absl::string_view::npos ? std::optional<std::uint16_t>()
                                                     : ParsePort(text.substr(colon + 1));
  if (!port.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" has no port from 1 to 65535: HOST:PORT is expected"));
  }
  absl::string_view host = text.substr(0, colon);
  const bool in_brackets = absl::ConsumePrefix(&host, "[") && absl::ConsumeSuffix(&host, "]");
  HostPort at{.host = std::string(host), .port = *port};
  if (in_brackets || IsName(host)) at.ip = platform::IpBytes(at.host);
  const bool is_good = in_brackets ? at.ip.size() == 16 : IsName(host);
  if (is_good) return at;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" has no host: a name, an IPv4 address, or [IPv6 address]"));
}

absl::StatusOr<HostPort> ParseProxyUrl(absl::string_view url) {
  absl::string_view rest = url;
  if (absl::StrContains(rest, '@')) {
    return Named(absl::StatusCode::kInvalidArgument, "PROXY_WITH_PASSWORD",
                 "a proxy is given without user and password");
  }
  if (!absl::ConsumePrefix(&rest, "socks5://") && !absl::ConsumePrefix(&rest, "socks5h://")) {
    return Malformed(url, "it does not begin with socks5://");
  }
  absl::ConsumeSuffix(&rest, "/");
  auto at = ParseHostPort(rest);
  if (!at.ok()) return Malformed(url, "socks5://HOST:PORT is expected, the port from 1 to 65535");
  if (at->host == "localhost") at = HostPort{"127.0.0.1", at->port, {127, 0, 0, 1}};
  if (at->ip.empty()) {
    return Malformed(url, "its host is neither an IP address nor localhost, and none is looked up");
  }
  return at;
}

std::string FormatProxyUrl(const HostPort& proxy) {
  return absl::StrCat("socks5://", FormatHostPort(proxy));
}

absl::Status ProxyFailure(absl::string_view name, absl::string_view message) {
  return Named(absl::StatusCode::kUnavailable, name, message);
}

}  // namespace amparo::client
