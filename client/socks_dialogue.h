// SocksDialogue: the client's half of a SOCKS5 handshake (RFC 1928, RFC 1929), without any
// socket. What comes in is untrusted. Spec: docs/spec/proxy.md, "What is sent".
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_SOCKS_DIALOGUE_H_
#define AMPARO_CLIENT_SOCKS_DIALOGUE_H_

#include <string>

#include "absl/status/status.h"
#include "client/proxy.h"
#include "crypto/bytes.h"

namespace amparo::client {

// No secret: whoever has other ones is given other circuits by Tor (IsolateSOCKSAuth).
struct SocksCredentials {
  std::string user;  // 1 to 255 bytes each.
  std::string password;
};
SocksCredentials RandomSocksCredentials();

class SocksDialogue {
 public:
  // The proxy's address is for messages alone.
  SocksDialogue(const HostPort& proxy, const HostPort& server, SocksCredentials credentials);

  // What is to be sent now; empty if nothing, or if it was taken before.
  Bytes TakeOutgoing();
  // How many bytes may be read now: no more, for what follows the handshake is the server's.
  // 0: it is done, or has failed.
  std::size_t wanted() const { return wanted_; }
  bool is_done() const { return stage_ == Stage::kDone; }
  // In pieces of any size. An error is final; see ProxyFailure for its names.
  // REQUIRES: 0 < bytes.size() <= wanted().
  absl::Status Receive(ByteView bytes);

 private:
  enum class Stage { kMethod, kPassword, kReply, kAddress, kTail, kDone, kFailed };

  absl::Status Judge();
  absl::Status JudgeMethod();
  absl::Status JudgeReply();
  void AskForServer();
  void Expect(Stage stage, std::size_t bytes);
  absl::Status NotSocks5(const std::string& what) const;

  const std::string proxy_;
  const HostPort server_;
  const SocksCredentials credentials_;
  Stage stage_ = Stage::kMethod;
  std::size_t wanted_ = 2;
  Bytes received_;  // Of this stage.
  Bytes outgoing_;
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_SOCKS_DIALOGUE_H_
