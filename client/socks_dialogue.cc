#include "client/socks_dialogue.h"

#include <cassert>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/secret.h"

namespace amparo::client {
namespace {

constexpr std::uint8_t kVersion = 5;
constexpr std::uint8_t kPasswordVersion = 1;
constexpr std::uint8_t kMethodNone = 0;
constexpr std::uint8_t kMethodPassword = 2;
constexpr std::uint8_t kMethodRefused = 0xFF;
constexpr std::uint8_t kConnect = 1;
constexpr std::uint8_t kIpv4 = 1;
constexpr std::uint8_t kName = 3;
constexpr std::uint8_t kIpv6 = 4;
constexpr std::size_t kPortBytes = 2;

struct Reply {
  bool is_about_server;
  const char* words;
};
// RFC 1928, section 6, by number; "refused" shortens how long a call is tried again.
constexpr Reply kReplies[] = {
    {false, ""},
    {true, "general failure"},
    {false, "its rules forbid it"},
    {true, "network unreachable"},
    {true, "host unreachable"},
    {true, "connection refused"},
    {true, "time to live ran out; Tor built no circuit in time"},
    {false, "it cannot connect, only something else"},
    {false, "it does not take this kind of address"},
};

void AppendText(Bytes& out, const std::string& text) {
  assert(!text.empty() && text.size() <= 255);
  out.push_back(static_cast<std::uint8_t>(text.size()));
  AppendTo(out, AsBytes(text));
}

}  // namespace

SocksCredentials RandomSocksCredentials() {
  FixedBytes<struct IsolationTag, 16> user;
  FixedBytes<struct IsolationTag, 16> password;
  FillRandom(user.bytes);
  FillRandom(password.bytes);
  return {.user = ToHex(user), .password = ToHex(password)};
}

SocksDialogue::SocksDialogue(const HostPort& proxy, const HostPort& server,
                             SocksCredentials credentials)
    : proxy_(FormatHostPort(proxy)),
      server_(server),
      credentials_(std::move(credentials)),
      outgoing_{kVersion, 2, kMethodNone, kMethodPassword} {}

Bytes SocksDialogue::TakeOutgoing() { return std::exchange(outgoing_, {}); }

absl::Status SocksDialogue::Receive(ByteView bytes) {
  assert(!bytes.empty() && bytes.size() <= wanted_);
  AppendTo(received_, bytes);
  wanted_ -= bytes.size();
  if (wanted_ > 0) return absl::OkStatus();
  absl::Status status = Judge();
  if (!status.ok()) Expect(Stage::kFailed, 0);
  return status;
}

absl::Status SocksDialogue::Judge() {
  switch (stage_) {
    case Stage::kMethod:
      return JudgeMethod();
    case Stage::kPassword:
      if (received_[0] != kPasswordVersion) return NotSocks5("to the password");
      if (received_[1] != 0) {
        return ProxyFailure(kProxyWantsPassword,
                            absl::StrCat("the proxy at ", proxy_, " wants a password of its own"));
      }
      AskForServer();
      return absl::OkStatus();
    case Stage::kReply:
      return JudgeReply();
    case Stage::kAddress:
      // Reserved, the kind of the address that follows, and its first byte.
      if (received_[1] == kIpv4) {
        Expect(Stage::kTail, 3 + kPortBytes);
      } else if (received_[1] == kIpv6) {
        Expect(Stage::kTail, 15 + kPortBytes);
      } else if (received_[1] == kName) {
        Expect(Stage::kTail, received_[2] + kPortBytes);
      } else {
        return NotSocks5("with an address");
      }
      return absl::OkStatus();
    case Stage::kTail:
      Expect(Stage::kDone, 0);
      return absl::OkStatus();
    case Stage::kDone:
    case Stage::kFailed:
      break;
  }
  return absl::InternalError("the handshake with the proxy is over");
}

absl::Status SocksDialogue::JudgeMethod() {
  if (received_[0] != kVersion) return NotSocks5("to the greeting");
  switch (received_[1]) {
    case kMethodNone:
      AskForServer();
      return absl::OkStatus();
    case kMethodPassword:
      outgoing_ = {kPasswordVersion};
      AppendText(outgoing_, credentials_.user);
      AppendText(outgoing_, credentials_.password);
      Expect(Stage::kPassword, 2);
      return absl::OkStatus();
    case kMethodRefused:
      return ProxyFailure(kProxyWantsPassword,
                          absl::StrCat("the proxy at ", proxy_,
                                       " wants another proof of who asks than a password"));
    default:
      return NotSocks5("with a method that was not offered");
  }
}

absl::Status SocksDialogue::JudgeReply() {
  if (received_[0] != kVersion) return NotSocks5("to CONNECT");
  const std::uint8_t code = received_[1];
  // Not every proxy sends the rest after a refusal.
  if (code == 0) {
    Expect(Stage::kAddress, 3);
    return absl::OkStatus();
  }
  const bool is_known = code < std::size(kReplies);
  const std::string words =
      is_known ? kReplies[code].words : absl::StrCat("reply ", static_cast<int>(code));
  if (is_known && kReplies[code].is_about_server) {
    return ProxyFailure(kServerNotReached,
                        absl::StrCat("the proxy at ", proxy_, " did not reach the server at ",
                                     FormatHostPort(server_), ": ", words));
  }
  return ProxyFailure(kProxyRefused, absl::StrCat("the proxy at ", proxy_, " does not connect to ",
                                                  FormatHostPort(server_), ": ", words));
}

void SocksDialogue::AskForServer() {
  outgoing_ = {kVersion, kConnect, 0};
  if (server_.ip.empty()) {
    outgoing_.push_back(kName);
    AppendText(outgoing_, server_.host);
  } else {
    outgoing_.push_back(server_.ip.size() == 4 ? kIpv4 : kIpv6);
    AppendTo(outgoing_, server_.ip);
  }
  outgoing_.push_back(static_cast<std::uint8_t>(server_.port >> 8));
  outgoing_.push_back(static_cast<std::uint8_t>(server_.port & 0xFF));
  Expect(Stage::kReply, 2);
}

void SocksDialogue::Expect(Stage stage, std::size_t bytes) {
  stage_ = stage;
  wanted_ = bytes;
  received_.clear();
}

absl::Status SocksDialogue::NotSocks5(const std::string& what) const {
  return ProxyFailure(kProxyNotSocks5, absl::StrCat("what answers at ", proxy_,
                                                    " is no SOCKS5 proxy: a wrong answer ", what));
}

}  // namespace amparo::client
