#include "client/bundle_acts.h"

#include <cassert>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/act_objects.h"
#include "client/refused.h"
#include "crypto/digest.h"
#include "statement/bodies.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

// DO NOT RENUMBER: part of the format.
constexpr std::uint8_t kAct = 1;
constexpr std::uint8_t kPayload = 2;
constexpr std::uint8_t kStored = 1;
constexpr std::uint8_t kRefused = 2;

constexpr std::size_t kActsMax = 1000;  // As many as an outbox has.
constexpr std::size_t kActBytesMax = std::size_t{4} << 20;
constexpr std::size_t kReceiptBytesMax = 32 * 1024;
constexpr std::size_t kTextBytesMax = 8 * 1024;
constexpr std::size_t kNoteBytesMax = 16 * 1024;

absl::Status Damaged(absl::string_view what) {
  return Refused(absl::StatusCode::kDataLoss, "BUNDLE_DAMAGED",
                 absl::StrCat("the bundle is damaged: ", what));
}

absl::Status Newer(std::uint8_t type) {
  return Refused(absl::StatusCode::kFailedPrecondition, "UPDATE_REQUIRED",
                 absl::StrCat("the bundle has a section of type ", type,
                              ", which a newer amparo wrote; update amparo"));
}

Bytes Copy(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

absl::StatusOr<BundleAct> DecodeAct(ByteView bytes) {
  Reader in(bytes);
  BundleAct act;
  act.statement = Copy(in.Vec32(kSignedStatementBytesMax, "statement"));
  ReadActObjects(in, act.grants, act.objects);
  for (std::size_t left = CountWithin(in, in.U16("parts"), kObjectsMax, "parts");
       left > 0 && in.ok(); --left) {
    ItemPart& part = act.parts.emplace_back();
    part.object = in.Fixed<ObjectId>("object");
    part.start = ObjectId::kSize;
    part.length = in.U64("length");
    part.sha256 = in.Fixed<Hash>("sha256");
  }
  if (absl::Status s = in.Finish("act"); !s.ok()) return Damaged(s.message());
  return act;
}

// Whether a section is the payload that the part says; its bytes are another matter.
absl::Status CheckPlace(const BundleReader& file, const BundleSection& section,
                        const ItemPart& part) {
  ObjectId object;
  const bool fits =
      section.length >= ObjectId::kSize && section.length - ObjectId::kSize == part.length;
  if (!fits) return Damaged("a payload has another length than its act says");
  if (absl::Status s = file.ReadAt(section, 0, object.bytes); !s.ok()) return s;
  if (object != part.object) return Damaged("a payload is not the one that its act names");
  return absl::OkStatus();
}

}  // namespace

Bytes EncodeAct(const OutboxItem& item) {
  Writer out;
  out.Vec32(item.statement);
  WriteActObjects(out, item.grants, item.objects);
  out.U16(static_cast<std::uint16_t>(item.parts.size()));
  for (const ItemPart& part : item.parts) {
    out.Fixed(part.object);
    out.U64(part.length);
    out.Fixed(part.sha256);
  }
  return out.Take();
}

absl::Status WriteAct(BundleWriter& file, const OutboxItem& item) {
  return file.Add(kAct, EncodeAct(item));
}

absl::Status BeginActPayload(BundleWriter& file, const ItemPart& part) {
  if (absl::Status s = file.Begin(kPayload, ObjectId::kSize + part.length); !s.ok()) return s;
  return file.Append(part.object.view());
}

absl::StatusOr<BundleAct> ReadAct(const BundleReader& file, const BundleActPlace& place) {
  auto content = file.Content(place.act, kActBytesMax);
  if (!content.ok()) return content.status();
  auto act = DecodeAct(*content);
  if (!act.ok()) return act.status();
  if (place.payloads.size() < act->parts.size()) return Damaged("an act lacks a payload");
  if (place.payloads.size() > act->parts.size()) return Damaged("an act has a payload too many");
  for (std::size_t i = 0; i < act->parts.size(); ++i) {
    if (absl::Status s = CheckPlace(file, place.payloads[i], act->parts[i]); !s.ok()) return s;
  }
  return act;
}

absl::StatusOr<std::vector<BundleActPlace>> FindActs(const BundleReader& file) {
  assert(file.kind() == BundleKind::kActs);
  std::vector<BundleActPlace> acts;
  const std::span sections(file.sections());
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const BundleSection& section = sections[i];
    if (section.type == kAct) {
      if (acts.size() == kActsMax) return Damaged("it has too many acts");
      acts.push_back({.act = section, .payloads = sections.subspan(i + 1, 0)});
    } else if (section.type != kPayload) {
      return Newer(section.type);
    } else if (acts.empty()) {
      return Damaged("a payload comes before any act");
    } else {
      std::span<const BundleSection>& payloads = acts.back().payloads;
      payloads = {payloads.data(), payloads.size() + 1};
    }
  }
  for (const BundleActPlace& act : acts) {
    if (auto read = ReadAct(file, act); !read.ok()) return read.status();
  }
  return acts;
}

absl::Status WriteReceipt(BundleWriter& file, const BundleReceipt& receipt) {
  Writer out;
  out.Fixed(receipt.statement);
  if (!receipt.refusal.ok()) {
    const auto detail = DetailOf(receipt.refusal);
    out.U32(static_cast<std::uint32_t>(receipt.refusal.code()));
    out.Vec16(AsBytes(detail.has_value() ? detail->reason.substr(0, kTextBytesMax) : ""));
    out.Vec16(AsBytes(receipt.refusal.message().substr(0, kTextBytesMax)));
    return file.Add(kRefused, out.bytes());
  }
  out.U64(receipt.position.value);
  out.Vec16(receipt.storage_signature);
  out.Vec16(AsBytes(receipt.note));
  out.U8(static_cast<std::uint8_t>(receipt.path.size()));
  for (const Hash& hash : receipt.path) out.Fixed(hash);
  return file.Add(kStored, out.bytes());
}

absl::StatusOr<std::vector<BundleReceipt>> ReadReceipts(const BundleReader& file) {
  assert(file.kind() == BundleKind::kReceipts);
  std::vector<BundleReceipt> receipts;
  for (const BundleSection& section : file.sections()) {
    if (section.type != kStored && section.type != kRefused) return Newer(section.type);
    if (receipts.size() == kActsMax) return Damaged("it has too many receipts");
    auto content = file.Content(section, kReceiptBytesMax);
    if (!content.ok()) return content.status();
    Reader in(*content);
    BundleReceipt& receipt = receipts.emplace_back();
    receipt.statement = in.Fixed<Hash>("statement");
    if (section.type == kRefused) {
      const auto code = static_cast<absl::StatusCode>(in.U32("code"));
      const std::string reason(AsText(in.Vec16(kTextBytesMax, "reason")));
      const std::string message(AsText(in.Vec16(kTextBytesMax, "message")));
      if (code == absl::StatusCode::kOk) in.Fail("code", "no refusal");
      receipt.refusal = Refused(code, reason, message);
    } else {
      receipt.position = Position{in.U64("position")};
      receipt.storage_signature = Copy(in.Vec16(kTextBytesMax, "storage signature"));
      receipt.note = std::string(AsText(in.Vec16(kNoteBytesMax, "note")));
      for (std::size_t left = in.U8("path"); left > 0 && in.ok(); --left) {
        receipt.path.push_back(in.Fixed<Hash>("hash"));
      }
    }
    if (absl::Status s = in.Finish("receipt"); !s.ok()) return Damaged(s.message());
  }
  return receipts;
}

}  // namespace amparo::client
