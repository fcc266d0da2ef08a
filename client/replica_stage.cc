// Leaves, statements and the directory: the checks that need no subject's history.

#include "client/replica_stage.h"

#include "client/replica_alarm.h"

namespace amparo::client {
namespace {

// A server whose clock runs ahead could end leases and certificates at will.
constexpr std::uint64_t kTickAheadMax_s = 10 * 60;

}  // namespace

ReplicaStage::ReplicaStage(Replica& replica)
    : replica_(replica), before_(replica.log_.size()), directory_(replica.directory_) {}

ReplicaStage::~ReplicaStage() {
  if (committed_) return;
  replica_.log_.TakeBack();
  for (const LogTag& tag : watched_) replica_.watched_.erase(tag);
  for (const auto& [certificate, position] : sequences_) {
    replica_.sequences_[certificate].erase(position);
  }
}

void ReplicaStage::Commit(std::string note) {
  committed_ = true;
  replica_.log_.Settle();
  for (const SubjectId& id : joined_) {
    const DocumentHistory* document = FindDocument(id);
    replica_.case_documents_[document->document.case_id].emplace(document->entries.front().position,
                                                                 id);
  }
  if (replica_.log_.light()) {
    for (const auto& [position, statement] : everybodys_) {
      if (!proven_.contains(position)) replica_.claimed_.insert(position);
    }
  }
  for (const Position position : proven_) replica_.claimed_.erase(position);
  replica_.everybodys_.merge(everybodys_);
  replica_.policies_ = policies();
  for (const auto& [position, said] : epochs_) {
    replica_.epochs_.push_back(position);
    replica_.epochs_said_.insert(said);
  }
  replica_.directory_ = std::move(directory_);
  for (auto& [id, history] : cases_) replica_.cases_[id] = std::move(history);
  for (auto& [id, history] : documents_) replica_.documents_[id] = std::move(history);
  replica_.note_ = std::move(note);
}

absl::Status ReplicaStage::Take(const ReplicaRecord& answer, const audit::Checkpoint& head,
                                const Sources& sources, std::optional<UnixSeconds> now) {
  now_ = now;
  const bool light = replica_.log_.light();
  auto status = light ? PlaceHead(head) : AppendLeaves(answer.entries, head);
  if (!status.ok()) return status;
  if (status = CheckIntroduced(); !status.ok()) return status;
  status = light ? ReadStatements(answer.statements) : ReadEntries(answer.entries);
  if (!status.ok()) return status;
  if (light) {
    if (status = CheckTimeIsTold(head); !status.ok()) return status;
  }
  if (status = ReplaySubjects(SubjectType::kCase, sources); !status.ok()) return status;
  if (status = ReplaySubjects(SubjectType::kDocument, sources); !status.ok()) return status;
  if (status = JoinCases(); !status.ok()) return status;
  return light ? CheckPlaces(head, sources) : absl::OkStatus();
}

absl::Status ReplicaStage::AppendLeaves(const std::vector<SyncEntry>& entries,
                                        const audit::Checkpoint& head) {
  const Hash root_before = replica_.log_.Root();
  for (const SyncEntry& entry : entries) {
    const Position position{replica_.log_.size().value};
    auto leaf = audit::DecodeLeaf(entry.leaf);
    if (!leaf.ok()) return AlarmAt(position, "not a leaf: ", leaf.status().message());
    if (!replica_.log_.Append(*leaf)) {
      return AlarmAt(position, "a statement that stands in the log already");
    }
  }
  if (replica_.log_.size() != head.size) {
    return Alarm("the entries end at size ", replica_.log_.size().value,
                 ", the signed head has size ", head.size.value);
  }
  if (replica_.log_.Root() != head.root) {
    found_fork_ = before_.value > 0;
    return Alarm("the log was forked, or entries were altered: this home remembers size ",
                 before_.value, " root ", ToHex(root_before), ", the server signed size ",
                 head.size.value, " root ", ToHex(head.root), ", its entries lead to root ",
                 ToHex(replica_.log_.Root()));
  }
  return absl::OkStatus();
}

absl::Status ReplicaStage::CheckIntroduced() {
  const auto& introduced = replica_.expected_.introduced;
  if (!introduced.has_value() || replica_.log_.size() < introduced->size) return absl::OkStatus();
  const auto root = replica_.log_.RootAt(introduced->size);
  if (root == introduced->root) return absl::OkStatus();
  return Alarm("the log is not the one this home was introduced to: size ", introduced->size.value,
               " root ", ToHex(introduced->root), ", here ",
               root.has_value() ? ToHex(*root) : "not proven");
}

absl::Status ReplicaStage::ReadEntries(const std::vector<SyncEntry>& entries) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Position position{before_.value + i};
    if (!entries[i].statement.empty()) {
      if (auto s = ReadStatement(position, entries[i].statement); !s.ok()) return s;
      continue;
    }
    const audit::Leaf& leaf = replica_.log_.At(position);
    if (leaf.leaf_class == 1) {
      AccuseOfWithheld(position, {SubjectType::kDirectory, {}}, {});
      return AlarmAt(position, "the server withholds a statement that everyone must have");
    }
    const auto watched = replica_.watched_.find(leaf.tag);
    if (watched == replica_.watched_.end()) continue;
    gaps_.emplace(SubjectKey{watched->second.type, watched->second.subject}, position);
  }
  return absl::OkStatus();
}

absl::Status ReplicaStage::ReadStatement(Position position, ByteView bytes) {
  auto placed = Place(position, bytes);
  if (!placed.ok()) return placed.status();
  const audit::Leaf& leaf = replica_.log_.At(position);
  if (leaf.leaf_class == 1) return ApplyToDirectory(*placed);
  const Statement& said = placed->statement.statement;
  const SubjectKey key{SubjectTypeOf(static_cast<Kind>(said.kind)), said.subject};
  WatchAfter(key, leaf.statement);
  delivered_[key].push_back(*std::move(placed));
  return absl::OkStatus();
}

absl::StatusOr<ReplicaStage::Placed> ReplicaStage::Place(Position position, ByteView bytes) {
  const LogIndex& log = replica_.log_;
  if (log.Knows(position) && HashOf(bytes) != log.At(position).statement) {
    return AlarmAt(position, "the statement is not the leaf's");
  }
  auto decoded = DecodeSigned(bytes);
  if (!decoded.ok()) return AlarmAt(position, decoded.status().message());
  const Statement& said = decoded->statement;
  if (said.org != replica_.org_) {
    return AlarmAt(position, "a statement of organisation ", ToHex(said.org), ", expected ",
                   ToHex(replica_.org_));
  }
  if (!IsKnownKind(said.kind)) {
    return UpdateRequired(position, absl::StrCat("a statement of unknown kind ", said.kind));
  }
  Placed placed{.position = position, .statement = *std::move(decoded), .body = {}};
  if (auto status = CheckLeaf(placed); !status.ok()) return status;
  if (auto status = CheckWhatItsAuthorSaw(placed); !status.ok()) return status;
  auto body = DecodeBody(placed.statement.statement.kind, placed.statement.statement.body);
  if (absl::IsUnimplemented(body.status())) {
    return UpdateRequired(position, body.status().message());
  }
  if (!body.ok()) return AlarmAt(position, body.status().message());
  placed.body = *std::move(body);
  if (auto status = CheckSequence(placed); !status.ok()) return status;
  if (log.At(position).leaf_class == 1) return placed;  // The directory judges its own.
  const auto refusal = directory_.CheckAuthor(placed.statement, directory_.MomentAt(position));
  if (refusal.has_value()) {
    AccuseOfRefused(placed, {});
    return AlarmAt(position, KindName(KindOf(placed.body.act)),
                   " by an author without authority: ", directory::RefusalName(*refusal));
  }
  return placed;
}

// A light replica has the leaf from the statement, and lets its place be proven.
absl::Status ReplicaStage::CheckLeaf(const Placed& placed) {
  const audit::Leaf leaf = audit::LeafOf(placed.statement);
  if (!replica_.log_.Knows(placed.position)) {
    if (!replica_.log_.Place(placed.position, leaf)) {
      return AlarmAt(placed.position, "a statement that stands in the log already");
    }
    placed_.insert(placed.position);
  } else if (leaf != replica_.log_.At(placed.position)) {
    return AlarmAt(placed.position, "class or tag of the leaf are not the statement's");
  }
  const Statement& said = placed.statement.statement;
  if (said.subject_type == static_cast<std::uint8_t>(SubjectTypeOf(static_cast<Kind>(said.kind)))) {
    return absl::OkStatus();
  }
  return AlarmAt(placed.position, "a statement about a subject of another type");
}

absl::Status ReplicaStage::CheckWhatItsAuthorSaw(const Placed& placed) const {
  const LogIndex& log = replica_.log_;
  const Statement& said = placed.statement.statement;
  const std::uint64_t seen = said.seen_tree_size.value;
  if (seen > placed.position.value) {
    return AlarmAt(placed.position, "its author saw a head of size ", seen,
                   ", which is yet to come");
  }
  const auto root = seen == 0 ? Hash{} : log.RootAt(said.seen_tree_size);
  if (root.has_value() ? said.seen_root != *root : !log.light()) {
    return AlarmAt(placed.position, "its author saw another log: size ", seen, " root ",
                   ToHex(said.seen_root), ", here ", root.has_value() ? ToHex(*root) : "none");
  }
  if (said.actor_prev.is_zero()) return absl::OkStatus();
  const auto previous = log.Find(said.actor_prev);
  if (previous.has_value() ? *previous < placed.position : log.light()) return absl::OkStatus();
  return AlarmAt(placed.position, "its author's earlier statement ", ToHex(said.actor_prev),
                 " is missing in the log");
}

absl::Status ReplicaStage::CheckSequence(const Placed& placed) {
  const Statement& said = placed.statement.statement;
  if (said.actor_certificate.is_zero()) return absl::OkStatus();  // Reserved actors.
  auto& known = replica_.sequences_[said.actor_certificate];
  const auto [here, inserted] = known.emplace(
      placed.position,
      Replica::Signed{.sequence = said.actor_seq, .kind = static_cast<Kind>(said.kind)});
  if (!inserted) return absl::OkStatus();  // Seen before.
  sequences_.emplace_back(said.actor_certificate, placed.position);
  const auto next = std::next(here);
  const bool above_last =
      here == known.begin() || std::prev(here)->second.sequence < said.actor_seq;
  const bool below_next = next == known.end() || said.actor_seq < next->second.sequence;
  if (above_last && below_next) return absl::OkStatus();
  return AlarmAt(placed.position, "sequence number ", said.actor_seq,
                 " does not rise along its certificate's statements");
}

absl::Status ReplicaStage::ApplyToDirectory(const Placed& placed) {
  const bool light = replica_.log_.light();
  const bool lone = light && IsOfTheLog(placed.statement);
  const auto refusal = lone ? directory_.ApplyLone(placed.statement, placed.position)
                            : directory_.Apply(placed.statement, placed.position);
  if (refusal == directory::Refusal::kUpdateRequired) {
    return UpdateRequired(placed.position, "the directory follows newer rules");
  }
  if (refusal.has_value()) {
    AccuseOfRefused(placed, {});
    return AlarmAt(placed.position, KindName(KindOf(placed.body.act)),
                   " is refused by the directory: ", directory::RefusalName(*refusal));
  }
  if (directory_.org() != replica_.org_) {
    return AlarmAt(placed.position, "the log is that of organisation ", ToHex(directory_.org()));
  }
  if (before_.value == 0 && placed.position.value == 0 &&
      directory_.policy().log_key != replica_.log_key_) {
    return AlarmAt(placed.position, "the policy names another log key than the one pinned");
  }
  if (auto status = CheckClock(placed); !status.ok()) return status;
  const Kind kind = KindOf(placed.body.act);
  if (kind == Kind::kPolicy) policies_.push_back(placed.statement.bytes);
  if (kind == Kind::kLogEpoch) {
    epochs_.emplace_back(placed.position, HashOfSaid(placed.statement.statement));
  }
  everybodys_.emplace(placed.position, placed.statement);
  return absl::OkStatus();
}

absl::Status ReplicaStage::CheckClock(const Placed& placed) const {
  const auto* tick = std::get_if<Tick>(&placed.body.act);
  if (tick == nullptr || !now_.has_value() || tick->now.value <= now_->value + kTickAheadMax_s) {
    return absl::OkStatus();
  }
  return AlarmAt(placed.position, "the log's time is ", tick->now.value, ", this computer's ",
                 now_->value, ": one of the two clocks is wrong");
}

std::map<Position, const SignedStatement*> ReplicaStage::everybodys() const {
  std::map<Position, const SignedStatement*> all;
  for (const auto& [position, statement] : replica_.everybodys_) all.emplace(position, &statement);
  for (const auto& [position, statement] : everybodys_) all.emplace(position, &statement);
  return all;
}

std::optional<Position> ReplicaStage::newest_epoch() const {
  if (!epochs_.empty()) return epochs_.back().first;
  if (!replica_.epochs_.empty()) return replica_.epochs_.back();
  return std::nullopt;
}

std::vector<Bytes> ReplicaStage::policies() const {
  std::vector<Bytes> all = replica_.policies_;
  all.insert(all.end(), policies_.begin(), policies_.end());
  return all;
}

void ReplicaStage::AccuseOfRefused(const Placed& placed, const std::vector<HistoryEntry>& before) {
  const Statement& said = placed.statement.statement;
  accusation_ = {.position = placed.position,
                 .type = static_cast<SubjectType>(said.subject_type),
                 .subject = said.subject,
                 .refused = {},
                 .previous = {}};
  for (const HistoryEntry& entry : before) {
    accusation_->refused.push_back({entry.position, entry.statement.bytes});
  }
  accusation_->refused.push_back({placed.position, placed.statement.bytes});
}

void ReplicaStage::AccuseOfWithheld(Position position, const SubjectKey& key,
                                    const Hash& previous) {
  accusation_ = {.position = position,
                 .type = key.first,
                 .subject = key.second,
                 .refused = {},
                 .previous = previous};
}

void ReplicaStage::WatchAfter(const SubjectKey& key, const Hash& statement) {
  const LogTag tag = audit::TagOf(replica_.org_, key.second, statement);
  const Replica::Watched watched{.type = key.first, .subject = key.second};
  if (replica_.watched_.emplace(tag, watched).second) watched_.push_back(tag);
}

}  // namespace amparo::client
