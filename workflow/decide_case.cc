// Opening a case, sharing it, and talking in it.
// Spec: docs/spec/workflow.md, "Cases".

#include "workflow/document_rules.h"

namespace amparo::workflow {
namespace {

std::set<ObjectId> CardOf(const Case& subject) {
  std::set<ObjectId> card;
  for (const ObjectRef& ref : subject.objects) card.insert(ref.object);
  return card;
}

Decision DecideOpen(const Proposal& proposal, const OpenCase& act) {
  const Context& context = proposal.context;
  if (!ActsAs(proposal, Role::kFellow)) {
    if (const auto refusal = JudgeCoordinator(proposal, act.desk)) return Refuse(*refusal);
  }
  if (act.desk == 0 || act.deliver_on_approval > 1) return Refuse(Refusal::kMalformed);
  const std::vector<MemberId> coordinators =
      context.directory.MembersWith(Role::kCoordinator, act.desk, context.moment);
  if (coordinators.empty()) return Refuse(Refusal::kDeskUnknown);
  if (!context.directory.IsRecoveryTested(context.moment)) {
    return Refuse(Refusal::kRecoveryUntested);
  }
  if (!BringsAtMostOne(proposal, ObjectClass::kCaseCard) || !GrantsStayWithin(proposal, {})) {
    return Refuse(Refusal::kMalformed);
  }
  if (!BringsNothing(proposal) &&
      !HasUsableGrantToDesk(proposal, proposal.body.objects.front().object, act.desk)) {
    return Refuse(Refusal::kUsableGrantMissing);
  }
  return Emit(CaseOpened{.by = proposal.actor(), .act = act, .objects = proposal.body.objects});
}

// An attorney, another fellow, or a coordinator of the desk on a new device.
Decision DecideShareCase(const Case& subject, const Proposal& proposal, const ShareCase& act) {
  if (const auto refusal = JudgeCoordinator(proposal, subject.desk)) return Refuse(*refusal);
  const Context& context = proposal.context;
  const auto has = [&](Role role) {
    return context.directory.HasRole(act.with, role, context.moment);
  };
  const bool attorney = has(Role::kAttorney);
  if (!attorney && !has(Role::kFellow) && !IsCoordinatorOf(context, act.with, subject.desk)) {
    return Refuse(Refusal::kGranteeInvalid);
  }
  if (!BringsAtMostOne(proposal, ObjectClass::kMessage) ||
      !GrantsStayWithin(proposal, CardOf(subject))) {
    return Refuse(Refusal::kMalformed);
  }
  return Emit(CaseShared{.with = act.with, .as_attorney = attorney});
}

Decision DecideCaseNote(const Case& subject, const Proposal& proposal, const NoteCase& act) {
  const directory::CertificateRecord* record = SigningRecord(proposal);
  if (record == nullptr || !MaySee(subject, proposal.context, *record)) {
    return Refuse(Refusal::kNotOnThisCase);
  }
  if (!GrantsStayWithin(proposal, {})) return Refuse(Refusal::kMalformed);
  return DecideNote(proposal, act.type, act.in_reply_to, subject.questions,
                    [&](const auto& it) { return MaySee(subject, proposal.context, it); });
}

}  // namespace

Decision Decide(const Case& subject, const Context& context, const SignedStatement& statement,
                const Body& body) {
  const Proposal proposal{.context = context, .statement = statement, .body = body};
  const auto* open = std::get_if<OpenCase>(&body.act);
  const Chain chain{.type = SubjectType::kCase,
                    .begun = subject.open,
                    .begins = open != nullptr,
                    .id = subject.id,
                    .head = subject.head,
                    .statements = subject.statements};
  if (const auto refusal = JudgeChain(chain, proposal)) return Refuse(*refusal);
  if (BringsAgain(proposal, subject.brought)) return Refuse(Refusal::kMalformed);
  if (open != nullptr) return DecideOpen(proposal, *open);
  if (const auto* share = std::get_if<ShareCase>(&body.act)) {
    return DecideShareCase(subject, proposal, *share);
  }
  if (const auto* note = std::get_if<NoteCase>(&body.act)) {
    return DecideCaseNote(subject, proposal, *note);
  }
  return Refuse(Refusal::kMalformed);
}

}  // namespace amparo::workflow
