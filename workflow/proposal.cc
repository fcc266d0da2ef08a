#include "workflow/proposal.h"

#include <algorithm>

#include "crypto/recipient.h"

namespace amparo::workflow {

Decision Refuse(Refusal refusal) { return {.events = {}, .refusal = refusal}; }

Decision Emit(Event event) {
  Decision decision;
  decision.events.push_back(std::move(event));
  return decision;
}

std::optional<Refusal> JudgeChain(const Chain& chain, const Proposal& proposal) {
  const Statement& said = proposal.statement.statement;
  if (!IsKnownKind(said.kind)) return Refusal::kUpdateRequired;
  const Kind kind = static_cast<Kind>(said.kind);
  if (KindOf(proposal.body.act) != kind || SubjectTypeOf(kind) != chain.type ||
      said.subject_type != static_cast<std::uint8_t>(chain.type) || said.subject.is_zero()) {
    return Refusal::kMalformed;
  }
  if (!chain.begun) {
    if (!chain.begins) return Refusal::kSubjectUnknown;
    return said.subject_prev.is_zero() ? std::nullopt : std::optional(Refusal::kStale);
  }
  if (said.subject != chain.id) return Refusal::kMalformed;
  if (chain.begins) return Refusal::kSubjectExists;
  if (IsTurn(kind)) {
    return said.subject_prev == chain.head ? std::nullopt : std::optional(Refusal::kStale);
  }
  const bool known = std::find(chain.statements.begin(), chain.statements.end(),
                               said.subject_prev) != chain.statements.end();
  return known ? std::nullopt : std::optional(Refusal::kUnknownPrevious);
}

const directory::CertificateRecord* SigningRecord(const Proposal& proposal) {
  const directory::CertificateRecord* record =
      proposal.context.directory.Find(proposal.statement.statement.actor_certificate);
  const bool own = record != nullptr && record->certificate.member == proposal.actor();
  return own ? record : nullptr;
}

bool ActsAs(const Proposal& proposal, Role role) {
  const directory::CertificateRecord* record = SigningRecord(proposal);
  return record != nullptr && (record->certificate.roles & static_cast<std::uint16_t>(role)) != 0;
}

bool ActsOnDesk(const Proposal& proposal, Desk desk) {
  const directory::CertificateRecord* record = SigningRecord(proposal);
  if (record == nullptr) return false;
  const std::vector<Desk>& desks = record->certificate.desks;
  return std::find(desks.begin(), desks.end(), desk) != desks.end();
}

std::optional<Refusal> JudgeCoordinator(const Proposal& proposal, Desk desk) {
  if (!ActsAs(proposal, Role::kCoordinator)) return Refusal::kRoleRequired;
  if (!ActsOnDesk(proposal, desk)) return Refusal::kDeskRequired;
  return std::nullopt;
}

bool IsCoordinatorOf(const Context& context, const MemberId& member, Desk desk) {
  const auto valid = context.directory.ValidCertificates(member, context.moment);
  return std::any_of(valid.begin(), valid.end(), [&](const directory::CertificateRecord* record) {
    return MayHold(*record, Purpose::kCoordinate, desk);
  });
}

bool HasUsableGrant(const Proposal& proposal, const ObjectId& object, WhichCertificates counts) {
  const Context& context = proposal.context;
  return std::any_of(proposal.body.grants.begin(), proposal.body.grants.end(),
                     [&](const GrantRef& grant) {
                       if (grant.object != object) return false;
                       const directory::CertificateRecord* record =
                           context.directory.Find(grant.grantee_certificate);
                       return record != nullptr && record->certificate.member == grant.grantee &&
                              context.directory.IsValid(*record, context.moment) &&
                              record->certificate.recipient.can_receive() &&
                              record->certificate.recipient.type == grant.type &&
                              grant.length == GrantLength(grant.type) && counts(*record);
                     });
}

bool HasUsableGrant(const Proposal& proposal, const ObjectId& object, const MemberId& member,
                    Purpose purpose) {
  return HasUsableGrant(proposal, object, [&](const directory::CertificateRecord& record) {
    return record.certificate.member == member && MayHold(record, purpose, 0);
  });
}

bool HasUsableGrantToDesk(const Proposal& proposal, const ObjectId& object, Desk desk) {
  return HasUsableGrant(proposal, object, [&](const directory::CertificateRecord& record) {
    return MayHold(record, Purpose::kCoordinate, desk);
  });
}

bool GrantsStayWithin(const Proposal& proposal, const std::set<ObjectId>& existing) {
  const std::vector<ObjectRef>& brought = proposal.body.objects;
  return std::all_of(
      proposal.body.grants.begin(), proposal.body.grants.end(), [&](const GrantRef& grant) {
        return existing.contains(grant.object) ||
               std::any_of(brought.begin(), brought.end(),
                           [&](const ObjectRef& ref) { return ref.object == grant.object; });
      });
}

bool BringsAgain(const Proposal& proposal, const std::set<ObjectId>& brought) {
  std::set<ObjectId> seen;
  return std::any_of(proposal.body.objects.begin(), proposal.body.objects.end(),
                     [&](const ObjectRef& ref) {
                       return brought.contains(ref.object) || !seen.insert(ref.object).second;
                     });
}

bool BringsNothing(const Proposal& proposal) { return proposal.body.objects.empty(); }

bool BringsAtMostOne(const Proposal& proposal, ObjectClass object_class) {
  return BringsNothing(proposal) || BringsExactlyOne(proposal, object_class);
}

bool BringsExactlyOne(const Proposal& proposal, ObjectClass object_class) {
  return proposal.body.objects.size() == 1 && proposal.body.objects[0].object_class == object_class;
}

bool BringsVersion(const Proposal& proposal, std::size_t certificates) {
  const std::vector<ObjectRef>& objects = proposal.body.objects;
  if (objects.size() < 2 + certificates) return false;
  const std::size_t parts = objects.size() - 1 - certificates;
  if (parts > kPartsMax) return false;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const ObjectClass expected = i == 0       ? ObjectClass::kManifest
                                 : i <= parts ? ObjectClass::kPart
                                              : ObjectClass::kCertificate;
    if (objects[i].object_class != expected) return false;
  }
  return true;
}

bool Brings(const Proposal& proposal, ObjectClass object_class) {
  return std::any_of(proposal.body.objects.begin(), proposal.body.objects.end(),
                     [&](const ObjectRef& ref) { return ref.object_class == object_class; });
}

bool IsLease(UnixSeconds lease_end, UnixSeconds now) {
  return lease_end.value % kHourSeconds == 0 && lease_end > now &&
         lease_end.value - now.value <= kLeaseMaxSeconds;
}

UnixSeconds ProlongedLease(UnixSeconds lease_end, UnixSeconds now) {
  const std::uint64_t hours = (now.value + kReturnedLeaseSeconds + kHourSeconds - 1) / kHourSeconds;
  return std::max(lease_end, UnixSeconds{hours * kHourSeconds});
}

bool Ascends(const std::vector<MemberId>& members) {
  return std::adjacent_find(members.begin(), members.end(),
                            [](const auto& a, const auto& b) { return !(a < b); }) == members.end();
}

}  // namespace amparo::workflow
