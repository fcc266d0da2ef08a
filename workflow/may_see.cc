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

std::optional<Purpose> SeesAs(const Document& document, const Context& context,
                              const directory::CertificateRecord& record) {
  if (document.state == State::kNone || document.state == State::kErased) return std::nullopt;
  if (!context.directory.IsValid(record, context.moment)) return std::nullopt;
  const MemberId& member = record.certificate.member;
  if (IsAtWork(document, context.moment.now)) {
    for (const auto& [worker, purpose] : {std::pair(document.translator, Purpose::kTranslate),
                                          std::pair(document.reviewer, Purpose::kReview)}) {
      if (member == worker && MayHold(record, purpose, 0)) return purpose;
    }
  }
  if (MayHold(record, Purpose::kCoordinate, document.desk)) return Purpose::kCoordinate;
  const bool attorney =
      document.delivered_to.contains(member) || document.delivered_before.contains(member);
  if (attorney && MayHold(record, Purpose::kFile, 0)) return Purpose::kFile;
  const bool submitter = document.submitters.contains(member) && IsOfASubmitter(record);
  return submitter ? std::optional(Purpose::kConverse) : std::nullopt;
}

std::optional<Purpose> SeesAs(const Case& subject, const Context& context,
                              const directory::CertificateRecord& record) {
  if (!subject.open || !context.directory.IsValid(record, context.moment)) return std::nullopt;
  if (MayHold(record, Purpose::kCoordinate, subject.desk)) return Purpose::kCoordinate;
  const MemberId& member = record.certificate.member;
  if (subject.shared_with.contains(member)) {
    for (const Purpose purpose : {Purpose::kFile, Purpose::kConverse}) {
      if (MayHold(record, purpose, 0)) return purpose;
    }
  }
  const bool opener = member == subject.opener && IsOfASubmitter(record);
  return opener ? std::optional(Purpose::kConverse) : std::nullopt;
}

bool MaySee(const Document& document, const Context& context,
            const directory::CertificateRecord& record) {
  return SeesAs(document, context, record).has_value();
}

bool MaySee(const Case& subject, const Context& context,
            const directory::CertificateRecord& record) {
  return SeesAs(subject, context, record).has_value();
}

bool MaySee(const Document& document, const Context& context, const MemberId& member) {
  return MaySeeOnSomeDevice(document, context, member);
}

bool MaySee(const Case& subject, const Context& context, const MemberId& member) {
  return MaySeeOnSomeDevice(subject, context, member);
}

}  // namespace amparo::workflow
