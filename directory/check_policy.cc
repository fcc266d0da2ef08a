// The root policy: who signs it, and what it must say.
// Spec: docs/spec/directory.md, "Policy".

#include <algorithm>
#include <set>

#include "directory/directory.h"

namespace amparo::directory {
namespace {

constexpr std::uint16_t kRulesVersion = 1;
constexpr std::uint8_t kPrivilegedQuorum = 2;

bool IsRootOf(const Policy& policy, const VerifyKey& key) {
  return std::find(policy.roots.begin(), policy.roots.end(), key) != policy.roots.end();
}

std::size_t CountSignedBy(const SignedStatement& statement, const Policy& policy) {
  return static_cast<std::size_t>(
      std::count_if(statement.signatures.begin(), statement.signatures.end(),
                    [&](const auto& signature) { return IsRootOf(policy, signature.key); }));
}

// Every key of the policy has one use and one owner.
bool KeysAreDistinct(const Policy& policy) {
  std::set<VerifyKey> seen;
  const auto is_new = [&](const VerifyKey& key) { return seen.insert(key).second; };
  if (const auto recovery = VerifyKey::From(policy.recovery.key)) seen.insert(*recovery);
  if (!std::all_of(policy.roots.begin(), policy.roots.end(), is_new)) return false;
  if (!is_new(policy.log_key)) return false;
  return std::all_of(policy.registrars.begin(), policy.registrars.end(), [&](const auto& it) {
    return is_new(it.signing) && is_new(it.authentication);
  });
}

std::optional<Refusal> CheckRoots(const SignedStatement& statement, const Policy& policy,
                                  const Policy* before) {
  const Statement& said = statement.statement;
  if (said.actor != RootActor() || !said.actor_certificate.is_zero()) {
    return Refusal::kActorMismatch;
  }
  for (const StatementSignature& signature : statement.signatures) {
    if (!IsRootOf(policy, signature.key) &&
        (before == nullptr || !IsRootOf(*before, signature.key))) {
      return Refusal::kBadSignature;
    }
  }
  if (!SignaturesVerify(statement)) return Refusal::kBadSignature;
  if (CountSignedBy(statement, policy) < policy.threshold) return Refusal::kThresholdNotMet;
  if (before != nullptr && CountSignedBy(statement, *before) < before->threshold) {
    return Refusal::kThresholdNotMet;
  }
  return std::nullopt;
}

std::optional<Refusal> CheckOrder(const Policy& policy, const Policy* before) {
  const std::uint32_t version = before == nullptr ? 1 : before->version + 1;
  const Hash previous = before == nullptr ? Hash{} : HashOf(*before);
  const bool is_next = policy.version == version && policy.previous == previous;
  return is_next ? std::nullopt : std::optional(Refusal::kPolicyNotNext);
}

}  // namespace

std::optional<Refusal> CheckSuccession(const SignedStatement& statement, const Policy& policy,
                                       const Policy* before) {
  if (const auto refusal = CheckRoots(statement, policy, before)) return refusal;
  return CheckOrder(policy, before);
}

Directory::Verdict Directory::JudgePolicy(const Proposal& proposal, const Policy& policy) const {
  const Statement& said = proposal.statement.statement;
  if (!founded() && said.org.bytes != HashOf(policy).bytes) return Refusal::kOrgMismatch;
  const Policy* before = founded() ? &this->policy() : nullptr;
  if (const Verdict refusal = CheckRoots(proposal.statement, policy, before)) return refusal;
  if (const Verdict refusal = JudgeFreshness(said)) return refusal;
  if (const Verdict refusal = CheckOrder(policy, before)) return refusal;
  if (!proposal.body->objects.empty()) return Refusal::kMalformed;
  return JudgePolicyContent(policy, proposal.moment);
}

Directory::Verdict Directory::JudgePolicyContent(const Policy& policy, Moment moment) const {
  if (policy.rules_version != kRulesVersion || policy.flags != 0) return Refusal::kUpdateRequired;
  if (policy.threshold == 0 || policy.threshold > policy.roots.size()) {
    return Refusal::kPolicyInvalid;
  }
  if (!policy.recovery.can_receive() || policy.privileged_quorum != kPrivilegedQuorum ||
      policy.freshness_limit_hours == 0 || !KeysAreDistinct(policy)) {
    return Refusal::kPolicyInvalid;
  }
  if (founded() && policy.log_key != this->policy().log_key) return Refusal::kPolicyInvalid;
  return JudgePolicyRegistrars(policy, moment);
}

// A registrar may also audit, but touches no document: any other role comes by invitation, to
// another certificate. One whom the last policy listed stays as they were; a revoked one does
// not come back with the same keys.
Directory::Verdict Directory::JudgePolicyRegistrars(const Policy& policy, Moment moment) const {
  constexpr auto kRegistrar = static_cast<std::uint16_t>(Role::kRegistrar);
  constexpr auto kAuditor = static_cast<std::uint16_t>(Role::kAuditor);
  if (policy.registrars.empty() || policy.registrars.size() > kRegistrarsMax) {
    return Refusal::kPolicyInvalid;
  }
  for (const Certificate& certificate : policy.registrars) {
    if ((certificate.roles & kRegistrar) == 0 ||
        (certificate.roles & ~(kRegistrar | kAuditor)) != 0 || !certificate.invite.is_zero() ||
        certificate.member == RootActor() || certificate.member == LogActor() ||
        certificate.member == DirectoryGrantee() || certificate.expiry <= moment.now) {
      return Refusal::kPolicyInvalid;
    }
    if (const CertificateRecord* known = Find(HashOf(certificate))) {
      if (known->revoked_at) return Refusal::kPolicyInvalid;
    } else if (IsKeyTaken(certificate.signing) || IsKeyTaken(certificate.authentication)) {
      return Refusal::kPolicyInvalid;
    }
  }
  return std::nullopt;
}

}  // namespace amparo::directory
