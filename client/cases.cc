// Opening a case and sharing it.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/drafting.h"
#include "client/subject_objects.h"
#include "client/verbs.h"

namespace amparo::client::verbs {
namespace {

absl::Status ShareCard(Workplace& place, const CaseHistory& history, const MemberId& with) {
  const workflow::Case& subject = history.subject;
  const amparo::ShareCase act{.with = with};
  const workflow::GrantPlan plan =
      workflow::PlanGrants(subject, place.context(), place.self(), act);
  Draft draft = DraftOn(subject.id, act);
  for (const ObjectRef& card : subject.objects) {
    if (plan.source.empty()) continue;
    absl::Status fresh = place.CheckFreshEnoughToGrant(subject.id, MembersOf(plan.source));
    if (!fresh.ok()) return fresh;
    absl::StatusOr<FileKey> key = OpenKey(place, ChainOf(history), card.object);
    if (!key.ok()) return key.status();
    absl::Status granted = GrantToEach(place, draft, card.object, *key, plan.source).status();
    if (!granted.ok()) return granted;
  }
  return place.Publish(draft).status();
}

// Of this document alone: not for that reader, not for who shares, or not to be opened here. What
// this home may not do at all now (VIEW_TOO_OLD, NOT_WITNESSED, ALARM_STANDS) has to be told.
bool IsOfThisDocument(const absl::Status& status) {
  const auto detail = DetailOf(status);
  const std::string reason = detail.has_value() ? detail->reason : "";
  const bool is_of_home = reason == "VIEW_TOO_OLD" || reason == "NOT_WITNESSED" ||
                          reason == "ALARM_STANDS" || reason == "EPOCH_UNCONFIRMED";
  return !is_of_home && (absl::IsFailedPrecondition(status) || absl::IsPermissionDenied(status) ||
                         absl::IsNotFound(status));
}

}  // namespace

absl::StatusOr<SubjectId> NewCase(Workplace& place, Desk desk, const CaseCard& card,
                                  bool deliver_on_approval) {
  if (absl::Status s = CheckOneLine("the title", card.title); !s.ok()) return s;
  const auto case_id = RandomId<SubjectId>();
  const amparo::OpenCase act{.desk = desk,
                             .deliver_on_approval = static_cast<std::uint8_t>(deliver_on_approval)};
  Draft draft = DraftOn(case_id, act);
  absl::StatusOr<SecretBuffer> text = Encode(card);
  if (!text.ok()) return text.status();
  const workflow::GrantPlan plan =
      workflow::PlanGrants(workflow::Case{}, place.context(), place.self(), act);
  absl::Status sealed = AddSealedText(place, draft, ObjectClass::kCaseCard, *text, plan.manifest);
  if (!sealed.ok()) return sealed;
  if (absl::Status s = place.Publish(draft).status(); !s.ok()) return s;
  return case_id;
}

absl::Status ShareCase(Workplace& place, const SubjectId& case_id, const MemberId& with) {
  absl::StatusOr<const CaseHistory*> found = place.FindCase(case_id);
  if (!found.ok()) return found.status();
  const std::vector<SubjectId> documents = (*found)->subject.documents;
  bool is_news = !(*found)->subject.shared_with.contains(with);
  if (is_news) {
    if (absl::Status s = ShareCard(place, **found, with); !s.ok()) return s;
  }
  // Documents whose rules allow it; the others reach them when they are assigned or delivered.
  for (const SubjectId& document : documents) {
    const absl::StatusOr<const DocumentHistory*> history = place.FindDocument(document);
    if (history.ok() && (*history)->document.shared_with.contains(with)) continue;
    const absl::Status status = Share(place, document, with);
    if (!status.ok() && !IsOfThisDocument(status)) return status;
    is_news = is_news || status.ok();
  }
  if (is_news) return absl::OkStatus();
  return absl::AlreadyExistsError("the case is shared with them already");
}

}  // namespace amparo::client::verbs
