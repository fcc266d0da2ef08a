// To whom an author's client grants what. The table of docs/spec/workflow.md, "Grants".

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <tuple>

#include "workflow/document_rules.h"

namespace amparo::workflow {
namespace {

using Grantees = std::vector<Grantee>;

// Each device once, under the first of its purposes.
Grantees Together(std::initializer_list<Grantees> parts) {
  Grantees all;
  for (const Grantees& part : parts) all.insert(all.end(), part.begin(), part.end());
  const auto name = [](const Grantee& it) { return std::tie(it.member, it.certificate); };
  std::stable_sort(all.begin(), all.end(),
                   [&](const auto& a, const auto& b) { return name(a) < name(b); });
  all.erase(std::unique(all.begin(), all.end(),
                        [&](const auto& a, const auto& b) { return name(a) == name(b); }),
            all.end());
  return all;
}

// Finds devices that can receive. Whoever is a fellow and no coordinator keeps nothing for
// themselves: what was submitted should not be readable on a device that may be seized.
class Reach {
 public:
  Reach(const Context& context, const MemberId& self) : context_(context), self_(self) {
    keeps_ = !context.directory.HasRole(self, Role::kFellow, context.moment) ||
             context.directory.HasRole(self, Role::kCoordinator, context.moment);
  }
  Grantees Of(const MemberId& member, Purpose purpose) const {
    return Where([&](const directory::CertificateRecord& record) {
      const bool holds = record.certificate.member == member && MayHold(record, purpose, 0);
      return holds ? std::optional(purpose) : std::nullopt;
    });
  }
  Grantees Attorneys(const std::vector<MemberId>& members) const {
    Grantees all;
    for (const MemberId& member : members) all = Together({all, Of(member, Purpose::kFile)});
    return all;
  }
  Grantees Coordinators(Desk desk) const {
    return Where([&](const directory::CertificateRecord& record) {
      const bool holds = MayHold(record, Purpose::kCoordinate, desk);
      return holds ? std::optional(Purpose::kCoordinate) : std::nullopt;
    });
  }
  // Of one member if one is named, else of everybody.
  template <class Subject>
  Grantees Readers(const Subject& subject, const MemberId* only = nullptr) const {
    return Where([&](const directory::CertificateRecord& record) -> std::optional<Purpose> {
      if (only != nullptr && record.certificate.member != *only) return std::nullopt;
      return SeesAs(subject, context_, record);
    });
  }

 private:
  template <class PurposeOf>
  Grantees Where(const PurposeOf& purpose_of) const {
    Grantees found;
    for (const directory::CertificateRecord& record : context_.directory.records()) {
      const Certificate& certificate = record.certificate;
      if (!certificate.recipient.can_receive() || (certificate.member == self_ && !keeps_) ||
          !context_.directory.IsValid(record, context_.moment)) {
        continue;
      }
      if (const std::optional<Purpose> purpose = purpose_of(record)) {
        found.push_back(
            {.member = certificate.member, .certificate = record.hash, .purpose = *purpose});
      }
    }
    return Together({found});
  }

  const Context& context_;
  const MemberId& self_;
  bool keeps_ = true;
};

GrantPlan PlanAssign(const Document& document, const Reach& reach, const Assign& act) {
  GrantPlan plan;
  const Grantees translator = reach.Of(act.translator, Purpose::kTranslate);
  const Grantees reviewer = reach.Of(act.reviewer, Purpose::kReview);
  plan.source = Together({translator, reviewer});
  // Work that exists goes to whoever reviews it now; to its translator only if it is theirs.
  if (!document.translations.empty() && act.translator == document.translator) {
    plan.translation = reviewer;
  }
  plan.note = Together({translator, reviewer, reach.Coordinators(document.desk)});
  return plan;
}

GrantPlan PlanHandIn(const Document& document, const Reach& reach) {
  GrantPlan plan;
  const bool correction = document.state == State::kInReview;
  plan.manifest = Together({correction ? reach.Of(document.translator, Purpose::kTranslate)
                                       : reach.Of(document.reviewer, Purpose::kReview),
                            reach.Coordinators(document.desk)});
  if (!correction) plan.certificate = reach.Attorneys(document.attorneys);
  return plan;
}

GrantPlan PlanShareCase(const Reach& reach, const Case& subject, const MemberId& with) {
  GrantPlan plan;
  Case shared = subject;
  shared.shared_with.insert(with);
  plan.source = plan.note = reach.Readers(shared, &with);
  return plan;
}

}  // namespace

bool CanReceive(const Context& context, const MemberId& member) {
  const auto valid = context.directory.ValidCertificates(member, context.moment);
  return std::any_of(valid.begin(), valid.end(), [](const directory::CertificateRecord* record) {
    return record->certificate.recipient.can_receive();
  });
}

GrantPlan PlanGrants(const Document& document, const Context& context, const MemberId& self,
                     const Act& act) {
  const Reach reach(context, self);
  GrantPlan plan;
  if (const auto* submit = std::get_if<Submit>(&act)) {
    plan.manifest = reach.Coordinators(submit->desk);
    return plan;
  }
  if (const auto* assign = std::get_if<Assign>(&act)) return PlanAssign(document, reach, *assign);
  if (std::holds_alternative<HandIn>(act)) return PlanHandIn(document, reach);
  if (const auto* share = std::get_if<Share>(&act)) {
    plan.source = plan.note = reach.Readers(document, &share->with);
    if (!document.translations.empty()) plan.translation = plan.source;
    return plan;
  }
  plan.note = reach.Readers(document);
  if (std::holds_alternative<Approve>(act) && document.deliver_on_approval) {
    plan.source = plan.translation = reach.Attorneys(document.attorneys);
  }
  if (const auto* deliver = std::get_if<Deliver>(&act)) {
    plan.source = reach.Attorneys(deliver->attorneys);
    if (!document.translations.empty()) plan.translation = plan.source;
  }
  if (std::holds_alternative<Reopen>(act)) {  // Its translator reads why.
    plan.note = Together({plan.note, reach.Of(document.translator, Purpose::kTranslate)});
  }
  return plan;
}

GrantPlan PlanGrants(const Case& subject, const Context& context, const MemberId& self,
                     const Act& act) {
  const Reach reach(context, self);
  if (const auto* share = std::get_if<ShareCase>(&act)) {
    return PlanShareCase(reach, subject, share->with);
  }
  GrantPlan plan;
  if (const auto* open = std::get_if<OpenCase>(&act)) {
    plan.manifest = reach.Coordinators(open->desk);
  } else {
    plan.note = reach.Readers(subject);
  }
  return plan;
}

}  // namespace amparo::workflow
