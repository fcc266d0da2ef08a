// Reviewing: approval is refused until both texts were opened here.

#include "client/drafting.h"
#include "client/opened_record.h"
#include "client/sending.h"
#include "client/subject_objects.h"
#include "client/verbs.h"

namespace amparo::client::verbs {
namespace {

absl::Status CheckOpenedHere(const Workplace& place, const Hash& version, absl::string_view what) {
  absl::StatusOr<bool> opened = WasOpened(place, version);
  if (!opened.ok()) return opened.status();
  if (*opened) return absl::OkStatus();
  return Refused(absl::StatusCode::kFailedPrecondition, "NOT_OPENED_HERE",
                 absl::StrCat("the newest ", what,
                              " was never opened here; read source and translation first"));
}

}  // namespace

absl::Status Approve(Workplace& place, const SubjectId& document) {
  absl::StatusOr<const DocumentHistory*> history = place.FindDocument(document);
  if (!history.ok()) return history.status();
  const workflow::Document& subject = (*history)->document;
  absl::StatusOr<workflow::Version> source = CurrentVersion(**history, Which::kSource);
  if (!source.ok()) return source.status();
  absl::StatusOr<workflow::Version> translation = CurrentVersion(**history, Which::kTranslation);
  if (!translation.ok()) return translation.status();
  const amparo::Approve act{.translation = translation->statement, .source = source->statement};
  Draft draft = DraftOn(document, act);
  // The rules first: nobody need open a text that they may not approve anyway.
  if (absl::Status s = place.author->Foresee(draft).status(); !s.ok()) return s;
  if (absl::Status s = CheckOpenedHere(place, act.source, "source"); !s.ok()) return s;
  if (absl::Status s = CheckOpenedHere(place, act.translation, "translation"); !s.ok()) return s;
  const workflow::GrantPlan plan =
      workflow::PlanGrants(subject, place.context(), place.self(), act);
  absl::Status granted =
      GrantExisting(place, draft, **history, Which::kSource, plan.source, Readers::kOnTheCase);
  if (!granted.ok()) return granted;
  granted = GrantExisting(place, draft, **history, Which::kTranslation, plan.translation,
                          Readers::kOnTheCase);
  if (!granted.ok()) return granted;
  return place.Publish(draft).status();
}

absl::Status Return(Workplace& place, const SubjectId& document, const std::string& note) {
  if (note.empty()) {
    return Refused(absl::StatusCode::kInvalidArgument, "NOTE_MISSING",
                   "a return needs a note that says what to change");
  }
  absl::StatusOr<const DocumentHistory*> history = place.FindDocument(document);
  if (!history.ok()) return history.status();
  const workflow::Document& subject = (*history)->document;
  absl::StatusOr<workflow::Version> translation = CurrentVersion(**history, Which::kTranslation);
  if (!translation.ok()) return translation.status();
  const amparo::Return act{.translation = translation->statement};
  Draft draft = DraftOn(document, act);
  const workflow::GrantPlan plan =
      workflow::PlanGrants(subject, place.context(), place.self(), act);
  if (absl::Status s = AddNote(place, draft, note, plan.note); !s.ok()) return s;
  return Do(place, draft);
}

}  // namespace amparo::client::verbs
