#include "tests/client/scripted_log.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "audit/checkpoint.h"
#include "audit/proof.h"
#include "client/refusing_connection.h"

namespace amparo::testing {
namespace {

constexpr std::uint64_t kNoTick = std::numeric_limits<std::uint64_t>::max();

}  // namespace

// Serves a ScriptedLog as its Serving says.
class ScriptedConnection final : public client::RefusingConnection {
 public:
  explicit ScriptedConnection(ScriptedLog& log) : log_(log) {}

  absl::StatusOr<client::AppendReply> Append(const client::AppendRequest& request) override {
    return log_.serving_.append ? log_.serving_.append(request) : log_.Take(request);
  }

  absl::StatusOr<client::SyncReply> Sync(Position from, std::uint32_t limit) override {
    Serving& serving = log_.serving_;
    const std::uint64_t size = serving.size.value_or(log_.size());
    client::SyncReply reply{.entries = {}, .checkpoint = log_.Note(size)};
    const std::uint64_t end = std::min({size, from.value + limit, from.value + serving.page});
    for (std::uint64_t at = from.value; at < end; ++at) {
      const ScriptedLog::Entry& entry = log_.leaves_[at];
      client::SyncEntry given{.leaf = audit::EncodeLeaf(entry.leaf), .statement = {}};
      if (!serving.hidden.contains(at)) given.statement = entry.statement;
      reply.entries.push_back(std::move(given));
    }
    if (serving.sync) serving.sync(reply);
    return reply;
  }

  absl::StatusOr<client::SubjectReply> Subject(SubjectType type, const SubjectId& subject,
                                               std::uint32_t from) override {
    Serving& serving = log_.serving_;
    ++serving.subject_calls;
    if (serving.invisible.contains(subject)) return absl::NotFoundError("no such subject");
    client::SubjectReply reply;
    for (std::uint64_t at = 0; at < serving.size.value_or(log_.size()); ++at) {
      const ScriptedLog::Entry& entry = log_.leaves_[at];
      if (entry.type != type || entry.subject != subject || entry.statement.empty()) continue;
      if (reply.total++ < from || reply.statements.size() == serving.page) continue;
      reply.statements.push_back({.position = Position{at}, .statement = entry.statement});
    }
    if (serving.subject) serving.subject(reply);
    return reply;
  }

  absl::StatusOr<client::CheckpointReply> Checkpoint(TreeSize old_size) override {
    Serving& serving = log_.serving_;
    const TreeSize size{serving.size.value_or(log_.size())};
    client::CheckpointReply reply;
    reply.checkpoint = log_.Note(size.value);
    if (old_size <= size) {
      reply.old_root = log_.tree_.RootAt(old_size);
      reply.consistency = *audit::ProveConsistency(old_size, size, log_.tree_.Nodes());
    }
    for (std::uint64_t at = 0; at < size.value; ++at) {
      if (log_.KindAt(at) != Kind::kLogEpoch) continue;
      reply.log_epoch = {.position = Position{at}, .statement = log_.leaves_[at].statement};
    }
    if (serving.checkpoint) serving.checkpoint(reply);
    return reply;
  }

  absl::StatusOr<std::vector<std::vector<Hash>>> Prove(
      TreeSize size, const std::vector<Position>& positions) override {
    std::vector<std::vector<Hash>> paths;
    for (const Position position : positions) {
      auto path = audit::ProveInclusion(position, size, log_.tree_.Nodes());
      if (!path.ok()) return path.status();
      paths.push_back(*std::move(path));
    }
    if (log_.serving_.prove) log_.serving_.prove(paths);
    return paths;
  }

  absl::StatusOr<client::LightReply> Light(client::LightWhich which, Position from,
                                           TreeSize size) override {
    client::LightReply reply{.statements = {}, .next = Position{size.value}};
    std::uint64_t tick = kNoTick;
    std::uint64_t at = which == client::LightWhich::kDirectory ? from.value : 0;
    for (; at < std::min(size.value, log_.size()); ++at) {
      const Kind kind = log_.KindAt(at);
      if (kind == Kind::kTick) tick = at;
      if (at < from.value || which == client::LightWhich::kTick || !IsGiven(which, at)) continue;
      if (reply.statements.size() >= log_.serving_.page) {
        reply.next = Position{at};
        break;
      }
      if (which == client::LightWhich::kVisible && tick != kNoTick) Give(reply, tick);
      tick = kNoTick;
      Give(reply, at);
    }
    if (which == client::LightWhich::kTick && tick != kNoTick) Give(reply, tick);
    if (log_.serving_.light) log_.serving_.light(which, reply);
    return reply;
  }

 private:
  bool IsGiven(client::LightWhich which, std::uint64_t at) const {
    const ScriptedLog::Entry& entry = log_.leaves_[at];
    if (entry.statement.empty() || log_.serving_.hidden.contains(at)) return false;
    const bool of_directory = entry.leaf.leaf_class == 1;
    return of_directory == (which == client::LightWhich::kDirectory) &&
           log_.KindAt(at) != Kind::kTick;
  }
  void Give(client::LightReply& reply, std::uint64_t at) const {
    reply.statements.push_back({.position = Position{at}, .statement = log_.leaves_[at].statement});
  }

  ScriptedLog& log_;
};

ScriptedLog::ScriptedLog() {
  Policy policy;
  for (const char* root : {"root-1", "root-2", "root-3"}) {
    policy.roots.push_back(KeyNamed(root).verify_key());
  }
  std::sort(policy.roots.begin(), policy.roots.end());
  policy.log_key = log_key();
  policy.recovery = RecipientNamed("recovery");
  for (const char* name : {"ria", "rob"}) {
    certificates_[name] =
        Organisation::CertificateFor(name, static_cast<std::uint16_t>(Role::kRegistrar), {});
    policy.registrars.push_back(certificates_[name]);
  }
  org_.bytes = HashOf(policy).bytes;
  Add(SayByRoots(policy));
  TickTo(now_);
  Add(Say("ria", RecoveryTested{.proof = HashNamed("challenge")}));
  Enrol("fay", static_cast<std::uint16_t>(Role::kFellow), {});
  Enrol("cleo", static_cast<std::uint16_t>(Role::kCoordinator), {1});
  Enrol("carl", static_cast<std::uint16_t>(Role::kCoordinator), {1});
  Enrol("tina", static_cast<std::uint16_t>(Role::kTranslator), {});
  Enrol("rita", static_cast<std::uint16_t>(Role::kReviewer), {});
}

SignedStatement ScriptedLog::SayByRoots(const Act& act, const std::vector<std::string>& roots) {
  const Statement said = Say("root", act).statement;
  const Bytes bytes = EncodeStatement(said);
  std::vector<StatementSignature> signatures;
  for (const std::string& root : roots) {
    const SigningKey key = KeyNamed(root);
    signatures.push_back({.key = key.verify_key(), .signature = key.Sign(bytes)});
  }
  return *AssembleSigned(said, std::move(signatures));
}

std::uint64_t ScriptedLog::BeginEpoch(std::uint32_t epoch) {
  return Add(SayByRoots(LogEpoch{.epoch = epoch, .size = tree_.size(), .root = RootNow()}));
}

void ScriptedLog::CutTo(std::uint64_t size) {
  std::vector<Entry> left(leaves_.begin(), leaves_.begin() + static_cast<std::ptrdiff_t>(size));
  leaves_.clear();
  tree_ = client::LogTree();
  heads_.clear();
  newest_.clear();
  for (const Entry& entry : left) {
    if (entry.statement.empty()) {
      AddUnseen(entry.leaf);
    } else {
      Add(*DecodeSigned(entry.statement), entry.leaf);
    }
  }
}

std::uint64_t ScriptedLog::Revoke(const std::string& name) {
  return Add(
      Say("ria", amparo::Revoke{.member = certificates_.at(name).member, .certificate = {}}));
}

std::uint64_t ScriptedLog::Enrol(const std::string& name, std::uint16_t roles,
                                 std::vector<Desk> desks) {
  const amparo::Certificate certificate = Organisation::CertificateFor(name, roles, desks);
  certificates_[name] = certificate;
  Add(Say("ria", Invite{.invite = certificate.invite,
                        .roles = roles,
                        .desks = desks,
                        .member = {},
                        .submit_only = 0,
                        .expiry = UnixSeconds{now_.value + 3600 * 24},
                        .ticket_sha256 = HashNamed("ticket")}));
  const std::uint64_t certified = Add(Say("ria", Certify{certificate}));
  if ((roles & kPrivilegedRoles) == 0) return certified;
  return Add(Say("rob", Endorse{HashOf(certificate)}));
}

SignedStatement ScriptedLog::Say(const std::string& name, const Act& act, const SubjectId& subject,
                                 const Bend& bend, std::vector<ObjectRef> objects,
                                 std::vector<GrantRef> grants) {
  const SubjectType type = SubjectTypeOf(KindOf(act));
  Statement said;
  said.kind = static_cast<std::uint16_t>(KindOf(act));
  said.org = org_;
  said.actor = name == "log" ? LogActor() : name == "root" ? RootActor() : MemberId{};
  if (certificates_.contains(name)) {
    said.actor = certificates_[name].member;
    said.actor_certificate = HashOf(certificates_[name]);
    said.actor_seq = ++sequences_[name];
    said.actor_prev = newest_[name];
  }
  said.subject_type = static_cast<std::uint8_t>(type);
  said.subject = subject;
  said.subject_prev = HeadOf(type, subject);
  said.seen_tree_size = tree_.size();
  if (said.seen_tree_size.value > 0) said.seen_root = tree_.RootAt(tree_.size());
  said.claimed_time = now_;
  said.salt = Salt::Filled(static_cast<std::uint8_t>(leaves_.size()));
  said.body = EncodeBody({.act = act, .objects = std::move(objects), .grants = std::move(grants)});
  if (bend) bend(said);
  return SignStatement(said, KeyNamed(name));
}

std::uint64_t ScriptedLog::Add(const SignedStatement& statement, std::optional<audit::Leaf> leaf) {
  const Statement& said = statement.statement;
  const std::uint64_t position = leaves_.size();
  Entry entry;
  entry.statement = statement.bytes;
  entry.subject = said.subject;
  entry.type = static_cast<SubjectType>(said.subject_type);
  entry.kind = static_cast<Kind>(said.kind);
  entry.leaf =
      leaf.has_value() ? *leaf
      : IsKnownKind(said.kind)
          ? audit::LeafOf(statement)
          : audit::Leaf{.leaf_class = 0, .tag = LogTag::Filled(7), .statement = HashOf(statement)};
  if (IsKnownKind(said.kind) && IsTurn(static_cast<Kind>(said.kind))) {
    HeadOf(entry.type, entry.subject) = HashOf(statement);
  }
  for (const auto& [name, certificate] : certificates_) {
    if (HashOf(certificate) == said.actor_certificate) newest_[name] = HashOf(statement);
  }
  tree_.Append(audit::LeafHash(entry.leaf));
  leaves_.push_back(std::move(entry));
  return position;
}

absl::StatusOr<client::AppendReply> ScriptedLog::Take(const client::AppendRequest& request) {
  auto statement = DecodeSigned(request.statement);
  if (!statement.ok()) return statement.status();
  std::uint64_t position = 0;
  while (position < size() && leaves_[position].statement != request.statement) ++position;
  if (position == size()) Add(*statement);
  return client::AppendReply{.position = Position{position}, .checkpoint = Note(size())};
}

Kind ScriptedLog::KindAt(std::uint64_t position) const { return leaves_[position].kind; }

void ScriptedLog::AddUnseen(const audit::Leaf& leaf) {
  tree_.Append(audit::LeafHash(leaf));
  leaves_.push_back({.leaf = leaf, .statement = {}, .type = {}, .kind = {}, .subject = {}});
}

void ScriptedLog::TickTo(UnixSeconds now) {
  now_ = now;
  const Hash directory_head = HeadOf(SubjectType::kDirectory, {});
  Add(Say("log", Tick{.now = now, .directory_head = directory_head}));
}

ObjectRef ScriptedLog::Object(ObjectClass object_class) {
  const Hash id = HashNamed(absl::StrCat("object ", ++objects_));
  ObjectRef ref;
  ref.object = *ObjectId::From(id.view().first(ObjectId::kSize));
  ref.object_class = object_class;
  ref.commitment.bytes = HashNamed(absl::StrCat("commitment ", objects_)).bytes;
  ref.payload_length = 2048 + 32;
  ref.payload_sha256 = HashNamed(absl::StrCat("payload ", objects_));
  return ref;
}

GrantRef ScriptedLog::Grant(const ObjectRef& object, const std::string& to, Purpose purpose) const {
  return {.object = object.object,
          .grantee = Organisation::Member(to),
          .grantee_certificate = Certificate(to),
          .purpose = purpose,
          .type = RecipientType::kX25519,
          .length = static_cast<std::uint16_t>(GrantLength(RecipientType::kX25519)),
          .sha256 = HashNamed("grant")};
}

std::uint64_t ScriptedLog::OpenCase() {
  return Add(Say("fay", amparo::OpenCase{.desk = 1, .deliver_on_approval = 1}, case_));
}

std::uint64_t ScriptedLog::Submit() {
  const ObjectRef manifest = Object(ObjectClass::kManifest);
  const ObjectRef part = Object(ObjectClass::kPart);
  return Add(
      Say("fay",
          amparo::Submit{
              .case_id = case_, .desk = 1, .deliver_on_approval = 1, .number = 1, .version = 1},
          document_, {}, {manifest, part}, {Grant(manifest, "cleo", Purpose::kCoordinate)}));
}

std::uint64_t ScriptedLog::Assign(const Bend& bend, const std::string& by) {
  const std::uint64_t hours = now_.value / 3600 + 48;
  // The manifest is the first object of the submit.
  ObjectRef manifest;
  const Hash id = HashNamed(absl::StrCat("object ", objects_ - 1));
  manifest.object = *ObjectId::From(id.view().first(ObjectId::kSize));
  return Add(Say(
      by,
      amparo::Assign{.translator = Organisation::Member("tina"),
                     .reviewer = Organisation::Member("rita"),
                     .attorneys = {},
                     .lease_end = UnixSeconds{hours * 3600},
                     .due_week = 0},
      document_, bend, {},
      {Grant(manifest, "tina", Purpose::kTranslate), Grant(manifest, "rita", Purpose::kReview)}));
}

std::uint64_t ScriptedLog::Ask(const std::string& by) {
  const ObjectRef note = Object(ObjectClass::kNote);
  return Add(Say(by, amparo::Note{.type = NoteType::kQuestion, .in_reply_to = {}}, document_, {},
                 {note}, {Grant(note, "cleo", Purpose::kConverse)}));
}

std::string ScriptedLog::Note(std::uint64_t size, const std::string& key) const {
  return audit::SignCheckpoint(org_, {.size = TreeSize{size}, .root = tree_.RootAt(TreeSize{size})},
                               KeyNamed(key));
}

std::unique_ptr<client::Connection> ScriptedLog::Connect() {
  return std::make_unique<ScriptedConnection>(*this);
}

}  // namespace amparo::testing
