// The outbox of a home: the acts that are not known to be stored yet, in the order in which they
// were made, and those that are. Every change is durable when it returns, and a crash between two
// leaves each item in exactly one state. Spec: docs/spec/outbox.md. What moves an item on is
// client/sending.h.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_OUTBOX_H_
#define AMPARO_CLIENT_OUTBOX_H_

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/home.h"
#include "client/outbox_item.h"
#include "client/platform.h"
#include "client/platform_spool.h"
#include "crypto/secret.h"

namespace amparo::client {

// Open items at once, and bytes of their spools together.
inline constexpr std::size_t kOutboxItemsMax = 1000;
inline constexpr std::uint64_t kOutboxBytesMax = std::uint64_t{16} << 30;
// What is left free on the disk besides a spool.
inline constexpr std::uint64_t kOutboxReserveBytes = std::uint64_t{64} << 20;

// What an outbox holds, each oldest first.
struct OutboxSight {
  std::vector<OutboxItem> open;
  std::vector<OutboxItem> stored;
  std::set<std::uint64_t> moving;  // Those that a process sends at this moment.
};
// Changes nothing and waits for nobody: another process may be at work on the outbox meanwhile
// (Home::Look). Each item is then as it was at some moment of the call, in one of the two lists;
// one that was made or dropped during it may be missing. DATA_LOSS as Outbox::Load.
absl::StatusOr<OutboxSight> LookAtOutbox(const Home& home, const Secret<32>& key);

class Outbox {
 public:
  // Reads what the home holds, and removes spools that no item has. `home` and `key` are borrowed.
  // DATA_LOSS: an item is damaged; its file is named, and nothing was changed.
  static absl::StatusOr<std::unique_ptr<Outbox>> Load(Home& home, const Secret<32>& key);

  // Open items, oldest first.
  const std::vector<OutboxItem>& items() const { return items_; }
  // Nothing: no open item has that number.
  const OutboxItem* Find(std::uint64_t number) const;
  // What was stored, oldest first.
  absl::StatusOr<std::vector<OutboxItem>> Stored() const;

  // A new item gets its number. RESOURCE_EXHAUSTED: a limit above, or the disk is full.
  absl::StatusOr<std::uint64_t> Add(OutboxItem item);
  // REQUIRES: an open item of that number. A stored one leaves the open items, and its spool goes.
  absl::Status Update(const OutboxItem& item);
  // The item and its spool are gone. OK if there is none.
  absl::Status Remove(std::uint64_t number);

  // Whoever sends the item's spool while the home is free for others holds this meanwhile.
  // ABORTED, reason ITEM_BUSY: another process does. REQUIRES: the spool is there.
  absl::StatusOr<std::unique_ptr<platform::FileLock>> Claim(std::uint64_t number) const;
  // The same refusal, for whoever would change the item and does not send it.
  absl::Status CheckUnclaimed(std::uint64_t number) const;

  // The item's spool, made empty; an older one is removed. RESOURCE_EXHAUSTED: `bytes` do not fit.
  absl::StatusOr<std::unique_ptr<platform::SpoolFile>> MakeSpool(std::uint64_t number,
                                                                 std::uint64_t bytes);
  // DATA_LOSS: it is gone or shorter than the item says.
  absl::StatusOr<std::unique_ptr<platform::SpoolFile>> OpenSpool(const OutboxItem& item) const;

 private:
  Outbox(Home& home, const Secret<32>& key) : home_(home), key_(key) {}
  std::string SpoolPath(std::uint64_t number) const;
  absl::Status ReadItems();
  absl::Status RemoveOrphans() const;

  Home& home_;
  const Secret<32>& key_;
  std::string folder_;
  std::vector<OutboxItem> items_;
  std::uint64_t next_ = 1;
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_OUTBOX_H_
