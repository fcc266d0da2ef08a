// The names of refusals, states and events, as people and scripts read them.

#include <cassert>
#include <iterator>

#include "workflow/workflow.h"

namespace amparo::workflow {

namespace {

// In the order of the enumerators, from 1.
constexpr absl::string_view kRefusalNames[] = {
    "UPDATE_REQUIRED",
    "MALFORMED",
    "STALE",
    "UNKNOWN_PREVIOUS",
    "SUBJECT_EXISTS",
    "SUBJECT_UNKNOWN",
    "STATE_FORBIDS",
    "ROLE_REQUIRED",
    "DESK_REQUIRED",
    "NOT_ON_THIS_CASE",
    "NOT_THE_ASSIGNEE",
    "NOT_THE_REVIEWER",
    "NOT_THE_SUBMITTER",
    "NOT_AN_ATTORNEY_OF_THIS",
    "TRANSLATOR_INVALID",
    "REVIEWER_INVALID",
    "ATTORNEY_INVALID",
    "GRANTEE_INVALID",
    "REVIEWER_IS_TRANSLATOR",
    "REVIEWER_IS_SUBMITTER",
    "APPROVER_IS_AUTHOR",
    "APPROVER_IS_SUBMITTER",
    "TRANSLATOR_IS_SUBMITTER",
    "TEXT_IS_NOT_CURRENT",
    "SOURCE_IS_NOT_CURRENT",
    "VERSION_NOT_NEXT",
    "NUMBER_TAKEN",
    "CASE_MISMATCH",
    "CERTIFICATE_MISSING",
    "NOTE_MISSING",
    "USABLE_GRANT_MISSING",
    "LEASE_INVALID",
    "NO_ATTORNEY",
    "ALREADY_RECEIVED",
    "QUESTION_UNKNOWN",
    "RECOVERY_UNTESTED",
    "DESK_UNKNOWN",
};
static_assert(std::size(kRefusalNames) == static_cast<std::size_t>(kLastRefusal));

}  // namespace

absl::string_view RefusalName(Refusal refusal) {
  const auto index = static_cast<std::size_t>(refusal) - 1;
  assert(index < std::size(kRefusalNames));
  return kRefusalNames[index];
}

bool IsRace(Refusal refusal) {
  return refusal == Refusal::kStale || refusal == Refusal::kNumberTaken;
}

absl::string_view StateName(State state) {
  switch (state) {
    case State::kNone:
      return "none";
    case State::kSubmitted:
      return "submitted";
    case State::kAssigned:
      return "assigned";
    case State::kTranslating:
      return "translating";
    case State::kInReview:
      return "in_review";
    case State::kApproved:
      return "approved";
    case State::kDelivered:
      return "delivered";
    case State::kReceived:
      return "received";
    case State::kWithdrawn:
      return "withdrawn";
    case State::kErased:
      return "erased";
  }
  assert(false);
  return "";
}

namespace {

struct NameOf {
  absl::string_view operator()(const CaseOpened&) const { return "CaseOpened"; }
  absl::string_view operator()(const CaseShared&) const { return "CaseShared"; }
  absl::string_view operator()(const DocumentSubmitted&) const { return "DocumentSubmitted"; }
  absl::string_view operator()(const SourceReplaced&) const { return "SourceReplaced"; }
  absl::string_view operator()(const TranslationAssigned&) const { return "TranslationAssigned"; }
  absl::string_view operator()(const ReviewerChanged&) const { return "ReviewerChanged"; }
  absl::string_view operator()(const AssignmentEnded&) const { return "AssignmentEnded"; }
  absl::string_view operator()(const AssignmentAccepted&) const { return "AssignmentAccepted"; }
  absl::string_view operator()(const TranslationHandedIn&) const { return "TranslationHandedIn"; }
  absl::string_view operator()(const CorrectionHandedIn&) const { return "CorrectionHandedIn"; }
  absl::string_view operator()(const TranslationReturned&) const { return "TranslationReturned"; }
  absl::string_view operator()(const TranslationApproved&) const { return "TranslationApproved"; }
  absl::string_view operator()(const DocumentDelivered&) const { return "DocumentDelivered"; }
  absl::string_view operator()(const DocumentReceived&) const { return "DocumentReceived"; }
  absl::string_view operator()(const DocumentReopened&) const { return "DocumentReopened"; }
  absl::string_view operator()(const DocumentWithdrawn&) const { return "DocumentWithdrawn"; }
  absl::string_view operator()(const DocumentShared&) const { return "DocumentShared"; }
  absl::string_view operator()(const QuestionAsked&) const { return "QuestionAsked"; }
  absl::string_view operator()(const QuestionAnswered&) const { return "QuestionAnswered"; }
  absl::string_view operator()(const Noted&) const { return "Noted"; }
};

}  // namespace

absl::string_view EventName(const Event& event) { return std::visit(NameOf{}, event); }

}  // namespace amparo::workflow
