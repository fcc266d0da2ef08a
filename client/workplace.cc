#include "client/workplace.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/alarms.h"
#include "client/name_book.h"
#include "client/promises.h"
#include "client/restart.h"
#include "client/sending.h"
#include "client/subject_objects.h"

namespace amparo::client {
namespace {

constexpr std::uint64_t kHour_s = 3600;

}  // namespace

Workplace::Workplace(Home the_home, KeyBundle the_keys, Membership the_membership,
                     std::unique_ptr<Connection> the_connection, Replica the_replica)
    : home(std::move(the_home)),
      keys(std::move(the_keys)),
      membership(std::move(the_membership)),
      connection(std::move(the_connection)),
      replica(std::move(the_replica)) {
  BecomeAuthor();
}

void Workplace::BecomeAuthor() {
  replica.Expect(ExpectedBy(membership));
  connection->UseSession(SessionKeysOf(membership, keys));
  author.emplace(*connection, replica,
                 AuthorKeys{.org = membership.org,
                            .member = membership.member,
                            .certificate = membership.certificate,
                            .signing = &*keys.signing},
                 [this] { return SyncReplicaOnly(); });
  author->Require([this] { return CheckNoAlarm(*this); });
  author->After([this] { return WaitingBefore(*this, std::numeric_limits<std::uint64_t>::max()); });
  author->Remember(
      {.keep = [this](const Promise& promise) { return KeepPromise(*this, promise); },
       .check = [this](const Promise& promise) { return CheckPromise(*this, promise); }});
}

absl::Status Workplace::ReadHome() {
  carried.reset();
  if (absl::Status s = RestoreCarried(*this); !s.ok()) return s;
  people.clear();
  people_at = Hash{};
  if (absl::Status s = RestorePeople(*this); !s.ok()) return s;
  objects.clear();
  if (absl::Status s = RestoreObjects(*this); !s.ok()) return s;
  witnessing = Witnessing{};
  if (absl::Status s = RestoreWitnessing(*this); !s.ok()) return s;
  alarm.reset();
  if (absl::Status s = RestoreAlarm(*this); !s.ok()) return s;
  promises.clear();
  if (absl::Status s = RestorePromises(*this); !s.ok()) return s;
  absl::StatusOr<std::unique_ptr<Outbox>> loaded = Outbox::Load(home, *keys.home);
  if (!loaded.ok()) return loaded.status();
  outbox = *std::move(loaded);
  return absl::OkStatus();
}

absl::Status Workplace::WhileHomeIsFree(const std::function<void()>& work) {
  const absl::StatusOr<bool> changed = home.WhileFree(work);
  if (!changed.ok() || !*changed) return changed.status();
  absl::StatusOr<Membership> now = ReadMembership(home, *keys.home);
  if (!now.ok()) return now.status();
  absl::StatusOr<Replica> restored = RestoreReplica(home, *keys.home, *now);
  if (!restored.ok()) return restored.status();
  const bool same_device = now->certificate == membership.certificate;
  membership = *std::move(now);
  replica = *std::move(restored);
  if (!same_device) BecomeAuthor();
  return ReadHome();
}

absl::Status Workplace::SyncReplicaOnly(std::optional<Reach> reach) {
  if (!reach.has_value() && replica.head().size.value == 0) reach = UsualReach(keys);
  absl::Status synced = carried.has_value()
                            ? SyncPastCarried(*this, reach)
                            : SyncReplica(replica, *connection, home, *keys.home, reach);
  if (IsEpochOffer(synced)) {
    synced = GoOnAtEpoch(*this);
    // It was of the end that is lost, or will be asked for again.
    if (synced.ok() && carried.has_value()) synced = DropCarried(*this);
  }
  if (absl::IsDataLoss(synced)) RaiseAlarm(*this, synced, replica.evidence());
  return synced.ok() ? CheckPromises(*this) : synced;
}

absl::StatusOr<bool> Workplace::FindOwnCertificate() {
  const Hash certificate = client::FindOwnCertificate(replica.directory(), membership, keys);
  if (certificate == membership.certificate || certificate.is_zero()) return false;
  membership.certificate = certificate;
  if (absl::Status s = WriteMembership(home, *keys.home, membership); !s.ok()) return s;
  BecomeAuthor();
  return true;
}

absl::Status Workplace::AdoptOwnCertificate() {
  absl::StatusOr<bool> is_new = FindOwnCertificate();
  // What is visible to the certificate was not visible to its request.
  return is_new.ok() && *is_new ? SyncReplicaOnly() : is_new.status();
}

absl::Status Workplace::Sync(std::optional<Reach> reach) {
  unwitnessed.clear();
  if (absl::Status s = SyncReplicaOnly(reach); !s.ok()) return s;
  if (absl::Status s = AdoptOwnCertificate(); !s.ok()) return s;
  // First what others saw: nobody confirms a history that is found to be forked.
  if (absl::Status s = LearnSightings(*this); !s.ok()) {
    if (absl::IsDataLoss(s)) RaiseAlarm(*this, s, replica.evidence());
    return s;
  }
  if (absl::Status s = EndAlarm(*this); !s.ok()) return s;
  if (!alarm.has_value()) LeaveCosignature(*this);
  return absl::OkStatus();
}

EnrolmentContext Workplace::enrolment() {
  return {.connection = *connection, .author = *author, .keys = keys, .membership = membership};
}

bool Workplace::HasRole(Role role) const {
  return replica.directory().HasRole(self(), role, replica.now());
}

absl::StatusOr<const DocumentHistory*> Workplace::FindDocument(const SubjectId& document) const {
  const auto found = replica.documents().find(document);
  if (found == replica.documents().end()) {
    return absl::NotFoundError(absl::StrCat("no document ", ToHex(document), " is known here"));
  }
  if (!found->second.visible) {
    return absl::NotFoundError(
        absl::StrCat("document ", ToHex(document), " is no longer yours to see"));
  }
  return &found->second;
}

absl::StatusOr<const CaseHistory*> Workplace::FindCase(const SubjectId& case_id) const {
  const auto found = replica.cases().find(case_id);
  if (found == replica.cases().end()) {
    return absl::NotFoundError(absl::StrCat("no case ", ToHex(case_id), " is known here"));
  }
  if (!found->second.visible) {
    return absl::NotFoundError(absl::StrCat("case ", ToHex(case_id), " is no longer yours to see"));
  }
  return &found->second;
}

absl::Status Workplace::CheckTimePasses() const {
  if (!replica.directory().founded()) return absl::OkStatus();
  const std::uint64_t limit_h = replica.directory().policy().freshness_limit_hours;
  const std::uint64_t tick = replica.directory().newest_tick().value;
  const std::uint64_t now = clock().value;
  if (tick == 0 || tick + limit_h * kHour_s >= now) return absl::OkStatus();
  return Refused(absl::StatusCode::kDataLoss, "TIME_STANDS_STILL",
                 absl::StrCat("the log's newest time is ", (now - tick) / kHour_s,
                              " hours behind this computer's clock, the limit is ", limit_h,
                              ": either this clock is ahead, or the server lets time stand still "
                              "and may hide that somebody was revoked"));
}

absl::Status Workplace::CheckViewIsFresh() const {
  if (absl::Status s = CheckNoAlarm(*this); !s.ok()) return s;
  if (!replica.directory().founded()) {
    return absl::FailedPreconditionError("nothing is known of the organisation; synchronise first");
  }
  const std::uint64_t limit_h = replica.directory().policy().freshness_limit_hours;
  const std::uint64_t now = clock().value;
  const std::uint64_t tick = replica.directory().newest_tick().value;
  if (tick + limit_h * kHour_s >= now) return absl::OkStatus();
  return Refused(
      absl::StatusCode::kFailedPrecondition, "VIEW_TOO_OLD",
      absl::StrCat("the newest news of the organisation is ", (now - tick) / kHour_s,
                   " hours old, over the limit of ", limit_h,
                   " for a key to a new reader; ask any colleague to run `amparo sync`"));
}

absl::Status Workplace::CheckFreshEnoughToGrant(const SubjectId& about,
                                                const std::set<MemberId>& readers) const {
  if (absl::Status s = CheckViewIsFresh(); !s.ok()) return s;
  const auto document = replica.documents().find(about);
  const bool excused =
      unwitnessed.contains(about) || (document != replica.documents().end() &&
                                      unwitnessed.contains(document->second.document.case_id));
  return excused ? absl::OkStatus() : CheckWitnessed(*this, readers);
}

void Workplace::EndOverride(const SubjectId& about) {
  unwitnessed.erase(about);
  const auto document = replica.documents().find(about);
  if (document != replica.documents().end()) unwitnessed.erase(document->second.document.case_id);
}

}  // namespace amparo::client
