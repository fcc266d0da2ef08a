// The verbs of client/client.h, as functions in a Workplace: cases and documents. Each is
// documented there; what is said here is only what differs.
// Spec: docs/spec/workflow.md. Thread safety: one thread at a time per workplace.

#ifndef AMPARO_CLIENT_VERBS_H_
#define AMPARO_CLIENT_VERBS_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/client.h"
#include "client/workplace.h"
#include "custody/receipt.h"

namespace amparo::client {
struct SubmitPlan;
}

namespace amparo::client::verbs {

// looking.cc
MemberCard Describe(const Workplace& place, const MemberId& member);
std::vector<MemberCard> Members(const Workplace& place);
std::vector<CaseCardView> Cases(Workplace& place);
std::vector<DocumentCard> Documents(Workplace& place);
std::vector<DocumentCard> Inbox(Workplace& place);
absl::StatusOr<DocumentCard> Document(Workplace& place, const SubjectId& document);
// How many documents wait for this member, without opening anything.
std::size_t CountWaiting(const Workplace& place);
// next_step.cc: what this member does next with a document; empty: nothing.
std::string NextStep(const Workplace& place, const workflow::Document& document);

// find.cc
absl::StatusOr<MemberId> FindMember(const Workplace& place, absl::string_view typed, bool exact);
absl::StatusOr<SubjectId> FindCase(Workplace& place, absl::string_view typed);
absl::StatusOr<SubjectId> FindDocument(Workplace& place, absl::string_view typed);

// cases.cc
absl::StatusOr<SubjectId> NewCase(Workplace& place, Desk desk, const CaseCard& card,
                                  bool deliver_on_approval);
absl::Status ShareCase(Workplace& place, const SubjectId& case_id, const MemberId& with);

// submit.cc
absl::StatusOr<Client::Submitted> Submit(Workplace& place, const std::vector<FileToSend>& files,
                                         const SubmitOptions& options,
                                         const ProgressListener& progress);

// assignment.cc
// What was interrupted while it was sealed: sealed again, as the item of that number.
absl::Status SubmitAgain(Workplace& place, const SubmitPlan& plan, std::uint64_t number);
absl::Status HandInAgain(Workplace& place, const HandInPlan& plan, std::uint64_t number);

absl::Status Assign(Workplace& place, const SubjectId& document, const AssignOptions& options);
absl::Status Unassign(Workplace& place, const SubjectId& document);
absl::Status Accept(Workplace& place, const SubjectId& document);
absl::Status Decline(Workplace& place, const SubjectId& document, const std::string& reason);
absl::Status GiveBack(Workplace& place, const SubjectId& document, const std::string& reason);

// open.cc
absl::StatusOr<std::vector<OpenedFile>> OpenInto(Workplace& place, const SubjectId& document,
                                                 Which which, const std::string& directory,
                                                 const ProgressListener& progress);

// conversation.cc
absl::StatusOr<std::vector<ConversationEntry>> Conversation(Workplace& place,
                                                            const SubjectId& document);
absl::Status Ask(Workplace& place, const SubjectId& document, const std::string& text);
absl::Status Answer(Workplace& place, const SubjectId& document, const std::string& text,
                    std::optional<Hash> question);

// log.cc
LogStatus DescribeLog(const Workplace& place);
absl::StatusOr<bool> RecordUnwitnessed(Workplace& place, const SubjectId& subject,
                                       const std::string& reason,
                                       const std::set<MemberId>& readers);

// hand_in.cc
absl::StatusOr<HandInPlan> PlanHandIn(Workplace& place, const SubjectId& document,
                                      const std::vector<FileToSend>& files,
                                      const CertificateDraft& draft);
absl::StatusOr<HandInPlan> PlanCorrection(Workplace& place, const SubjectId& document,
                                          const std::vector<FileToSend>& files);
absl::Status HandIn(Workplace& place, const HandInPlan& plan, const ProgressListener& progress);

// review.cc
absl::Status Approve(Workplace& place, const SubjectId& document);
absl::Status Return(Workplace& place, const SubjectId& document, const std::string& note);

// delivery.cc
absl::Status Deliver(Workplace& place, const SubjectId& document,
                     const std::vector<MemberId>& attorneys, bool already_in_target_language);
absl::StatusOr<std::vector<OpenedFile>> Receive(Workplace& place, const SubjectId& document,
                                                const std::string& directory,
                                                const ProgressListener& progress);
absl::Status Reopen(Workplace& place, const SubjectId& document, const std::string& reason,
                    std::uint32_t lease_hours);
absl::Status Withdraw(Workplace& place, const SubjectId& document);
absl::Status Share(Workplace& place, const SubjectId& document, const MemberId& with);

// export.cc
absl::Status Export(Workplace& place, const SubjectId& document, const std::string& directory,
                    bool with_identity);

// receipt.cc
absl::StatusOr<custody::Receipt> MakeReceipt(Workplace& place, const SubjectId& document,
                                             bool with_files);

}  // namespace amparo::client::verbs

#endif  // AMPARO_CLIENT_VERBS_H_
