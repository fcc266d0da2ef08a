// Questions and answers on a document, and the notes that came with its turns.

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "client/drafting.h"
#include "client/sending.h"
#include "client/subject_objects.h"
#include "client/verbs.h"

namespace amparo::client::verbs {
namespace {

// Empty: not granted to this home. DATA_LOSS: granted, and damaged.
absl::StatusOr<std::string> TextOf(Workplace& place, const DocumentHistory& history,
                                   const ObjectId& object) {
  absl::StatusOr<SecretBuffer> content = OpenObject(place, ChainOf(history), object);
  if (absl::IsPermissionDenied(content.status()) || absl::IsNotFound(content.status())) return "";
  if (!content.ok()) return content.status();
  absl::StatusOr<NoteText> note = DecodeNoteText(content->Expose());
  if (!note.ok()) return absl::DataLossError(note.status().message());
  return note->text;
}

absl::Status Say(Workplace& place, const SubjectId& document, Note act, const std::string& text,
                 std::optional<Hash> after) {
  if (text.empty()) return absl::InvalidArgumentError("there is nothing to say; write a text");
  absl::StatusOr<const DocumentHistory*> history = place.FindDocument(document);
  if (!history.ok()) return history.status();
  const workflow::Document& subject = (*history)->document;
  Draft draft = DraftOn(document, act);
  draft.after = after;
  const workflow::GrantPlan plan =
      workflow::PlanGrants(subject, place.context(), place.self(), act);
  if (absl::Status s = AddNote(place, draft, text, subject, plan.note); !s.ok()) return s;
  return Do(place, draft);
}

}  // namespace

absl::StatusOr<std::vector<ConversationEntry>> Conversation(Workplace& place,
                                                            const SubjectId& document) {
  absl::StatusOr<const DocumentHistory*> history = place.FindDocument(document);
  if (!history.ok()) return history.status();
  std::vector<ConversationEntry> conversation;
  for (const HistoryEntry& entry : (*history)->entries) {
    for (const ObjectRef& ref : entry.body.objects) {
      if (ref.object_class != ObjectClass::kNote) continue;
      absl::StatusOr<std::string> text = TextOf(place, **history, ref.object);
      // What one author sealed wrongly must not silence everybody else.
      const bool damaged = absl::IsDataLoss(text.status());
      if (!text.ok() && !damaged) return text.status();
      const auto* note = std::get_if<Note>(&entry.body.act);
      conversation.push_back({.statement = HashOf(entry.statement),
                              .by = entry.statement.statement.actor,
                              .type = note != nullptr ? note->type : NoteType::kComment,
                              .in_reply_to = note != nullptr ? note->in_reply_to : Hash{},
                              .text = damaged ? "" : *std::move(text),
                              .damaged = damaged,
                              .log_time = entry.log_time});
    }
  }
  return conversation;
}

absl::Status Ask(Workplace& place, const SubjectId& document, const std::string& text) {
  return Say(place, document, {.type = NoteType::kQuestion, .in_reply_to = {}}, text, std::nullopt);
}

absl::Status Answer(Workplace& place, const SubjectId& document, const std::string& text,
                    std::optional<Hash> question) {
  absl::StatusOr<const DocumentHistory*> history = place.FindDocument(document);
  if (!history.ok()) return history.status();
  const std::vector<workflow::Question>& asked = (*history)->document.questions;
  if (!question.has_value()) {
    const auto open = std::find_if(asked.rbegin(), asked.rend(),
                                   [](const workflow::Question& q) { return !q.answered; });
    if (open == asked.rend()) {
      return Refused(absl::StatusCode::kFailedPrecondition, "QUESTION_UNKNOWN",
                     "no question is open on this document");
    }
    question = open->statement;
  }
  return Say(place, document, {.type = NoteType::kAnswer, .in_reply_to = *question}, text,
             question);
}

}  // namespace amparo::client::verbs
