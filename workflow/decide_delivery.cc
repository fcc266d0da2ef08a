// Delivering, receiving, reopening and withdrawing.
// Spec: docs/spec/workflow.md, "Delivering".

#include "workflow/document_rules.h"

namespace amparo::workflow {
namespace {

bool IsOut(State state) { return state == State::kDelivered || state == State::kReceived; }

std::optional<Refusal> JudgeAttorneys(const Document& document, const Proposal& proposal,
                                      const Deliver& act) {
  if (act.attorneys.empty()) return Refusal::kNoAttorney;
  if (!Ascends(act.attorneys) || act.attorneys.size() > kAttorneysMax) return Refusal::kMalformed;
  const Context& context = proposal.context;
  for (const MemberId& member : act.attorneys) {
    if (!context.directory.HasRole(member, Role::kAttorney, context.moment)) {
      return Refusal::kAttorneyInvalid;
    }
    if (!HasUsableGrant(proposal, SourceManifest(document), member, Purpose::kFile)) {
      return Refusal::kUsableGrantMissing;
    }
    if (!document.translations.empty() &&
        !HasUsableGrant(proposal, TranslationManifest(document), member, Purpose::kFile)) {
      return Refusal::kUsableGrantMissing;
    }
  }
  return std::nullopt;
}

}  // namespace

// Unapproved only as a document that needs no translation, and was never given one.
Decision DecideDeliver(const Document& document, const Proposal& proposal, const Deliver& act) {
  const State state = document.StateAt(proposal.now());
  const bool untranslated = act.already_in_target_language != 0;
  const bool allowed = untranslated ? state == State::kSubmitted && document.translations.empty()
                                    : state == State::kApproved || IsOut(state);
  if (!allowed) return Refuse(Refusal::kStateForbids);
  if (const auto refusal = JudgeCoordinator(proposal, document.desk)) return Refuse(*refusal);
  if (const auto refusal = JudgeAttorneys(document, proposal, act)) return Refuse(*refusal);
  if (!BringsAtMostOne(proposal, ObjectClass::kNote)) return Refuse(Refusal::kMalformed);
  return Emit(DocumentDelivered{.attorneys = act.attorneys});
}

// A receipt names what was opened: it is worth nothing for another text.
Decision DecideReceive(const Document& document, const Proposal& proposal, const Receive& act) {
  if (!IsOut(document.state)) return Refuse(Refusal::kStateForbids);
  if (!ActsAs(proposal, Role::kAttorney)) return Refuse(Refusal::kRoleRequired);
  if (!document.delivered_to.contains(proposal.actor())) {
    return Refuse(Refusal::kNotAnAttorneyOfThis);
  }
  const Hash translation =
      document.translations.empty() ? Hash{} : document.translations.back().statement;
  if (act.translation != translation || act.source != document.sources.back().statement) {
    return Refuse(Refusal::kTextIsNotCurrent);
  }
  if (document.received_by.contains(proposal.actor())) return Refuse(Refusal::kAlreadyReceived);
  if (!BringsNothing(proposal)) return Refuse(Refusal::kMalformed);
  return Emit(DocumentReceived{.by = proposal.actor()});
}

Decision DecideReopen(const Document& document, const Proposal& proposal, const Reopen& act) {
  if (document.state != State::kApproved && !IsOut(document.state)) {
    return Refuse(Refusal::kStateForbids);
  }
  const Context& context = proposal.context;
  if (ActsAs(proposal, Role::kAttorney)) {
    const bool coordinates = !JudgeCoordinator(proposal, document.desk).has_value();
    if (!coordinates && !document.delivered_to.contains(proposal.actor())) {
      return Refuse(Refusal::kNotAnAttorneyOfThis);
    }
  } else if (const auto refusal = JudgeCoordinator(proposal, document.desk)) {
    return Refuse(*refusal);
  }
  if (!IsLease(act.lease_end, proposal.now())) return Refuse(Refusal::kLeaseInvalid);
  if (!BringsAtMostOne(proposal, ObjectClass::kNote)) return Refuse(Refusal::kMalformed);
  const bool to_translator =
      !document.translator.is_zero() && !document.translations.empty() &&
      context.directory.HasRole(document.translator, Role::kTranslator, context.moment);
  return Emit(DocumentReopened{.lease_end = to_translator ? act.lease_end : UnixSeconds{},
                               .to_translator = to_translator});
}

// Until somebody outside has it. What was delivered cannot be called back; it is reopened.
Decision DecideWithdraw(const Document& document, const Proposal& proposal) {
  if (IsOut(document.state)) return Refuse(Refusal::kStateForbids);
  const bool coordinates = !JudgeCoordinator(proposal, document.desk).has_value();
  if (!coordinates) {
    if (!ActsAs(proposal, Role::kFellow)) {
      return Refuse(*JudgeCoordinator(proposal, document.desk));
    }
    if (proposal.actor() != document.submitter) return Refuse(Refusal::kNotTheSubmitter);
  }
  if (!BringsAtMostOne(proposal, ObjectClass::kNote)) return Refuse(Refusal::kMalformed);
  return Emit(DocumentWithdrawn{});
}

}  // namespace amparo::workflow
