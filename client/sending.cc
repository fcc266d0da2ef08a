#include "client/sending.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <set>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "audit/storage_receipt.h"
#include "client/names.h"
#include "client/outbox.h"
#include "client/plans.h"
#include "client/sending_item.h"
#include "client/verbs.h"

namespace amparo::client {
namespace {

constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

std::string AboutOf(const Workplace& place, const SubjectId& subject) {
  const auto document = place.replica.documents().find(subject);
  if (document != place.replica.documents().end()) {
    return DocumentCode(document->second.document.case_id, document->second.document.number);
  }
  return CaseCode(subject);
}

bool IsOnTheWay(const OutboxItem& item) {
  return item.state == ItemState::kWaiting || item.state == ItemState::kSending;
}

// Something made before it on the same subject has to be sent first.
bool HasToWait(const Workplace& place, const OutboxItem& item) {
  return std::any_of(place.outbox->items().begin(), place.outbox->items().end(),
                     [&](const OutboxItem& earlier) {
                       return earlier.number < item.number && earlier.subject == item.subject &&
                              earlier.state != ItemState::kRefused;
                     });
}

absl::Status Note(Workplace& place, std::uint64_t number, const absl::Status& why) {
  const OutboxItem* item = place.outbox->Find(number);
  if (item == nullptr) return absl::OkStatus();
  OutboxItem noted = *item;
  NoteWhy(noted, why);
  if (VerdictOf(why) == Verdict::kRefused) noted.state = ItemState::kRefused;
  return place.outbox->Update(noted);
}

// What the person who waits for it is told of an attempt.
absl::Status Conclude(Workplace& place, std::uint64_t number, absl::Status attempt) {
  if (attempt.ok()) return attempt;
  const Verdict verdict = VerdictOf(attempt);
  const bool unknown_here = absl::IsUnauthenticated(attempt);
  if (verdict == Verdict::kAlarm) return attempt;
  const bool has_files = !place.outbox->Find(number)->parts.empty();
  if ((verdict == Verdict::kRefused || unknown_here) && !has_files) {
    if (absl::Status s = place.outbox->Remove(number); !s.ok()) return s;
    place.last_act.reset();
    return attempt;
  }
  if (absl::Status s = Note(place, number, attempt); !s.ok()) return s;
  place.last_act = *place.outbox->Find(number);
  return verdict == Verdict::kRefused || unknown_here ? attempt : absl::OkStatus();
}

// Whoever was given the statement may have sent it on: the log is asked.
absl::Status CheckNotLogged(Workplace& place, const OutboxItem& item) {
  const Hash statement = HashOf(item.statement);
  if (absl::Status s = place.SyncReplicaOnly(); !s.ok()) {
    if (!absl::IsUnavailable(s)) return s;
    absl::Status needed = absl::UnavailableError(
        absl::StrCat("a bundle or the server was given it: dropping it needs a connection, or take "
                     "in the bundle's receipts: ",
                     s.message()));
    if (const auto detail = DetailOf(s)) AttachDetail(needed, *detail);
    return needed;
  }
  const auto position = place.replica.Find(statement);
  if (!position.has_value()) return absl::OkStatus();
  return Refused(
      absl::StatusCode::kFailedPrecondition, "ITEM_SENT",
      absl::StrCat("it can no longer be cancelled: it stands in the log, entry ", position->value));
}

}  // namespace

StatementAuthor::Waiting WaitingBefore(const Workplace& place, std::uint64_t number) {
  StatementAuthor::Waiting waiting;
  if (place.outbox == nullptr) return waiting;
  for (const OutboxItem& item : place.outbox->items()) {
    if (item.number >= number || !IsOnTheWay(item)) continue;
    absl::StatusOr<SignedStatement> said = DecodeSigned(item.statement);
    if (said.ok() && !place.replica.Find(HashOf(*said)).has_value()) {
      waiting.push_back(*std::move(said));
    }
  }
  return waiting;
}

absl::Status Do(Workplace& place, const Draft& draft) {
  absl::StatusOr<Prepared> prepared = place.author->Prepare(draft, WaitingBefore(place, kAll));
  if (!prepared.ok()) return prepared.status();
  OutboxItem item{.made_at = place.clock(),
                  .kind = KindOf(draft.body.act),
                  .subject = draft.subject,
                  .about = AboutOf(place, draft.subject),
                  .statement = prepared->statement.bytes,
                  .events = prepared->events,
                  .grants = draft.grants,
                  .objects = draft.objects};
  const bool now = !place.offline;
  absl::StatusOr<std::uint64_t> number = place.outbox->Add(item);
  if (!number.ok()) return number.status();
  place.last_act = *place.outbox->Find(*number);
  if (!now || HasToWait(place, *place.last_act)) return absl::OkStatus();
  return Conclude(place, *number, SendItem(place, *number, Parts::kToSend, nullptr));
}

absl::Status FinishSending(Workplace& place, const OutboxItem& item, const absl::Status& uploaded,
                           Parts parts, const std::function<void(std::uint64_t)>& sent) {
  if (IsInTheWay(uploaded)) parts = Parts::kToSend;
  if (!uploaded.ok() && !IsInTheWay(uploaded)) return Conclude(place, item.number, uploaded);
  if (HasToWait(place, item)) return absl::OkStatus();
  return Conclude(place, item.number, SendItem(place, item.number, parts, sent));
}

absl::Status SendOutbox(Workplace& place, const OutboxProgress& progress) {
  std::vector<std::uint64_t> numbers;
  for (const OutboxItem& item : place.outbox->items()) numbers.push_back(item.number);
  std::set<SubjectId> held_back;
  absl::Status worst;
  // What is taken up here is no act of the person's.
  const auto last_act = std::exchange(place.last_act, std::nullopt);
  const absl::Cleanup restore = [&] { place.last_act = last_act; };
  for (const std::uint64_t number : numbers) {
    const OutboxItem* found = place.outbox->Find(number);
    if (found == nullptr || found->state == ItemState::kRefused) continue;
    const OutboxItem item = *found;
    if (held_back.contains(item.subject)) continue;
    if (absl::IsAborted(place.outbox->CheckUnclaimed(number))) {
      held_back.insert(item.subject);
      continue;
    }
    const auto sent = [&](std::uint64_t bytes) {
      if (progress.moved) progress.moved(item, bytes);
    };
    absl::Status status;
    if (item.state == ItemState::kSealing) status = TakeUp(place, item);
    place.last_act = item;
    if (status.ok()) status = SendItem(place, number, Parts::kToSend, sent);
    if (!status.ok()) {
      const Verdict verdict = VerdictOf(status);
      if (absl::Status s = Note(place, number, status); !s.ok()) return s;
      if (verdict == Verdict::kNoLink || verdict == Verdict::kAlarm) return status;
      if (verdict == Verdict::kLater) {
        held_back.insert(item.subject);
        worst = status;
      }
    }
    if (!progress.ended) continue;
    const OutboxItem* left = place.outbox->Find(number);
    progress.ended(left != nullptr ? *left : *place.last_act);
  }
  return worst;
}

absl::StatusOr<std::string> StorageReceiptOf(const Membership& membership,
                                             const std::vector<OutboxItem>& stored,
                                             std::uint64_t number) {
  const auto found = std::find_if(stored.begin(), stored.end(),
                                  [&](const OutboxItem& item) { return item.number == number; });
  if (found == stored.end()) {
    return absl::NotFoundError(absl::StrCat("no act of number ", number, " was stored"));
  }
  absl::StatusOr<SignedStatement> said = DecodeSigned(found->statement);
  if (!said.ok()) return absl::DataLossError(said.status().message());
  const auto body = DecodeBody(said->statement.kind, said->statement.body);
  if (!body.ok()) return absl::DataLossError(body.status().message());
  if (body->objects.empty()) {
    return absl::NotFoundError(absl::StrCat("item ", number, " handed over nothing to be stored"));
  }
  return audit::FormatStorageReceipt(membership.org, found->position, HashOf(*said), body->objects,
                                     membership.log_key, found->storage_signature);
}

absl::StatusOr<std::string> DropItem(Workplace& place, std::uint64_t number) {
  const OutboxItem* item = place.outbox->Find(number);
  if (item == nullptr) {
    return absl::NotFoundError(absl::StrCat("no act of number ", number, " waits in the outbox"));
  }
  if (absl::Status s = place.outbox->CheckUnclaimed(number); !s.ok()) return s;
  std::string cannot;
  if (item->appended && item->state != ItemState::kRefused) {
    auto lapsed = CanCountNoMore(place, *item);
    if (!lapsed.ok()) return lapsed.status();
    if (!*lapsed) {
      if (absl::Status s = CheckNotLogged(place, *item); !s.ok()) return s;
      cannot =
          "a bundle or the server was given the signed statement, and the log does not show it: "
          "should it appear later, it counts";
    }
  } else if (item->state == ItemState::kSending && !item->parts.empty()) {
    cannot =
        "sealed bytes that were sent stay on the server, unreadable, until it erases them "
        "after 30 days";
  }
  if (absl::Status s = place.outbox->Remove(number); !s.ok()) return s;
  return cannot;
}

absl::Status RetryItem(Workplace& place, std::uint64_t number) {
  const OutboxItem* found = place.outbox->Find(number);
  if (found == nullptr) {
    return absl::NotFoundError(absl::StrCat("no act of number ", number, " waits in the outbox"));
  }
  if (found->state != ItemState::kRefused) {
    return Refused(absl::StatusCode::kFailedPrecondition, "ITEM_NOT_REFUSED",
                   absl::StrCat("item ", number, " is ", ItemStateName(found->state),
                                "; it is sent by itself"));
  }
  OutboxItem item = *found;
  place.last_act = item;
  if (!item.plan.empty()) {
    item.state = ItemState::kSealing;
    if (absl::Status s = place.outbox->Update(item); !s.ok()) return s;
    if (absl::Status s = TakeUp(place, item); !s.ok()) return s;
    return Conclude(place, number, SendItem(place, number, Parts::kToSend, nullptr));
  }
  item.state = item.parts.empty() ? ItemState::kWaiting : ItemState::kSending;
  if (absl::Status s = SignAnew(place, item, 0); !s.ok()) return s;
  return Conclude(place, number, SendItem(place, number, Parts::kToSend, nullptr));
}

}  // namespace amparo::client
