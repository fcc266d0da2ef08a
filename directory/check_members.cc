// The acts of a registrar: invite, certify, endorse, revoke, describe, and epochs.
// Spec: docs/spec/directory.md, "Members".

#include <algorithm>
#include <set>

#include "directory/directory.h"

namespace amparo::directory {
namespace {

constexpr auto kRegistrarBit = static_cast<std::uint16_t>(Role::kRegistrar);
constexpr auto kSubmitOnlyRoles = static_cast<std::uint16_t>(
    static_cast<std::uint16_t>(Role::kFellow) | static_cast<std::uint16_t>(Role::kAuditor));

bool IsReserved(const MemberId& member) {
  return member == RootActor() || member == LogActor() || member == DirectoryGrantee();
}

bool HasOnly(const std::vector<ObjectRef>& objects, ObjectClass object_class) {
  return objects.size() == 1 && objects[0].object_class == object_class;
}

}  // namespace

Directory::Verdict Directory::JudgeCertify(const Proposal& proposal, const Certify& act) const {
  const Certificate& certificate = act.certificate;
  if (certificate.member == proposal.statement.statement.actor) return Refusal::kOwnCertificate;
  if (IsReserved(certificate.member)) return Refusal::kMalformed;
  if (certificate.roles & kRegistrarBit) return Refusal::kRegistrarsComeFromPolicy;
  const std::vector<ObjectRef>& objects = proposal.body->objects;
  const bool described = HasOnly(objects, ObjectClass::kAttributes) &&
                         objects[0].payload_sha256 == certificate.attributes_sha256;
  const bool bare = objects.empty() && certificate.attributes_sha256.is_zero();
  if (!described && !bare) return Refusal::kMalformed;
  if (const Verdict refusal = JudgeInvitation(certificate, proposal.moment)) return refusal;
  if (certificate.expiry <= proposal.moment.now) return Refusal::kExpired;
  if (Find(HashOf(certificate)) != nullptr || IsKeyTaken(certificate.signing) ||
      IsKeyTaken(certificate.authentication) || certificate.signing == certificate.authentication) {
    return Refusal::kCertificateExists;
  }
  return std::nullopt;
}

// An invitation for somebody new gives a member id of its own: nobody joins as another.
Directory::Verdict Directory::JudgeInvitation(const Certificate& certificate, Moment moment) const {
  const auto found = invites_.find(certificate.invite);
  if (found == invites_.end()) return Refusal::kInvitationUnknown;
  const InviteRecord& record = found->second;
  if (record.used_by) return Refusal::kInvitationUsed;
  if (record.invite.expiry <= moment.now) return Refusal::kInvitationExpired;
  const bool known = records_by_member_.contains(certificate.member);
  const bool right_member =
      record.invite.member.is_zero() ? !known : certificate.member == record.invite.member;
  const bool submit_only = record.invite.submit_only != 0;
  if (!right_member || certificate.roles != record.invite.roles ||
      certificate.desks != record.invite.desks ||
      certificate.recipient.can_receive() == submit_only) {
    return Refusal::kInvitationMismatch;
  }
  return std::nullopt;
}

// A registrar, or the roots for as long as the policy has but one registrar.
Directory::Verdict Directory::JudgeEndorser(const Proposal& proposal) const {
  if (proposal.statement.statement.actor != RootActor()) return JudgeRegistrar(proposal);
  if (const Verdict refusal = JudgeByRoots(proposal, policy())) return refusal;
  return RegistrarCount() < 2 ? Verdict() : Refusal::kRoleRequired;
}

Directory::Verdict Directory::JudgeEndorse(const Proposal& proposal, const Endorse& act) const {
  const MemberId& actor = proposal.statement.statement.actor;
  const CertificateRecord* record = Find(act.certificate);
  if (record == nullptr) return Refusal::kUnknownCertificate;
  if (record->certificate.member == actor) return Refusal::kOwnCertificate;
  if (record->revoked_at) return Refusal::kRevoked;
  if (record->effective_at) return Refusal::kAlreadyEndorsed;
  if (record->certified_by == actor) return Refusal::kSameRegistrar;
  if (record->certificate.expiry <= proposal.moment.now) return Refusal::kExpired;
  if (!proposal.body->objects.empty()) return Refusal::kMalformed;
  // Two registrars, both of them registrars now: the word of a revoked one no longer counts.
  return HasRole(record->certified_by, Role::kRegistrar, proposal.moment) ? Verdict()
                                                                          : Refusal::kRoleRequired;
}

Directory::Verdict Directory::JudgeRevoke(const Proposal&, const Revoke& act) const {
  const auto found = records_by_member_.find(act.member);
  if (found == records_by_member_.end()) return Refusal::kNothingToRevoke;
  const bool any = std::any_of(found->second.begin(), found->second.end(), [&](std::size_t index) {
    return !records_[index].revoked_at &&
           (act.certificate.is_zero() || records_[index].hash == act.certificate);
  });
  return any ? Verdict() : Refusal::kNothingToRevoke;
}

Directory::Verdict Directory::JudgeInvite(const Proposal& proposal, const Invite& act) const {
  if (act.invite.is_zero() || act.roles == 0 || (act.roles & ~kAllRoles) != 0) {
    return Refusal::kMalformed;
  }
  if (act.roles & kRegistrarBit) return Refusal::kRegistrarsComeFromPolicy;
  if (act.submit_only != 0 && (act.roles & ~kSubmitOnlyRoles) != 0) return Refusal::kMalformed;
  const std::vector<ObjectRef>& objects = proposal.body->objects;
  if (!objects.empty() && !HasOnly(objects, ObjectClass::kInviteSecret)) {
    return Refusal::kMalformed;
  }
  if (invites_.contains(act.invite)) return Refusal::kInvitationUsed;
  if (act.expiry <= proposal.moment.now) return Refusal::kInvitationExpired;
  if (!act.member.is_zero() && !records_by_member_.contains(act.member)) {
    return Refusal::kInvitationMismatch;
  }
  return std::nullopt;
}

Directory::Verdict Directory::JudgeDirectoryEpoch(const Proposal& proposal,
                                                  const DirectoryEpoch& act) const {
  if (!act.recipient.can_receive()) return Refusal::kMalformed;
  const std::vector<ObjectRef>& objects = proposal.body->objects;
  if (!objects.empty() && !HasOnly(objects, ObjectClass::kDirectoryKey)) {
    return Refusal::kMalformed;
  }
  const std::uint32_t last = epochs_.empty() ? 0 : epochs_.back().epoch.epoch;
  return act.epoch == last + 1 ? Verdict() : Refusal::kEpochNotNext;
}

Directory::Verdict Directory::JudgeDescribe(const Proposal& proposal, const Describe& act) const {
  if (!records_by_member_.contains(act.member)) return Refusal::kUnknownCertificate;
  return HasOnly(proposal.body->objects, ObjectClass::kAttributes) ? Verdict()
                                                                   : Refusal::kMalformed;
}

bool Directory::IsKeyTaken(const VerifyKey& key) const { return keys_.contains(key); }

// Whatever the time: whoever leaves ticks out of a true history must not change what it says.
std::size_t Directory::RegistrarCount() const {
  std::set<MemberId> members;
  for (const CertificateRecord& record : records_) {
    if (record.certified_by.is_zero() && !record.revoked_at) {
      members.insert(record.certificate.member);
    }
  }
  return members.size();
}

}  // namespace amparo::directory
