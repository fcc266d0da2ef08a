// One item of the outbox on its way: signed as things stand, its parts sent, its statement
// appended, the server's word held against the log. What client/sending.cc is made of.
//
// Thread safety: as client/sending.h.

#ifndef AMPARO_CLIENT_SENDING_ITEM_H_
#define AMPARO_CLIENT_SENDING_ITEM_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/outbox_item.h"
#include "client/workplace.h"

namespace amparo::client {

// What a failure says of the item and of those behind it.
enum class Verdict {
  kNoLink,   // Nothing gets through: the rest need not be tried.
  kAlarm,    // Somebody lies, or an alarm stands. Nothing is sent.
  kLater,    // The server has no room for it now.
  kRefused,  // No.
};
Verdict VerdictOf(const absl::Status& status);

// Whether an upload ended because the bytes under the part's id were not those it was to be. What
// another member began there with other bytes is erased with that answer.
bool IsDamaged(const absl::Status& uploaded);
// Whether it was refused because something is in the way that another member put under the part's
// id: that, or something of another length. For the latter the server makes way once it was given
// the statement, which is refused then (BLOB_MISSING): docs/spec/engine.md, "Blobs that nobody
// names".
bool IsInTheWay(const absl::Status& uploaded);

// Whether all parts are with the server already.
enum class Parts { kToSend, kSent };
// Tries to get a waiting or sending item stored. Its state is durable at every step. Errors are
// judged by VerdictOf; the item's state says how far it came.
// REQUIRES: an open item that is neither sealing nor refused.
absl::Status SendItem(Workplace& place, std::uint64_t number, Parts parts,
                      const std::function<void(std::uint64_t)>& sent);

// Whether what was signed would be refused as too late, which need not be asked of the server.
absl::StatusOr<bool> IsOutdated(const Workplace& place, const OutboxItem& item);
// Whether the log, as it is known here, shows that no server takes the statement any more: its
// number or its turn is behind what stands there. False where that cannot be shown.
absl::StatusOr<bool> CanCountNoMore(const Workplace& place, const OutboxItem& item);
// Whether the spool still holds what was sealed. FAILED_PRECONDITION, reason SPOOL_DAMAGED: no.
absl::Status CheckSpool(const Workplace& place, const OutboxItem& item);
// Writes beside the item why it does not go on; its state stays.
void NoteWhy(OutboxItem& item, const absl::Status& why);
// The server's signature for what it stored, if the item names any of it. DATA_LOSS: it is not one.
absl::Status CheckReceipt(const Workplace& place, const OutboxItem& item, Position position,
                          ByteView storage_signature);

// Signs the item's statement anew, as things stand. `next_number`: of a submit, unless 0.
// ABORTED, reason OUTCOME_CHANGED: the rules would make something else of it now. Else the
// refusals of StatementAuthor::Foresee.
absl::Status SignAnew(Workplace& place, OutboxItem& item, std::uint32_t next_number);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_SENDING_ITEM_H_
