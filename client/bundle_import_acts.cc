// Somebody's acts, sent on for them, and the receipts of that.

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "audit/checkpoint.h"
#include "audit/log_entry.h"
#include "audit/proof.h"
#include "client/alarms.h"
#include "client/bundle_acts.h"
#include "client/bundle_import.h"
#include "client/bundled_payload.h"
#include "client/names.h"
#include "client/outbox.h"
#include "client/part_uploads.h"
#include "client/promises.h"
#include "client/sending_item.h"
#include "crypto/digest.h"

namespace amparo::client {
namespace {

// What a server takes as one blob.
constexpr std::uint64_t kPayloadBytesMax = std::uint64_t{4} << 30;

// What was in the way of a payload may come back as often; then somebody does it on purpose.
constexpr int kAgainMax = 3;

bool IsBlobMissing(const absl::Status& status) {
  const auto detail = DetailOf(status);
  return detail.has_value() && detail->reason == "BLOB_MISSING";
}

absl::Status DoesNotFit(absl::string_view what) {
  return Refused(absl::StatusCode::kFailedPrecondition, "BUNDLE_CONTRADICTS", what);
}

std::string AboutOf(const Workplace& place, const SignedStatement& said, const Body& body) {
  if (const auto* submit = std::get_if<Submit>(&body.act)) {
    return DocumentCode(submit->case_id, submit->number);
  }
  const SubjectId& subject = said.statement.subject;
  const auto known = place.replica.documents().find(subject);
  if (known != place.replica.documents().end()) {
    return DocumentCode(known->second.document.case_id, known->second.document.number);
  }
  const bool is_case = said.statement.subject_type == static_cast<std::uint8_t>(SubjectType::kCase);
  return is_case ? CaseCode(subject) : absl::StrCat("document ", ToHex(subject).substr(0, 8));
}

// One act on its way to the server.
class Forwarding {
 public:
  // All borrowed. REQUIRES: `payloads` are those of `act`.
  Forwarding(Workplace& place, const BundleReader& file, const BundleAct& act,
             std::span<const BundleSection> payloads)
      : place_(place), file_(file), act_(act), payloads_(payloads) {}

  // What can be known of it before anything is sent.
  absl::Status Check(CarriedActResult& result) {
    auto said = DecodeSigned(act_.statement);
    if (!said.ok()) return DoesNotFit(said.status().message());
    if (said->statement.org != place_.membership.org) {
      return DoesNotFit("it is of another organisation");
    }
    auto body = DecodeBody(said->statement.kind, said->statement.body);
    if (!body.ok()) return DoesNotFit(body.status().message());
    result.kind = KindOf(body->act);
    result.about = AboutOf(place_, *said, *body);
    const auto& directory = place_.replica.directory();
    const auto refusal = directory.CheckAuthor(*said, place_.replica.now());
    if (refusal.has_value()) {
      return DoesNotFit(absl::StrCat("its author has no say here: ", RefusalName(*refusal)));
    }
    for (const ItemPart& part : act_.parts) {
      if (part.length > kPayloadBytesMax) return DoesNotFit("a payload larger than 4 GiB");
      const auto is_it = [&](const ObjectRef& ref) {
        return ref.object == part.object && ref.payload_length == part.length &&
               ref.payload_sha256 == part.sha256;
      };
      if (std::none_of(body->objects.begin(), body->objects.end(), is_it)) {
        return DoesNotFit("a payload that the statement does not name");
      }
    }
    leaf_ = audit::LeafOf(*said);
    return absl::OkStatus();
  }

  absl::Status Send(const std::function<void(std::uint64_t)>& sent, BundleReceipt& receipt) {
    auto reply = SendOnce(sent);
    for (int again = 0; again < kAgainMax && IsBlobMissing(reply.status()); ++again) {
      reply = SendOnce(sent);  // The server made way for what is sent now.
    }
    if (!reply.ok()) return reply.status();
    if (reply->storage_signature.size() > Signature::kSize) {
      return absl::DataLossError("the server's signature for what it stored is none");
    }
    receipt.position = reply->position;
    receipt.storage_signature = std::move(reply->storage_signature);
    receipt.note = std::move(reply->checkpoint);
    return Prove(receipt);
  }

 private:
  absl::StatusOr<AppendReply> SendOnce(const std::function<void(std::uint64_t)>& sent) {
    absl::Status uploaded = SendParts(sent);
    if (!uploaded.ok() && !IsInTheWay(uploaded)) return uploaded;
    return place_.author->Send(
        {.statement = act_.statement, .grants = act_.grants, .objects = act_.objects});
  }

  absl::Status SendParts(const std::function<void(std::uint64_t)>& sent) {
    if (act_.parts.empty()) return absl::OkStatus();
    std::vector<std::unique_ptr<BundledPayload>> sources;
    std::vector<PartToSend> parts;
    // All before a byte is sent: a server given other bytes than it is told of knows no stick.
    for (std::size_t i = 0; i < act_.parts.size(); ++i) {
      const ItemPart& part = act_.parts[i];
      sources.push_back(std::make_unique<BundledPayload>(file_, payloads_[i], part));
      if (absl::Status s = sources.back()->Check(); !s.ok()) return s;
      parts.push_back(
          {.object = part.object, .length = part.length, .source = sources.back().get()});
    }
    absl::Status status;
    // Damaged is not what was checked just now but what somebody began the part with; the server
    // erased it, of one part at least each time.
    for (std::size_t again = 0; again <= parts.size(); ++again) {
      absl::Status held = place_.WhileHomeIsFree([&] {
        PartUploads uploads(*place_.connection, parts, /*begun=*/true);
        status = uploads.Wait(sent);
      });
      if (!held.ok()) return held;
      if (!IsDamaged(status)) return status;
    }
    return status;
  }

  // The server's word, held against its own signature.
  absl::Status Prove(BundleReceipt& receipt) {
    auto head =
        audit::OpenCheckpoint(place_.membership.org, place_.replica.LogKeyNow(), receipt.note);
    if (!head.ok()) return absl::DataLossError("the server's checkpoint is not the log's");
    auto paths = place_.connection->Prove(head->size, {receipt.position});
    if (!paths.ok()) return paths.status();
    if (paths->size() != 1) return absl::DataLossError("the server has no proof for what it says");
    receipt.path = std::move(paths->front());
    const absl::Status proven =
        audit::VerifyInclusion(audit::LeafHash(leaf_), receipt.position, *head, receipt.path);
    if (proven.ok()) return proven;
    return absl::DataLossError(
        absl::StrCat("the server says that entry ", receipt.position.value,
                     " is what was sent, and its log does not hold it: ", proven.message()));
  }

  Workplace& place_;
  const BundleReader& file_;
  const BundleAct& act_;
  const std::span<const BundleSection> payloads_;
  audit::Leaf leaf_;
};

std::uint64_t PayloadBytesOf(const BundleActPlace& act) {
  std::uint64_t bytes = 0;
  for (const BundleSection& section : act.payloads) bytes += section.length - ObjectId::kSize;
  return bytes;
}

// An error: nothing that comes after it is to be tried. A refusal is in the result.
absl::StatusOr<CarriedActResult> ForwardAct(Workplace& place, const BundleReader& file,
                                            const BundleActPlace& where, Progress moved,
                                            const ProgressListener& progress,
                                            BundleReceipt& receipt) {
  auto act = ReadAct(file, where);
  if (!act.ok()) return act.status();
  receipt.statement = HashOf(act->statement);
  CarriedActResult result;
  Forwarding forwarding(place, file, *act, where.payloads);
  result.status = forwarding.Check(result);
  if (result.status.ok()) {
    const std::uint64_t before = moved.done_bytes;
    const auto sent = [&](std::uint64_t bytes) {
      moved.done_bytes = before + bytes;
      if (progress) progress(moved);
    };
    result.status = forwarding.Send(sent, receipt);
  }
  const Verdict verdict = result.status.ok() ? Verdict::kRefused : VerdictOf(result.status);
  // With a reason it is the stick's fault, or the link's.
  if (absl::IsDataLoss(result.status) && !DetailOf(result.status).has_value()) {
    RaiseAlarm(place, result.status, std::nullopt);
  }
  if (verdict == Verdict::kNoLink || verdict == Verdict::kAlarm) return result.status;
  result.position = receipt.position;
  receipt.refusal = result.status;
  return result;
}

// What the sender's home is told of one act. DATA_LOSS: a proof that proves nothing.
absl::Status TakeStored(Workplace& place, OutboxItem item, const BundleReceipt& receipt) {
  auto said = DecodeSigned(item.statement);
  if (!said.ok()) return absl::DataLossError(said.status().message());
  const audit::Leaf leaf = audit::LeafOf(*said);
  auto head = audit::OpenCheckpoint(place.membership.org, place.replica.LogKeyNow(), receipt.note);
  if (!head.ok()) return absl::DataLossError("its checkpoint is not signed by the log");
  absl::Status s =
      audit::VerifyInclusion(audit::LeafHash(leaf), receipt.position, *head, receipt.path);
  if (s.ok()) s = CheckReceipt(place, item, receipt.position, receipt.storage_signature);
  if (!s.ok()) return absl::DataLossError(s.message());
  s = KeepPromise(
      place,
      {.position = receipt.position, .leaf = leaf, .kind = item.kind, .checkpoint = receipt.note});
  if (!s.ok()) return s;
  item.state = ItemState::kStored;
  item.position = receipt.position;
  item.checkpoint = receipt.note;
  item.storage_signature = receipt.storage_signature;
  item.message.clear();
  return place.outbox->Update(item);
}

// Nothing proves a refusal: the item stays as it is, with what is said of it.
absl::Status TakeRefusal(Workplace& place, OutboxItem item, const BundleReceipt& receipt) {
  const auto detail = DetailOf(receipt.refusal);
  item.code = receipt.refusal.code();
  item.reason = detail.has_value() ? detail->reason : "";
  item.message = absl::StrCat("says who carried it: ", receipt.refusal.message());
  return place.outbox->Update(item);
}

absl::Status TakeReceipt(Workplace& place, const OutboxItem& item, const BundleReceipt& receipt) {
  if (absl::Status s = place.outbox->CheckUnclaimed(item.number); !s.ok()) return s;
  if (!receipt.refusal.ok()) return TakeRefusal(place, item, receipt);
  absl::Status s = TakeStored(place, item, receipt);
  if (!absl::IsDataLoss(s)) return s;
  return Refused(
      absl::StatusCode::kFailedPrecondition, "BUNDLE_CONTRADICTS",
      absl::StrCat("the receipt of item ", item.number, " proves nothing: ", s.message()));
}

std::optional<OutboxItem> FindItem(const Workplace& place, const Hash& statement) {
  for (const OutboxItem& item : place.outbox->items()) {
    if (!item.statement.empty() && HashOf(item.statement) == statement) return item;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<BundleTaken> ForwardActs(Workplace& place, const BundleReader& file,
                                        const std::string& receipts,
                                        const ProgressListener& progress) {
  if (absl::Status s = CheckNoAlarm(place); !s.ok()) return s;
  auto acts = FindActs(file);
  if (!acts.ok()) return acts.status();
  std::optional<BundleWriter> answer;
  if (!receipts.empty()) {
    auto made = BundleWriter::Create(receipts, BundleKind::kReceipts, place.membership.org);
    if (!made.ok()) return made.status();
    answer.emplace(*std::move(made));
  }
  Progress moved;
  for (const BundleActPlace& act : *acts) moved.total_bytes += PayloadBytesOf(act);
  BundleTaken taken{.size = place.replica.head().size};
  absl::Status written;
  for (const BundleActPlace& act : *acts) {
    BundleReceipt receipt;
    auto result = ForwardAct(place, file, act, moved, progress, receipt);
    taken.ended = result.status();
    if (!result.ok()) break;
    moved.done_bytes += PayloadBytesOf(act);
    taken.acts.push_back(*std::move(result));
    if (answer.has_value()) written = WriteReceipt(*answer, receipt);
    if (!written.ok()) break;
  }
  if (taken.acts.empty() && !taken.ended.ok()) return taken.ended;
  if (answer.has_value() && written.ok()) written = answer->Finish();
  taken.has_receipts = answer.has_value() && written.ok();
  if (taken.ended.ok()) taken.ended = written;
  return taken;
}

absl::StatusOr<BundleTaken> TakeReceipts(Workplace& place, const BundleReader& file) {
  auto receipts = ReadReceipts(file);
  if (!receipts.ok()) return receipts.status();
  BundleTaken taken{.size = place.replica.head().size};
  for (const BundleReceipt& receipt : *receipts) {
    const auto item = FindItem(place, receipt.statement);
    if (!item.has_value()) continue;  // Known to be stored, or signed anew since.
    taken.ended = TakeReceipt(place, *item, receipt);
    if (!taken.ended.ok()) break;
    taken.acts.push_back({.kind = item->kind,
                          .about = item->about,
                          .status = receipt.refusal,
                          .position = receipt.position});
  }
  if (taken.acts.empty() && !taken.ended.ok()) return taken.ended;
  return taken;
}

}  // namespace amparo::client
