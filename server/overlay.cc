#include "server/overlay.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/log_entry.h"

namespace amparo::server {
namespace {

void AddNamed(const workflow::Document& document, std::set<MemberId>& members) {
  members.insert(document.submitter);
  members.insert(document.submitters.begin(), document.submitters.end());
  members.insert(document.authors.begin(), document.authors.end());
  members.insert(document.translator);
  members.insert(document.reviewer);
  members.insert(document.attorneys.begin(), document.attorneys.end());
  members.insert(document.delivered_to.begin(), document.delivered_to.end());
  members.insert(document.delivered_before.begin(), document.delivered_before.end());
  members.insert(document.received_by.begin(), document.received_by.end());
  members.insert(document.shared_with.begin(), document.shared_with.end());
}

void AddNamed(const workflow::Case& subject, std::set<MemberId>& members) {
  members.insert(subject.opener);
  members.insert(subject.shared_with.begin(), subject.shared_with.end());
  members.insert(subject.attorneys.begin(), subject.attorneys.end());
}

Desk DeskOf(const SubjectValue& value) {
  return std::visit([](const auto& subject) { return subject.desk; }, value);
}

}  // namespace

Overlay::Overlay(Base base)
    : rows_(base.rows),
      subjects_(base.subjects),
      base_directory_(base.directory),
      base_size_(base.frontier.size()),
      directory_(std::move(base.directory)),
      frontier_(std::move(base.frontier)) {}

absl::StatusOr<std::optional<StatementRow>> Overlay::FindStatement(const Hash& statement) const {
  const auto found = statements_.find(statement);
  if (found != statements_.end()) return std::optional(found->second);
  return rows_->FindStatement(statement);
}

absl::StatusOr<std::optional<ObjectRow>> Overlay::FindObject(const ObjectId& object) const {
  const auto found = objects_.find(object);
  if (found != objects_.end()) return std::optional(found->second);
  return rows_->FindObject(object);
}

absl::StatusOr<std::uint64_t> Overlay::LastSequence(const Hash& certificate) const {
  const auto found = sequences_.find(certificate);
  if (found != sequences_.end()) return found->second;
  return rows_->LastSequence(certificate);
}

absl::StatusOr<std::optional<ShelfKeyId>> Overlay::ShelfKeyOf(const SubjectId& case_id) const {
  const auto found = shelf_keys_.find(case_id);
  if (found != shelf_keys_.end()) return std::optional(found->second);
  return rows_->ShelfKeyOf(case_id);
}

absl::StatusOr<std::shared_ptr<const SubjectState>> Overlay::StateOf(const Subject& subject) const {
  const auto found = states_.find(subject);
  if (found != states_.end()) return found->second;
  const auto asked = loaded_.find(subject);
  if (asked != loaded_.end()) return asked->second;
  auto loaded = subjects_->Load(subject, *base_directory_, base_size_);
  if (loaded.ok()) loaded_.emplace(subject, *loaded);
  return loaded;
}

absl::StatusOr<SubjectId> Overlay::CaseOf(const Subject& subject) const {
  if (subject.type == SubjectType::kCase) return subject.id;
  if (subject.type != SubjectType::kDocument) return SubjectId{};
  const auto state = StateOf(subject);
  if (!state.ok()) return state.status();
  return std::get<workflow::Document>((*state)->value).case_id;
}

absl::Status Overlay::Admit(const SignedStatement& statement, const Body& body,
                            const std::vector<workflow::Event>& events,
                            const ShelfKeyId& shelf_key) {
  const Statement& said = statement.statement;
  const Subject subject = SubjectOf(said);
  const auto kind = static_cast<Kind>(said.kind);
  const bool is_class_1 = LeafClassOf(kind) == 1;
  const auto admitted =
      is_class_1 ? AdmitToDirectory(statement) : AdmitToSubject(statement, body, events, shelf_key);
  if (!admitted.ok()) return admitted;
  const StatementRow row{.position = next(), .certificate = said.actor_certificate};
  statements_[HashOf(statement)] = row;
  writer_.PutStatement(HashOf(statement), row);
  if (!said.actor_certificate.is_zero()) {
    sequences_[said.actor_certificate] = said.actor_seq;
    writer_.PutSequence(said.actor_certificate, said.actor_seq);
  }
  PutObjectRows(subject, body);
  PutLogRows(kind);
  const auto completed = frontier_.Append(audit::LeafHash(audit::LeafOf(statement)));
  writer_.PutTree(frontier_.size(), frontier_.Root(), completed);
  return absl::OkStatus();
}

absl::Status Overlay::AdmitToDirectory(const SignedStatement& statement) {
  auto changed = std::make_shared<directory::Directory>(*directory_);
  if (const auto refusal = changed->Apply(statement, next())) {
    return absl::DataLossError(
        absl::StrCat("log entry ", next().value,
                     ": the directory refuses it: ", directory::RefusalName(*refusal)));
  }
  directory_ = std::move(changed);
  return absl::OkStatus();
}

absl::Status Overlay::AdmitToSubject(const SignedStatement& statement, const Body& body,
                                     const std::vector<workflow::Event>& events,
                                     const ShelfKeyId& shelf_key) {
  const Subject subject = SubjectOf(statement.statement);
  const auto before = StateOf(subject);
  if (!before.ok()) return before.status();
  SubjectState after = **before;
  after.value = EvolveOn(std::move(after.value), events, statement);
  after.chain.AddStatement(next());
  FanOut((*before)->value, after.value, statement.statement.actor);
  const bool is_first = (*before)->chain.revision == 0;
  if (after.chain.statements > after.chain.in_row()) writer_.PutChainEntry(subject, next());
  PutState(subject, std::move(after));
  if (subject.type == SubjectType::kCase && is_first) {
    shelf_keys_[subject.id] = shelf_key;
    writer_.PutShelfKey(subject.id, shelf_key);
  }
  const auto* submit = std::get_if<Submit>(&body.act);
  if (submit != nullptr && is_first) return JoinCase(submit->case_id, subject.id);
  return absl::OkStatus();
}

absl::Status Overlay::JoinCase(const SubjectId& case_id, const SubjectId& document) {
  const Subject subject{.type = SubjectType::kCase, .id = case_id};
  const auto before = StateOf(subject);
  if (!before.ok()) return before.status();
  SubjectState after = **before;
  after.value =
      workflow::EvolveWithDocument(std::get<workflow::Case>(std::move(after.value)), document);
  after.chain.AddDocument(next());
  writer_.PutCaseDocument(case_id, {.position = next(), .document = document});
  PutState(subject, std::move(after));
  return absl::OkStatus();
}

void Overlay::PutState(const Subject& subject, SubjectState state) {
  writer_.PutChain(subject, state.chain);
  states_[subject] = std::make_shared<const SubjectState>(std::move(state));
}

void Overlay::PutObjectRows(const Subject& subject, const Body& body) {
  for (const ObjectRef& ref : body.objects) {
    const ObjectRow row{
        .subject = subject, .length = ref.payload_length, .sha256 = ref.payload_sha256};
    objects_[ref.object] = row;
    writer_.PutObject(ref.object, row);
  }
  std::uint16_t index = 0;
  for (const GrantRef& grant : body.grants) writer_.PutGrant(grant, next(), index++);
}

void Overlay::PutLogRows(Kind kind) {
  if (next().value == 0) writer_.PutFormat();
  if (LeafClassOf(kind) != 1) return;
  if (kind == Kind::kTick) return writer_.PutTick(next());
  writer_.PutDirectoryPosition(next());
  if (kind == Kind::kLogEpoch) writer_.PutLogEpoch(next());
}

void Overlay::FanOut(const SubjectValue& before, const SubjectValue& after,
                     const MemberId& author) {
  const workflow::Context context{.directory = *directory_, .moment = moment()};
  std::set<MemberId> named{author};
  for (const SubjectValue* value : {&before, &after}) {
    std::visit([&](const auto& subject) { AddNamed(subject, named); }, *value);
  }
  for (const MemberId& member : named) {
    if (member == author || MaySeeSubject(before, context, member) ||
        MaySeeSubject(after, context, member)) {
      writer_.PutVisibleToMember(member, next());
    }
  }
  if (const Desk desk = DeskOf(after); desk != 0) writer_.PutVisibleOnDesk(desk, next());
}

}  // namespace amparo::server
