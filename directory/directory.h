// The directory: who is who, at any position of the log. Policy, certificates, endorsement,
// revocation, invitations, directory epochs, and time (ticks). Pure: a replay of class-1
// statements; server and client run this same code.
// Spec: docs/spec/directory.md.
//
// Thread safety: a value; const methods may run in parallel.

#ifndef AMPARO_DIRECTORY_DIRECTORY_H_
#define AMPARO_DIRECTORY_DIRECTORY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "statement/bodies.h"
#include "statement/ids.h"
#include "statement/statement.h"

namespace amparo::directory {

// Why the directory refuses a statement. One name per cause; docs/spec/directory.md lists
// each. DO NOT RENUMBER: recorded by clients.
enum class Refusal {
  kUpdateRequired = 1,  // A kind or rules version this build does not know.
  kMalformed,           // The body does not decode, or is not of the kind's subject.
  kOrgMismatch,         // The statement is of another organisation.
  kNotFounded,          // Anything before the first policy.
  kStale,               // subject_prev is not the directory's head (ABORTED).
  kUnknownCertificate,  // actor_certificate is not in the directory at this position.
  kActorMismatch,       // The certificate is another member's.
  kBadSignature,        // A signature is wrong, or by a key that is not the author's.
  kNotYetEndorsed,      // A privileged certificate, or a further one, before its endorsement.
  kRevoked,
  kExpired,
  kSequenceNotRising,  // actor_seq is not above the certificate's last.
  kRoleRequired,       // The author lacks the role for this kind.
  kThresholdNotMet,    // Too few root keys, of the old policy or of the new.
  kPolicyNotNext,      // Version or previous hash is not the successor's.
  kPolicyInvalid,      // Keys repeated, threshold 0 or over the roots, no recovery, ...
  kInvitationUnknown,
  kInvitationUsed,
  kInvitationExpired,
  kInvitationMismatch,  // Roles, desks, member or submit-only differ from the invitation.
  kCertificateExists,   // This key, or this certificate, is already in the directory.
  kOwnCertificate,      // Nobody's signature counts for their own certificate.
  kAlreadyEndorsed,
  kSameRegistrar,  // The endorser is the certifier.
  kNothingToRevoke,
  kEpochNotNext,
  kTickNotRising,
  kTickNotByLog,
  kRegistrarsComeFromPolicy,  // An invitation or a certificate for the registrar's role.
};
inline constexpr Refusal kLastRefusal = Refusal::kRegistrarsComeFromPolicy;
absl::string_view RefusalName(Refusal refusal);  // "ROLE_REQUIRED"

// Whether a policy follows `before` (null: it is the first) by what the two say by themselves:
// its author, the signatures of the old roots and of the new, version and previous hash. All
// that can be told without the log's other statements.
// REQUIRES: `policy` is the statement's body.
std::optional<Refusal> CheckSuccession(const SignedStatement& statement, const Policy& policy,
                                       const Policy* before);

// Where and when a question is asked: the state before the entry at `position`, `now` being
// the newest tick before it.
struct Moment {
  Position position;
  UnixSeconds now;
};

struct CertificateRecord {
  Certificate certificate;
  Hash hash;
  MemberId certified_by;  // Zeros for a policy's registrars.
  Position certified_at;
  std::optional<Position> effective_at;  // Unset: waits for endorsement.
  std::optional<Position> revoked_at;
  Hash statement;                     // The certify (or policy) statement's hash.
  std::vector<ObjectRef> attributes;  // The sealed attributes, if any; newest describe wins.
};

struct InviteRecord {
  Invite invite;
  MemberId by;
  Position at;
  std::optional<Hash> used_by;  // Certificate hash.
  std::vector<ObjectRef> objects;
};

class Directory {
 public:
  // Nothing is known, not even the organisation; the first policy founds it.
  Directory() = default;

  // Judges a class-1 statement that would stand at `position`. Changes nothing.
  // REQUIRES: position is after every applied one.
  std::optional<Refusal> Check(const SignedStatement& statement, Position position) const;
  // Checks, then applies. On refusal nothing has changed. REQUIRES as Check.
  std::optional<Refusal> Apply(const SignedStatement& statement, Position position);
  // The same for a tick or log epoch whose predecessors are not known: `subject_prev` is not
  // judged, all else is. For readers who have the directory's whole chain and only some ticks
  // (docs/spec/directory.md, "Without every tick"). MALFORMED: another kind.
  std::optional<Refusal> ApplyLone(const SignedStatement& statement, Position position);

  // Whether `statement` (any kind but policy, log_epoch, tick) was made by a certificate
  // that was valid at `moment`: known, effective, not revoked, not expired, its member the
  // actor, its signature right. Does not judge roles or sequence.
  std::optional<Refusal> CheckAuthor(const SignedStatement& statement, Moment moment) const;
  // The same of a statement whose signature was found right before, under the key that it names:
  // arithmetic that a server need not do for each of its judgements.
  // REQUIRES: SignaturesVerify(statement).
  std::optional<Refusal> CheckAuthorOfVerified(const SignedStatement& statement,
                                               Moment moment) const;

  bool founded() const { return !policies_.empty(); }
  const OrgId& org() const { return org_; }
  // REQUIRES: founded().
  const Policy& policy() const { return policies_.back().policy; }
  Hash policy_hash() const { return HashOf(policy()); }
  // The newest directory turn's statement hash; zeros before the first.
  const Hash& head() const { return head_; }
  // The newest statement's hash on the log's subject (tick or log epoch); zeros before the
  // first. What the next tick names as its subject_prev.
  const Hash& tick_head() const { return tick_head_; }
  UnixSeconds newest_tick() const;
  // `now` as every replay computes it for an entry at `position`.
  Moment MomentAt(Position position) const;

  const CertificateRecord* Find(const Hash& certificate) const;
  bool IsValid(const CertificateRecord& record, Moment moment) const;
  // Valid ones of the member at `moment`, oldest first.
  std::vector<const CertificateRecord*> ValidCertificates(const MemberId& member,
                                                          Moment moment) const;
  bool IsMember(const MemberId& member, Moment moment) const;
  // By any valid certificate of the member. Registrars come from the policy and nowhere else.
  bool HasRole(const MemberId& member, Role role, Moment moment) const;
  bool IsOnDesk(const MemberId& member, Desk desk, Moment moment) const;
  // Members with the role (and on the desk, unless it is 0) at `moment`, ascending.
  std::vector<MemberId> MembersWith(Role role, Desk desk, Moment moment) const;
  // The policy at `moment`; nothing before the first.
  const Policy* PolicyAt(Moment moment) const;
  // Whether a registrar said, before `moment`, that an object sealed to the recovery recipient
  // of the policy of then was opened. No case opens before.
  bool IsRecoveryTested(Moment moment) const;
  // Everyone who ever had a certificate, ascending.
  std::vector<MemberId> Members() const;
  const std::map<InviteId, InviteRecord>& invites() const { return invites_; }
  // The newest epoch, its statement hash and objects; nothing before the first.
  struct EpochRecord {
    DirectoryEpoch epoch;
    Hash statement;
    MemberId by;
    std::vector<ObjectRef> objects;
  };
  const EpochRecord* epoch() const { return epochs_.empty() ? nullptr : &epochs_.back(); }
  const std::vector<CertificateRecord>& records() const { return records_; }

 private:
  struct PolicyRecord {
    Policy policy;
    Position at;
  };
  struct TickRecord {
    Position at;
    UnixSeconds now;
  };
  struct RecoveryTest {
    Position at;
    Recipient recipient;
  };
  // The statement as Check needs it: decoded, with its place in the log.
  struct Proposal {
    const SignedStatement& statement;
    Moment moment;
    const Body* body = nullptr;
  };
  using Verdict = std::optional<Refusal>;

  // check.cc: what holds for every kind.
  Verdict Judge(const SignedStatement& statement, Position position, Body& body) const;
  Verdict JudgeEnvelope(const Statement& statement, Body& body) const;
  Verdict JudgeFreshness(const Statement& statement) const;
  Verdict JudgeByRoots(const Proposal& proposal, const Policy& policy) const;
  Verdict JudgeNaming(const SignedStatement& statement, Moment moment,
                      const CertificateRecord*& author) const;
  static Verdict JudgeStanding(const CertificateRecord& author, Moment moment);
  Verdict JudgeRegistrar(const Proposal& proposal) const;
  Verdict JudgeTick(const Proposal& proposal, const Tick& tick) const;
  Verdict JudgeAct(const Proposal& proposal) const;
  // check_policy.cc
  Verdict JudgePolicy(const Proposal& proposal, const Policy& policy) const;
  Verdict JudgePolicyContent(const Policy& policy, Moment moment) const;
  Verdict JudgePolicyRegistrars(const Policy& policy, Moment moment) const;
  // check_members.cc: one per act of a registrar.
  Verdict JudgeCertify(const Proposal& proposal, const Certify& act) const;
  Verdict JudgeInvitation(const Certificate& certificate, Moment moment) const;
  Verdict JudgeEndorse(const Proposal& proposal, const Endorse& act) const;
  Verdict JudgeEndorser(const Proposal& proposal) const;
  Verdict JudgeRevoke(const Proposal& proposal, const Revoke& act) const;
  Verdict JudgeInvite(const Proposal& proposal, const Invite& act) const;
  Verdict JudgeDirectoryEpoch(const Proposal& proposal, const DirectoryEpoch& act) const;
  Verdict JudgeDescribe(const Proposal& proposal, const Describe& act) const;
  bool IsKeyTaken(const VerifyKey& key) const;
  std::size_t RegistrarCount() const;
  // apply.cc: total, once judged.
  void ApplyPolicy(const Policy& policy, const Hash& statement, Position position);
  void ApplyCertificate(CertificateRecord record);
  void ApplyAct(const SignedStatement& statement, const Body& body, Position position);

  OrgId org_;
  Hash head_;
  Hash tick_head_;
  std::vector<PolicyRecord> policies_;
  std::vector<CertificateRecord> records_;  // In order of certification.
  std::map<Hash, std::size_t> record_by_hash_;
  std::map<MemberId, std::vector<std::size_t>> records_by_member_;
  std::map<InviteId, InviteRecord> invites_;
  std::vector<EpochRecord> epochs_;
  std::vector<TickRecord> ticks_;
  std::vector<RecoveryTest> recovery_tests_;
  std::set<VerifyKey> keys_;  // Every signing and authentication key that was ever certified.
  std::uint32_t log_epoch_ = 0;
  std::map<Hash, std::uint64_t> last_seq_;  // Class-1 statements only.
};

}  // namespace amparo::directory

#endif  // AMPARO_DIRECTORY_DIRECTORY_H_
