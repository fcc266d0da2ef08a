// Handing in, returning and approving: the four eyes.
// Spec: docs/spec/workflow.md, "Translating and reviewing".

#include <algorithm>

#include "workflow/document_rules.h"

namespace amparo::workflow {
namespace {

// A translator hands in what they work on, also after the lease: work done is never lost. A
// reviewer hands in a correction of what they review.
std::optional<Refusal> JudgeAuthor(const Document& document, const Proposal& proposal) {
  const bool translating = document.state == State::kTranslating;
  if (!translating && document.state != State::kInReview) return Refusal::kStateForbids;
  if (!translating && proposal.actor() == document.translator) return Refusal::kStateForbids;
  if (!ActsAs(proposal, translating ? Role::kTranslator : Role::kReviewer)) {
    return Refusal::kRoleRequired;
  }
  if (translating && proposal.actor() != document.translator) return Refusal::kNotTheAssignee;
  if (!translating && proposal.actor() != document.reviewer) return Refusal::kNotTheReviewer;
  return std::nullopt;
}

// To whom the text must be open: whoever comes next, or a coordinator who can hand it on.
bool ReachesNextReader(const Document& document, const Proposal& proposal, const MemberId& next,
                       Purpose purpose) {
  const ObjectId& object = proposal.body.objects.front().object;
  return HasUsableGrant(proposal, object, next, purpose) ||
         HasUsableGrantToDesk(proposal, object, document.desk);
}

std::optional<Refusal> JudgeReviewer(const Document& document, const Proposal& proposal) {
  if (document.state != State::kInReview) return Refusal::kStateForbids;
  if (!ActsAs(proposal, Role::kReviewer)) return Refusal::kRoleRequired;
  if (proposal.actor() != document.reviewer) return Refusal::kNotTheReviewer;
  return std::nullopt;
}

// The case's attorneys who can open both texts: to them approving is delivering.
std::vector<MemberId> AttorneysReached(const Document& document, const Proposal& proposal) {
  std::vector<MemberId> reached;
  if (!document.deliver_on_approval) return reached;
  const Context& context = proposal.context;
  for (const MemberId& member : document.attorneys) {
    if (context.directory.HasRole(member, Role::kAttorney, context.moment) &&
        HasUsableGrant(proposal, SourceManifest(document), member, Purpose::kFile) &&
        HasUsableGrant(proposal, TranslationManifest(document), member, Purpose::kFile)) {
      reached.push_back(member);
    }
  }
  return reached;
}

}  // namespace

Decision DecideHandIn(const Document& document, const Proposal& proposal, const HandIn& act) {
  if (const auto refusal = JudgeAuthor(document, proposal)) return Refuse(*refusal);
  const bool correction = document.state == State::kInReview;
  if (act.source != document.sources.back().statement) {
    return Refuse(Refusal::kSourceIsNotCurrent);
  }
  const int last = document.translations.empty() ? 0 : document.translations.back().number;
  if (act.version != last + 1) return Refuse(Refusal::kVersionNotNext);
  if (!correction && !Brings(proposal, ObjectClass::kCertificate)) {
    return Refuse(Refusal::kCertificateMissing);
  }
  if (!BringsVersion(proposal, correction ? 0 : 1)) {
    return Refuse(Refusal::kMalformed);
  }
  const bool reaches =
      correction ? ReachesNextReader(document, proposal, document.translator, Purpose::kTranslate)
                 : ReachesNextReader(document, proposal, document.reviewer, Purpose::kReview);
  if (!reaches) return Refuse(Refusal::kUsableGrantMissing);
  Version version{.number = act.version,
                  .statement = HashOf(proposal.statement),
                  .author = proposal.actor(),
                  .objects = proposal.body.objects,
                  .correction = correction};
  if (!correction) return Emit(TranslationHandedIn{.translation = std::move(version)});
  return Emit(CorrectionHandedIn{.translation = std::move(version),
                                 .lease_end = ProlongedLease(document.lease_end, proposal.now())});
}

Decision DecideReturn(const Document& document, const Proposal& proposal, const Return& act) {
  if (const auto refusal = JudgeReviewer(document, proposal)) return Refuse(*refusal);
  if (act.translation != document.translations.back().statement) {
    return Refuse(Refusal::kTextIsNotCurrent);
  }
  if (!Brings(proposal, ObjectClass::kNote)) return Refuse(Refusal::kNoteMissing);
  if (!BringsExactlyOne(proposal, ObjectClass::kNote)) return Refuse(Refusal::kMalformed);
  if (!ReachesNextReader(document, proposal, document.translator, Purpose::kTranslate)) {
    return Refuse(Refusal::kUsableGrantMissing);
  }
  return Emit(TranslationReturned{.lease_end = ProlongedLease(document.lease_end, proposal.now())});
}

Decision DecideApprove(const Document& document, const Proposal& proposal, const Approve& act) {
  if (const auto refusal = JudgeReviewer(document, proposal)) return Refuse(*refusal);
  if (document.authors.contains(proposal.actor())) return Refuse(Refusal::kApproverIsAuthor);
  if (document.submitters.contains(proposal.actor())) {
    return Refuse(Refusal::kApproverIsSubmitter);
  }
  if (act.translation != document.translations.back().statement ||
      act.source != document.sources.back().statement) {
    return Refuse(Refusal::kTextIsNotCurrent);
  }
  if (!BringsAtMostOne(proposal, ObjectClass::kNote)) return Refuse(Refusal::kMalformed);
  Decision decision = Emit(TranslationApproved{});
  std::vector<MemberId> attorneys = AttorneysReached(document, proposal);
  if (!attorneys.empty()) {
    decision.events.push_back(DocumentDelivered{.attorneys = std::move(attorneys)});
  }
  return decision;
}

}  // namespace amparo::workflow
