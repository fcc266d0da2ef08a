// Who may see what. The least that the work needs.
// Spec: docs/spec/workflow.md, "Seeing".

#include <algorithm>

#include "workflow/document_rules.h"

namespace amparo::workflow {
namespace {

// Translator and reviewer: from the assignment until it ends, by a lease too, or is approved.
bool IsAtWork(const Document& document, UnixSeconds now) {
  const State state = document.StateAt(now);
  return state == State::kAssigned || state == State::kTranslating || state == State::kInReview;
}

void SortUnique(std::vector<MemberId>& members) {
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
}

bool HasRole(const directory::CertificateRecord& record, Role role) {
  return (record.certificate.roles & static_cast<std::uint16_t>(role)) != 0;
}

// Of whoever submits or opens: also a coordinator of whatever desk, who may have changed it.
bool IsOfASubmitter(const directory::CertificateRecord& record) {
  return HasRole(record, Role::kFellow) || HasRole(record, Role::kCoordinator);
}

template <class Subject>
bool MaySeeOnSomeDevice(const Subject& subject, const Context& context, const MemberId& member) {
  const auto valid = context.directory.ValidCertificates(member, context.moment);
  return std::any_of(valid.begin(), valid.end(), [&](const directory::CertificateRecord* record) {
    return MaySee(subject, context, *record);
  });
}

}  // namespace

bool MayHold(const directory::CertificateRecord& record, Purpose purpose, Desk desk) {
  const std::vector<Desk>& desks = record.certificate.desks;
  switch (purpose) {
    case Purpose::kCoordinate:
      return HasRole(record, Role::kCoordinator) &&
             (desk == 0 || std::find(desks.begin(), desks.end(), desk) != desks.end());
    case Purpose::kTranslate:
      return HasRole(record, Role::kTranslator);
    case Purpose::kReview:
      return HasRole(record, Role::kReviewer);
    case Purpose::kFile:
      return HasRole(record, Role::kAttorney);
    case Purpose::kConverse:
      return HasRole(record, Role::kFellow);
    case Purpose::kRecovery:
    case Purpose::kDirectory:
      return true;
  }
  return false;
}

bool MaySee(const Document& document, const Context& context,
            const directory::CertificateRecord& record) {
  if (document.state == State::kNone || document.state == State::kErased) return false;
  if (!context.directory.IsValid(record, context.moment)) return false;
  if (MayHold(record, Purpose::kCoordinate, document.desk)) return true;
  const MemberId& member = record.certificate.member;
  if (document.submitters.contains(member) && IsOfASubmitter(record)) return true;
  if (IsAtWork(document, context.moment.now)) {
    if (member == document.translator && MayHold(record, Purpose::kTranslate, 0)) return true;
    if (member == document.reviewer && MayHold(record, Purpose::kReview, 0)) return true;
  }
  return (document.delivered_to.contains(member) || document.delivered_before.contains(member)) &&
         MayHold(record, Purpose::kFile, 0);
}

bool MaySee(const Case& subject, const Context& context,
            const directory::CertificateRecord& record) {
  if (!subject.open || !context.directory.IsValid(record, context.moment)) return false;
  if (MayHold(record, Purpose::kCoordinate, subject.desk)) return true;
  const MemberId& member = record.certificate.member;
  if (member == subject.opener && IsOfASubmitter(record)) return true;
  return subject.shared_with.contains(member) &&
         (MayHold(record, Purpose::kConverse, 0) || MayHold(record, Purpose::kFile, 0));
}

bool MaySee(const Document& document, const Context& context, const MemberId& member) {
  return MaySeeOnSomeDevice(document, context, member);
}

bool MaySee(const Case& subject, const Context& context, const MemberId& member) {
  return MaySeeOnSomeDevice(subject, context, member);
}

std::vector<MemberId> Readers(const Document& document, const Context& context) {
  std::vector<MemberId> readers =
      context.directory.MembersWith(Role::kCoordinator, document.desk, context.moment);
  readers.insert(readers.end(), document.submitters.begin(), document.submitters.end());
  readers.push_back(document.translator);
  readers.push_back(document.reviewer);
  readers.insert(readers.end(), document.delivered_to.begin(), document.delivered_to.end());
  readers.insert(readers.end(), document.delivered_before.begin(), document.delivered_before.end());
  SortUnique(readers);
  std::erase_if(readers, [&](const MemberId& it) { return !MaySee(document, context, it); });
  return readers;
}

std::vector<MemberId> Readers(const Case& subject, const Context& context) {
  std::vector<MemberId> readers =
      context.directory.MembersWith(Role::kCoordinator, subject.desk, context.moment);
  readers.push_back(subject.opener);
  readers.insert(readers.end(), subject.shared_with.begin(), subject.shared_with.end());
  SortUnique(readers);
  std::erase_if(readers, [&](const MemberId& it) { return !MaySee(subject, context, it); });
  return readers;
}

}  // namespace amparo::workflow
