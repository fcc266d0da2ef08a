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
  replica_.log_.Truncate(before_);
  for (const LogTag& tag : watched_) replica_.watched_.erase(tag);
  for (const auto& [certificate, position] : sequences_) {
    replica_.sequences_[certificate].erase(position);
  }
}

void ReplicaStage::Commit(std::string note) {
  committed_ = true;
  for (const SubjectId& id : joined_) {
    const DocumentHistory* document = FindDocument(id);
    replica_.case_documents_[document->document.case_id].emplace(document->entries.front().position,
                                                                 id);
  }
  replica_.directory_ = std::move(directory_);
  for (auto& [id, history] : cases_) replica_.cases_[id] = std::move(history);
  for (auto& [id, history] : documents_) replica_.documents_[id] = std::move(history);
  replica_.note_ = std::move(note);
}

absl::Status ReplicaStage::Take(const std::vector<SyncEntry>& entries,
                                const audit::Checkpoint& head, const ChainSource& chains,
                                std::optional<UnixSeconds> now) {
  now_ = now;
  if (auto status = AppendLeaves(entries, head); !status.ok()) return status;
  if (auto status = CheckIntroduced(); !status.ok()) return status;
  if (auto status = ReadStatements(entries, now); !status.ok()) return status;
  if (auto status = ReplaySubjects(SubjectType::kCase, chains); !status.ok()) return status;
  if (auto status = ReplaySubjects(SubjectType::kDocument, chains); !status.ok()) return status;
  return JoinCases();
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
    return Alarm("the log was forked, or entries were altered: this home remembers size ",
                 before_.value, " root ", ToHex(root_before), ", the server signed size ",
                 head.size.value, " root ", ToHex(head.root), ", its entries lead to root ",
                 ToHex(replica_.log_.Root()));
  }
  return absl::OkStatus();
}

absl::Status ReplicaStage::CheckIntroduced() const {
  const auto& introduced = replica_.expected_.introduced;
  if (!introduced.has_value() || replica_.log_.size() < introduced->size) return absl::OkStatus();
  const Hash root = replica_.log_.RootAt(introduced->size);
  if (root == introduced->root) return absl::OkStatus();
  return Alarm("the log is not the one this home was introduced to: size ", introduced->size.value,
               " root ", ToHex(introduced->root), ", here ", ToHex(root));
}

absl::Status ReplicaStage::ReadStatements(const std::vector<SyncEntry>& entries,
                                          std::optional<UnixSeconds> now) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Position position{before_.value + i};
    const audit::Leaf& leaf = replica_.log_.At(position);
    if (entries[i].statement.empty()) {
      if (leaf.leaf_class == 1) {
        return AlarmAt(position, "the server withholds a statement that everyone must have");
      }
      const auto watched = replica_.watched_.find(leaf.tag);
      if (watched != replica_.watched_.end()) {
        gaps_.emplace(SubjectKey{watched->second.type, watched->second.subject}, position);
      }
      continue;
    }
    auto placed = Place(position, entries[i].statement);
    if (!placed.ok()) return placed.status();
    if (leaf.leaf_class == 1) {
      if (auto status = ApplyToDirectory(*placed, now); !status.ok()) return status;
      continue;
    }
    const Statement& said = placed->statement.statement;
    const SubjectKey key{SubjectTypeOf(static_cast<Kind>(said.kind)), said.subject};
    WatchAfter(key, leaf.statement);
    delivered_[key].push_back(*std::move(placed));
  }
  return absl::OkStatus();
}

absl::StatusOr<ReplicaStage::Placed> ReplicaStage::Place(Position position, ByteView bytes) {
  const LogIndex& log = replica_.log_;
  const audit::Leaf& leaf = log.At(position);
  if (HashOf(bytes) != leaf.statement) {
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
  if (audit::LeafOf(*decoded) != leaf) {
    return AlarmAt(position, "class or tag of the leaf are not the statement's");
  }
  if (said.subject_type != static_cast<std::uint8_t>(SubjectTypeOf(static_cast<Kind>(said.kind)))) {
    return AlarmAt(position, "a statement about a subject of another type");
  }
  const std::uint64_t seen = said.seen_tree_size.value;
  if (seen > position.value) {
    return AlarmAt(position, "its author saw a head of size ", seen, ", which is yet to come");
  }
  const Hash seen_root = seen == 0 ? Hash{} : log.RootAt(said.seen_tree_size);
  if (said.seen_root != seen_root) {
    return AlarmAt(position, "its author saw another log: size ", seen, " root ",
                   ToHex(said.seen_root), ", here ", ToHex(seen_root));
  }
  if (!said.actor_prev.is_zero()) {
    const auto previous = log.Find(said.actor_prev);
    if (!previous.has_value() || *previous >= position) {
      return AlarmAt(position, "its author's earlier statement ", ToHex(said.actor_prev),
                     " is missing in the log");
    }
  }
  auto body = DecodeBody(said.kind, said.body);
  if (absl::IsUnimplemented(body.status())) {
    return UpdateRequired(position, body.status().message());
  }
  if (!body.ok()) return AlarmAt(position, body.status().message());
  Placed placed{.position = position, .statement = *std::move(decoded), .body = *std::move(body)};
  if (auto status = CheckSequence(placed); !status.ok()) return status;
  if (leaf.leaf_class == 1) return placed;  // The directory judges its own.
  const auto refusal = directory_.CheckAuthor(placed.statement, directory_.MomentAt(position));
  if (refusal.has_value()) {
    return AlarmAt(position, KindName(KindOf(placed.body.act)),
                   " by an author without authority: ", directory::RefusalName(*refusal));
  }
  return placed;
}

absl::Status ReplicaStage::CheckSequence(const Placed& placed) {
  const Statement& said = placed.statement.statement;
  if (said.actor_certificate.is_zero()) return absl::OkStatus();  // Reserved actors.
  auto& known = replica_.sequences_[said.actor_certificate];
  const auto [here, inserted] = known.emplace(placed.position, said.actor_seq);
  if (!inserted) return absl::OkStatus();  // Seen before.
  sequences_.emplace_back(said.actor_certificate, placed.position);
  const auto next = std::next(here);
  const bool above_last = here == known.begin() || std::prev(here)->second < said.actor_seq;
  const bool below_next = next == known.end() || said.actor_seq < next->second;
  if (above_last && below_next) return absl::OkStatus();
  return AlarmAt(placed.position, "sequence number ", said.actor_seq,
                 " does not rise along its certificate's statements");
}

absl::Status ReplicaStage::ApplyToDirectory(const Placed& placed, std::optional<UnixSeconds> now) {
  const auto refusal = directory_.Apply(placed.statement, placed.position);
  if (refusal == directory::Refusal::kUpdateRequired) {
    return UpdateRequired(placed.position, "the directory follows newer rules");
  }
  if (refusal.has_value()) {
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
  const auto* tick = std::get_if<Tick>(&placed.body.act);
  if (tick != nullptr && now.has_value() && tick->now.value > now->value + kTickAheadMax_s) {
    return AlarmAt(placed.position, "the log's time is ", tick->now.value, ", this computer's ",
                   now->value, ": one of the two clocks is wrong");
  }
  return absl::OkStatus();
}

void ReplicaStage::WatchAfter(const SubjectKey& key, const Hash& statement) {
  const LogTag tag = audit::TagOf(replica_.org_, key.second, statement);
  const Replica::Watched watched{.type = key.first, .subject = key.second};
  if (replica_.watched_.emplace(tag, watched).second) watched_.push_back(tag);
}

}  // namespace amparo::client
