// The names of refusals, states and events, as people and scripts read them.

#include <cassert>

#include "workflow/workflow.h"

namespace amparo::workflow {

absl::string_view RefusalName(Refusal refusal) {
  switch (refusal) {
    case Refusal::kUpdateRequired:
      return "UPDATE_REQUIRED";
    case Refusal::kMalformed:
      return "MALFORMED";
    case Refusal::kStale:
      return "STALE";
    case Refusal::kUnknownPrevious:
      return "UNKNOWN_PREVIOUS";
    case Refusal::kSubjectExists:
      return "SUBJECT_EXISTS";
    case Refusal::kSubjectUnknown:
      return "SUBJECT_UNKNOWN";
    case Refusal::kStateForbids:
      return "STATE_FORBIDS";
    case Refusal::kRoleRequired:
      return "ROLE_REQUIRED";
    case Refusal::kDeskRequired:
      return "DESK_REQUIRED";
    case Refusal::kNotOnThisCase:
      return "NOT_ON_THIS_CASE";
    case Refusal::kNotTheAssignee:
      return "NOT_THE_ASSIGNEE";
    case Refusal::kNotTheReviewer:
      return "NOT_THE_REVIEWER";
    case Refusal::kNotTheSubmitter:
      return "NOT_THE_SUBMITTER";
    case Refusal::kNotAnAttorneyOfThis:
      return "NOT_AN_ATTORNEY_OF_THIS";
    case Refusal::kTranslatorInvalid:
      return "TRANSLATOR_INVALID";
    case Refusal::kReviewerInvalid:
      return "REVIEWER_INVALID";
    case Refusal::kAttorneyInvalid:
      return "ATTORNEY_INVALID";
    case Refusal::kGranteeInvalid:
      return "GRANTEE_INVALID";
    case Refusal::kReviewerIsTranslator:
      return "REVIEWER_IS_TRANSLATOR";
    case Refusal::kReviewerIsSubmitter:
      return "REVIEWER_IS_SUBMITTER";
    case Refusal::kApproverIsAuthor:
      return "APPROVER_IS_AUTHOR";
    case Refusal::kApproverIsSubmitter:
      return "APPROVER_IS_SUBMITTER";
    case Refusal::kTranslatorIsSubmitter:
      return "TRANSLATOR_IS_SUBMITTER";
    case Refusal::kTextIsNotCurrent:
      return "TEXT_IS_NOT_CURRENT";
    case Refusal::kSourceIsNotCurrent:
      return "SOURCE_IS_NOT_CURRENT";
    case Refusal::kVersionNotNext:
      return "VERSION_NOT_NEXT";
    case Refusal::kNumberTaken:
      return "NUMBER_TAKEN";
    case Refusal::kCaseMismatch:
      return "CASE_MISMATCH";
    case Refusal::kCertificateMissing:
      return "CERTIFICATE_MISSING";
    case Refusal::kNoteMissing:
      return "NOTE_MISSING";
    case Refusal::kUsableGrantMissing:
      return "USABLE_GRANT_MISSING";
    case Refusal::kLeaseInvalid:
      return "LEASE_INVALID";
    case Refusal::kNoAttorney:
      return "NO_ATTORNEY";
    case Refusal::kAlreadyReceived:
      return "ALREADY_RECEIVED";
    case Refusal::kQuestionUnknown:
      return "QUESTION_UNKNOWN";
    case Refusal::kRecoveryUntested:
      return "RECOVERY_UNTESTED";
    case Refusal::kDeskUnknown:
      return "DESK_UNKNOWN";
  }
  assert(false);
  return "";
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
