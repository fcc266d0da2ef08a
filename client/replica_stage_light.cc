// What a light replica does instead of appending leaves: statements are placed where the server
// says, and what decides is proven to stand there.
// Spec: docs/spec/client-checks.md, "Full and light".

#include <algorithm>
#include <iterator>

#include "audit/proof.h"
#include "client/replica_alarm.h"
#include "client/replica_stage.h"

namespace amparo::client {
namespace {

// Of a first contact's directory only the places that decide something are proven: half a
// kilobyte each.
constexpr std::size_t kProvenAllMax = 64;

}  // namespace

absl::Status ReplicaStage::PlaceHead(const audit::Checkpoint& head) {
  const auto& introduced = replica_.expected_.introduced;
  // The first head was proven to continue the one that was introduced; the rest continue it.
  if (before_.value == 0 && introduced.has_value() && introduced->size <= head.size) {
    replica_.log_.AddHead(*introduced);
  }
  replica_.log_.AddHead(head);
  return absl::OkStatus();
}

absl::Status ReplicaStage::ReadStatements(const std::vector<PositionedStatement>& statements) {
  std::optional<Position> after;
  for (const PositionedStatement& next : statements) {
    if (after.has_value() && next.position <= *after) {
      return AlarmAt(next.position, "two statements at one position, or out of order");
    }
    after = next.position;
    if (next.position.value >= replica_.log_.size().value) {
      return AlarmAt(next.position, "a statement beyond the head");
    }
    if (next.position.value < before_.value) {
      const bool known = replica_.log_.Knows(next.position) &&
                         replica_.log_.At(next.position).statement == HashOf(next.statement);
      if (known) continue;  // The newest tick is given again.
      return AlarmAt(next.position, "the server withheld a statement that everyone must have");
    }
    if (auto status = ReadStatement(next.position, next.statement); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// The newest tick names the directory's head: nothing of it is withheld up to there.
absl::Status ReplicaStage::CheckTimeIsTold(const audit::Checkpoint& head) const {
  if (directory_.newest_tick().value > 0 || head.size.value <= 1) return absl::OkStatus();
  return Alarm("the server gives no tick of a log of size ", head.size.value);
}

absl::Status ReplicaStage::InsertTicks(const RecordedChain& chain) {
  bool changed = false;
  for (const PositionedStatement& next : chain.ticks) {
    if (next.position.value >= replica_.log_.size().value) {
      return AlarmAt(next.position, "a tick beyond the head");
    }
    const bool known = replica_.log_.Knows(next.position);
    auto placed = Place(next.position, next.statement);
    if (!placed.ok()) return placed.status();
    if (!std::holds_alternative<Tick>(placed->body.act)) {
      return AlarmAt(next.position, KindName(KindOf(placed->body.act)), " in the place of a tick");
    }
    if (known) continue;
    if (auto status = CheckClock(*placed); !status.ok()) return status;
    everybodys_.emplace(next.position, placed->statement);
    changed = true;
  }
  return changed ? RebuildDirectory() : absl::OkStatus();
}

absl::Status ReplicaStage::RebuildDirectory() {
  directory::Directory rebuilt;
  for (const auto& [position, statement] : everybodys()) {
    const auto refusal = IsOfTheLog(*statement) ? rebuilt.ApplyLone(*statement, position)
                                                : rebuilt.Apply(*statement, position);
    if (!refusal.has_value()) continue;
    return AlarmAt(position, "refused by the directory, with the time before a statement: ",
                   directory::RefusalName(*refusal));
  }
  directory_ = std::move(rebuilt);
  return absl::OkStatus();
}

// Every tick, log epoch and statement of a subject; of the directory the newest turn, the first
// after what was known, and the turns beside each statement of a subject: with the hashes that
// chain them, the directory at that statement is then the log's and nobody's word.
std::vector<Position> ReplicaStage::PositionsToProve() const {
  std::set<Position> turns;
  std::set<Position> new_turns;
  for (const auto& [position, statement] : replica_.everybodys_) {
    if (!IsOfTheLog(statement)) turns.insert(position);
  }
  for (const auto& [position, statement] : everybodys_) {
    if (!IsOfTheLog(statement)) new_turns.insert(position);
  }
  turns.insert(new_turns.begin(), new_turns.end());
  std::set<Position> out;
  const auto is_open = [&](Position at) {
    return new_turns.contains(at) || replica_.claimed_.contains(at);
  };
  for (const Position position : placed_) {
    if (new_turns.contains(position)) continue;
    out.insert(position);
    if (everybodys_.contains(position)) continue;
    const auto after = turns.upper_bound(position);
    if (after != turns.end() && is_open(*after)) out.insert(*after);
    if (after != turns.begin() && is_open(*std::prev(after))) out.insert(*std::prev(after));
  }
  if (new_turns.size() <= kProvenAllMax) {
    out.insert(new_turns.begin(), new_turns.end());
  } else {
    out.insert(*new_turns.begin());
    out.insert(*new_turns.rbegin());
  }
  return {out.begin(), out.end()};
}

absl::Status ReplicaStage::CheckPlaces(const audit::Checkpoint& head, const Sources& sources) {
  const std::vector<Position> positions = PositionsToProve();
  if (positions.empty()) return absl::OkStatus();
  auto proofs = sources.proofs(positions);
  if (!proofs.ok()) return proofs.status();
  if (proofs->size() != positions.size()) {
    return Alarm("there are ", proofs->size(), " proofs for ", positions.size(), " positions");
  }
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const Position position = positions[i];
    const auto proven = audit::VerifyInclusion(audit::LeafHash(replica_.log_.At(position)),
                                               position, head, (*proofs)[i].path);
    if (!proven.ok() || (*proofs)[i].position != position) {
      return AlarmAt(position, "the statement does not stand in the log there: ", proven.message());
    }
    proven_.insert(position);
  }
  return absl::OkStatus();
}

}  // namespace amparo::client
