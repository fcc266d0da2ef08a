// The rules of cases and documents: Decide, Evolve, MaySee. Pure and total; used by server,
// client and tests alike, so that everyone who may see a subject computes the same truth.
// Spec: docs/spec/workflow.md (rules version 1). A released version never changes.
//
// Thread safety: values; pure functions.

#ifndef AMPARO_WORKFLOW_WORKFLOW_H_
#define AMPARO_WORKFLOW_WORKFLOW_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "directory/directory.h"
#include "statement/bodies.h"
#include "statement/ids.h"
#include "statement/statement.h"

namespace amparo::workflow {

// Why a statement is refused. One name per cause; the meaning of each, and the row of the
// matrix it stands in: docs/spec/workflow.md. DO NOT RENUMBER.
enum class Refusal {
  kUpdateRequired = 1,
  kMalformed,        // Body and kind disagree, objects or grants not as the act needs.
  kStale,            // A turn's subject_prev is not the head (ABORTED).
  kUnknownPrevious,  // A remark names a statement that is none of this subject.
  kSubjectExists,    // open_case or a first submit on a subject that has begun.
  kSubjectUnknown,   // Any other act on one that has not.
  kStateForbids,     // The matrix has no such act in this state.
  kRoleRequired,
  kDeskRequired,    // A coordinator of another desk.
  kNotOnThisCase,   // The author may not see the case, or the document.
  kNotTheAssignee,  // Accept, decline, hand in ... by another than the translator.
  kNotTheReviewer,
  kNotTheSubmitter,  // A replacement by somebody else.
  kNotAnAttorneyOfThis,
  kTranslatorInvalid,  // Named in assign, but no valid translator now.
  kReviewerInvalid,
  kAttorneyInvalid,
  kGranteeInvalid,        // Share with somebody the rules do not allow.
  kReviewerIsTranslator,  // Four eyes, when assigning.
  kReviewerIsSubmitter,
  kApproverIsAuthor,  // Four eyes: the (to be) reviewer wrote a version of this source.
  kApproverIsSubmitter,
  kTranslatorIsSubmitter,
  kTextIsNotCurrent,    // Approve, return or receive names another translation or source.
  kSourceIsNotCurrent,  // Hand in names a replaced source.
  kVersionNotNext,
  kNumberTaken,         // Submit's number is not the case's next (ABORTED).
  kCaseMismatch,        // Case, desk or delivery flag differ from the case's.
  kCertificateMissing,  // Hand in by the translator without a certificate object.
  kNoteMissing,         // Return without its note; ask or answer without text.
  kUsableGrantMissing,  // Not one grant to somebody valid who needs it.
  kLeaseInvalid,        // In the past, over 90 days, or no whole hour.
  kNoAttorney,          // Deliver to nobody.
  kAlreadyReceived,
  kQuestionUnknown,   // An answer to what was never asked.
  kRecoveryUntested,  // No case opens before the recovery recipient was tried.
  kDeskUnknown,       // Nobody coordinates this desk.
};
inline constexpr Refusal kLastRefusal = Refusal::kDeskUnknown;
absl::string_view RefusalName(Refusal refusal);  // "STATE_FORBIDS"
// Somebody was faster: look at the new head and decide again. The rest are final answers.
bool IsRace(Refusal refusal);

enum class State : std::uint8_t {
  kNone = 0,  // Nothing was submitted.
  kSubmitted,
  kAssigned,
  kTranslating,
  kInReview,
  kApproved,
  kDelivered,
  kReceived,
  kWithdrawn,
  kErased,
};
absl::string_view StateName(State state);  // "in_review"

// A set of objects that one statement handed over: a source or a translation.
struct Version {
  std::uint16_t number = 0;
  Hash statement;
  MemberId author;
  std::vector<ObjectRef> objects;
  bool correction = false;  // A reviewer's, which its translator has yet to certify.
};

struct Question {
  Hash statement;
  MemberId by;
  bool answered = false;
};

// A document, as its own chain tells it. A value: copied, compared, never shared.
struct Document {
  SubjectId id;
  State state = State::kNone;
  SubjectId case_id;
  Desk desk = 0;
  bool deliver_on_approval = true;
  std::uint16_t number = 0;
  MemberId submitter;                 // Of the current source.
  std::set<MemberId> submitters;      // Of every source.
  std::set<MemberId> authors;         // Of every translation of the current source.
  std::vector<Version> sources;       // Oldest first; the last is current.
  std::vector<Version> translations;  // Of the current source, oldest first.
  MemberId translator;                // Zeros: nobody.
  MemberId reviewer;
  std::vector<MemberId> attorneys;      // Of the newest assign, and whom deliver added; ascending.
  std::set<MemberId> delivered_to;      // Of the current translation.
  std::set<MemberId> delivered_before;  // Of one that was reopened: they see what comes of it.
  std::set<MemberId> received_by;
  std::set<MemberId> shared_with;    // Got keys again. A record: it gives no right to see.
  std::set<ObjectId> known_objects;  // Of every source and translation, voided ones too.
  std::set<ObjectId> brought;        // All that any statement ever brought, notes too.
  UnixSeconds lease_end;             // Zero: no lease.
  std::uint16_t due_week = 0;
  std::vector<Question> questions;
  std::uint16_t returns = 0;     // How often review sent it back.
  Hash head;                     // Newest turn.
  std::vector<Hash> statements;  // Every statement of the chain, in log order.

  // What state it is in at `now`: a lease that ended makes assigned and translating
  // count as submitted for everybody but a translator who hands in late.
  State StateAt(UnixSeconds now) const;
};

struct Case {
  SubjectId id;
  bool open = false;
  Desk desk = 0;
  bool deliver_on_approval = true;
  MemberId opener;
  std::vector<ObjectRef> objects;  // The sealed card.
  std::set<ObjectId> brought;      // All that any statement ever brought.
  std::set<MemberId> shared_with;
  std::vector<MemberId> attorneys;   // Those of shared_with who are attorneys; ascending.
  std::vector<SubjectId> documents;  // In order of submission, if this party saw them.
  std::vector<Question> questions;
  Hash head;
  std::vector<Hash> statements;
};

// What a decision may look at besides the subject.
struct Context {
  const directory::Directory& directory;
  directory::Moment moment;
};

// ---- Events: what a statement made true. Past participles; derived, never stored. --------

struct CaseOpened {
  MemberId by;
  OpenCase act;
  std::vector<ObjectRef> objects;
};
struct CaseShared {
  MemberId with;
  bool as_attorney = false;
};
struct DocumentSubmitted {
  MemberId by;
  Submit act;
  Version source;
};
struct SourceReplaced {
  MemberId by;
  Version source;
};
struct TranslationAssigned {
  Assign act;
};
struct ReviewerChanged {  // The same translator goes on, under the terms of this act.
  MemberId reviewer;
  Assign act;
};
struct AssignmentEnded {};  // Unassigned, declined or given back.
struct AssignmentAccepted {};
struct TranslationHandedIn {
  Version translation;
};
struct CorrectionHandedIn {
  Version translation;
  UnixSeconds lease_end;  // The translator's, prolonged to a week from now if it was shorter.
};
struct TranslationReturned {
  UnixSeconds lease_end;  // Likewise.
};
struct TranslationApproved {};
struct DocumentDelivered {
  std::vector<MemberId> attorneys;
};
struct DocumentReceived {
  MemberId by;
};
struct DocumentReopened {
  UnixSeconds lease_end;
  bool to_translator = true;  // False: no longer valid, so that it waits to be assigned.
};
struct DocumentWithdrawn {};
struct DocumentShared {
  MemberId with;
};
struct QuestionAsked {
  Question question;
};
struct QuestionAnswered {
  Hash question;
};
struct Noted {};

using Event =
    std::variant<CaseOpened, CaseShared, DocumentSubmitted, SourceReplaced, TranslationAssigned,
                 ReviewerChanged, AssignmentEnded, AssignmentAccepted, TranslationHandedIn,
                 CorrectionHandedIn, TranslationReturned, TranslationApproved, DocumentDelivered,
                 DocumentReceived, DocumentReopened, DocumentWithdrawn, DocumentShared,
                 QuestionAsked, QuestionAnswered, Noted>;
absl::string_view EventName(const Event& event);  // "TranslationHandedIn"

// Either events (at least one) or the reason for none.
struct Decision {
  std::vector<Event> events;
  std::optional<Refusal> refusal;
  bool ok() const { return !refusal.has_value(); }
};

// Judges a statement on a document, of a kind whose subject is a document. The author's
// certificate was checked already (Directory::CheckAuthor). A grant to somebody no longer
// valid is no reason to refuse: one usable grant suffices.
Decision Decide(const Document& document, const Context& context, const SignedStatement& statement,
                const Body& body);
// The same for a case.
Decision Decide(const Case& subject, const Context& context, const SignedStatement& statement,
                const Body& body);
// The case's say on a submit to it: number, desk, flag, and that the author may see the case.
// The server asks it for every submit; a client, when it sees the whole case.
std::optional<Refusal> DecideSubmitToCase(const Case& subject, const Context& context,
                                          const SignedStatement& statement, const Submit& submit);

// Total. `statement` moves the head if its kind is a turn, and joins statements.
Document Evolve(Document document, const std::vector<Event>& events,
                const SignedStatement& statement);
Case Evolve(Case subject, const std::vector<Event>& events, const SignedStatement& statement);
// A submit joined this case.
Case EvolveWithDocument(Case subject, const SubjectId& document);

// Whether a certificate is one of those that the purpose is for: of a coordinator of the desk
// (0: of any), of a translator, a reviewer, an attorney; kConverse: of a fellow. A role that a
// member has on one device says nothing about another. The roles alone: not whether it is valid,
// nor whether its member has that part in a subject. Of the directory's purposes it says yes.
bool MayHold(const directory::CertificateRecord& record, Purpose purpose, Desk desk);

// Whether the device with this certificate may be given the chain, objects and own grants of the
// subject: a part that its member has there, and the role for it on this very certificate.
bool MaySee(const Document& document, const Context& context,
            const directory::CertificateRecord& record);
bool MaySee(const Case& subject, const Context& context,
            const directory::CertificateRecord& record);
// By any certificate of the member.
bool MaySee(const Document& document, const Context& context, const MemberId& member);
bool MaySee(const Case& subject, const Context& context, const MemberId& member);

// Whether `member`, at `context`, can be granted anything: a valid certificate with a recipient.
bool CanReceive(const Context& context, const MemberId& member);

// One device that is granted something, and as what. It is valid, can receive, and itself has
// the role that `purpose` is for.
struct Grantee {
  MemberId member;
  Hash certificate;
  Purpose purpose;
  friend bool operator==(const Grantee&, const Grantee&) = default;
};

// Who must be granted what by an act: the devices an author's client grants to, each once,
// ascending by member and certificate.
struct GrantPlan {
  std::vector<Grantee> manifest;     // The new manifest; of a case its new card.
  std::vector<Grantee> certificate;  // The translator's certificate.
  std::vector<Grantee> source;       // The existing source manifest; of a case its card.
  std::vector<Grantee> translation;  // The existing translation manifest.
  std::vector<Grantee> note;         // The note or message that goes with it.
  bool recovery = true;              // New objects, all of them, are granted to recovery too.
};
// The table of design section 5. `self` is never in it for a fellow.
GrantPlan PlanGrants(const Document& document, const Context& context, const MemberId& self,
                     const Act& act);
GrantPlan PlanGrants(const Case& subject, const Context& context, const MemberId& self,
                     const Act& act);

// The matrix of state, act and role, as docs/spec/workflow.md prints it: made by asking
// Decide, not written by hand.
std::string PrintMatrix();

}  // namespace amparo::workflow

#endif  // AMPARO_WORKFLOW_WORKFLOW_H_
