#include "client/sending_item.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "audit/storage_receipt.h"
#include "client/alarms.h"
#include "client/names.h"
#include "client/outbox.h"
#include "client/part_uploads.h"
#include "client/sending.h"
#include "client/spool.h"
#include "crypto/digest.h"
#include "statement/bodies.h"

namespace amparo::client {
namespace {

constexpr int kAttemptsMax = 8;
constexpr std::size_t kReadBytes = 256 * 1024;

std::string ReasonOf(const absl::Status& status) {
  const auto detail = DetailOf(status);
  return detail.has_value() ? detail->reason : std::string();
}

absl::StatusOr<Draft> DraftOf(const OutboxItem& item) {
  absl::StatusOr<SignedStatement> said = DecodeSigned(item.statement);
  if (!said.ok()) return absl::DataLossError(said.status().message());
  absl::StatusOr<Body> body = DecodeBody(said->statement.kind, said->statement.body);
  if (!body.ok()) return absl::DataLossError(body.status().message());
  Draft draft;
  draft.subject = said->statement.subject;
  draft.body = *std::move(body);
  draft.grants = item.grants;
  draft.objects = item.objects;
  if (!IsTurn(item.kind)) draft.after = said->statement.subject_prev;
  return draft;
}

absl::StatusOr<std::unique_ptr<platform::SpoolFile>> OpenWholeSpool(const Workplace& place,
                                                                    const OutboxItem& item) {
  auto file = place.outbox->OpenSpool(item);
  if (!absl::IsDataLoss(file.status())) return file;
  return Refused(absl::StatusCode::kFailedPrecondition, "SPOOL_DAMAGED", file.status().message());
}

absl::Status CheckParts(const OutboxItem& item, platform::SpoolFile& file) {
  Bytes buffer(kReadBytes);
  for (const ItemPart& part : item.parts) {
    Sha256Stream hash;
    for (std::uint64_t at = 0; at < part.length;) {
      const auto wanted =
          static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), part.length - at));
      auto got = file.ReadAt(part.start + at, MutableByteView(buffer).first(wanted));
      if (!got.ok()) return got.status();
      if (*got == 0) break;
      hash.Update(ByteView(buffer).first(*got));
      at += *got;
    }
    if (hash.Finish() != part.sha256) {
      return Refused(absl::StatusCode::kFailedPrecondition, "SPOOL_DAMAGED",
                     absl::StrCat("the sealed bytes of item ", item.number,
                                  " are damaged on this computer's disk"));
    }
  }
  return absl::OkStatus();
}

absl::Status SendParts(Workplace& place, const OutboxItem& item, bool begun,
                       const std::function<void(std::uint64_t)>& sent) {
  if (item.parts.empty()) return absl::OkStatus();
  auto file = OpenWholeSpool(place, item);
  if (!file.ok()) return file.status();
  auto claim = place.outbox->Claim(item.number);
  if (!claim.ok()) return claim.status();
  std::vector<std::unique_ptr<SpooledPart>> sources;
  std::vector<PartToSend> parts;
  for (const ItemPart& part : item.parts) {
    sources.push_back(std::make_unique<SpooledPart>(**file, part.start, part.length, part.sha256));
    parts.push_back({.object = part.object, .length = part.length, .source = sources.back().get()});
  }
  absl::Status status;
  // Whose bytes were damaged? If not ours, somebody began the part with others: the server erased
  // them, of one part at least each time.
  for (std::size_t again = 0; again <= parts.size(); ++again) {
    absl::Status held = place.WhileHomeIsFree([&] {
      PartUploads uploads(*place.connection, parts, begun || again > 0);
      status = uploads.Wait(sent);
    });
    if (!held.ok()) return held;
    if (!IsDamaged(status)) return status;
    if (absl::Status damaged = CheckParts(item, **file); !damaged.ok()) return damaged;
  }
  return status;
}

absl::Status Settle(Workplace& place, OutboxItem& item, const AppendReply& reply) {
  if (absl::Status s = CheckReceipt(place, item, reply.position, reply.storage_signature); !s.ok())
    return s;
  absl::StatusOr<SignedStatement> said = DecodeSigned(item.statement);
  if (!said.ok()) return absl::DataLossError(said.status().message());
  if (absl::Status held = place.author->Hold(*said, reply); !held.ok()) return held;
  item.state = ItemState::kStored;
  item.position = reply.position;
  item.checkpoint = reply.checkpoint;
  item.storage_signature = reply.storage_signature;
  item.message.clear();
  // Its number in the case may have become another one.
  if (place.last_act.has_value() && place.last_act->number == item.number) place.last_act = item;
  return place.outbox->Update(item);
}

}  // namespace

Verdict VerdictOf(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  if (reason == "ALARM_STANDS" || reason == "UPDATE_REQUIRED") return Verdict::kAlarm;
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kUnauthenticated:
      return Verdict::kNoLink;
    case absl::StatusCode::kDataLoss:
      return Verdict::kAlarm;
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
      return Verdict::kLater;
    default:
      return Verdict::kRefused;
  }
}

bool IsDamaged(const absl::Status& uploaded) { return ReasonOf(uploaded) == "BLOB_DAMAGED"; }

bool IsInTheWay(const absl::Status& uploaded) {
  return IsDamaged(uploaded) || ReasonOf(uploaded) == "LENGTH_MISMATCH";
}

absl::StatusOr<bool> IsOutdated(const Workplace& place, const OutboxItem& item) {
  absl::StatusOr<SignedStatement> said = DecodeSigned(item.statement);
  if (!said.ok()) return absl::DataLossError(said.status().message());
  const Statement& statement = said->statement;
  if (statement.actor_seq <= place.replica.OwnSequence(statement.actor_certificate)) return true;
  if (statement.actor_certificate != place.membership.certificate) return true;
  if (!IsTurn(item.kind)) return false;
  absl::StatusOr<Draft> draft = DraftOf(item);
  if (!draft.ok()) return draft.status();
  const Hash head = place.author->HeadAfter(*draft, WaitingBefore(place, item.number));
  return statement.subject_prev != head;
}

absl::StatusOr<bool> CanCountNoMore(const Workplace& place, const OutboxItem& item) {
  absl::StatusOr<SignedStatement> said = DecodeSigned(item.statement);
  if (!said.ok()) return absl::DataLossError(said.status().message());
  const Statement& statement = said->statement;
  if (place.replica.Find(HashOf(*said)).has_value()) return false;
  if (statement.actor_seq <= place.replica.OwnSequence(statement.actor_certificate)) return true;
  if (!IsTurn(item.kind)) return false;
  absl::StatusOr<Draft> draft = DraftOf(item);
  if (!draft.ok()) return draft.status();
  const Hash after = statement.subject_prev;
  if (place.author->HeadAfter(*draft, {}) == after) return false;
  if (after == Hash{} || place.replica.Find(after).has_value()) return true;
  // After one of this outbox, it is as that is.
  for (const OutboxItem& earlier : place.outbox->items()) {
    if (earlier.number >= item.number || earlier.statement.empty()) continue;
    if (HashOf(earlier.statement) == after) return CanCountNoMore(place, earlier);
  }
  return false;
}

absl::Status CheckSpool(const Workplace& place, const OutboxItem& item) {
  if (item.parts.empty()) return absl::OkStatus();
  auto file = OpenWholeSpool(place, item);
  if (!file.ok()) return file.status();
  return CheckParts(item, **file);
}

void NoteWhy(OutboxItem& item, const absl::Status& why) {
  item.code = why.code();
  item.reason = ReasonOf(why);
  item.message = std::string(why.message());
}

absl::Status CheckReceipt(const Workplace& place, const OutboxItem& item, Position position,
                          ByteView storage_signature) {
  absl::StatusOr<Draft> draft = DraftOf(item);
  if (!draft.ok()) return draft.status();
  if (draft->body.objects.empty()) return absl::OkStatus();
  const absl::Status verified =
      audit::VerifyStorageReceipt(place.membership.org, position, HashOf(item.statement),
                                  draft->body.objects, place.membership.log_key, storage_signature);
  if (verified.ok()) return verified;
  return absl::DataLossError(absl::StrCat("the server says that it stored ", item.about,
                                          " as entry ", position.value,
                                          " and did not sign for it: ", verified.message()));
}

absl::Status SignAnew(Workplace& place, OutboxItem& item, std::uint32_t next_number) {
  absl::StatusOr<Draft> draft = DraftOf(item);
  if (!draft.ok()) return draft.status();
  if (auto* submit = std::get_if<amparo::Submit>(&draft->body.act);
      submit != nullptr && next_number > 0 && next_number <= 0xffff) {
    submit->number = static_cast<std::uint16_t>(next_number);
    item.about = DocumentCode(submit->case_id, submit->number);
  }
  absl::StatusOr<Prepared> prepared =
      place.author->Prepare(*draft, WaitingBefore(place, item.number));
  if (!prepared.ok()) return prepared.status();
  if (prepared->events != item.events) {
    return Refused(absl::StatusCode::kAborted, "OUTCOME_CHANGED",
                   absl::StrCat("the ", KindName(item.kind), " of ", item.about,
                                " would mean something else by now"));
  }
  item.statement = prepared->statement.bytes;
  item.appended = false;
  return place.outbox->Update(item);
}

absl::Status SendItem(Workplace& place, std::uint64_t number, Parts parts,
                      const std::function<void(std::uint64_t)>& sent) {
  const OutboxItem* found = place.outbox->Find(number);
  if (found == nullptr) return absl::NotFoundError(absl::StrCat("no item ", number));
  OutboxItem item = *found;
  if (!item.appended) {
    absl::StatusOr<bool> outdated = IsOutdated(place, item);
    if (!outdated.ok()) return outdated.status();
    if (*outdated) {
      if (absl::Status s = SignAnew(place, item, 0); !s.ok()) return s;
    }
  }
  if (parts == Parts::kToSend && !item.parts.empty()) {
    const bool begun = item.state == ItemState::kSending;
    if (!begun) {
      item.state = ItemState::kSending;
      if (absl::Status s = place.outbox->Update(item); !s.ok()) return s;
    }
    if (absl::Status s = SendParts(place, item, begun, sent); !s.ok() && !IsInTheWay(s)) return s;
  }
  // Another process may have found meanwhile that somebody lies.
  if (absl::Status s = CheckNoAlarm(place); !s.ok()) return s;
  absl::Status last;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (!item.appended) {
      item.appended = true;
      item.state = ItemState::kSending;
      if (absl::Status s = place.outbox->Update(item); !s.ok()) return s;
    }
    absl::StatusOr<AppendReply> reply = place.author->Send(
        {.statement = item.statement, .grants = item.grants, .objects = item.objects});
    if (reply.ok()) return Settle(place, item, *reply);
    last = reply.status();
    const std::string reason = ReasonOf(last);
    if (reason == "BLOB_MISSING") {
      if (absl::Status s = SendParts(place, item, true, sent); !s.ok() && !IsInTheWay(s)) return s;
    } else if (reason == "NUMBER_TAKEN") {
      if (absl::Status s = SignAnew(place, item, DetailOf(last)->next_number); !s.ok()) return s;
    } else if (absl::IsAborted(last) || reason == "SEQUENCE_NOT_RISING") {
      if (absl::Status s = place.SyncReplicaOnly(); !s.ok()) return s;
      if (absl::Status s = SignAnew(place, item, 0); !s.ok()) return s;
    } else {
      return last;
    }
  }
  return last;
}

}  // namespace amparo::client
