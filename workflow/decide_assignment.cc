// Assigning a document, and ending an assignment.
// Spec: docs/spec/workflow.md, "Assigning".

#include <algorithm>

#include "workflow/document_rules.h"

namespace amparo::workflow {
namespace {

bool IsUnderWay(State state) {
  return state == State::kAssigned || state == State::kTranslating || state == State::kInReview;
}

// Four eyes, looked at before the work rather than after it.
std::optional<Refusal> JudgeFourEyes(const Document& document, const Assign& act) {
  if (act.translator == act.reviewer) return Refusal::kReviewerIsTranslator;
  if (document.submitters.contains(act.translator)) return Refusal::kTranslatorIsSubmitter;
  if (document.submitters.contains(act.reviewer)) return Refusal::kReviewerIsSubmitter;
  if (document.authors.contains(act.reviewer)) return Refusal::kApproverIsAuthor;
  return std::nullopt;
}

std::optional<Refusal> JudgePeople(const Document& document, const Proposal& proposal,
                                   const Assign& act) {
  const Context& context = proposal.context;
  const auto has = [&](const MemberId& member, Role role) {
    return context.directory.HasRole(member, role, context.moment);
  };
  // Work that is in review needs its translator no more, and must be able to go on without.
  const bool translator_matters = document.state != State::kInReview;
  if (translator_matters && !has(act.translator, Role::kTranslator)) {
    return Refusal::kTranslatorInvalid;
  }
  if (!has(act.reviewer, Role::kReviewer)) return Refusal::kReviewerInvalid;
  if (!Ascends(act.attorneys) || act.attorneys.size() > kAttorneysMax) return Refusal::kMalformed;
  const bool attorneys =
      std::all_of(act.attorneys.begin(), act.attorneys.end(),
                  [&](const MemberId& member) { return has(member, Role::kAttorney); });
  return attorneys ? std::nullopt : std::optional(Refusal::kAttorneyInvalid);
}

// Whoever is new to the document needs the source; a new reviewer of work that exists, that too.
bool GrantsReachThem(const Document& document, const Proposal& proposal, const Assign& act,
                     bool goes_on) {
  const bool new_reviewer = !goes_on || act.reviewer != document.reviewer;
  const ObjectId& source = SourceManifest(document);
  if (!goes_on && !HasUsableGrant(proposal, source, act.translator, Purpose::kTranslate))
    return false;
  if (!new_reviewer) return true;
  if (!HasUsableGrant(proposal, source, act.reviewer, Purpose::kReview)) return false;
  return !goes_on || document.translations.empty() ||
         HasUsableGrant(proposal, TranslationManifest(document), act.reviewer, Purpose::kReview);
}

// What accept, decline and give_back share: the translator, in time, in `state`.
std::optional<Refusal> JudgeAssignee(const Document& document, const Proposal& proposal,
                                     State state) {
  if (document.StateAt(proposal.now()) != state) return Refusal::kStateForbids;
  if (!ActsAs(proposal, Role::kTranslator)) return Refusal::kRoleRequired;
  if (proposal.actor() != document.translator) return Refusal::kNotTheAssignee;
  return std::nullopt;
}

// An assignment's end may say why.
Decision EndAssignment(const Proposal& proposal) {
  if (!BringsAtMostOne(proposal, ObjectClass::kNote)) return Refuse(Refusal::kMalformed);
  return Emit(AssignmentEnded{});
}

}  // namespace

Decision DecideAssign(const Document& document, const Proposal& proposal, const Assign& act) {
  const State state = document.StateAt(proposal.now());
  const bool goes_on = IsUnderWay(state) && act.translator == document.translator;
  if (state != State::kSubmitted && !goes_on) return Refuse(Refusal::kStateForbids);
  if (const auto refusal = JudgeCoordinator(proposal, document.desk)) return Refuse(*refusal);
  if (const auto refusal = JudgeFourEyes(document, act)) return Refuse(*refusal);
  if (const auto refusal = JudgePeople(document, proposal, act)) return Refuse(*refusal);
  if (!IsLease(act.lease_end, proposal.now())) return Refuse(Refusal::kLeaseInvalid);
  if (!BringsAtMostOne(proposal, ObjectClass::kMessage)) return Refuse(Refusal::kMalformed);
  if (!GrantsReachThem(document, proposal, act, goes_on)) {
    return Refuse(Refusal::kUsableGrantMissing);
  }
  if (goes_on) return Emit(ReviewerChanged{.reviewer = act.reviewer, .act = act});
  return Emit(TranslationAssigned{.act = act});
}

// Also when the lease has ended: it takes away the translator's right to hand in late.
Decision DecideUnassign(const Document& document, const Proposal& proposal) {
  if (document.state != State::kAssigned && document.state != State::kTranslating) {
    return Refuse(Refusal::kStateForbids);
  }
  if (const auto refusal = JudgeCoordinator(proposal, document.desk)) return Refuse(*refusal);
  return EndAssignment(proposal);
}

Decision DecideAccept(const Document& document, const Proposal& proposal) {
  if (const auto refusal = JudgeAssignee(document, proposal, State::kAssigned)) {
    return Refuse(*refusal);
  }
  if (!BringsNothing(proposal)) return Refuse(Refusal::kMalformed);
  return Emit(AssignmentAccepted{});
}

Decision DecideDecline(const Document& document, const Proposal& proposal) {
  if (const auto refusal = JudgeAssignee(document, proposal, State::kAssigned)) {
    return Refuse(*refusal);
  }
  return EndAssignment(proposal);
}

Decision DecideGiveBack(const Document& document, const Proposal& proposal) {
  if (const auto refusal = JudgeAssignee(document, proposal, State::kTranslating)) {
    return Refuse(*refusal);
  }
  return EndAssignment(proposal);
}

}  // namespace amparo::workflow
