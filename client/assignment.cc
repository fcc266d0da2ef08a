// Assigning, and what a translator answers.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/drafting.h"
#include "client/name_book.h"
#include "client/sending.h"
#include "client/subject_objects.h"
#include "client/verbs.h"

namespace amparo::client::verbs {
namespace {

// Who is who on this document, for those who cannot read the directory.
AssignmentMessage MakeMessage(const Workplace& place, const workflow::Document& document,
                              const AssignOptions& options, const OpenedVersion& source) {
  AssignmentMessage message;
  message.text = options.message;
  message.due_date = options.due_date.empty() ? source.manifest.due_date : options.due_date;
  message.language = source.manifest.language;
  message.variety = source.manifest.variety;
  const auto add = [&](const MemberId& member, Role role) {
    message.people.push_back(
        {.member = member, .display_name = NameOf(place, member), .role = role});
  };
  add(options.translator, Role::kTranslator);
  add(options.reviewer, Role::kReviewer);
  add(place.self(), Role::kCoordinator);
  if (!document.submitter.is_zero()) add(document.submitter, Role::kFellow);
  std::sort(message.people.begin(), message.people.end(), [](const auto& a, const auto& b) {
    return std::pair(a.member, a.role) < std::pair(b.member, b.role);
  });
  return message;
}

absl::Status SayOn(Workplace& place, const SubjectId& document, Act act,
                   const std::string& reason) {
  absl::StatusOr<const DocumentHistory*> history = place.FindDocument(document);
  if (!history.ok()) return history.status();
  const workflow::Document& subject = (*history)->document;
  Draft draft = DraftOn(document, act);
  const workflow::GrantPlan plan =
      workflow::PlanGrants(subject, place.context(), place.self(), act);
  if (absl::Status s = AddNote(place, draft, reason, plan.note); !s.ok()) return s;
  return Do(place, draft);
}

// The attorneys that the case names now, if this home sees the case; else those the document
// named last.
std::vector<MemberId> AttorneysOf(const Workplace& place, const workflow::Document& document) {
  absl::StatusOr<const CaseHistory*> found = place.FindCase(document.case_id);
  return found.ok() ? (*found)->subject.attorneys : document.attorneys;
}

}  // namespace

absl::Status Assign(Workplace& place, const SubjectId& document, const AssignOptions& options) {
  absl::StatusOr<const DocumentHistory*> history = place.FindDocument(document);
  if (!history.ok()) return history.status();
  const workflow::Document& subject = (*history)->document;
  absl::StatusOr<workflow::Version> version = CurrentVersion(**history, Which::kSource);
  if (!version.ok()) return version.status();
  absl::StatusOr<OpenedVersion> source = OpenVersion(place, **history, *version, Which::kSource);
  if (!source.ok()) return source.status();
  const AssignmentMessage message = MakeMessage(place, subject, options, *source);
  absl::StatusOr<std::uint16_t> week = WeekOf(message.due_date);
  if (!week.ok()) return week.status();

  const amparo::Assign act{.translator = options.translator,
                           .reviewer = options.reviewer,
                           .attorneys = AttorneysOf(place, subject),
                           .lease_end = LeaseEnd(place, options.lease_hours),
                           .due_week = *week};
  const workflow::GrantPlan plan =
      workflow::PlanGrants(subject, place.context(), place.self(), act);
  Draft draft = DraftOn(document, act);
  absl::Status granted = GrantExisting(place, draft, **history, Which::kSource, plan.source);
  if (!granted.ok()) return granted;
  if (!plan.translation.empty()) {
    granted = GrantExisting(place, draft, **history, Which::kTranslation, plan.translation);
    if (!granted.ok()) return granted;
  }
  absl::StatusOr<SecretBuffer> text = Encode(message);
  if (!text.ok()) return text.status();
  absl::Status sealed = AddSealedText(place, draft, ObjectClass::kMessage, *text, plan.note);
  if (!sealed.ok()) return sealed;
  return place.Publish(draft).status();
}

absl::Status Unassign(Workplace& place, const SubjectId& document) {
  return SayOn(place, document, amparo::Unassign{}, "");
}

absl::Status Accept(Workplace& place, const SubjectId& document) {
  return SayOn(place, document, amparo::Accept{}, "");
}

absl::Status Decline(Workplace& place, const SubjectId& document, const std::string& reason) {
  return SayOn(place, document, amparo::Decline{}, reason);
}

absl::Status GiveBack(Workplace& place, const SubjectId& document, const std::string& reason) {
  return SayOn(place, document, amparo::GiveBack{}, reason);
}

}  // namespace amparo::client::verbs
