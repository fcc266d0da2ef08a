// The rules of a document, one per act. Internal to workflow/: Decide calls them once envelope
// and chain are known to be right. Spec: docs/spec/workflow.md, a chapter per file.
//
// Thread safety: pure functions.

#ifndef AMPARO_WORKFLOW_DOCUMENT_RULES_H_
#define AMPARO_WORKFLOW_DOCUMENT_RULES_H_

#include "workflow/proposal.h"

namespace amparo::workflow {

// decide_submit.cc
Decision DecideFirstSubmit(const Proposal& proposal, const Submit& act);
Decision DecideReplacement(const Document& document, const Proposal& proposal, const Submit& act);

// decide_assignment.cc
Decision DecideAssign(const Document& document, const Proposal& proposal, const Assign& act);
Decision DecideUnassign(const Document& document, const Proposal& proposal);
Decision DecideAccept(const Document& document, const Proposal& proposal);
Decision DecideDecline(const Document& document, const Proposal& proposal);
Decision DecideGiveBack(const Document& document, const Proposal& proposal);

// decide_translation.cc
Decision DecideHandIn(const Document& document, const Proposal& proposal, const HandIn& act);
Decision DecideReturn(const Document& document, const Proposal& proposal, const Return& act);
Decision DecideApprove(const Document& document, const Proposal& proposal, const Approve& act);

// decide_delivery.cc
Decision DecideDeliver(const Document& document, const Proposal& proposal, const Deliver& act);
Decision DecideReceive(const Document& document, const Proposal& proposal, const Receive& act);
Decision DecideReopen(const Document& document, const Proposal& proposal, const Reopen& act);
Decision DecideWithdraw(const Document& document, const Proposal& proposal);

// decide_conversation.cc
Decision DecideShare(const Document& document, const Proposal& proposal, const Share& act);
Decision DecideDocumentNote(const Document& document, const Proposal& proposal, const Note& act);

// may_see.cc: as what the device with this certificate sees it now; nothing: it does not.
std::optional<Purpose> SeesAs(const Document& document, const Context& context,
                              const directory::CertificateRecord& record);
std::optional<Purpose> SeesAs(const Case& subject, const Context& context,
                              const directory::CertificateRecord& record);

// The manifest of the newest source and of the newest translation.
// REQUIRES: there is one.
inline const ObjectId& SourceManifest(const Document& document) {
  return document.sources.back().objects.front().object;
}
inline const ObjectId& TranslationManifest(const Document& document) {
  return document.translations.back().objects.front().object;
}

}  // namespace amparo::workflow

#endif  // AMPARO_WORKFLOW_DOCUMENT_RULES_H_
