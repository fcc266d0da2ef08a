// To whom an author's client grants what. The table of docs/spec/workflow.md, "Grants".

#include <algorithm>

#include "workflow/document_rules.h"

namespace amparo::workflow {
namespace {

// Collects members, and keeps those who can receive. Whoever is a fellow and no coordinator
// keeps nothing for themselves: what was submitted should not be readable on a device that may
// be seized.
class Reach {
 public:
  Reach(const Context& context, const MemberId& self) : context_(context), self_(self) {
    keeps_ = !context.directory.HasRole(self, Role::kFellow, context.moment) ||
             context.directory.HasRole(self, Role::kCoordinator, context.moment);
  }
  std::vector<MemberId> Coordinators(Desk desk) const {
    return context_.directory.MembersWith(Role::kCoordinator, desk, context_.moment);
  }
  std::vector<MemberId> Only(std::vector<MemberId> members) const {
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
    std::erase_if(members, [&](const MemberId& member) {
      return (member == self_ && !keeps_) || !CanReceive(context_, member);
    });
    return members;
  }
  std::vector<MemberId> WithCoordinators(std::vector<MemberId> members, Desk desk) const {
    for (const MemberId& member : Coordinators(desk)) members.push_back(member);
    return Only(std::move(members));
  }

 private:
  const Context& context_;
  const MemberId& self_;
  bool keeps_ = true;
};

GrantPlan PlanAssign(const Document& document, const Reach& reach, const Assign& act) {
  GrantPlan plan;
  plan.source = reach.Only({act.translator, act.reviewer});
  // Work that exists goes to whoever reviews it now; to its translator only if it is theirs.
  if (!document.translations.empty() && act.translator == document.translator) {
    plan.translation = reach.Only({act.reviewer});
  }
  plan.note = reach.WithCoordinators({act.translator, act.reviewer}, document.desk);
  return plan;
}

GrantPlan PlanHandIn(const Document& document, const Reach& reach) {
  GrantPlan plan;
  const bool correction = document.state == State::kInReview;
  plan.manifest =
      reach.WithCoordinators({correction ? document.translator : document.reviewer}, document.desk);
  if (!correction) plan.certificate = reach.Only(document.attorneys);
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
    plan.manifest = reach.WithCoordinators({}, submit->desk);
    return plan;
  }
  if (const auto* assign = std::get_if<Assign>(&act)) return PlanAssign(document, reach, *assign);
  if (std::holds_alternative<HandIn>(act)) return PlanHandIn(document, reach);
  if (const auto* share = std::get_if<Share>(&act)) {
    plan.source = plan.note = reach.Only({share->with});
    if (!document.translations.empty()) plan.translation = plan.source;
    return plan;
  }
  plan.note = reach.Only(Readers(document, context));
  if (std::holds_alternative<Approve>(act) && document.deliver_on_approval) {
    plan.source = plan.translation = reach.Only(document.attorneys);
  }
  if (const auto* deliver = std::get_if<Deliver>(&act)) {
    plan.source = reach.Only(deliver->attorneys);
    if (!document.translations.empty()) plan.translation = plan.source;
  }
  return plan;
}

GrantPlan PlanGrants(const Case& subject, const Context& context, const MemberId& self,
                     const Act& act) {
  const Reach reach(context, self);
  GrantPlan plan;
  if (const auto* open = std::get_if<OpenCase>(&act)) {
    plan.manifest = reach.WithCoordinators({}, open->desk);
  } else if (const auto* share = std::get_if<ShareCase>(&act)) {
    plan.source = plan.note = reach.Only({share->with});
  } else {
    plan.note = reach.Only(Readers(subject, context));
  }
  return plan;
}

}  // namespace amparo::workflow
