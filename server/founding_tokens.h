// The operator's tokens to found an organisation, as the server keeps them: a file each in
// the data directory, mode 0600, sealed under the server key. Files and not rows, so that
// `amparod token` works while the database is in use.
// Spec: docs/spec/engine.md, "Founding".
//
// Thread safety: the functions are independent; two writers of one token are the caller's care.

#ifndef AMPARO_SERVER_FOUNDING_TOKENS_H_
#define AMPARO_SERVER_FOUNDING_TOKENS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "statement/ids.h"
#include "statement/invitation.h"

namespace amparo::server {

inline constexpr std::uint64_t kFoundingTokenLifetime_s = 30 * 24 * 3600;

struct KeptToken {
  TokenId id;
  Hash secret_sha256;
  Secret<32> log_key_seed;
  UnixSeconds expiry;
  OrgId used_by;  // Zeros: unused.
};

// REQUIRES: `directory` exists. Durable when it returns.
absl::Status KeepToken(const std::string& directory, const Secret<32>& server_key,
                       const KeptToken& token);
// NOT_FOUND; DATA_LOSS: altered, or under another server key.
absl::StatusOr<KeptToken> LoadToken(const std::string& directory, const Secret<32>& server_key,
                                    const TokenId& id);

// A fresh token, for the one who founds and for the server; `address` and `certificate_pem`
// as the founder reaches the server.
struct MadeToken {
  FoundingToken given;
  KeptToken kept;
};
MadeToken MakeToken(std::string address, std::string certificate_pem, UnixSeconds now);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_FOUNDING_TOKENS_H_
