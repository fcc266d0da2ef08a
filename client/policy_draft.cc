#include "client/policy_draft.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/founding.h"
#include "client/founding_homes.h"
#include "client/names.h"
#include "client/root_signature.h"
#include "client/statement_author.h"
#include "client/text_file.h"
#include "statement/invitation.h"

namespace amparo::client {
namespace {

constexpr std::size_t kRootsMin = 2;
constexpr std::uint8_t kThreshold = 2;

absl::StatusOr<Policy> MakePolicy(const FoundingToken& token, const std::vector<std::string>& roots,
                                  const std::string& recovery,
                                  const std::vector<std::string>& registrars) {
  Policy policy;
  for (const std::string& text : roots) {
    auto bytes = ParseTextFile(kRootKeyHeader, text);
    if (!bytes.ok()) return bytes.status();
    const auto key = VerifyKey::From(*bytes);
    if (!key.has_value() || !IsValidVerifyKey(*key)) {
      return absl::InvalidArgumentError("a root file holds no key");
    }
    policy.roots.push_back(*key);
  }
  std::sort(policy.roots.begin(), policy.roots.end());
  const bool repeated =
      std::adjacent_find(policy.roots.begin(), policy.roots.end()) != policy.roots.end();
  if (policy.roots.size() < kRootsMin || policy.roots.size() > kRootKeysMax || repeated) {
    return absl::InvalidArgumentError(absl::StrCat(policy.roots.size(), " root keys, expected ",
                                                   kRootsMin, " to ", kRootKeysMax,
                                                   ", no two equal"));
  }
  policy.threshold = kThreshold;
  policy.log_key = token.log_key;
  auto recipient = ParseRecipient(absl::StripAsciiWhitespace(recovery));
  if (!recipient.ok()) return recipient.status();
  policy.recovery = *std::move(recipient);
  for (const std::string& card : registrars) {
    auto certificate = ParseRegistrarCard(card);
    if (!certificate.ok()) return certificate.status();
    policy.registrars.push_back(*std::move(certificate));
  }
  if (policy.registrars.empty() || policy.registrars.size() > kRegistrarsMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(policy.registrars.size(), " registrars, expected 1 to ", kRegistrarsMax));
  }
  return policy;
}

}  // namespace

absl::StatusOr<std::string> DraftPolicy(absl::string_view founding_token,
                                        const std::vector<std::string>& roots,
                                        const std::string& recovery,
                                        const std::vector<std::string>& registrars) {
  auto token = ParseFoundingToken(founding_token);
  if (!token.ok()) return token.status();
  auto policy = MakePolicy(*token, roots, recovery, registrars);
  if (!policy.ok()) return policy.status();
  Statement statement;
  statement.kind = static_cast<std::uint16_t>(Kind::kPolicy);
  statement.org.bytes = HashOf(*policy).bytes;
  statement.actor = RootActor();
  statement.actor_seq = policy->version;
  statement.subject_type = static_cast<std::uint8_t>(SubjectType::kDirectory);
  statement.claimed_time = SystemNow();
  statement.salt = RandomId<Salt>();
  statement.body = EncodeBody({.act = *policy, .objects = {}, .grants = {}});
  return FormatTextFile(kPolicyDraftHeader, EncodeStatement(statement));
}

absl::StatusOr<PolicyDraft> ParsePolicyDraft(absl::string_view text) {
  auto bytes = ParseTextFile(kPolicyDraftHeader, text);
  if (!bytes.ok()) return bytes.status();
  auto statement = DecodeStatement(*bytes);
  if (!statement.ok()) return statement.status();
  auto body = DecodeBody(statement->kind, statement->body);
  if (!body.ok()) return body.status();
  const auto* policy = std::get_if<Policy>(&body->act);
  if (policy == nullptr) return absl::InvalidArgumentError("the draft is no policy");
  if (policy->version == 1 && statement->org.bytes != HashOf(*policy).bytes) {
    return absl::InvalidArgumentError("the draft's organisation is not its policy's");
  }
  return PolicyDraft{.statement = *std::move(statement), .policy = *policy};
}

absl::StatusOr<SignedStatement> AssemblePolicy(const PolicyDraft& draft,
                                               const std::vector<std::string>& signatures) {
  return AssembleByRoots(kPolicySignatureHeader, draft.statement, draft.policy.roots,
                         draft.policy.threshold, signatures);
}

absl::StatusOr<PolicySummary> ReadPolicyDraft(absl::string_view draft) {
  auto parsed = ParsePolicyDraft(draft);
  if (!parsed.ok()) return parsed.status();
  const Policy& policy = parsed->policy;
  PolicySummary out;
  out.org = parsed->statement.org;
  out.version = policy.version;
  out.roots = policy.roots.size();
  out.threshold = policy.threshold;
  out.recovery = policy.recovery.can_receive() ? FormatRecipient(policy.recovery) : "";
  for (const Certificate& certificate : policy.registrars) {
    out.registrars.push_back(MemberCode(certificate.member));
  }
  out.freshness_limit_hours = policy.freshness_limit_hours;
  out.fingerprint = Fingerprint(DraftHash(parsed->statement));
  return out;
}

absl::StatusOr<std::string> SignPolicy(absl::string_view draft, const KeyBundle& keys) {
  auto parsed = ParsePolicyDraft(draft);
  if (!parsed.ok()) return parsed.status();
  const auto& roots = parsed->policy.roots;
  if (!keys.signing.has_value() ||
      std::find(roots.begin(), roots.end(), keys.signing->verify_key()) == roots.end()) {
    return absl::FailedPreconditionError("this home's key is no root of the draft");
  }
  return FormatRootSignature(kPolicySignatureHeader, parsed->statement, *keys.signing);
}

}  // namespace amparo::client
