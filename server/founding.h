// Founding an organisation with an operator's token. The same request again is answered the
// same. Spec: docs/spec/engine.md, "Founding".
//
// Thread safety: all methods, from any thread.

#ifndef AMPARO_SERVER_FOUNDING_H_
#define AMPARO_SERVER_FOUNDING_H_

#include <mutex>
#include <string>

#include "server/clock.h"
#include "server/founding_tokens.h"
#include "server/organizations.h"

namespace amparo::server {

class Founding {
 public:
  // The pointers are borrowed.
  Founding(std::string tokens_directory, const Secret<32>* server_key, Organizations* organizations,
           Clock clock);

  // Refusals: TOKEN_UNKNOWN, TOKEN_USED, TOKEN_EXPIRED, LOG_KEY_MISMATCH, MALFORMED, those of
  // the directory, and those of Organization::Submit. `done` as there.
  void Found(ByteView token_id, ByteView token_secret, Bytes policy, AppendCallback done);

 private:
  absl::StatusOr<KeptToken> FindToken(ByteView token_id, ByteView token_secret) const;
  absl::Status CheckPolicy(const Submission& submission, const KeptToken& token) const;
  absl::StatusOr<std::shared_ptr<Organization>> Spend(KeptToken token, const OrgId& org);

  const std::string directory_;
  const Secret<32>* const server_key_;
  Organizations* const organizations_;
  const Clock clock_;
  std::mutex mutex_;  // One founding at a time.
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_FOUNDING_H_
