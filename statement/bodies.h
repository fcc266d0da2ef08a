// The bodies of statements. A body is the fields of its act, then the objects it names,
// then the grants it names. Bodies hold no free text: text is a sealed object.
// Spec: docs/spec/statement.md, "Bodies"; this file is their only reader and writer.
//
// Thread safety: values; the functions are independent.

#ifndef AMPARO_STATEMENT_BODIES_H_
#define AMPARO_STATEMENT_BODIES_H_

#include <cstdint>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/recipient.h"
#include "crypto/signature.h"
#include "statement/ids.h"
#include "statement/kinds.h"

namespace amparo {

// Limits of the format.
inline constexpr std::size_t kObjectsMax = 210;  // Manifest, 200 parts, certificate, notes.
inline constexpr std::size_t kGrantsMax = 256;
inline constexpr std::size_t kAttorneysMax = 16;
inline constexpr std::size_t kDesksMax = 32;
inline constexpr std::size_t kRegistrarsMax = 16;
inline constexpr std::size_t kRootKeysMax = 8;
inline constexpr std::size_t kSmallObjectBytesMax = 64 * 1024;  // Payload; travels in Append.

// DO NOT RENUMBER the enums of this file: part of the format.
enum class ObjectClass : std::uint8_t {
  kManifest = 1,
  kPart = 2,
  kCertificate = 3,   // The translator's certificate with legal name and address.
  kNote = 4,          // A question, an answer, a reason.
  kAttributes = 5,    // A member's display name, languages, capacity.
  kCaseCard = 6,      // A case's title and notes.
  kInviteSecret = 7,  // An invitation's secret and the intended attributes.
  kDirectoryKey = 8,  // The identity of a directory epoch.
  kMessage = 9,       // An assignment's message: who is who, in names.
};

struct ObjectRef {
  ObjectId object;
  ObjectClass object_class = ObjectClass::kPart;
  FixedBytes<struct CommitmentTag, 32> commitment;
  std::uint64_t payload_length = 0;
  Hash payload_sha256;
  friend bool operator==(const ObjectRef&, const ObjectRef&) = default;
};

enum class Purpose : std::uint8_t {
  kRecovery = 1,
  kCoordinate = 2,
  kTranslate = 3,
  kReview = 4,
  kFile = 5,       // Attorneys.
  kDirectory = 6,  // Directory recipient, registrars.
  kConverse = 7,   // Notes and messages.
};

struct GrantRef {
  ObjectId object;
  MemberId grantee;          // RecoveryGrantee() or DirectoryGrantee() for those two.
  Hash grantee_certificate;  // Recovery: the policy's hash. Directory: the epoch's statement.
  Purpose purpose = Purpose::kCoordinate;
  RecipientType type = RecipientType::kX25519;
  std::uint16_t length = 0;  // Exactly GrantLength(type).
  Hash sha256;
  friend bool operator==(const GrantRef&, const GrantRef&) = default;
};

// Roles are bits of a u16.
enum class Role : std::uint16_t {
  kFellow = 1,
  kCoordinator = 2,
  kTranslator = 4,
  kReviewer = 8,
  kAttorney = 16,
  kRegistrar = 32,
  kAuditor = 64,
};
inline constexpr std::uint16_t kAllRoles = 127;
// Take effect only at a second registrar's endorse.
inline constexpr std::uint16_t kPrivilegedRoles =
    static_cast<std::uint16_t>(Role::kCoordinator) | static_cast<std::uint16_t>(Role::kAttorney);

using Desk = std::uint16_t;  // 1 and up. Names of desks are nobody's business here.

struct Certificate {
  MemberId member;
  VerifyKey signing;
  VerifyKey authentication;
  Recipient recipient;  // kNone: submit-only.
  std::uint16_t roles = 0;
  std::vector<Desk> desks;  // Ascending.
  InviteId invite;          // Zeros for the registrars of a policy.
  UnixSeconds expiry;
  Hash attributes_sha256;  // Of the sealed attributes' payload; zeros for a policy's registrars.
  friend bool operator==(const Certificate&, const Certificate&) = default;
};

Bytes EncodeCertificate(const Certificate& certificate);
// INVALID_ARGUMENT: not canonical, a key that is no valid point, no role, an unknown role.
absl::StatusOr<Certificate> DecodeCertificate(ByteView bytes);
// SHA-256("amparo/certificate/v1\n\0" || encoding): what statements call its hash.
Hash HashOf(const Certificate& certificate);

// ---- Directory ----------------------------------------------------------------------

struct Policy {
  std::uint32_t version = 1;
  Hash previous;  // SHA-256 label hash of the previous policy body; zeros for version 1.
  std::vector<VerifyKey> roots;  // Ascending.
  std::uint8_t threshold = 2;
  VerifyKey log_key;
  Recipient recovery;
  std::vector<Certificate> registrars;
  std::uint8_t privileged_quorum = 2;        // Registrars for a privileged role.
  std::uint32_t freshness_limit_hours = 96;  // For a grant to a new reader.
  std::uint16_t rules_version = 1;
  std::uint16_t flags = 0;  // None is defined in this version; must be 0.
  friend bool operator==(const Policy&, const Policy&) = default;
};
// SHA-256("amparo/root-policy/v1\n\0" || policy act bytes). Of version 1 it is the OrgId.
Hash HashOf(const Policy& policy);

struct Certify {
  Certificate certificate;
  friend bool operator==(const Certify&, const Certify&) = default;
};
struct Endorse {
  Hash certificate;
  friend bool operator==(const Endorse&, const Endorse&) = default;
};
struct Revoke {
  MemberId member;
  Hash certificate;  // Zeros: every certificate of the member.
  friend bool operator==(const Revoke&, const Revoke&) = default;
};
struct Invite {
  InviteId invite;
  std::uint16_t roles = 0;
  std::vector<Desk> desks;  // Ascending.
  MemberId member;          // Zeros: somebody new.
  std::uint8_t submit_only = 0;
  UnixSeconds expiry;
  Hash ticket_sha256;  // See docs/spec/invitation.md, "Secret".
  friend bool operator==(const Invite&, const Invite&) = default;
};
struct DirectoryEpoch {
  std::uint32_t epoch = 1;
  Recipient recipient;
  friend bool operator==(const DirectoryEpoch&, const DirectoryEpoch&) = default;
};
struct Describe {
  MemberId member;
  friend bool operator==(const Describe&, const Describe&) = default;
};
// A test object sealed to the current policy's recovery recipient was opened; no case opens
// before it.
struct RecoveryTested {
  Hash proof;  // SHA-256 of the challenge that was sealed and came back; never zeros.
  friend bool operator==(const RecoveryTested&, const RecoveryTested&) = default;
};
struct Tick {
  UnixSeconds now;
  Hash directory_head;
  friend bool operator==(const Tick&, const Tick&) = default;
};
struct LogEpoch {
  std::uint32_t epoch = 1;
  TreeSize size;
  Hash root;
  friend bool operator==(const LogEpoch&, const LogEpoch&) = default;
};

// ---- Cases --------------------------------------------------------------------------

struct OpenCase {
  Desk desk = 1;
  std::uint8_t deliver_on_approval = 1;
  friend bool operator==(const OpenCase&, const OpenCase&) = default;
};
struct ShareCase {
  MemberId with;
  friend bool operator==(const ShareCase&, const ShareCase&) = default;
};
enum class NoteType : std::uint8_t { kComment = 1, kQuestion = 2, kAnswer = 3 };
struct NoteCase {
  NoteType type = NoteType::kComment;
  Hash in_reply_to;  // An answer's question; else zeros.
  friend bool operator==(const NoteCase&, const NoteCase&) = default;
};

// ---- Documents ----------------------------------------------------------------------

struct Submit {
  SubjectId case_id;
  Desk desk = 1;                         // Copied from the case.
  std::uint8_t deliver_on_approval = 1;  // Copied from the case.
  std::uint16_t number = 1;              // In its case, from 1; the case's rules check it.
  std::uint16_t version = 1;             // Of the source, from 1; rising with replacements.
  friend bool operator==(const Submit&, const Submit&) = default;
};
struct Assign {
  MemberId translator;
  MemberId reviewer;
  std::vector<MemberId> attorneys;  // The case's, copied; ascending; may be empty.
  UnixSeconds lease_end;            // A whole hour.
  std::uint16_t due_week = 0;       // Weeks since 1970-01-05; 0: none.
  friend bool operator==(const Assign&, const Assign&) = default;
};
struct Unassign {
  friend bool operator==(const Unassign&, const Unassign&) = default;
};
struct Accept {
  friend bool operator==(const Accept&, const Accept&) = default;
};
struct Decline {  // The reason is a sealed note, if there is one.
  friend bool operator==(const Decline&, const Decline&) = default;
};
struct GiveBack {
  friend bool operator==(const GiveBack&, const GiveBack&) = default;
};
struct HandIn {
  std::uint16_t version = 1;  // Of the translation, from 1.
  Hash source;                // Statement hash of the submit it translates.
  friend bool operator==(const HandIn&, const HandIn&) = default;
};
struct Return {      // Always with a sealed note.
  Hash translation;  // Statement hash of the hand_in that was read.
  friend bool operator==(const Return&, const Return&) = default;
};
struct Approve {
  Hash translation;
  Hash source;
  friend bool operator==(const Approve&, const Approve&) = default;
};
struct Deliver {
  std::vector<MemberId> attorneys;              // Ascending; at least one.
  std::uint8_t already_in_target_language = 0;  // From `submitted`, with no translation.
  friend bool operator==(const Deliver&, const Deliver&) = default;
};
struct Receive {
  Hash translation;  // What was opened and checked; zeros if there is none.
  Hash source;
  friend bool operator==(const Receive&, const Receive&) = default;
};
struct Reopen {
  UnixSeconds lease_end;  // A whole hour.
  friend bool operator==(const Reopen&, const Reopen&) = default;
};
struct Withdraw {
  friend bool operator==(const Withdraw&, const Withdraw&) = default;
};
struct Share {
  MemberId with;
  friend bool operator==(const Share&, const Share&) = default;
};
struct Note {
  NoteType type = NoteType::kComment;
  Hash in_reply_to;
  friend bool operator==(const Note&, const Note&) = default;
};

using Act = std::variant<Policy, Certify, Endorse, Revoke, Invite, DirectoryEpoch, Describe,
                         RecoveryTested, Tick, LogEpoch, OpenCase, ShareCase, NoteCase, Submit,
                         Assign, Unassign, Accept, Decline, GiveBack, HandIn, Return, Approve,
                         Deliver, Receive, Reopen, Withdraw, Share, Note>;

struct Body {
  Act act;
  std::vector<ObjectRef> objects;  // Manifest first, then parts in order, then the rest.
  std::vector<GrantRef> grants;
  friend bool operator==(const Body&, const Body&) = default;
};

// The Kind that carries `act`.
Kind KindOf(const Act& act);
// REQUIRES: the limits above hold.
Bytes EncodeBody(const Body& body);
// INVALID_ARGUMENT: not canonical, or over a limit. UNIMPLEMENTED: a kind this build does
// not know; callers say UPDATE_REQUIRED and never alarm.
absl::StatusOr<Body> DecodeBody(std::uint16_t kind, ByteView bytes);

}  // namespace amparo

#endif  // AMPARO_STATEMENT_BODIES_H_
