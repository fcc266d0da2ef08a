// What holds for every statement of the directory: envelope, author, order, and time.
// Spec: docs/spec/directory.md, "Judging a statement".

#include <algorithm>

#include "absl/status/status.h"
#include "directory/directory.h"

namespace amparo::directory {
namespace {

bool IsSignedByRoots(Kind kind) { return kind == Kind::kPolicy || kind == Kind::kLogEpoch; }

}  // namespace

std::optional<Refusal> Directory::Check(const SignedStatement& statement, Position position) const {
  Body body;
  return Judge(statement, position, body);
}

std::optional<Refusal> Directory::CheckAuthor(const SignedStatement& statement,
                                              Moment moment) const {
  const CertificateRecord* author = nullptr;
  if (const Verdict refusal = JudgeNaming(statement, moment, author)) return refusal;
  if (!SignaturesVerify(statement)) return Refusal::kBadSignature;
  return JudgeStanding(*author, moment);
}

std::optional<Refusal> Directory::CheckAuthorOfVerified(const SignedStatement& statement,
                                                        Moment moment) const {
  const CertificateRecord* author = nullptr;
  if (const Verdict refusal = JudgeNaming(statement, moment, author)) return refusal;
  return JudgeStanding(*author, moment);
}

// Whose it says that it is; the one signature is by that certificate's key, if it is right.
Directory::Verdict Directory::JudgeNaming(const SignedStatement& statement, Moment moment,
                                          const CertificateRecord*& author) const {
  const Statement& said = statement.statement;
  if (!IsKnownKind(said.kind)) return Refusal::kUpdateRequired;
  const Kind kind = static_cast<Kind>(said.kind);
  if (IsSignedByRoots(kind) || kind == Kind::kTick) return Refusal::kMalformed;
  if (!founded()) return Refusal::kNotFounded;
  if (said.org != org_) return Refusal::kOrgMismatch;
  author = Find(said.actor_certificate);
  if (author == nullptr || author->certified_at >= moment.position) {
    return Refusal::kUnknownCertificate;
  }
  if (author->certificate.member != said.actor) return Refusal::kActorMismatch;
  const bool is_by_its_key = statement.signatures.size() == 1 &&
                             statement.signatures[0].key == author->certificate.signing;
  return is_by_its_key ? Verdict() : Refusal::kBadSignature;
}

Directory::Verdict Directory::JudgeStanding(const CertificateRecord& author, Moment moment) {
  if (author.revoked_at && *author.revoked_at < moment.position) return Refusal::kRevoked;
  if (!author.effective_at || *author.effective_at >= moment.position) {
    return Refusal::kNotYetEndorsed;
  }
  return author.certificate.expiry <= moment.now ? Refusal::kExpired : Verdict();
}

Directory::Verdict Directory::Judge(const SignedStatement& statement, Position position,
                                    Body& body) const {
  if (const Verdict refusal = JudgeEnvelope(statement.statement, body)) return refusal;
  const Proposal proposal{.statement = statement, .moment = MomentAt(position), .body = &body};
  if (const auto* policy = std::get_if<Policy>(&body.act)) return JudgePolicy(proposal, *policy);
  if (const auto* tick = std::get_if<Tick>(&body.act)) return JudgeTick(proposal, *tick);
  if (const auto* epoch = std::get_if<LogEpoch>(&body.act)) {
    // Ticks go on while the roots' signatures are brought together: the number is the order.
    if (const Verdict refusal = JudgeByRoots(proposal, policy())) return refusal;
    if (epoch->size.value > position.value) return Refusal::kMalformed;
    return epoch->epoch == log_epoch_ + 1 ? Verdict() : Refusal::kEpochNotNext;
  }
  const Verdict author = std::holds_alternative<Endorse>(body.act) ? JudgeEndorser(proposal)
                                                                   : JudgeRegistrar(proposal);
  if (author) return author;
  if (const Verdict refusal = JudgeFreshness(statement.statement)) return refusal;
  return JudgeAct(proposal);
}

Directory::Verdict Directory::JudgeEnvelope(const Statement& statement, Body& body) const {
  if (!IsKnownKind(statement.kind)) return Refusal::kUpdateRequired;
  const Kind kind = static_cast<Kind>(statement.kind);
  const SubjectType type = SubjectTypeOf(kind);
  if (type != SubjectType::kDirectory && type != SubjectType::kLog) return Refusal::kMalformed;
  if (statement.subject_type != static_cast<std::uint8_t>(type) || !statement.subject.is_zero()) {
    return Refusal::kMalformed;
  }
  if (!founded() && kind != Kind::kPolicy) return Refusal::kNotFounded;
  absl::StatusOr<Body> decoded = DecodeBody(statement.kind, statement.body);
  if (!decoded.ok()) {
    return absl::IsUnimplemented(decoded.status()) ? Refusal::kUpdateRequired : Refusal::kMalformed;
  }
  body = *std::move(decoded);
  if (founded() && statement.org != org_) return Refusal::kOrgMismatch;
  return std::nullopt;
}

Directory::Verdict Directory::JudgeFreshness(const Statement& statement) const {
  const bool log = statement.subject_type == static_cast<std::uint8_t>(SubjectType::kLog);
  return statement.subject_prev == (log ? tick_head_ : head_) ? Verdict() : Refusal::kStale;
}

// Signed by at least the threshold of `policy`'s roots, and by nobody else.
Directory::Verdict Directory::JudgeByRoots(const Proposal& proposal, const Policy& policy) const {
  const Statement& said = proposal.statement.statement;
  if (said.actor != RootActor() || !said.actor_certificate.is_zero()) {
    return Refusal::kActorMismatch;
  }
  for (const StatementSignature& signature : proposal.statement.signatures) {
    if (std::find(policy.roots.begin(), policy.roots.end(), signature.key) == policy.roots.end()) {
      return Refusal::kBadSignature;
    }
  }
  if (!SignaturesVerify(proposal.statement)) return Refusal::kBadSignature;
  return proposal.statement.signatures.size() >= policy.threshold ? Verdict()
                                                                  : Refusal::kThresholdNotMet;
}

// The role is asked of the certificate that signed, not of the member: a stolen field device
// gains nothing from what its owner may do elsewhere.
Directory::Verdict Directory::JudgeRegistrar(const Proposal& proposal) const {
  const Statement& said = proposal.statement.statement;
  if (const Verdict refusal = CheckAuthor(proposal.statement, proposal.moment)) return refusal;
  const auto last = last_seq_.find(said.actor_certificate);
  if (last != last_seq_.end() && said.actor_seq <= last->second) {
    return Refusal::kSequenceNotRising;
  }
  const CertificateRecord* record = Find(said.actor_certificate);
  return record->certificate.roles & static_cast<std::uint16_t>(Role::kRegistrar)
             ? Verdict()
             : Refusal::kRoleRequired;
}

Directory::Verdict Directory::JudgeTick(const Proposal& proposal, const Tick& tick) const {
  const Statement& said = proposal.statement.statement;
  const std::vector<StatementSignature>& signatures = proposal.statement.signatures;
  if (said.actor != LogActor() || !said.actor_certificate.is_zero() || signatures.size() != 1 ||
      signatures[0].key != policy().log_key) {
    return Refusal::kTickNotByLog;
  }
  if (!SignaturesVerify(proposal.statement)) return Refusal::kBadSignature;
  if (const Verdict refusal = JudgeFreshness(said)) return refusal;
  if (!proposal.body->objects.empty() || !proposal.body->grants.empty()) {
    return Refusal::kMalformed;
  }
  if (tick.directory_head != head_) return Refusal::kStale;
  return tick.now > newest_tick() ? Verdict() : Refusal::kTickNotRising;
}

Directory::Verdict Directory::JudgeAct(const Proposal& proposal) const {
  const Act& act = proposal.body->act;
  if (const auto* it = std::get_if<Certify>(&act)) return JudgeCertify(proposal, *it);
  if (const auto* it = std::get_if<Endorse>(&act)) return JudgeEndorse(proposal, *it);
  if (const auto* it = std::get_if<Revoke>(&act)) return JudgeRevoke(proposal, *it);
  if (const auto* it = std::get_if<Invite>(&act)) return JudgeInvite(proposal, *it);
  if (const auto* it = std::get_if<DirectoryEpoch>(&act)) return JudgeDirectoryEpoch(proposal, *it);
  if (const auto* it = std::get_if<Describe>(&act)) return JudgeDescribe(proposal, *it);
  if (const auto* it = std::get_if<RecoveryTested>(&act)) {
    const bool right = !it->proof.is_zero() && proposal.body->objects.empty();
    return right ? Verdict() : Refusal::kMalformed;
  }
  return Refusal::kMalformed;
}

}  // namespace amparo::directory
