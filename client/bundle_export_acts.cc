// What waits in the outbox, into a file.

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/bundle_acts.h"
#include "client/bundle_export.h"
#include "client/bundle_file.h"
#include "client/outbox.h"
#include "client/sending_item.h"
#include "crypto/digest.h"

namespace amparo::client {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} << 10;

absl::Status WritePayload(BundleWriter& file, platform::SpoolFile& spool, const OutboxItem& item,
                          const ItemPart& part) {
  if (absl::Status s = BeginActPayload(file, part); !s.ok()) return s;
  Sha256Stream hash;
  Bytes piece(kPieceBytes);
  for (std::uint64_t at = 0; at < part.length;) {
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), part.length - at));
    auto got = spool.ReadAt(part.start + at, MutableByteView(piece).first(wanted));
    if (!got.ok()) return got.status();
    if (*got == 0) break;
    const auto view = ByteView(piece).first(*got);
    hash.Update(view);
    if (absl::Status s = file.Append(view); !s.ok()) return s;
    at += *got;
  }
  if (hash.Finish() == part.sha256) return absl::OkStatus();
  return Refused(absl::StatusCode::kFailedPrecondition, "SPOOL_DAMAGED",
                 absl::StrCat("the sealed bytes of item ", item.number,
                              " changed while they were written to the bundle"));
}

// As things stand; what may be in the log already goes as it is.
absl::Status BringUpToDate(Workplace& place, OutboxItem& item) {
  auto outdated = IsOutdated(place, item);
  if (!outdated.ok()) return outdated.status();
  if (!*outdated || place.replica.Find(HashOf(item.statement)).has_value()) {
    return absl::OkStatus();
  }
  return SignAnew(place, item, 0);
}

// Before a byte of it is in the file: an act that is begun there cannot be left out any more.
absl::Status MakeReady(Workplace& place, OutboxItem& item) {
  if (absl::Status s = BringUpToDate(place, item); !s.ok()) return s;
  return CheckSpool(place, item);
}

// It stays behind and says why. What a bundle took along before may still be sent on: it is over
// only if the log shows so.
absl::Status HoldBack(Workplace& place, std::uint64_t number, const absl::Status& why) {
  if (absl::IsAborted(place.outbox->CheckUnclaimed(number))) return absl::OkStatus();
  OutboxItem item = *place.outbox->Find(number);
  bool is_over = !item.appended;
  if (!is_over) {
    auto lapsed = CanCountNoMore(place, item);
    if (!lapsed.ok()) return lapsed.status();
    is_over = *lapsed;
  }
  NoteWhy(item, why);
  if (is_over) item.state = ItemState::kRefused;
  return place.outbox->Update(item);
}

absl::Status WriteItem(Workplace& place, BundleWriter& file, const OutboxItem& item) {
  if (absl::Status s = WriteAct(file, item); !s.ok()) return s;
  if (item.parts.empty()) return absl::OkStatus();
  auto spool = place.outbox->OpenSpool(item);
  if (!spool.ok()) return spool.status();
  for (const ItemPart& part : item.parts) {
    if (absl::Status s = WritePayload(file, **spool, item, part); !s.ok()) return s;
  }
  return absl::OkStatus();
}

// Whoever gets the file can send them from then on.
absl::Status MarkAsSent(Workplace& place, const std::vector<ActWritten>& acts) {
  for (const ActWritten& act : acts) {
    OutboxItem item = *place.outbox->Find(act.number);
    item.appended = true;
    item.state = ItemState::kSending;
    if (absl::Status s = place.outbox->Update(item); !s.ok()) return s;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BundleWritten> ExportActs(Workplace& place, const std::string& path) {
  std::vector<std::uint64_t> numbers;
  for (const OutboxItem& item : place.outbox->items()) {
    const bool is_signed = item.state == ItemState::kWaiting || item.state == ItemState::kSending;
    if (is_signed) numbers.push_back(item.number);
  }
  if (numbers.empty())
    return absl::NotFoundError("nothing that is sealed and signed waits to be sent");
  auto file = BundleWriter::Create(path, BundleKind::kActs, place.membership.org);
  if (!file.ok()) return file.status();
  BundleWritten written;
  absl::Status refused;
  for (const std::uint64_t number : numbers) {
    OutboxItem item = *place.outbox->Find(number);
    if (absl::Status ready = MakeReady(place, item); !ready.ok()) {
      if (VerdictOf(ready) != Verdict::kRefused) return ready;
      if (absl::Status s = HoldBack(place, number, ready); !s.ok()) return s;
      if (refused.ok()) refused = ready;
      continue;
    }
    if (absl::Status s = WriteItem(place, *file, item); !s.ok()) return s;
    written.acts.push_back({.number = number, .kind = item.kind, .about = item.about});
  }
  if (written.acts.empty()) return refused;
  // A stick that is full or gone has said so by here, and what is there is no bundle yet. From the
  // moment it is one, they count as sent.
  if (absl::Status s = file->Sync(); !s.ok()) return s;
  if (absl::Status s = MarkAsSent(place, written.acts); !s.ok()) return s;
  if (absl::Status s = file->Finish(); !s.ok()) return s;
  written.bytes = file->size();
  return written;
}

}  // namespace amparo::client
