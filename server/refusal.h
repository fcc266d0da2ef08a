// Every answer of the server that is no success: a code, a reason with a name, and what the
// caller needs to go on. Total over the reasons of the engine, the directory and the workflow.
// Spec: docs/spec/requests.md, "Reasons".
//
// Thread safety: pure functions.

#ifndef AMPARO_SERVER_REFUSAL_H_
#define AMPARO_SERVER_REFUSAL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "crypto/bytes.h"
#include "directory/directory.h"
#include "workflow/workflow.h"

namespace amparo::server {

// The engine's and the service's own reasons. Those of the rules keep their names.
enum class Reason {
  kMalformed = 1,      // A message, a field or a statement that does not decode.
  kTooLarge,           // Over a limit of docs/spec/requests.md, "Limits".
  kSessionRefused,     // Unknown, revoked, expired, badly signed, replayed: one answer.
  kNotVisible,         // Absent, or not for the caller: one answer.
  kUpdateRequired,     // A kind that this build does not know.
  kBadSignature,       // A signature of the statement does not verify.
  kOrgMismatch,        // The statement is of another organisation than the session.
  kNotFromOutside,     // A tick, or a second founding, by anybody but the log.
  kSequenceNotRising,  // actor_seq is not above the certificate's last.
  kPreviousUnknown,    // actor_prev is no logged statement of this certificate.
  kSeenHeadUnknown,    // seen_* is no head of this log.
  kLogKeyMismatch,     // A policy names a log key that this server does not hold.
  kBlobMissing,        // A large object is not sealed here, or has other bytes.
  kObjectMissing,      // A small object's bytes are neither in the request nor stored.
  kObjectMismatch,     // Bytes that are not as the statement says.
  kObjectTaken,        // An object id that a statement names already.
  kGrantMissing,       // A valid grantee's grant is not in the request.
  kGrantMismatch,      // A grant's bytes are not as the statement says.
  kGrantOfOtherCase,   // A grant to an object that this case does not name.
  kBytesNotNamed,      // The request carries bytes that the statement does not name.
  kServerBusy,         // A queue or a table is full; try again.
  kStorageFull,        // The server's disk has no room.
  // This member's quota, of uploads that no statement names or of a day's statements.
  kQuotaReached,
  kOrganizationFull,  // The organisation's uploads, named or not, are all that it may store.
  kOutcomeUnknown,    // The log did not say; send the same bytes again.
  kStopping,          // The server is shutting down.
  kSizeUnknown,       // A tree size that this log has not reached.
  kTimeAhead,         // A cosignature of a time that has not come.
  kTokenUnknown,      // No such founding token, or a wrong secret.
  kTokenUsed,         // It founded another organisation.
  kTokenExpired,
  kInvitationUnknown,  // No such organisation or invitation, or a wrong ticket.
  kInvitationUsed,
  kInvitationExpired,
  kTooManyRequests,  // A fifth join request under one invitation.
  kOffsetMismatch,   // The upload starts elsewhere than the server's bytes end.
  kLengthMismatch,   // The blob was begun with another length.
  kBlobDamaged,      // Its SHA-256 differs from the declared one; erased, send it again.
  kInternal,         // A fault of the server; its log says more.
};
inline constexpr Reason kLastReason = Reason::kInternal;

absl::string_view ReasonName(Reason reason);  // "BLOB_MISSING"
absl::StatusCode CodeOf(Reason reason);
absl::StatusCode CodeOf(directory::Refusal refusal);
absl::StatusCode CodeOf(workflow::Refusal refusal);

struct ErrorDetail {
  std::string reason;
  std::optional<Hash> head;       // ABORTED: the subject's newest turn.
  std::uint32_t next_number = 0;  // NUMBER_TAKEN: the case's next document number.
};

// A status with its detail attached. `message` names nobody and nothing of any content.
absl::Status Refuse(Reason reason, absl::string_view message);
absl::Status Refuse(directory::Refusal refusal, std::optional<Hash> head);
absl::Status Refuse(workflow::Refusal refusal, std::optional<Hash> head,
                    std::uint32_t next_number = 0);
// Nothing if the status carries none.
std::optional<ErrorDetail> DetailOf(const absl::Status& status);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_REFUSAL_H_
