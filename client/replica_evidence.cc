// What an alarm leaves behind, for people who were not there. Whatever does not convince a judge
// of custody/judge.h is not kept. Spec: docs/spec/client-checks.md, "Evidence".

#include <algorithm>
#include <map>
#include <utility>

#include "client/replica.h"
#include "client/replica_fetch.h"
#include "client/replica_stage.h"
#include "custody/judge.h"

namespace amparo::client {
namespace {

// Paths to the root of one size: of the replica's own tree, or the server's.
class Prover {
 public:
  Prover(const LogIndex& log, ReplicaFetch& fetch, TreeSize size)
      : log_(log), fetch_(fetch), size_(size) {}

  // False: there is no proof.
  bool Prove(const std::vector<PositionedStatement>& statements,
             std::vector<custody::Placed>& out) {
    std::vector<Position> positions;
    for (const PositionedStatement& next : statements) positions.push_back(next.position);
    std::vector<RecordedProof> proofs;
    if (!Paths(positions, proofs)) return false;
    for (std::size_t i = 0; i < statements.size(); ++i) {
      out.push_back({.position = statements[i].position,
                     .statement = statements[i].statement,
                     .path = std::move(proofs[i].path)});
    }
    return true;
  }

 private:
  bool Paths(const std::vector<Position>& positions, std::vector<RecordedProof>& out) {
    if (log_.light()) {
      auto proofs = fetch_.Proofs(size_, positions);
      if (proofs.ok()) out = *std::move(proofs);
      return proofs.ok();
    }
    for (const Position position : positions) {
      auto path = log_.ProveInclusion(position, size_);
      if (!path.ok()) return false;
      out.push_back({.position = position, .path = *std::move(path)});
    }
    return true;
  }

  const LogIndex& log_;
  ReplicaFetch& fetch_;
  TreeSize size_;
};

bool IsTick(const SignedStatement& statement) {
  return statement.statement.kind == static_cast<std::uint16_t>(Kind::kTick);
}

void Merge(const std::vector<PositionedStatement>& more, std::vector<PositionedStatement>& into) {
  for (const PositionedStatement& next : more) {
    const auto at = std::lower_bound(
        into.begin(), into.end(), next.position,
        [](const PositionedStatement& one, Position position) { return one.position < position; });
    if (at == into.end() || at->position != next.position) into.insert(at, next);
  }
}

// The newest tick before each of `statements`, as far as it is among `everybodys`.
std::vector<PositionedStatement> TicksBefore(
    const std::vector<PositionedStatement>& statements,
    const std::map<Position, const SignedStatement*>& everybodys) {
  std::vector<PositionedStatement> ticks;
  for (const PositionedStatement& next : statements) {
    for (auto at = everybodys.lower_bound(next.position); at != everybodys.begin();) {
      --at;
      if (!IsTick(*at->second)) continue;
      Merge({{at->first, at->second->bytes}}, ticks);
      break;
    }
  }
  return ticks;
}

}  // namespace

void Replica::Keep(decltype(custody::Evidence::what) what, std::vector<Bytes> policies) {
  if (policies.empty()) return;  // Nobody knows the log's key from these.
  custody::Evidence evidence{.org = org_,
                             .policies = std::move(policies),
                             .noticed_at = clock_(),
                             .what = std::move(what)};
  const custody::Verdict verdict = custody::Judge(evidence).verdict;
  if (verdict == custody::Verdict::kInvalid || verdict == custody::Verdict::kNotEvidence ||
      verdict == custody::Verdict::kUpdateRequired) {
    return;
  }
  evidence_ = std::move(evidence);
}

void Replica::Accuse(ReplicaFetch& fetch, const ReplicaStage& stage, const Round& round) {
  if (!stage.accusation().has_value()) return;
  const ReplicaStage::Accusation& what = *stage.accusation();
  const TreeSize size = round.target.size;
  if (what.refused.empty()) {
    auto path = log_.ProveInclusion(what.position, size);
    if (!path.ok()) return;
    Keep(custody::Withholding{.checkpoint = round.note,
                              .position = what.position,
                              .leaf = log_.At(what.position),
                              .path = *std::move(path),
                              .subject = what.subject,
                              .previous = what.previous},
         stage.policies());
    return;
  }
  if (what.type == SubjectType::kCase) return;  // A receipt is of a document.
  custody::Receipt receipt;
  receipt.org = org_;
  receipt.checkpoint = round.note;
  // From what this replica was made of: whoever is accused need not help.
  const auto everybodys = stage.everybodys();
  std::vector<PositionedStatement> directory;
  for (const auto& [position, statement] : everybodys) {
    if (position >= what.position || IsTick(*statement)) continue;
    directory.push_back({position, statement->bytes});
  }
  std::vector<PositionedStatement> history;
  std::vector<PositionedStatement> ticks;
  if (what.type == SubjectType::kDirectory) {
    Merge(what.refused, directory);
  } else if (what.type == SubjectType::kLog) {
    ticks = what.refused;
  } else {
    receipt.document = what.subject;
    history = what.refused;
    ticks = TicksBefore(history, everybodys);
  }
  Prover prover(log_, fetch, size);
  if (!prover.Prove(directory, receipt.directory) || !prover.Prove(ticks, receipt.ticks) ||
      !prover.Prove(history, receipt.history)) {
    return;
  }
  Keep(custody::InvalidHistory{std::move(receipt)}, stage.policies());
}

void Replica::AccuseHeads(const Round& round, const absl::StatusOr<CheckpointReply>& reply) {
  const audit::Checkpoint& target = round.target;
  const audit::Checkpoint ours = head();
  if (target.size == ours.size) {
    Keep(custody::Equivocation{.first = note_, .second = round.note}, policies_);
    return;
  }
  if (target.size < ours.size) {
    const auto root = log_.RootAt(target.size);
    auto path = log_.ProveConsistency(target.size, ours.size);
    if (!root.has_value() || !path.ok()) return;
    if (*root == target.root) {
      Keep(custody::Rollback{.larger = note_, .smaller = round.note, .path = *std::move(path)},
           policies_);
    } else {
      Keep(
          custody::Fork{
              .earlier = round.note, .later = note_, .other_root = *root, .path = *std::move(path)},
          policies_);
    }
    return;
  }
  if (!reply.ok() || !reply->old_root.has_value()) return;
  Keep(custody::Fork{.earlier = note_,
                     .later = reply->checkpoint,
                     .other_root = *reply->old_root,
                     .path = reply->consistency},
       policies_);
}

void Replica::AccuseNote(const std::string& note, const audit::Checkpoint& theirs,
                         const absl::StatusOr<CheckpointReply>& reply) {
  evidence_.reset();
  const bool light = theirs.size < head().size && !log_.RootAt(theirs.size).has_value();
  if (!light) {
    Round round;
    round.target = theirs;
    round.note = note;
    AccuseHeads(round, reply);
  } else if (reply.ok() && reply->old_root.has_value()) {
    Keep(custody::Fork{.earlier = note,
                       .later = reply->checkpoint,
                       .other_root = *reply->old_root,
                       .path = reply->consistency},
         policies_);
  }
}

}  // namespace amparo::client
