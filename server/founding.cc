#include "server/founding.h"

#include <utility>
#include <variant>

#include "crypto/digest.h"
#include "server/refusal.h"

namespace amparo::server {

Founding::Founding(std::string tokens_directory, const Secret<32>* server_key,
                   Organizations* organizations, Clock clock)
    : directory_(std::move(tokens_directory)),
      server_key_(server_key),
      organizations_(organizations),
      clock_(std::move(clock)) {}

absl::StatusOr<KeptToken> Founding::FindToken(ByteView token_id, ByteView token_secret) const {
  const auto id = TokenId::From(token_id);
  const absl::Status unknown = Refuse(Reason::kTokenUnknown, "no such token, or a wrong secret");
  if (!id || token_secret.size() != 16) return unknown;
  auto token = LoadToken(directory_, *server_key_, *id);
  if (absl::IsNotFound(token.status())) return unknown;
  if (!token.ok()) return token.status();
  if (!EqualConstantTime(Sha256(token_secret).view(), token->secret_sha256.view())) {
    return unknown;
  }
  return token;
}

absl::Status Founding::CheckPolicy(const Submission& submission, const KeptToken& token) const {
  const auto* policy = std::get_if<Policy>(&submission.body.act);
  if (policy == nullptr || policy->version != 1) {
    return Refuse(Reason::kMalformed, "founding takes a policy of version 1");
  }
  const SigningKey log_key = SigningKey::FromSeed(token.log_key_seed.Duplicate());
  if (policy->log_key != log_key.verify_key()) {
    return Refuse(Reason::kLogKeyMismatch, "the policy names another log key than the token's");
  }
  if (const auto refusal = directory::Directory().Check(submission.statement, Position{0})) {
    return Refuse(*refusal, std::nullopt);
  }
  const OrgId org = submission.statement.statement.org;
  if (!token.used_by.is_zero()) {
    if (token.used_by == org) return absl::OkStatus();
    return Refuse(Reason::kTokenUsed, "the token founded another organisation");
  }
  if (token.expiry <= clock_()) return Refuse(Reason::kTokenExpired, "the token has expired");
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<Organization>> Founding::Spend(KeptToken token, const OrgId& org) {
  if (token.used_by.is_zero()) {
    token.used_by = org;
    const auto status = KeepToken(directory_, *server_key_, token);
    if (!status.ok()) return status;
  }
  return organizations_->Begin(org, SigningKey::FromSeed(std::move(token.log_key_seed)));
}

void Founding::Found(ByteView token_id, ByteView token_secret, Bytes policy, AppendCallback done) {
  auto submission = Prepare({.statement = std::move(policy), .grants = {}, .objects = {}});
  if (!submission.ok()) return done(submission.status());
  std::shared_ptr<Organization> organization;
  {
    const std::lock_guard lock(mutex_);
    auto token = FindToken(token_id, token_secret);
    if (!token.ok()) return done(token.status());
    if (auto status = CheckPolicy(*submission, *token); !status.ok()) return done(status);
    auto begun = Spend(*std::move(token), submission->statement.statement.org);
    if (!begun.ok()) return done(begun.status());
    organization = *std::move(begun);
  }
  organization->Submit(*std::move(submission), std::move(done));
}

}  // namespace amparo::server
