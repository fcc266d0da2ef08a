// An item of the outbox: one act of this device, from the moment its files are read until the
// server's receipt for it lies here. Spec: docs/spec/outbox.md; this file is the only reader and
// writer of its row.
//
// Thread safety: values; the functions are independent.

#ifndef AMPARO_CLIENT_OUTBOX_ITEM_H_
#define AMPARO_CLIENT_OUTBOX_ITEM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/connection.h"
#include "crypto/bytes.h"
#include "statement/bodies.h"
#include "statement/ids.h"
#include "statement/kinds.h"
#include "statement/statement.h"

namespace amparo::client {

// DO NOT RENUMBER: part of the format.
enum class ItemState : std::uint8_t {
  kSealing = 1,  // Its files are being sealed, and are needed still.
  kWaiting = 2,  // Sealed and signed. Nothing of it was sent.
  kSending = 3,  // Some of it was sent, or may have been.
  kRefused = 4,  // The server or the rules said no. It waits for the person.
  kStored = 5,   // The server signed for it, and the log shows it.
};
absl::string_view ItemStateName(ItemState state);  // "waiting"

// A sealed part in the spool.
struct ItemPart {
  ObjectId object;
  std::uint64_t start = 0;  // In the spool.
  std::uint64_t length = 0;
  Hash sha256;
  friend bool operator==(const ItemPart&, const ItemPart&) = default;
};

struct OutboxItem {
  std::uint64_t number = 0;  // Rising in the home; never given again.
  ItemState state = ItemState::kWaiting;
  UnixSeconds made_at = {};  // By this computer's clock.
  Kind kind = Kind::kNote;
  SubjectId subject = {};
  std::string about = {};   // What people call the subject: "heron-river-48/4".
  std::uint16_t files = 0;  // How many files it was made of.
  std::uint64_t bytes = 0;  // Of the spool.

  // While sealing: how to make it (client/plans.h). Empty later.
  Bytes plan = {};

  // From waiting on; of a stored one the statement alone.
  Bytes statement = {};  // As signed last.
  std::vector<std::string> events = {};
  std::vector<GrantBytes> grants = {};
  std::vector<ObjectBytes> objects = {};
  std::vector<ItemPart> parts = {};
  bool appended = false;  // The statement itself may be with the server.

  // When refused.
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string reason = {};  // The name of the refusal; may be empty.
  std::string message = {};

  // When stored.
  Position position = {};
  std::string checkpoint = {};
  Bytes storage_signature = {};  // Empty: it names no object.

  bool is_open() const { return state != ItemState::kStored; }
};

inline constexpr std::size_t kItemBytesMax = std::size_t{4} << 20;

Bytes EncodeItem(const OutboxItem& item);
// DATA_LOSS: not what EncodeItem writes.
absl::StatusOr<OutboxItem> DecodeItem(ByteView bytes);

// What was refused, as the Status that says so.
absl::Status RefusalOf(const OutboxItem& item);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_OUTBOX_ITEM_H_
