// Sharing and notes: remarks, which move nothing.
// Spec: docs/spec/workflow.md, "Sharing and talking".

#include <algorithm>

#include "workflow/document_rules.h"

namespace amparo::workflow {
namespace {

// A share hands keys to somebody who has the right already, for instance on a new device. It
// gives no right: that comes from assign and deliver alone.
bool MayBeSharedWith(const Document& document, const Context& context, const MemberId& member) {
  const bool worker = member == document.translator || member == document.reviewer;
  const bool attorney = document.delivered_to.contains(member);
  return (worker || attorney || IsCoordinatorOf(context, member, document.desk)) &&
         MaySee(document, context, member);
}

}  // namespace

Decision DecideShare(const Document& document, const Proposal& proposal, const Share& act) {
  if (const auto refusal = JudgeCoordinator(proposal, document.desk)) return Refuse(*refusal);
  if (!MayBeSharedWith(document, proposal.context, act.with)) {
    return Refuse(Refusal::kGranteeInvalid);
  }
  if (!BringsAtMostOne(proposal, ObjectClass::kMessage)) return Refuse(Refusal::kMalformed);
  const bool reaches = std::any_of(
      document.known_objects.begin(), document.known_objects.end(), [&](const ObjectId& object) {
        return HasUsableGrant(proposal, object, [&](const directory::CertificateRecord& record) {
          return record.certificate.member == act.with &&
                 MaySee(document, proposal.context, record);
        });
      });
  if (!reaches) return Refuse(Refusal::kUsableGrantMissing);
  return Emit(DocumentShared{.with = act.with});
}

Decision DecideDocumentNote(const Document& document, const Proposal& proposal, const Note& act) {
  const directory::CertificateRecord* record = SigningRecord(proposal);
  if (record == nullptr || !MaySee(document, proposal.context, *record)) {
    return Refuse(Refusal::kNotOnThisCase);
  }
  return DecideNote(proposal, act.type, act.in_reply_to, document.questions,
                    [&](const auto& it) { return MaySee(document, proposal.context, it); });
}

Decision DecideNote(const Proposal& proposal, NoteType type, const Hash& in_reply_to,
                    const std::vector<Question>& questions, WhichCertificates readers) {
  if (!Brings(proposal, ObjectClass::kNote)) return Refuse(Refusal::kNoteMissing);
  if (!BringsExactlyOne(proposal, ObjectClass::kNote)) return Refuse(Refusal::kMalformed);
  if (type != NoteType::kAnswer && !in_reply_to.is_zero()) return Refuse(Refusal::kMalformed);
  const bool asked = std::any_of(questions.begin(), questions.end(), [&](const Question& question) {
    return question.statement == in_reply_to;
  });
  if (type == NoteType::kAnswer && !asked) return Refuse(Refusal::kQuestionUnknown);
  if (!HasUsableGrant(proposal, proposal.body.objects.front().object, readers)) {
    return Refuse(Refusal::kUsableGrantMissing);
  }
  switch (type) {
    case NoteType::kComment:
      return Emit(Noted{});
    case NoteType::kQuestion:
      return Emit(QuestionAsked{.question = {.statement = HashOf(proposal.statement),
                                             .by = proposal.actor(),
                                             .answered = false}});
    case NoteType::kAnswer:
      return Emit(QuestionAnswered{.question = in_reply_to});
  }
  return Refuse(Refusal::kMalformed);
}

}  // namespace amparo::workflow
