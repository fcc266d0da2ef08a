// What a judged statement changes. Spec: docs/spec/directory.md, "State".

#include <algorithm>
#include <cassert>
#include <utility>

#include "directory/directory.h"

namespace amparo::directory {

std::optional<Refusal> Directory::Apply(const SignedStatement& statement, Position position) {
  Body body;
  if (const Verdict refusal = Judge(statement, position, body)) return refusal;
  const Statement& said = statement.statement;
  const Hash hash = HashOf(statement);
  if (const auto* policy = std::get_if<Policy>(&body.act)) {
    if (!founded()) org_ = said.org;
    ApplyPolicy(*policy, hash, position);
  } else {
    ApplyAct(statement, body, position);
  }
  if (said.subject_type == static_cast<std::uint8_t>(SubjectType::kLog)) {
    tick_head_ = hash;
  } else {
    head_ = hash;
  }
  if (!said.actor_certificate.is_zero()) last_seq_[said.actor_certificate] = said.actor_seq;
  return std::nullopt;
}

std::optional<Refusal> Directory::ApplyLone(const SignedStatement& statement, Position position) {
  if (statement.statement.subject_type != static_cast<std::uint8_t>(SubjectType::kLog)) {
    return Refusal::kMalformed;
  }
  // Whatever it names before it is taken for the head.
  const Hash before = std::exchange(tick_head_, statement.statement.subject_prev);
  const Verdict refusal = Apply(statement, position);
  if (refusal) tick_head_ = before;
  return refusal;
}

// Registrars come with the policy, and go with the one that no longer lists them.
void Directory::ApplyPolicy(const Policy& policy, const Hash& statement, Position position) {
  for (CertificateRecord& record : records_) {
    if (!record.certified_by.is_zero() || record.revoked_at) continue;
    const bool stays = std::find(policy.registrars.begin(), policy.registrars.end(),
                                 record.certificate) != policy.registrars.end();
    if (!stays) record.revoked_at = position;
  }
  for (const Certificate& certificate : policy.registrars) {
    if (Find(HashOf(certificate)) != nullptr) continue;
    ApplyCertificate({.certificate = certificate,
                      .hash = HashOf(certificate),
                      .certified_by = {},
                      .certified_at = position,
                      .effective_at = position,
                      .revoked_at = {},
                      .statement = statement,
                      .attributes = {}});
  }
  policies_.push_back({.policy = policy, .at = position});
}

void Directory::ApplyCertificate(CertificateRecord record) {
  const std::size_t index = records_.size();
  record_by_hash_[record.hash] = index;
  records_by_member_[record.certificate.member].push_back(index);
  keys_.insert(record.certificate.signing);
  keys_.insert(record.certificate.authentication);
  records_.push_back(std::move(record));
}

void Directory::ApplyAct(const SignedStatement& statement, const Body& body, Position position) {
  const MemberId& actor = statement.statement.actor;
  const Hash hash = HashOf(statement);
  if (const auto* certify = std::get_if<Certify>(&body.act)) {
    const Certificate& certificate = certify->certificate;
    // A further device of somebody known waits too: alone, a registrar could take a seat that
    // others have trusted already.
    const bool waits = (certificate.roles & kPrivilegedRoles) != 0 ||
                       records_by_member_.contains(certificate.member);
    invites_.at(certificate.invite).used_by = HashOf(certificate);
    ApplyCertificate({.certificate = certificate,
                      .hash = HashOf(certificate),
                      .certified_by = actor,
                      .certified_at = position,
                      .effective_at = waits ? std::nullopt : std::optional(position),
                      .revoked_at = {},
                      .statement = hash,
                      .attributes = body.objects});
  } else if (const auto* endorse = std::get_if<Endorse>(&body.act)) {
    records_[record_by_hash_.at(endorse->certificate)].effective_at = position;
  } else if (const auto* revoke = std::get_if<Revoke>(&body.act)) {
    for (const std::size_t index : records_by_member_.at(revoke->member)) {
      CertificateRecord& record = records_[index];
      const bool named = revoke->certificate.is_zero() || record.hash == revoke->certificate;
      if (named && !record.revoked_at) record.revoked_at = position;
    }
  } else if (const auto* invite = std::get_if<Invite>(&body.act)) {
    invites_[invite->invite] = {
        .invite = *invite, .by = actor, .at = position, .used_by = {}, .objects = body.objects};
  } else if (const auto* epoch = std::get_if<DirectoryEpoch>(&body.act)) {
    epochs_.push_back({.epoch = *epoch, .statement = hash, .by = actor, .objects = body.objects});
  } else if (const auto* describe = std::get_if<Describe>(&body.act)) {
    for (const std::size_t index : records_by_member_.at(describe->member)) {
      records_[index].attributes = body.objects;
    }
  } else if (std::holds_alternative<RecoveryTested>(body.act)) {
    recovery_tests_.push_back({.at = position, .recipient = policy().recovery});
  } else if (const auto* tick = std::get_if<Tick>(&body.act)) {
    ticks_.push_back({.at = position, .now = tick->now});
  } else if (const auto* log_epoch = std::get_if<LogEpoch>(&body.act)) {
    log_epoch_ = log_epoch->epoch;
  } else {
    assert(false && "judged, but of no kind of the directory");
  }
}

}  // namespace amparo::directory
