// What the rules ask about one statement: who speaks, with which objects and grants.
// Internal to workflow/. Spec: docs/spec/workflow.md, "Words".
//
// Thread safety: pure functions over values.

#ifndef AMPARO_WORKFLOW_PROPOSAL_H_
#define AMPARO_WORKFLOW_PROPOSAL_H_

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "absl/functional/function_ref.h"
#include "workflow/workflow.h"

namespace amparo::workflow {

// A statement up for judgement. Points into what Decide was given.
struct Proposal {
  const Context& context;
  const SignedStatement& statement;
  const Body& body;
  const MemberId& actor() const { return statement.statement.actor; }
  UnixSeconds now() const { return context.moment.now; }
};

inline constexpr std::uint64_t kHourSeconds = 3600;
inline constexpr std::uint64_t kDaySeconds = 24 * kHourSeconds;
inline constexpr std::uint64_t kLeaseMaxSeconds = 90 * kDaySeconds;
// What a translator has at least when work comes back to them.
inline constexpr std::uint64_t kReturnedLeaseSeconds = 7 * kDaySeconds;
inline constexpr std::size_t kPartsMax = 200;

Decision Refuse(Refusal refusal);
Decision Emit(Event event);

// What holds for every act on a subject: body and kind agree, the subject has begun or begins,
// and the statement knows its newest turn (a remark: any of its statements).
struct Chain {
  SubjectType type;
  bool begun;
  bool begins;  // The act may begin the subject.
  const SubjectId& id;
  const Hash& head;
  const std::vector<Hash>& statements;
};
std::optional<Refusal> JudgeChain(const Chain& chain, const Proposal& proposal);

// By the certificate that signed, not by the member: a stolen field device gains nothing from
// what its owner may do elsewhere.
bool ActsAs(const Proposal& proposal, Role role);
bool ActsOnDesk(const Proposal& proposal, Desk desk);
// kRoleRequired, kDeskRequired, or nothing.
std::optional<Refusal> JudgeCoordinator(const Proposal& proposal, Desk desk);
bool IsCoordinatorOf(const Context& context, const MemberId& member, Desk desk);

// The certificate that signed, if it is the actor's; null otherwise.
const directory::CertificateRecord* SigningRecord(const Proposal& proposal);

// A grant of `object` to a certificate that is valid now, can receive it, and is one `counts`
// says yes to.
using WhichCertificates = absl::FunctionRef<bool(const directory::CertificateRecord&)>;
bool HasUsableGrant(const Proposal& proposal, const ObjectId& object, WhichCertificates counts);
// To a certificate of `member` that has the role for the purpose.
bool HasUsableGrant(const Proposal& proposal, const ObjectId& object, const MemberId& member,
                    Purpose purpose);
// To a coordinator of the desk.
bool HasUsableGrantToDesk(const Proposal& proposal, const ObjectId& object, Desk desk);
// Every grant is of an object that this statement brings, or of one of `existing`.
bool GrantsStayWithin(const Proposal& proposal, const std::set<ObjectId>& existing);

// An object that the body brings is one of `brought`, or brought twice.
bool BringsAgain(const Proposal& proposal, const std::set<ObjectId>& brought);

// Which objects a body may bring. Objects that a subject knows already are never brought again.
bool BringsNothing(const Proposal& proposal);
bool BringsAtMostOne(const Proposal& proposal, ObjectClass object_class);
bool BringsExactlyOne(const Proposal& proposal, ObjectClass object_class);
// A manifest, 1 to 200 parts, and `certificates` certificates, in this order.
bool BringsVersion(const Proposal& proposal, std::size_t certificates);
bool Brings(const Proposal& proposal, ObjectClass object_class);

bool IsLease(UnixSeconds lease_end, UnixSeconds now);
// `lease_end`, or a week from now, rounded up to the hour, if that is later.
UnixSeconds ProlongedLease(UnixSeconds lease_end, UnixSeconds now);

// Ascending, none twice.
bool Ascends(const std::vector<MemberId>& members);

// A note's objects, type, and what it replies to. Shared by cases and documents.
Decision DecideNote(const Proposal& proposal, NoteType type, const Hash& in_reply_to,
                    const std::vector<Question>& questions, WhichCertificates readers);

}  // namespace amparo::workflow

#endif  // AMPARO_WORKFLOW_PROPOSAL_H_
