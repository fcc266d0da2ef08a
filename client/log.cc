// What a home knows of the log as a whole, and what it says when a key must be given though
// nobody else confirmed it.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/drafting.h"
#include "client/names.h"
#include "client/verbs.h"
#include "crypto/digest.h"
#include "statement/codec.h"

namespace amparo::client::verbs {
namespace {

std::string WordsOf(const audit::Checkpoint& head) {
  Writer out;
  out.U64(head.size.value);
  out.Fixed(head.root);
  return Fingerprint(Sha256(out.bytes()));
}

absl::StatusOr<Draft> DraftRemark(Workplace& place, const SubjectId& subject,
                                  const std::string& text) {
  if (place.replica.cases().contains(subject)) {
    absl::StatusOr<const CaseHistory*> found = place.FindCase(subject);
    if (!found.ok()) return found.status();
    const amparo::NoteCase act{.type = NoteType::kComment, .in_reply_to = {}};
    Draft draft = DraftOn(subject, act);
    const auto plan = workflow::PlanGrants((*found)->subject, place.context(), place.self(), act);
    if (absl::Status s = AddNote(place, draft, text, plan.note); !s.ok()) return s;
    return draft;
  }
  absl::StatusOr<const DocumentHistory*> found = place.FindDocument(subject);
  if (!found.ok()) return found.status();
  const amparo::Note act{.type = NoteType::kComment, .in_reply_to = {}};
  Draft draft = DraftOn(subject, act);
  const auto plan = workflow::PlanGrants((*found)->document, place.context(), place.self(), act);
  if (absl::Status s = AddNote(place, draft, text, plan.note); !s.ok()) return s;
  return draft;
}

}  // namespace

LogStatus DescribeLog(const Workplace& place) {
  const audit::Checkpoint head = place.replica.head();
  const directory::Directory& directory = place.replica.directory();
  LogStatus out;
  out.size = head.size;
  out.root = head.root;
  out.words = WordsOf(head);
  out.newest_tick = directory.newest_tick();
  out.light = place.replica.reach() == Reach::kLight;
  for (const auto& [member, sighting] : place.witnessing.by_member) {
    out.seen.push_back({.member = member,
                        .name = MemberCode(member),
                        .time = sighting.time,
                        .size = sighting.size,
                        .counts = directory.IsMember(member, place.replica.now())});
  }
  for (const auto& [name, sighting] : place.witnessing.by_partner) {
    out.seen.push_back({.member = std::nullopt,
                        .name = name,
                        .time = sighting.time,
                        .size = sighting.size,
                        .counts = true});
  }
  std::sort(out.seen.begin(), out.seen.end(),
            [](const auto& a, const auto& b) { return a.time > b.time; });
  for (const audit::Witness& partner : place.witnessing.partners) {
    out.partners.push_back(audit::FormatWitness(partner));
  }
  out.may_grant = place.CheckFreshEnoughToGrant(SubjectId{});
  return out;
}

absl::StatusOr<bool> RecordUnwitnessed(Workplace& place, const SubjectId& subject,
                                       const std::string& reason) {
  if (absl::Status s = place.CheckViewIsFresh(); !s.ok()) return s;
  if (place.CheckFreshEnoughToGrant(subject).ok()) return false;
  if (reason.empty()) {
    return absl::InvalidArgumentError(
        "a key without another's confirmation needs a reason that all can read");
  }
  absl::StatusOr<Draft> draft =
      DraftRemark(place, subject, absl::StrCat(kUnwitnessedRemark, "\n", reason));
  if (!draft.ok()) return draft.status();
  if (absl::Status s = place.Publish(*draft).status(); !s.ok()) return s;
  place.unwitnessed.insert(subject);
  return true;
}

}  // namespace amparo::client::verbs
