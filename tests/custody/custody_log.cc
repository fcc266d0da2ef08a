#include "tests/custody/custody_log.h"

#include <algorithm>
#include <cassert>
#include <limits>

#include "absl/strings/str_cat.h"
#include "audit/cosignature.h"
#include "audit/log_entry.h"
#include "audit/merkle.h"
#include "crypto/file_key.h"
#include "crypto/padding.h"
#include "crypto/sealed_object.h"

namespace amparo::testing {
namespace {

const SubjectId kCase = SubjectId::Filled(0xca);

std::uint16_t RoleOf(absl::string_view name) {
  if (name == "fay") return RolesOf({Role::kFellow});
  if (name == "cleo") return RolesOf({Role::kCoordinator});
  if (name == "rita") return RolesOf({Role::kReviewer});
  if (name == "ada") return RolesOf({Role::kAttorney});
  return RolesOf({Role::kTranslator});  // tina, ben.
}

template <class Id>
Id IdNamed(absl::string_view name) {
  const Hash hash = HashNamed(name);
  return *Id::From(ByteView(hash.bytes).first(Id::kSize));
}

}  // namespace

CustodyLog::CustodyLog(const std::vector<std::string>& cast) {
  document_.id = kDocument;
  Policy policy;
  for (const char* root : {"root-1", "root-2", "root-3"}) {
    policy.roots.push_back(KeyNamed(root).verify_key());
  }
  std::sort(policy.roots.begin(), policy.roots.end());
  policy.log_key = KeyNamed("log").verify_key();
  policy.recovery = RecipientNamed("recovery");
  for (const char* registrar : {"ria", "rob"}) {
    certificates_[registrar] =
        Organisation::CertificateFor(registrar, static_cast<int>(Role::kRegistrar), {});
    policy.registrars.push_back(certificates_[registrar]);
  }
  org_ = OrgId{HashOf(policy).bytes};
  Say("root", policy);
  TickAfter(0);
  Say("ria", RecoveryTested{.proof = HashNamed("challenge")});
  for (const std::string& name : cast) Enrol(name);
  TickAfter(60);
  if (certificates_.contains("fay") && certificates_.contains("cleo")) OpenCase();
}

CustodyLog CustodyLog::WholeStory() {
  CustodyLog log({"fay", "cleo", "tina", "rita", "ada", "ben"});
  log.TickAfter(3600);
  log.Submit();
  log.Assign();
  log.TickAfter(7200);
  log.Revoke("ben");
  log.Accept();
  log.Ask("tina");
  log.TickAfter(86'400);
  log.HandIn();
  log.TickAfter(5000);
  log.Approve();
  log.TickAfter(90'000);
  log.Receive();
  log.TickAfter(3600);
  log.Revoke("fay");
  log.TickAfter(100);
  return log;
}

SignedStatement CustodyLog::Compose(const std::string& name, const Act& act, const Bend& bend) {
  Body body{.act = act, .objects = {}, .grants = {}};
  const SubjectType type = SubjectTypeOf(KindOf(act));
  Statement statement;
  statement.kind = static_cast<std::uint16_t>(KindOf(act));
  statement.org = org_;
  statement.subject_type = static_cast<std::uint8_t>(type);
  statement.subject_prev = PreviousOf(type);
  if (type == SubjectType::kCase) statement.subject = kCase;
  if (type == SubjectType::kDocument) statement.subject = kDocument;
  if (name == "log") statement.actor = LogActor();
  const auto certificate = certificates_.find(name);
  if (certificate != certificates_.end()) {
    statement.actor = certificate->second.member;
    statement.actor_certificate = HashOf(certificate->second);
    statement.actor_seq = ++sequences_[name];
    statement.actor_prev = newest_[name];
    statement.seen_tree_size.value = size();
    statement.seen_root = Head(size()).root;
    Bring(body);
    Grant(body, certificate->second.member);
  }
  statement.claimed_time.value = now_.value + 30;
  statement.salt = IdNamed<Salt>(absl::StrCat("salt ", size()));
  if (bend) bend(statement, body);
  statement.body = EncodeBody(body);
  SignedStatement said;
  if (name == "root") {
    std::vector<StatementSignature> signatures;
    for (const char* root : {"root-1", "root-2"}) {
      const SigningKey key = KeyNamed(root);
      signatures.push_back(
          {.key = key.verify_key(), .signature = key.Sign(EncodeStatement(statement))});
    }
    said = *AssembleSigned(statement, std::move(signatures));
  } else {
    said = SignStatement(statement, KeyNamed(name == "log" ? log_key_ : name));
  }
  if (certificate != certificates_.end()) newest_[name] = HashOf(said);
  return said;
}

bool CustodyLog::Allows(const SignedStatement& statement) const {
  const Position next{size()};
  if (LeafClassOf(static_cast<Kind>(statement.statement.kind)) == 1) {
    return !directory_.Check(statement, next).has_value();
  }
  const Body body = *DecodeBody(statement.statement.kind, statement.statement.body);
  const workflow::Context context{.directory = directory_, .moment = directory_.MomentAt(next)};
  return !directory_.CheckAuthor(statement, context.moment).has_value() &&
         workflow::Decide(document_, context, statement, body).ok();
}

std::uint64_t CustodyLog::Add(const SignedStatement& statement) {
  const Position position{size()};
  statements_.push_back(statement);
  Learn(statement, position);
  return position.value;
}

// What the rules refuse changes nothing but the log.
void CustodyLog::Learn(const SignedStatement& statement, Position position) {
  const Kind kind = static_cast<Kind>(statement.statement.kind);
  if (LeafClassOf(kind) == 1) {
    static_cast<void>(directory_.Apply(statement, position));
    return;
  }
  const Body body = *DecodeBody(statement.statement.kind, statement.statement.body);
  const workflow::Context context{.directory = directory_, .moment = directory_.MomentAt(position)};
  const bool of_case = SubjectTypeOf(kind) == SubjectType::kCase;
  const workflow::Decision decision = of_case
                                          ? workflow::Decide(case_, context, statement, body)
                                          : workflow::Decide(document_, context, statement, body);
  if (!decision.ok() || directory_.CheckAuthor(statement, context.moment)) return;
  if (of_case) {
    case_ = workflow::Evolve(std::move(case_), decision.events, statement);
  } else {
    document_ = workflow::Evolve(std::move(document_), decision.events, statement);
  }
}

Hash CustodyLog::PreviousOf(SubjectType type) const {
  switch (type) {
    case SubjectType::kDirectory:
      return directory_.head();
    case SubjectType::kLog:
      return directory_.tick_head();
    case SubjectType::kCase:
      return case_.head;
    default:
      return document_.head;
  }
}

std::uint64_t CustodyLog::TickAfter(std::uint64_t seconds) {
  now_.value += seconds;
  return Say("log", Tick{.now = now_, .directory_head = directory_.head()});
}

void CustodyLog::Enrol(const std::string& name) {
  const std::uint16_t roles = RoleOf(name);
  const std::vector<Desk> desks = name == "cleo" ? std::vector<Desk>{1} : std::vector<Desk>{};
  const amparo::Certificate certificate = Organisation::CertificateFor(name, roles, desks);
  Invite invite;
  invite.invite = certificate.invite;
  invite.roles = roles;
  invite.desks = desks;
  invite.expiry.value = now_.value + 7 * 86'400;
  Say("ria", invite);
  Say("ria", Certify{.certificate = certificate});
  if ((roles & kPrivilegedRoles) != 0) Say("rob", Endorse{.certificate = HashOf(certificate)});
  certificates_[name] = certificate;
}

std::uint64_t CustodyLog::Revoke(const std::string& name) {
  return Say("ria", amparo::Revoke{.member = Organisation::Member(name), .certificate = {}});
}

std::uint64_t CustodyLog::OpenCase() {
  return Say("fay", amparo::OpenCase{.desk = 1, .deliver_on_approval = 1});
}

std::uint64_t CustodyLog::Submit(const Bend& bend) {
  const auto version = static_cast<std::uint16_t>(document_.sources.size() + 1);
  return Say(
      "fay",
      amparo::Submit{
          .case_id = kCase, .desk = 1, .deliver_on_approval = 1, .number = 1, .version = version},
      bend);
}

std::uint64_t CustodyLog::Assign(const Bend& bend) {
  const std::uint64_t hour = now_.value / 3600 + 48;
  return Say("cleo",
             amparo::Assign{.translator = Organisation::Member("tina"),
                            .reviewer = Organisation::Member("rita"),
                            .attorneys = {Organisation::Member("ada")},
                            .lease_end = UnixSeconds{hour * 3600},
                            .due_week = 0},
             bend);
}

std::uint64_t CustodyLog::HandIn(const Bend& bend) {
  return Say(
      "tina",
      amparo::HandIn{.version = static_cast<std::uint16_t>(document_.translations.size() + 1),
                     .source = document_.sources.back().statement},
      bend);
}

std::uint64_t CustodyLog::Approve(const std::string& by, const Bend& bend) {
  return Say(by,
             amparo::Approve{.translation = document_.translations.back().statement,
                             .source = document_.sources.back().statement},
             bend);
}

std::uint64_t CustodyLog::Receive() {
  return Say("ada", amparo::Receive{.translation = document_.translations.back().statement,
                                    .source = document_.sources.back().statement});
}

std::uint64_t CustodyLog::Ask(const std::string& by) {
  return Say(by, amparo::Note{.type = NoteType::kQuestion, .in_reply_to = {}});
}

std::uint64_t CustodyLog::NextPolicy(const std::function<void(Policy&)>& change) {
  Policy next = directory_.policy();
  next.previous = HashOf(next);
  ++next.version;
  change(next);
  return Say("root", next);
}

// ---- What a statement brings.

ObjectRef CustodyLog::Object(ObjectClass object_class) {
  const std::string name = absl::StrCat("object ", ++objects_);
  const auto key = IdNamed<decltype(custody::Opening::file_key)>(absl::StrCat("key of ", name));
  ObjectRef ref;
  ref.object = IdNamed<ObjectId>(name);
  ref.object_class = object_class;
  ref.commitment = CommitTo(FileKey::CopyOf(key.bytes), ref.object);
  ref.payload_length = 2048 + 32;
  ref.payload_sha256 = HashNamed(absl::StrCat("payload of ", name));
  if (object_class != ObjectClass::kPart) return ref;
  const auto nonce = IdNamed<decltype(custody::Opening::nonce)>(absl::StrCat("nonce of ", name));
  const std::string text = absl::StrCat("This is ", name, ", a page of a declaration.\n");
  SealedPart part{.ref = ref,
                  .opening = {.object = ref.object, .file_key = key, .nonce = nonce},
                  .plaintext = Bytes(text.begin(), text.end())};
  const PayloadDigest digest =
      DigestAsSealedBefore(FileKey::CopyOf(key.bytes), nonce.view(), part.plaintext,
                           PaddedPartLength(part.plaintext.size()));
  part.ref.payload_length = digest.length;
  part.ref.payload_sha256 = digest.sha256;
  parts_.push_back(part);
  return part.ref;
}

void CustodyLog::Bring(Body& body) {
  const Kind kind = KindOf(body.act);
  if (kind == Kind::kOpenCase) body.objects = {Object(ObjectClass::kCaseCard)};
  if (kind == Kind::kAssign) body.objects = {Object(ObjectClass::kMessage)};
  if (kind == Kind::kNote || kind == Kind::kReturn) body.objects = {Object(ObjectClass::kNote)};
  if (kind != Kind::kSubmit && kind != Kind::kHandIn) return;
  body.objects = {Object(ObjectClass::kManifest), Object(ObjectClass::kPart)};
  body.objects.push_back(
      Object(kind == Kind::kSubmit ? ObjectClass::kPart : ObjectClass::kCertificate));
}

void CustodyLog::Grant(Body& body, const MemberId& self) const {
  const SubjectType type = SubjectTypeOf(KindOf(body.act));
  if (type != SubjectType::kCase && type != SubjectType::kDocument) return;
  const workflow::Context context{.directory = directory_,
                                  .moment = directory_.MomentAt(Position{size()})};
  const workflow::GrantPlan plan = type == SubjectType::kCase
                                       ? workflow::PlanGrants(case_, context, self, body.act)
                                       : workflow::PlanGrants(document_, context, self, body.act);
  const auto grant = [&](const ObjectId& object, const std::vector<workflow::Grantee>& to) {
    for (const workflow::Grantee& device : to) {
      body.grants.push_back(
          {.object = object,
           .grantee = device.member,
           .grantee_certificate = device.certificate,
           .purpose = device.purpose,
           .type = RecipientType::kX25519,
           .length = static_cast<std::uint16_t>(GrantLength(RecipientType::kX25519)),
           .sha256 = HashNamed(absl::StrCat("grant of ", ToHex(object)))});
    }
  };
  for (const ObjectRef& ref : body.objects) {
    if (ref.object_class == ObjectClass::kManifest || ref.object_class == ObjectClass::kCaseCard) {
      grant(ref.object, plan.manifest);
    } else if (ref.object_class == ObjectClass::kCertificate) {
      grant(ref.object, plan.certificate);
    } else if (ref.object_class != ObjectClass::kPart) {
      grant(ref.object, plan.note);
    }
  }
  if (type == SubjectType::kCase) return;
  if (!document_.sources.empty()) {
    grant(document_.sources.back().objects[0].object, plan.source);
  }
  if (!document_.translations.empty()) {
    grant(document_.translations.back().objects[0].object, plan.translation);
  }
}

// ---- Proofs.

absl::StatusOr<Hash> CustodyLog::Node(const audit::NodeId& id) const {
  if (id.level == 0) return audit::LeafHash(audit::LeafOf(statements_[id.index]));
  const auto child = static_cast<std::uint8_t>(id.level - 1);
  return audit::NodeHash(*Node({.level = child, .index = 2 * id.index}),
                         *Node({.level = child, .index = 2 * id.index + 1}));
}

audit::NodeSource CustodyLog::Nodes() const {
  return [this](const audit::NodeId& id) { return Node(id); };
}

audit::Checkpoint CustodyLog::Head(std::uint64_t end) const {
  audit::Frontier frontier;
  for (std::uint64_t i = 0; i < end; ++i) {
    frontier.Append(audit::LeafHash(audit::LeafOf(statements_[i])));
  }
  return {.size = frontier.size(), .root = frontier.Root()};
}

std::string CustodyLog::Note(std::uint64_t end, const std::string& key) const {
  return audit::SignCheckpoint(org_, Head(end), KeyNamed(key.empty() ? log_key_ : key));
}

std::vector<Hash> CustodyLog::Consistency(std::uint64_t from, std::uint64_t to) const {
  return *audit::ProveConsistency(TreeSize{from}, TreeSize{to}, Nodes());
}

std::string CustodyLog::CosignedBy(const std::string& name, std::uint64_t end,
                                   UnixSeconds time) const {
  return *audit::Cosign(audit::CosignerNameOf(Certificate(name)), KeyNamed(name), time, Note(end));
}

custody::Placed CustodyLog::PlacedAt(std::uint64_t position) const {
  return {.position = Position{position},
          .statement = statements_[position].bytes,
          .path = *audit::ProveInclusion(Position{position}, TreeSize{size()}, Nodes())};
}

custody::Receipt CustodyLog::ReceiptOf(std::optional<std::uint64_t> end) const {
  custody::Receipt receipt{.org = org_,
                           .document = kDocument,
                           .checkpoint = Note(size()),
                           .directory = {},
                           .ticks = {},
                           .history = {},
                           .openings = {}};
  constexpr std::uint64_t kNoTick = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t tick = kNoTick;
  const auto place_tick = [&] {
    if (tick != kNoTick) receipt.ticks.push_back(PlacedAt(tick));
    tick = kNoTick;
  };
  for (std::uint64_t i = 0; i < end.value_or(size()); ++i) {
    const Kind kind = static_cast<Kind>(statements_[i].statement.kind);
    if (kind == Kind::kTick) {
      tick = i;
    } else if (LeafClassOf(kind) == 1) {
      receipt.directory.push_back(PlacedAt(i));
    } else if (SubjectTypeOf(kind) == SubjectType::kDocument) {
      place_tick();
      receipt.history.push_back(PlacedAt(i));
    }
  }
  place_tick();
  return receipt;
}

custody::Receipt CustodyLog::ReceiptWithFiles() const {
  custody::Receipt receipt = ReceiptOf();
  for (const SealedPart& part : parts_) receipt.openings.push_back(part.opening);
  std::sort(receipt.openings.begin(), receipt.openings.end(),
            [](const auto& a, const auto& b) { return a.object < b.object; });
  return receipt;
}

std::vector<Bytes> CustodyLog::Policies() const {
  std::vector<Bytes> policies;
  for (const SignedStatement& statement : statements_) {
    if (static_cast<Kind>(statement.statement.kind) == Kind::kPolicy) {
      policies.push_back(statement.bytes);
    }
  }
  return policies;
}

}  // namespace amparo::testing
