// One body of every kind, from values that are easy to see in hexadecimal.

#include <algorithm>
#include <utility>

#include "tests/statement/random_bodies.h"
#include "tests/statement/vector_cases.h"

namespace amparo {
namespace {

const UnixSeconds kHour{1795003200};  // 2026-11-18T12:00:00Z.

Certificate ExampleCertificate(std::uint8_t member, std::uint8_t key, Role role) {
  return {.member = MemberId::Filled(member),
          .signing = KeyNumber(key).verify_key(),
          .authentication = KeyNumber(static_cast<std::uint8_t>(key + 1)).verify_key(),
          .recipient = RecipientNumber(member),
          .roles = static_cast<std::uint16_t>(role),
          .desks = {1, 7},
          .invite = InviteId::Filled(0x1e),
          .expiry = {1826539200},
          .attributes_sha256 = Hash::Filled(0xaa)};
}

Policy ExamplePolicy() {
  Policy policy{
      .version = 1,
      .previous = {},
      .roots = {KeyNumber(1).verify_key(), KeyNumber(2).verify_key(), KeyNumber(3).verify_key()},
      .threshold = 2,
      .log_key = KeyNumber(4).verify_key(),
      .recovery = RecipientNumber(0x4e),
      .registrars = {ExampleCertificate(0x51, 5, Role::kRegistrar),
                     ExampleCertificate(0x52, 7, Role::kRegistrar)},
      .privileged_quorum = 2,
      .freshness_limit_hours = 96,
      .rules_version = 1,
      .flags = 0};
  std::sort(policy.roots.begin(), policy.roots.end());
  for (Certificate& registrar : policy.registrars) {
    registrar.desks.clear();
    registrar.invite = {};
    registrar.attributes_sha256 = {};
  }
  return policy;
}

ObjectRef Object(std::uint8_t id, ObjectClass object_class, std::uint64_t length) {
  return {.object = ObjectId::Filled(id),
          .object_class = object_class,
          .commitment = decltype(ObjectRef::commitment)::Filled(0xc0),
          .payload_length = length,
          .payload_sha256 = Hash::Filled(0xd0)};
}

GrantRef Grant(std::uint8_t id, const MemberId& grantee, Purpose purpose) {
  return {.object = ObjectId::Filled(id),
          .grantee = grantee,
          .grantee_certificate = Hash::Filled(0xce),
          .purpose = purpose,
          .type = RecipientType::kX25519,
          .length = 168,
          .sha256 = Hash::Filled(0x9a)};
}

Invite ExampleInvite() {
  return {.invite = InviteId::Filled(0x1e),
          .roles = static_cast<std::uint16_t>(Role::kTranslator),
          .desks = {1},
          .member = {},
          .submit_only = 0,
          .expiry = kHour,
          .ticket_sha256 = Hash::Filled(0x71)};
}

Assign ExampleAssign() {
  return {.translator = MemberId::Filled(0x61),
          .reviewer = MemberId::Filled(0x62),
          .attorneys = {MemberId::Filled(0x63), MemberId::Filled(0x64)},
          .lease_end = kHour,
          .due_week = 2970};
}

// The example values that several bodies share.
const MemberId kAna = MemberId::Filled(0x61);
const MemberId kAttorney = MemberId::Filled(0x63);
const Hash kEarlier = Hash::Filled(0xe1);
const Hash kTranslation = Hash::Filled(0x7a);

std::vector<Body> DirectoryBodies() {
  return {
      {.act = ExamplePolicy(), .objects = {}, .grants = {}},
      {.act = Certify{.certificate = ExampleCertificate(0x61, 1, Role::kTranslator)},
       .objects = {Object(0x0a, ObjectClass::kAttributes, 2080)},
       .grants = {Grant(0x0a, DirectoryGrantee(), Purpose::kDirectory)}},
      {.act = Endorse{.certificate = kEarlier}, .objects = {}, .grants = {}},
      {.act = Revoke{.member = kAna, .certificate = {}}, .objects = {}, .grants = {}},
      {.act = ExampleInvite(),
       .objects = {Object(0x0b, ObjectClass::kInviteSecret, 2080)},
       .grants = {Grant(0x0b, MemberId::Filled(0x51), Purpose::kDirectory)}},
      {.act = DirectoryEpoch{.epoch = 1, .recipient = RecipientNumber(0x4d)},
       .objects = {Object(0x0c, ObjectClass::kDirectoryKey, 2080)},
       .grants = {Grant(0x0c, MemberId::Filled(0x51), Purpose::kDirectory)}},
      {.act = Describe{.member = kAna},
       .objects = {Object(0x0a, ObjectClass::kAttributes, 2080)},
       .grants = {Grant(0x0a, DirectoryGrantee(), Purpose::kDirectory)}},
      {.act = RecoveryTested{.proof = Hash::Filled(0x3c)}, .objects = {}, .grants = {}},
      {.act = Tick{.now = {1795000000}, .directory_head = Hash::Filled(0xdd)},
       .objects = {},
       .grants = {}},
      {.act = LogEpoch{.epoch = 2, .size = {1000}, .root = Hash::Filled(0x4f)},
       .objects = {},
       .grants = {}},
  };
}

std::vector<Body> CaseBodies() {
  const ObjectRef note = Object(0x0e, ObjectClass::kNote, 2112);
  const std::vector<GrantRef> note_grants = {Grant(0x0e, kAna, Purpose::kConverse)};
  return {
      {.act = OpenCase{.desk = 7, .deliver_on_approval = 1},
       .objects = {Object(0x0d, ObjectClass::kCaseCard, 2080)},
       .grants = {Grant(0x0d, kAna, Purpose::kCoordinate)}},
      {.act = ShareCase{.with = kAna}, .objects = {}, .grants = {}},
      {.act = NoteCase{.type = NoteType::kComment, .in_reply_to = {}},
       .objects = {note},
       .grants = note_grants},
  };
}

std::vector<Body> DocumentBodies() {
  const ObjectRef note = Object(0x0e, ObjectClass::kNote, 2112);
  const std::vector<GrantRef> note_grants = {Grant(0x0e, kAna, Purpose::kConverse)};
  const std::vector<ObjectRef> version = {Object(0x01, ObjectClass::kManifest, 4144),
                                          Object(0x02, ObjectClass::kPart, 1048960)};
  const std::vector<GrantRef> version_grants = {Grant(0x01, RecoveryGrantee(), Purpose::kRecovery),
                                                Grant(0x01, kAna, Purpose::kCoordinate)};
  return {
      {.act = Submit{.case_id = SubjectId::Filled(0xca),
                     .desk = 7,
                     .deliver_on_approval = 1,
                     .number = 3,
                     .version = 1},
       .objects = version,
       .grants = version_grants},
      {.act = ExampleAssign(),
       .objects = {Object(0x0f, ObjectClass::kMessage, 2080)},
       .grants = {Grant(0x01, kAna, Purpose::kTranslate)}},
      {.act = Unassign{}, .objects = {}, .grants = {}},
      {.act = Accept{}, .objects = {}, .grants = {}},
      {.act = Decline{}, .objects = {note}, .grants = note_grants},
      {.act = GiveBack{}, .objects = {note}, .grants = note_grants},
      {.act = HandIn{.version = 1, .source = kEarlier},
       .objects = version,
       .grants = version_grants},
      {.act = Return{.translation = kTranslation}, .objects = {note}, .grants = note_grants},
      {.act = Approve{.translation = kTranslation, .source = kEarlier},
       .objects = {},
       .grants = {Grant(0x01, kAttorney, Purpose::kFile)}},
      {.act = Deliver{.attorneys = {MemberId::Filled(0x63), MemberId::Filled(0x64)},
                      .already_in_target_language = 0},
       .objects = {},
       .grants = {Grant(0x01, kAttorney, Purpose::kFile)}},
      {.act = Receive{.translation = kTranslation, .source = kEarlier},
       .objects = {},
       .grants = {}},
      {.act = Reopen{.lease_end = kHour}, .objects = {note}, .grants = note_grants},
      {.act = Withdraw{}, .objects = {}, .grants = {}},
      {.act = Share{.with = MemberId::Filled(0x63)},
       .objects = {},
       .grants = {Grant(0x01, kAttorney, Purpose::kFile)}},
      {.act = Note{.type = NoteType::kAnswer, .in_reply_to = kEarlier},
       .objects = {note},
       .grants = note_grants},
  };
}

}  // namespace

std::vector<Body> ExampleBodies() {
  std::vector<Body> bodies = DirectoryBodies();
  for (Body& body : CaseBodies()) bodies.push_back(std::move(body));
  for (Body& body : DocumentBodies()) bodies.push_back(std::move(body));
  return bodies;
}

Statement ExampleStatement(const Body& body) {
  const Kind kind = KindOf(body.act);
  const SubjectType type = SubjectTypeOf(kind);
  const bool by_root = kind == Kind::kPolicy || kind == Kind::kLogEpoch;
  const bool by_log = kind == Kind::kTick;
  Statement statement{.kind = static_cast<std::uint16_t>(kind),
                      .org = OrgId::Filled(0x0a),
                      .actor = MemberId::Filled(0x60),
                      .actor_certificate = Hash::Filled(0xac),
                      .actor_seq = 5,
                      .actor_prev = Hash::Filled(0xa9),
                      .subject_type = static_cast<std::uint8_t>(type),
                      .subject = {},
                      .subject_prev = Hash::Filled(0x59),
                      .seen_tree_size = {1000},
                      .seen_root = Hash::Filled(0x5e),
                      .claimed_time = {1795000000},
                      .salt = Salt::Filled(0x5a),
                      .body = EncodeBody(body)};
  if (type == SubjectType::kCase) statement.subject = SubjectId::Filled(0xca);
  if (type == SubjectType::kDocument) statement.subject = SubjectId::Filled(0xd0);
  if (by_root) statement.actor = RootActor();
  if (by_log) statement.actor = LogActor();
  if (by_root || by_log) statement.actor_certificate = {};
  return statement;
}

}  // namespace amparo
