// Cases and documents: their chains, complete, replayed with the rules.

#include <algorithm>

#include "client/replica_alarm.h"
#include "client/replica_stage.h"

namespace amparo::client {
namespace {

constexpr std::uint64_t kClocksApartMax_s = 10 * 60;

const workflow::Document& StateOf(const DocumentHistory& history) { return history.document; }
const workflow::Case& StateOf(const CaseHistory& history) { return history.subject; }
workflow::Document& StateOf(DocumentHistory& history) { return history.document; }
workflow::Case& StateOf(CaseHistory& history) { return history.subject; }

bool HoldsPosition(const std::vector<HistoryEntry>& entries, Position position) {
  const auto found =
      std::lower_bound(entries.begin(), entries.end(), position,
                       [](const HistoryEntry& entry, Position at) { return entry.position < at; });
  return found != entries.end() && found->position == position;
}

}  // namespace

template <>
CaseHistory& ReplicaStage::Touch<CaseHistory>(const SubjectId& id) {
  const auto known = replica_.cases_.find(id);
  const auto [it, made] =
      cases_.try_emplace(id, known == replica_.cases_.end() ? CaseHistory{} : known->second);
  it->second.subject.id = id;
  return it->second;
}
template <>
DocumentHistory& ReplicaStage::Touch<DocumentHistory>(const SubjectId& id) {
  const auto known = replica_.documents_.find(id);
  const auto [it, made] = documents_.try_emplace(
      id, known == replica_.documents_.end() ? DocumentHistory{} : known->second);
  it->second.document.id = id;
  return it->second;
}

const DocumentHistory* ReplicaStage::FindDocument(const SubjectId& id) const {
  if (const auto it = documents_.find(id); it != documents_.end()) return &it->second;
  const auto it = replica_.documents_.find(id);
  return it == replica_.documents_.end() ? nullptr : &it->second;
}
const CaseHistory* ReplicaStage::FindCase(const SubjectId& id) const {
  if (const auto it = cases_.find(id); it != cases_.end()) return &it->second;
  const auto it = replica_.cases_.find(id);
  return it == replica_.cases_.end() ? nullptr : &it->second;
}

absl::Status ReplicaStage::ReplaySubjects(SubjectType type, const Sources& sources) {
  std::set<SubjectKey> touched;
  for (const auto& [key, statements] : delivered_) touched.insert(key);
  for (const auto& [key, position] : gaps_) touched.insert(key);
  for (const SubjectKey& key : touched) {
    if (key.first != type) continue;
    absl::Status status;
    if (type == SubjectType::kCase) {
      status = ReplaySubject(key, Touch<CaseHistory>(key.second), sources);
      if (cases_[key.second].entries.empty()) cases_.erase(key.second);
    } else {
      status = ReplaySubject(key, Touch<DocumentHistory>(key.second), sources);
      if (documents_[key.second].entries.empty()) documents_.erase(key.second);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

template <class History>
absl::Status ReplicaStage::ReplaySubject(const SubjectKey& key, History& history,
                                         const Sources& sources) {
  std::vector<Placed>& delivered = delivered_[key];
  const bool begins = !delivered.empty() && history.entries.empty() &&
                      delivered.front().statement.statement.subject_prev.is_zero();
  const bool goes_on = !history.entries.empty() && history.visible;
  const bool is_gap = gaps_.contains(key);
  // Once out of sight, it stays so until something of it is delivered again.
  if (delivered.empty() && !goes_on) return absl::OkStatus();
  std::vector<Placed> next;
  if ((begins || goes_on) && !is_gap && Continues(history, delivered)) {
    next = std::move(delivered);
  } else {
    const auto from = static_cast<std::uint32_t>(history.entries.size());
    auto chain = sources.chain(key.first, key.second, from);
    if (!chain.ok()) return chain.status();
    if (!chain->visible) return LoseSight(key, history, std::move(delivered));
    if (auto status = InsertTicks(*chain); !status.ok()) return status;
    auto placed = PlaceChain(*chain, history.entries.empty()
                                         ? std::nullopt
                                         : std::optional(history.entries.back().position));
    if (!placed.ok()) return placed.status();
    for (const Placed& statement : *placed) {
      WatchAfter(key, replica_.log_.At(statement.position).statement);
    }
    next = *std::move(placed);
    for (const Placed& one : delivered) {
      const bool present = std::any_of(next.begin(), next.end(), [&](const Placed& other) {
        return other.position == one.position;
      });
      if (!present) return AlarmAt(one.position, "the server left it out of its subject's chain");
    }
  }
  history.visible = true;
  for (Placed& statement : next) {
    if (auto status = Replay(history, std::move(statement)); !status.ok()) return status;
  }
  return CheckNothingWithheld(key, history);
}

template <class History>
bool ReplicaStage::Continues(const History& history, const std::vector<Placed>& delivered) const {
  if (!replica_.log_.light()) return true;  // Its gaps are known.
  Hash head = StateOf(history).head;
  std::set<Hash> known;
  for (const HistoryEntry& entry : history.entries) known.insert(HashOf(entry.statement));
  for (const Placed& next : delivered) {
    const Statement& said = next.statement.statement;
    const bool turn = IsTurn(static_cast<Kind>(said.kind));
    if (turn ? said.subject_prev != head : !known.contains(said.subject_prev)) return false;
    const Hash hash = HashOf(next.statement);
    known.insert(hash);
    if (turn) head = hash;
  }
  return true;
}

// Rights end, and the statement that ends them is delivered to those whom it concerns. So what
// was the first not to be delivered was not for us, or the server hides it.
template <class History>
absl::Status ReplicaStage::LoseSight(const SubjectKey& key, History& history,
                                     std::vector<Placed> delivered) {
  const bool known = history.visible && !history.entries.empty();
  const auto gap = gaps_.find(key);
  const auto* self = directory_.Find(replica_.expected_.certificate);
  // Up to the gap everything is known; beyond it nothing can be replayed.
  for (Placed& statement : delivered) {
    if (!known || gap == gaps_.end() || statement.position > gap->second) break;
    if (auto status = Replay(history, std::move(statement)); !status.ok()) return status;
  }
  history.visible = false;
  if (!known || gap == gaps_.end() || self == nullptr || !now_.has_value()) {
    return absl::OkStatus();
  }
  // What ends by time has ended for the server up to ten minutes before it has for us.
  directory::Moment soon = directory_.MomentAt(Position{replica_.log_.size().value});
  soon.now.value = std::max(soon.now.value, now_->value) + kClocksApartMax_s;
  const auto may_see = [&](const directory::Moment& moment) {
    return workflow::MaySee(StateOf(history), {.directory = directory_, .moment = moment}, *self);
  };
  if (!may_see(directory_.MomentAt(gap->second)) || !may_see(soon)) return absl::OkStatus();
  found_hidden_ = true;
  const LogTag& tag = replica_.log_.At(gap->second).tag;
  for (const HistoryEntry& entry : history.entries) {
    const Hash& before = replica_.log_.At(entry.position).statement;
    if (audit::TagOf(replica_.org_, key.second, before) != tag) continue;
    AccuseOfWithheld(gap->second, key, before);
  }
  return AlarmAt(gap->second, "the server hides subject ", ToHex(key.second),
                 ", which is this device's to see");
}

absl::StatusOr<std::vector<ReplicaStage::Placed>> ReplicaStage::PlaceChain(
    const RecordedChain& chain, std::optional<Position> after) {
  std::vector<Placed> out;
  for (const PositionedStatement& next : chain.statements) {
    if (after.has_value() && next.position <= *after) {
      return AlarmAt(next.position, "a subject's chain does not ascend after position ",
                     after->value);
    }
    after = next.position;
    // The log may have grown since: what stands beyond the head is for the next time.
    if (next.position.value >= replica_.log_.size().value) break;
    auto placed = Place(next.position, next.statement);
    if (!placed.ok()) return placed.status();
    if (placed->statement.statement.subject != chain.subject ||
        placed->statement.statement.subject_type != static_cast<std::uint8_t>(chain.type)) {
      return AlarmAt(next.position, "a statement of another subject in a chain");
    }
    out.push_back(*std::move(placed));
  }
  return out;
}

template <class History>
absl::Status ReplicaStage::Replay(History& history, Placed placed) {
  const directory::Moment moment = directory_.MomentAt(placed.position);
  const workflow::Context context{.directory = directory_, .moment = moment};
  const workflow::Decision decision =
      workflow::Decide(StateOf(history), context, placed.statement, placed.body);
  if (decision.refusal == workflow::Refusal::kUpdateRequired) {
    return UpdateRequired(placed.position, "the workflow follows newer rules");
  }
  if (!decision.ok()) {
    AccuseOfRefused(placed, history.entries);
    return AlarmAt(placed.position, KindName(KindOf(placed.body.act)),
                   " is refused by the rules: ", workflow::RefusalName(*decision.refusal));
  }
  auto& state = StateOf(history);
  state = workflow::Evolve(std::move(state), decision.events, placed.statement);
  if (std::holds_alternative<Submit>(placed.body.act)) {
    joined_.insert(placed.statement.statement.subject);
  }
  HistoryEntry entry{.position = placed.position,
                     .statement = std::move(placed.statement),
                     .body = std::move(placed.body),
                     .events = {},
                     .log_time = moment.now};
  for (const workflow::Event& event : decision.events) {
    entry.events.emplace_back(workflow::EventName(event));
  }
  history.entries.push_back(std::move(entry));
  return absl::OkStatus();
}

template <class History>
absl::Status ReplicaStage::CheckNothingWithheld(const SubjectKey& key, const History& history) {
  for (const HistoryEntry& entry : history.entries) {
    const Hash& statement = replica_.log_.At(entry.position).statement;
    const LogTag tag = audit::TagOf(replica_.org_, StateOf(history).id, statement);
    for (const Position position : replica_.log_.WithTag(tag)) {
      if (HoldsPosition(history.entries, position)) continue;
      AccuseOfWithheld(position, key, statement);
      return AlarmAt(position, "the server withholds a statement on subject ",
                     ToHex(StateOf(history).id));
    }
  }
  return absl::OkStatus();
}

}  // namespace amparo::client
