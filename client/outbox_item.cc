#include "client/outbox_item.h"

#include "absl/strings/str_cat.h"
#include "audit/checkpoint.h"
#include "client/act_objects.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kAboutBytesMax = 64;
constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kEventsMax = 16;
constexpr std::size_t kMessageBytesMax = 1024;
constexpr std::size_t kSignatureBytesMax = 64;

ByteView Cut(const std::string& text, std::size_t max) {
  return AsBytes(absl::string_view(text).substr(0, max));
}
std::string Text(ByteView bytes) { return std::string(AsText(bytes)); }
Bytes Copy(ByteView bytes) { return Bytes(bytes.begin(), bytes.end()); }

void WriteContent(Writer& out, const OutboxItem& item) {
  out.Vec16(item.statement);
  out.U8(static_cast<std::uint8_t>(item.events.size()));
  for (const std::string& event : item.events) out.Vec8(AsBytes(event));
  WriteActObjects(out, item.grants, item.objects);
  out.U16(static_cast<std::uint16_t>(item.parts.size()));
  for (const ItemPart& part : item.parts) {
    out.Fixed(part.object);
    out.U64(part.start);
    out.U64(part.length);
    out.Fixed(part.sha256);
  }
  out.U8(item.appended ? 1 : 0);
}

void ReadContent(Reader& in, OutboxItem& item) {
  item.statement = Copy(in.Vec16(kSignedStatementBytesMax, "statement"));
  for (std::size_t n = CountWithin(in, in.U8("events"), kEventsMax, "events"); n > 0 && in.ok();
       --n) {
    item.events.push_back(Text(in.Vec8(kNameBytesMax, "event")));
  }
  ReadActObjects(in, item.grants, item.objects);
  for (std::size_t n = CountWithin(in, in.U16("parts"), kObjectsMax, "parts"); n > 0 && in.ok();
       --n) {
    ItemPart part;
    part.object = in.Fixed<ObjectId>("part");
    part.start = in.U64("start");
    part.length = in.U64("length");
    part.sha256 = in.Fixed<Hash>("part's sha-256");
    item.parts.push_back(part);
  }
  item.appended = in.U8("appended") == 1;
}

}  // namespace

absl::string_view ItemStateName(ItemState state) {
  switch (state) {
    case ItemState::kSealing:
      return "sealing";
    case ItemState::kWaiting:
      return "waiting";
    case ItemState::kSending:
      return "sending";
    case ItemState::kRefused:
      return "refused";
    case ItemState::kStored:
      return "stored";
  }
  return "unknown";
}

Bytes EncodeItem(const OutboxItem& item) {
  Writer out;
  out.U8(kFormat);
  out.U8(static_cast<std::uint8_t>(item.state));
  out.U64(item.number);
  out.U64(item.made_at.value);
  out.U16(static_cast<std::uint16_t>(item.kind));
  out.Fixed(item.subject);
  out.Vec8(Cut(item.about, kAboutBytesMax));
  out.U16(item.files);
  out.U64(item.bytes);
  out.Vec32(item.plan);
  WriteContent(out, item);
  out.U8(static_cast<std::uint8_t>(item.code));
  out.Vec8(Cut(item.reason, kNameBytesMax));
  out.Vec16(Cut(item.message, kMessageBytesMax));
  out.U64(item.position.value);
  out.Vec16(Cut(item.checkpoint, audit::kCheckpointBytesMax));
  out.Vec8(item.storage_signature);
  return out.Take();
}

absl::StatusOr<OutboxItem> DecodeItem(ByteView bytes) {
  Reader in(bytes);
  if (in.U8("format") != kFormat) in.Fail("format", "unknown");
  OutboxItem item;
  const std::uint8_t state = in.U8("state");
  if (state < 1 || state > 5) in.Fail("state", "unknown");
  item.state = static_cast<ItemState>(state);
  item.number = in.U64("number");
  item.made_at = UnixSeconds{in.U64("made_at")};
  item.kind = static_cast<Kind>(in.U16("kind"));
  item.subject = in.Fixed<SubjectId>("subject");
  item.about = Text(in.Vec8(kAboutBytesMax, "about"));
  item.files = in.U16("files");
  item.bytes = in.U64("bytes");
  item.plan = Copy(in.Vec32(kItemBytesMax, "plan"));
  ReadContent(in, item);
  const std::uint8_t code = in.U8("code");
  if (code > static_cast<std::uint8_t>(absl::StatusCode::kUnauthenticated)) {
    in.Fail("code", "unknown");
  }
  item.code = static_cast<absl::StatusCode>(code);
  item.reason = Text(in.Vec8(kNameBytesMax, "reason"));
  item.message = Text(in.Vec16(kMessageBytesMax, "message"));
  item.position = Position{in.U64("position")};
  item.checkpoint = Text(in.Vec16(audit::kCheckpointBytesMax, "checkpoint"));
  item.storage_signature = Copy(in.Vec8(kSignatureBytesMax, "storage signature"));
  const absl::Status status = in.Finish("item");
  if (!status.ok()) {
    return absl::DataLossError(absl::StrCat("an item of the outbox: ", status.message()));
  }
  return item;
}

absl::Status RefusalOf(const OutboxItem& item) {
  absl::Status status(item.code, item.message);
  if (!item.reason.empty()) {
    AttachDetail(status, {.reason = item.reason, .head = std::nullopt, .next_number = 0});
  }
  return status;
}

}  // namespace amparo::client
