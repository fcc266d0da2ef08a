// What a home knows of the log as a whole, and what it says when a key must be given though
// nobody else confirmed it.

#include <algorithm>
#include <map>
#include <utility>

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

// The newest sighting of each member, of those that count if any does.
void AddColleagues(const Workplace& place, std::vector<LogStatus::Seen>& out) {
  std::map<MemberId, LogStatus::Seen> newest;
  for (const auto& [certificate, sighting] : place.witnessing.by_certificate) {
    const auto* record = place.replica.directory().Find(certificate);
    if (record == nullptr) continue;
    const MemberId& member = record->certificate.member;
    const LogStatus::Seen seen{.member = member,
                               .name = MemberCode(member),
                               .time = sighting.time,
                               .size = sighting.size,
                               .counts = Counts(place, certificate, sighting)};
    LogStatus::Seen& kept = newest[member];
    if (std::pair(seen.counts, seen.time) > std::pair(kept.counts, kept.time)) kept = seen;
  }
  for (const auto& [member, seen] : newest) out.push_back(seen);
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
  AddColleagues(place, out.seen);
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
  out.may_grant = place.CheckFreshEnoughToGrant(SubjectId{}, {});
  return out;
}

absl::StatusOr<bool> RecordUnwitnessed(Workplace& place, const SubjectId& subject,
                                       const std::string& reason,
                                       const std::set<MemberId>& readers) {
  if (absl::Status s = place.CheckViewIsFresh(); !s.ok()) return s;
  if (place.CheckFreshEnoughToGrant(subject, readers).ok()) return false;
  if (reason.empty()) {
    return absl::InvalidArgumentError(
        "a key without another's confirmation needs a reason that all can read");
  }
  absl::StatusOr<Draft> draft =
      DraftRemark(place, subject, absl::StrCat(kUnwitnessedRemark, "\n", reason));
  if (!draft.ok()) return draft.status();
  absl::StatusOr<Published> published = place.Publish(*draft);
  if (!published.ok()) return published.status();
  const auto is_remark = [&](const Promise& promise) {
    return promise.leaf.statement == published->statement;
  };
  if (std::any_of(place.promises.begin(), place.promises.end(), is_remark)) {
    return absl::UnavailableError(
        "the remark was sent and does not show in the log yet, so no key is given");
  }
  place.unwitnessed.insert(subject);
  return true;
}

}  // namespace amparo::client::verbs
