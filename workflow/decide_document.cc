// Decide for a document: what holds for every act, then the rule of the act.
// Spec: docs/spec/workflow.md, "Documents".

#include "workflow/document_rules.h"

namespace amparo::workflow {
namespace {

// Source and translation may be granted again by those whose act hands the text to a reader;
// any other act grants nothing but what it brings. So nobody's note replaces a judge's grant.
bool MayGrantExisting(Kind kind) {
  return kind == Kind::kAssign || kind == Kind::kApprove || kind == Kind::kDeliver ||
         kind == Kind::kShare;
}

Decision DecideAct(const Document& document, const Proposal& proposal) {
  const Act& act = proposal.body.act;
  switch (KindOf(act)) {
    case Kind::kSubmit:
      return DecideReplacement(document, proposal, std::get<Submit>(act));
    case Kind::kAssign:
      return DecideAssign(document, proposal, std::get<Assign>(act));
    case Kind::kUnassign:
      return DecideUnassign(document, proposal);
    case Kind::kAccept:
      return DecideAccept(document, proposal);
    case Kind::kDecline:
      return DecideDecline(document, proposal);
    case Kind::kGiveBack:
      return DecideGiveBack(document, proposal);
    case Kind::kHandIn:
      return DecideHandIn(document, proposal, std::get<HandIn>(act));
    case Kind::kReturn:
      return DecideReturn(document, proposal, std::get<Return>(act));
    case Kind::kApprove:
      return DecideApprove(document, proposal, std::get<Approve>(act));
    case Kind::kDeliver:
      return DecideDeliver(document, proposal, std::get<Deliver>(act));
    case Kind::kReceive:
      return DecideReceive(document, proposal, std::get<Receive>(act));
    case Kind::kReopen:
      return DecideReopen(document, proposal, std::get<Reopen>(act));
    case Kind::kWithdraw:
      return DecideWithdraw(document, proposal);
    case Kind::kShare:
      return DecideShare(document, proposal, std::get<Share>(act));
    case Kind::kNote:
      return DecideDocumentNote(document, proposal, std::get<Note>(act));
    default:
      return Refuse(Refusal::kMalformed);
  }
}

}  // namespace

Decision Decide(const Document& document, const Context& context, const SignedStatement& statement,
                const Body& body) {
  const Proposal proposal{.context = context, .statement = statement, .body = body};
  const auto* submit = std::get_if<Submit>(&body.act);
  const bool first = submit != nullptr && submit->version == 1;
  const Chain chain{.type = SubjectType::kDocument,
                    .begun = document.state != State::kNone,
                    .begins = first,
                    .id = document.id,
                    .head = document.head,
                    .statements = document.statements};
  if (const auto refusal = JudgeChain(chain, proposal)) return Refuse(*refusal);
  if (BringsAgain(proposal, document.brought)) return Refuse(Refusal::kMalformed);
  if (first) return DecideFirstSubmit(proposal, *submit);
  if (document.state == State::kWithdrawn || document.state == State::kErased) {
    return Refuse(Refusal::kStateForbids);
  }
  const bool existing = MayGrantExisting(KindOf(body.act));
  if (!GrantsStayWithin(proposal, existing ? document.known_objects : std::set<ObjectId>())) {
    return Refuse(Refusal::kMalformed);
  }
  return DecideAct(document, proposal);
}

}  // namespace amparo::workflow
