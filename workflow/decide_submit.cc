// Submitting a source, replacing it, and what the case says to both.
// Spec: docs/spec/workflow.md, "Submitting".

#include "workflow/document_rules.h"

namespace amparo::workflow {
namespace {

std::optional<Refusal> JudgeSource(const Proposal& proposal, const Submit& act) {
  if (!BringsVersion(proposal, 0) || !GrantsStayWithin(proposal, {})) {
    return Refusal::kMalformed;
  }
  const ObjectId& manifest = proposal.body.objects.front().object;
  return HasUsableGrantToDesk(proposal, manifest, act.desk)
             ? std::nullopt
             : std::optional(Refusal::kUsableGrantMissing);
}

Version SourceOf(const Proposal& proposal, const Submit& act) {
  return {.number = act.version,
          .statement = HashOf(proposal.statement),
          .author = proposal.actor(),
          .objects = proposal.body.objects,
          .correction = false};
}

// A fellow, or a coordinator of the desk.
std::optional<Refusal> JudgeSubmitter(const Proposal& proposal, Desk desk) {
  if (ActsAs(proposal, Role::kFellow)) return std::nullopt;
  return JudgeCoordinator(proposal, desk);
}

}  // namespace

Decision DecideFirstSubmit(const Proposal& proposal, const Submit& act) {
  if (const auto refusal = JudgeSubmitter(proposal, act.desk)) return Refuse(*refusal);
  if (act.case_id.is_zero() || act.desk == 0 || act.number == 0 || act.deliver_on_approval > 1) {
    return Refuse(Refusal::kMalformed);
  }
  if (const auto refusal = JudgeSource(proposal, act)) return Refuse(*refusal);
  return Emit(
      DocumentSubmitted{.by = proposal.actor(), .act = act, .source = SourceOf(proposal, act)});
}

// A better copy. Whatever was made of the old one is void: a translation is of one source.
Decision DecideReplacement(const Document& document, const Proposal& proposal, const Submit& act) {
  switch (document.state) {
    case State::kSubmitted:
    case State::kAssigned:
    case State::kTranslating:
    case State::kInReview:
      break;
    default:
      return Refuse(Refusal::kStateForbids);
  }
  if (const auto refusal = JudgeSubmitter(proposal, document.desk)) return Refuse(*refusal);
  const bool coordinates = !JudgeCoordinator(proposal, document.desk).has_value();
  if (!coordinates && !document.submitters.contains(proposal.actor())) {
    return Refuse(Refusal::kNotTheSubmitter);
  }
  const bool flag = act.deliver_on_approval != 0;
  if (act.case_id != document.case_id || act.desk != document.desk ||
      act.number != document.number || flag != document.deliver_on_approval) {
    return Refuse(Refusal::kCaseMismatch);
  }
  if (act.version != document.sources.back().number + 1) return Refuse(Refusal::kVersionNotNext);
  if (const auto refusal = JudgeSource(proposal, act)) return Refuse(*refusal);
  return Emit(SourceReplaced{.by = proposal.actor(), .source = SourceOf(proposal, act)});
}

std::optional<Refusal> DecideSubmitToCase(const Case& subject, const Context& context,
                                          const SignedStatement& statement, const Submit& submit) {
  if (!subject.open || submit.case_id != subject.id) return Refusal::kSubjectUnknown;
  const directory::CertificateRecord* record =
      context.directory.Find(statement.statement.actor_certificate);
  if (record == nullptr || record->certificate.member != statement.statement.actor ||
      !MaySee(subject, context, *record)) {
    return Refusal::kNotOnThisCase;
  }
  if (submit.desk != subject.desk ||
      (submit.deliver_on_approval != 0) != subject.deliver_on_approval) {
    return Refusal::kCaseMismatch;
  }
  if (submit.version == 1) {
    return submit.number == subject.documents.size() + 1 ? std::nullopt
                                                         : std::optional(Refusal::kNumberTaken);
  }
  const bool its_own = submit.number != 0 && submit.number <= subject.documents.size() &&
                       subject.documents[submit.number - 1u] == statement.statement.subject;
  return its_own ? std::nullopt : std::optional(Refusal::kCaseMismatch);
}

}  // namespace amparo::workflow
