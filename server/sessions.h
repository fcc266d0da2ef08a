// Who is asking: sessions opened with a certificate's authentication key, and the MAC of each
// request in one. Spec: docs/spec/requests.md, "Sessions". State changes do not rest on it:
// those are signed statements.
//
// Thread safety: all methods, from any thread.

#ifndef AMPARO_SERVER_SESSIONS_H_
#define AMPARO_SERVER_SESSIONS_H_

#include <bitset>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/bytes.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "server/clock.h"
#include "server/subject.h"

namespace amparo::server {

inline constexpr std::uint64_t kChallengeLifetime_s = 60;
inline constexpr std::size_t kSpentChallengesMax = 65536;  // Of the last 60 s.
inline constexpr std::size_t kSessionsMax = 4096;
inline constexpr std::size_t kSessionsPerCertificateMax = 16;  // Then the idlest one ends.
inline constexpr std::uint32_t kSessionIdleTimeout_s = 900;
inline constexpr std::uint64_t kCounterWindow = 1024;

using SessionId = FixedBytes<struct SessionIdTag, 16>;
using Nonce = FixedBytes<struct NonceTag, 32>;

// Accepts each counter once, as long as it is not 1,024 or more below the highest.
class CounterWindow {
 public:
  bool Accept(std::uint64_t counter);

 private:
  std::optional<std::uint64_t> highest_;
  std::bitset<kCounterWindow> seen_;  // Bit i: counter i modulo the window.
};

struct SessionRequest {
  OrgId org;
  Hash certificate;  // Its hash, or its authentication key.
  Nonce challenge;
  Nonce client_nonce;
  Signature signature;
};
struct OpenedSession {
  SessionId session;
  Secret<32> secret;
};
// A request in a session, as it came.
struct Envelope {
  ByteView session;
  std::uint64_t counter = 0;
  ByteView mac;
  ByteView body;
};

// What the directories say now of a certificate, named by its hash or by its authentication
// key: nothing unless it is valid.
// A witness's public key is looked up the same way.
struct KnownCertificate {
  Hash hash;
  MemberId member;
  VerifyKey authentication;
  bool is_witness = false;
};
using CertificateLookup =
    std::function<std::optional<KnownCertificate>(const OrgId&, const Hash& certificate)>;

class Sessions {
 public:
  struct Options {
    Hash server_key_hash;  // SHA-256 of the TLS certificate's SubjectPublicKeyInfo.
    CertificateLookup lookup;
    Clock clock;  // Seconds that never go back, from any start.
  };
  explicit Sessions(Options options);

  // Good for one Open within 60 s. Takes no memory: a flood of them costs nothing.
  Nonce Challenge() const;
  // SESSION_REFUSED for whatever is wrong; SERVER_BUSY: a table is full.
  absl::StatusOr<OpenedSession> Open(const SessionRequest& request);
  // Checks the MAC, the counter, and that the certificate is still valid; of a witness, that
  // the method is one of the two that answer with heads and take cosignatures.
  // SESSION_REFUSED for whatever is wrong.
  absl::StatusOr<Caller> Authenticate(const Envelope& envelope, absl::string_view method);

 private:
  struct Session {
    Caller caller;
    Secret<32> secret;
    CounterWindow counters;
    UnixSeconds last_used;
  };

  bool IsFresh(const Nonce& challenge, UnixSeconds now) const;
  bool Spend(const Nonce& challenge, UnixSeconds now);
  void MakeRoom(const Hash& certificate, UnixSeconds now);
  static Bytes SignedBytes(const SessionRequest& request, const Hash& server_key_hash);

  const Options options_;
  const Secret<32> challenge_key_;

  std::mutex mutex_;  // Guards what follows.
  std::map<Nonce, UnixSeconds> spent_;
  std::map<SessionId, Session> sessions_;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_SESSIONS_H_
