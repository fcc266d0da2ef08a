// Acts that need no connection: each is sealed, signed and durable in the outbox first, and then
// sent, at once or whenever there is a link. Spec: docs/spec/outbox.md.
//
// Thread safety: one thread at a time per workplace.

#ifndef AMPARO_CLIENT_SENDING_H_
#define AMPARO_CLIENT_SENDING_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/client.h"
#include "client/drafting.h"
#include "client/sending_item.h"
#include "client/statement_author.h"
#include "client/workplace.h"
#include "crypto/manifest.h"

namespace amparo::client {

// Puts the act into the outbox and sends it, unless the place is off-line or something before it
// on the same subject could not be sent. Refused now: it is not kept, and the refusal is
// returned. OK: it is in the outbox, stored or not: Workplace::last_act says which.
// DATA_LOSS: see StatementAuthor::Publish; it is kept.
absl::Status Do(Workplace& place, const Draft& draft);

// An act that hands over files.
struct FilesAct {
  Kind kind = Kind::kSubmit;
  SubjectId subject;
  std::string about;  // See OutboxItem.
  std::vector<FileToSend> files;
  Bytes plan;        // Makes this act again: client/plans.h.
  Manifest outline;  // Without its parts.
  // The statement, when all is sealed. The keys are gone when it returns.
  std::function<absl::StatusOr<Draft>(const SealedVersion&)> draft;
};
// The same: the files are sealed into the spool and sent meanwhile; when all are sealed the act is
// signed and durable. `taken_up`: the item that an interrupted program left, being sealed: it is
// only sealed, and waits then.
// FAILED_PRECONDITION, reason FILE_CHANGED: a file changed; nothing is kept.
absl::Status DoWithFiles(Workplace& place, FilesAct act, std::optional<std::uint64_t> taken_up,
                         const ProgressListener& progress);

// Goes on after the parts were sent, or could not be: as Do.
absl::Status FinishSending(Workplace& place, const OutboxItem& item, const absl::Status& uploaded,
                           Parts parts, const std::function<void(std::uint64_t)>& sent);

// Sends what waits, in its order. What is refused is marked so and blocks nothing behind it; what
// the server has no room for yet stays, and holds back only what is behind it on the same subject.
// UNAVAILABLE, UNAUTHENTICATED, DATA_LOSS: the rest was not tried.
absl::Status SendOutbox(Workplace& place, const OutboxProgress& progress);

// Cancels an item; returns what can no longer be cancelled, in words, empty: nothing.
// NOT_FOUND: no open item has that number. FAILED_PRECONDITION, reason ITEM_SENT: it stands in the
// log. UNAVAILABLE: it may have been sent, and the server could not be asked.
absl::StatusOr<std::string> DropItem(Workplace& place, std::uint64_t number);
// What was refused is signed anew, if the rules allow it now, and sent. NOT_FOUND as above.
// FAILED_PRECONDITION, reason ITEM_NOT_REFUSED.
absl::Status RetryItem(Workplace& place, std::uint64_t number);

// See Client::StorageReceipt. `stored`: of Outbox::Stored or LookAtOutbox.
absl::StatusOr<std::string> StorageReceiptOf(const Membership& membership,
                                             const std::vector<OutboxItem>& stored,
                                             std::uint64_t number);

// What this device signed and has not sent, of items before `number`, oldest first.
StatementAuthor::Waiting WaitingBefore(const Workplace& place, std::uint64_t number);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_SENDING_H_
