#include "directory/directory.h"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace amparo::directory {

namespace {

// In the order of the enumerators, from 1.
constexpr absl::string_view kRefusalNames[] = {
    "UPDATE_REQUIRED",
    "MALFORMED",
    "ORG_MISMATCH",
    "NOT_FOUNDED",
    "STALE",
    "UNKNOWN_CERTIFICATE",
    "ACTOR_MISMATCH",
    "BAD_SIGNATURE",
    "NOT_YET_ENDORSED",
    "REVOKED",
    "EXPIRED",
    "SEQUENCE_NOT_RISING",
    "ROLE_REQUIRED",
    "THRESHOLD_NOT_MET",
    "POLICY_NOT_NEXT",
    "POLICY_INVALID",
    "INVITATION_UNKNOWN",
    "INVITATION_USED",
    "INVITATION_EXPIRED",
    "INVITATION_MISMATCH",
    "CERTIFICATE_EXISTS",
    "OWN_CERTIFICATE",
    "ALREADY_ENDORSED",
    "SAME_REGISTRAR",
    "NOTHING_TO_REVOKE",
    "EPOCH_NOT_NEXT",
    "TICK_NOT_RISING",
    "TICK_NOT_BY_LOG",
    "REGISTRARS_COME_FROM_POLICY",
};
static_assert(std::size(kRefusalNames) == static_cast<std::size_t>(kLastRefusal));

}  // namespace

absl::string_view RefusalName(Refusal refusal) {
  const auto index = static_cast<std::size_t>(refusal) - 1;
  assert(index < std::size(kRefusalNames));
  return kRefusalNames[index];
}

UnixSeconds Directory::newest_tick() const {
  return ticks_.empty() ? UnixSeconds{} : ticks_.back().now;
}

Moment Directory::MomentAt(Position position) const {
  const auto later = std::partition_point(
      ticks_.begin(), ticks_.end(), [&](const TickRecord& tick) { return tick.at < position; });
  return {.position = position,
          .now = later == ticks_.begin() ? UnixSeconds{} : std::prev(later)->now};
}

const CertificateRecord* Directory::Find(const Hash& certificate) const {
  const auto found = record_by_hash_.find(certificate);
  return found == record_by_hash_.end() ? nullptr : &records_[found->second];
}

bool Directory::IsValid(const CertificateRecord& record, Moment moment) const {
  if (!record.effective_at || *record.effective_at >= moment.position) return false;
  if (record.revoked_at && *record.revoked_at < moment.position) return false;
  return record.certificate.expiry > moment.now;
}

std::vector<const CertificateRecord*> Directory::ValidCertificates(const MemberId& member,
                                                                   Moment moment) const {
  std::vector<const CertificateRecord*> valid;
  const auto found = records_by_member_.find(member);
  if (found == records_by_member_.end()) return valid;
  for (const std::size_t index : found->second) {
    if (IsValid(records_[index], moment)) valid.push_back(&records_[index]);
  }
  return valid;
}

bool Directory::IsMember(const MemberId& member, Moment moment) const {
  return !ValidCertificates(member, moment).empty();
}

bool Directory::HasRole(const MemberId& member, Role role, Moment moment) const {
  for (const CertificateRecord* record : ValidCertificates(member, moment)) {
    if (record->certificate.roles & static_cast<std::uint16_t>(role)) return true;
  }
  return false;
}

bool Directory::IsOnDesk(const MemberId& member, Desk desk, Moment moment) const {
  for (const CertificateRecord* record : ValidCertificates(member, moment)) {
    const std::vector<Desk>& desks = record->certificate.desks;
    if (std::find(desks.begin(), desks.end(), desk) != desks.end()) return true;
  }
  return false;
}

std::vector<MemberId> Directory::MembersWith(Role role, Desk desk, Moment moment) const {
  std::vector<MemberId> members;
  for (const auto& [member, indexes] : records_by_member_) {
    const bool counts = std::any_of(indexes.begin(), indexes.end(), [&](std::size_t index) {
      const CertificateRecord& record = records_[index];
      const std::vector<Desk>& desks = record.certificate.desks;
      return IsValid(record, moment) &&
             (record.certificate.roles & static_cast<std::uint16_t>(role)) != 0 &&
             (desk == 0 || std::find(desks.begin(), desks.end(), desk) != desks.end());
    });
    if (counts) members.push_back(member);
  }
  return members;
}

const Policy* Directory::PolicyAt(Moment moment) const {
  const Policy* policy = nullptr;
  for (const PolicyRecord& record : policies_) {
    if (record.at < moment.position) policy = &record.policy;
  }
  return policy;
}

bool Directory::IsRecoveryTested(Moment moment) const {
  const Policy* policy = PolicyAt(moment);
  if (policy == nullptr) return false;
  return std::any_of(recovery_tests_.begin(), recovery_tests_.end(), [&](const auto& test) {
    return test.at < moment.position && test.recipient == policy->recovery;
  });
}

std::vector<MemberId> Directory::Members() const {
  std::vector<MemberId> members;
  for (const auto& [member, indexes] : records_by_member_) members.push_back(member);
  return members;
}

}  // namespace amparo::directory
