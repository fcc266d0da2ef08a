#include "server/refusal.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "statement/codec.h"

namespace amparo::server {
namespace {

constexpr absl::string_view kDetailUrl = "amparo/error-detail";

Bytes EncodeDetail(const ErrorDetail& detail) {
  Writer writer;
  writer.Vec8(AsBytes(detail.reason));
  writer.Vec8(detail.head ? detail.head->view() : ByteView());
  writer.U32(detail.next_number);
  return writer.Take();
}

absl::Status WithDetail(absl::StatusCode code, absl::string_view message,
                        const ErrorDetail& detail) {
  absl::Status status(code, message);
  status.SetPayload(kDetailUrl, absl::Cord(AsText(EncodeDetail(detail))));
  return status;
}

struct ReasonEntry {
  absl::StatusCode code;
  absl::string_view name;
};

ReasonEntry EntryOf(Reason reason) {
  using Code = absl::StatusCode;
  switch (reason) {
    case Reason::kMalformed:
      return {Code::kInvalidArgument, "MALFORMED"};
    case Reason::kTooLarge:
      return {Code::kResourceExhausted, "TOO_LARGE"};
    case Reason::kSessionRefused:
      return {Code::kUnauthenticated, "SESSION_REFUSED"};
    case Reason::kNotVisible:
      return {Code::kNotFound, "NOT_VISIBLE"};
    case Reason::kUpdateRequired:
      return {Code::kUnimplemented, "UPDATE_REQUIRED"};
    case Reason::kBadSignature:
      return {Code::kInvalidArgument, "BAD_SIGNATURE"};
    case Reason::kOrgMismatch:
      return {Code::kInvalidArgument, "ORG_MISMATCH"};
    case Reason::kNotFromOutside:
      return {Code::kPermissionDenied, "NOT_FROM_OUTSIDE"};
    case Reason::kSequenceNotRising:
      return {Code::kFailedPrecondition, "SEQUENCE_NOT_RISING"};
    case Reason::kPreviousUnknown:
      return {Code::kFailedPrecondition, "PREVIOUS_UNKNOWN"};
    case Reason::kSeenHeadUnknown:
      return {Code::kFailedPrecondition, "SEEN_HEAD_UNKNOWN"};
    case Reason::kLogKeyMismatch:
      return {Code::kFailedPrecondition, "LOG_KEY_MISMATCH"};
    case Reason::kBlobMissing:
      return {Code::kFailedPrecondition, "BLOB_MISSING"};
    case Reason::kObjectMissing:
      return {Code::kInvalidArgument, "OBJECT_MISSING"};
    case Reason::kObjectMismatch:
      return {Code::kInvalidArgument, "OBJECT_MISMATCH"};
    case Reason::kObjectTaken:
      return {Code::kFailedPrecondition, "OBJECT_TAKEN"};
    case Reason::kGrantMissing:
      return {Code::kInvalidArgument, "GRANT_MISSING"};
    case Reason::kGrantMismatch:
      return {Code::kInvalidArgument, "GRANT_MISMATCH"};
    case Reason::kGrantOfOtherCase:
      return {Code::kPermissionDenied, "GRANT_OF_OTHER_CASE"};
    case Reason::kBytesNotNamed:
      return {Code::kInvalidArgument, "BYTES_NOT_NAMED"};
    case Reason::kServerBusy:
      return {Code::kUnavailable, "SERVER_BUSY"};
    case Reason::kStorageFull:
      return {Code::kResourceExhausted, "STORAGE_FULL"};
    case Reason::kQuotaReached:
      return {Code::kResourceExhausted, "QUOTA_REACHED"};
    case Reason::kOrganizationFull:
      return {Code::kResourceExhausted, "ORGANIZATION_FULL"};
    case Reason::kOutcomeUnknown:
      return {Code::kUnavailable, "OUTCOME_UNKNOWN"};
    case Reason::kStopping:
      return {Code::kUnavailable, "STOPPING"};
    case Reason::kSizeUnknown:
      return {Code::kFailedPrecondition, "SIZE_UNKNOWN"};
    case Reason::kTimeAhead:
      return {Code::kFailedPrecondition, "TIME_AHEAD"};
    case Reason::kTokenUnknown:
      return {Code::kPermissionDenied, "TOKEN_UNKNOWN"};
    case Reason::kTokenUsed:
      return {Code::kFailedPrecondition, "TOKEN_USED"};
    case Reason::kTokenExpired:
      return {Code::kFailedPrecondition, "TOKEN_EXPIRED"};
    case Reason::kInvitationUnknown:
      return {Code::kPermissionDenied, "INVITATION_UNKNOWN"};
    case Reason::kInvitationUsed:
      return {Code::kFailedPrecondition, "INVITATION_USED"};
    case Reason::kInvitationExpired:
      return {Code::kFailedPrecondition, "INVITATION_EXPIRED"};
    case Reason::kTooManyRequests:
      return {Code::kResourceExhausted, "TOO_MANY_REQUESTS"};
    case Reason::kOffsetMismatch:
      return {Code::kFailedPrecondition, "OFFSET_MISMATCH"};
    case Reason::kLengthMismatch:
      return {Code::kFailedPrecondition, "LENGTH_MISMATCH"};
    case Reason::kBlobDamaged:
      return {Code::kDataLoss, "BLOB_DAMAGED"};
    case Reason::kInternal:
      return {Code::kInternal, "INTERNAL"};
  }
  return {Code::kInternal, "INTERNAL"};
}

}  // namespace

absl::string_view ReasonName(Reason reason) { return EntryOf(reason).name; }
absl::StatusCode CodeOf(Reason reason) { return EntryOf(reason).code; }

absl::StatusCode CodeOf(directory::Refusal refusal) {
  using directory::Refusal;
  switch (refusal) {
    case Refusal::kUpdateRequired:
      return absl::StatusCode::kUnimplemented;
    case Refusal::kMalformed:
    case Refusal::kOrgMismatch:
    case Refusal::kPolicyInvalid:
    case Refusal::kBadSignature:
      return absl::StatusCode::kInvalidArgument;
    case Refusal::kStale:
    case Refusal::kPolicyNotNext:
    case Refusal::kEpochNotNext:
      return absl::StatusCode::kAborted;
    case Refusal::kUnknownCertificate:
    case Refusal::kActorMismatch:
    case Refusal::kNotYetEndorsed:
    case Refusal::kRevoked:
    case Refusal::kExpired:
    case Refusal::kRoleRequired:
    case Refusal::kThresholdNotMet:
    case Refusal::kOwnCertificate:
    case Refusal::kSameRegistrar:
    case Refusal::kTickNotByLog:
    case Refusal::kRegistrarsComeFromPolicy:
      return absl::StatusCode::kPermissionDenied;
    case Refusal::kNotFounded:
    case Refusal::kSequenceNotRising:
    case Refusal::kInvitationUnknown:
    case Refusal::kInvitationUsed:
    case Refusal::kInvitationExpired:
    case Refusal::kInvitationMismatch:
    case Refusal::kCertificateExists:
    case Refusal::kAlreadyEndorsed:
    case Refusal::kNothingToRevoke:
    case Refusal::kTickNotRising:
      return absl::StatusCode::kFailedPrecondition;
  }
  return absl::StatusCode::kInternal;
}

absl::StatusCode CodeOf(workflow::Refusal refusal) {
  using workflow::Refusal;
  if (workflow::IsRace(refusal)) return absl::StatusCode::kAborted;
  switch (refusal) {
    case Refusal::kUpdateRequired:
      return absl::StatusCode::kUnimplemented;
    case Refusal::kMalformed:
    case Refusal::kCertificateMissing:
    case Refusal::kNoteMissing:
    case Refusal::kLeaseInvalid:
    case Refusal::kNoAttorney:
      return absl::StatusCode::kInvalidArgument;
    case Refusal::kRoleRequired:
    case Refusal::kDeskRequired:
    case Refusal::kNotOnThisCase:
    case Refusal::kNotTheAssignee:
    case Refusal::kNotTheReviewer:
    case Refusal::kNotTheSubmitter:
    case Refusal::kNotAnAttorneyOfThis:
    case Refusal::kReviewerIsTranslator:
    case Refusal::kReviewerIsSubmitter:
    case Refusal::kApproverIsAuthor:
    case Refusal::kApproverIsSubmitter:
    case Refusal::kTranslatorIsSubmitter:
      return absl::StatusCode::kPermissionDenied;
    default:
      return absl::StatusCode::kFailedPrecondition;
  }
}

absl::Status Refuse(Reason reason, absl::string_view message) {
  return WithDetail(CodeOf(reason), message,
                    {.reason = std::string(ReasonName(reason)), .head = {}});
}

absl::Status Refuse(directory::Refusal refusal, std::optional<Hash> head) {
  const absl::string_view name = directory::RefusalName(refusal);
  const absl::StatusCode code = CodeOf(refusal);
  if (code != absl::StatusCode::kAborted) head.reset();
  return WithDetail(code, absl::StrCat("refused by the directory: ", name),
                    {.reason = std::string(name), .head = head});
}

absl::Status Refuse(workflow::Refusal refusal, std::optional<Hash> head,
                    std::uint32_t next_number) {
  const absl::string_view name = workflow::RefusalName(refusal);
  const absl::StatusCode code = CodeOf(refusal);
  if (code != absl::StatusCode::kAborted) head.reset();
  return WithDetail(code, absl::StrCat("refused by the rules: ", name),
                    {.reason = std::string(name), .head = head, .next_number = next_number});
}

std::optional<ErrorDetail> DetailOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kDetailUrl);
  if (!payload) return std::nullopt;
  const std::string flat(*payload);
  Reader reader(AsBytes(flat));
  ErrorDetail detail;
  detail.reason = std::string(AsText(reader.Vec8(255, "reason")));
  const ByteView head = reader.Vec8(Hash::kSize, "head");
  detail.head = Hash::From(head);
  detail.next_number = reader.U32("next number");
  if (!reader.Finish("error detail").ok()) return std::nullopt;
  return detail;
}

}  // namespace amparo::server
