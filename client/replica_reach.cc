// A replica that becomes one of another reach: everything is fetched anew, and what is no longer
// there to be fetched is carried over. Spec: docs/spec/client-checks.md, "Full and light".

#include <utility>

#include "client/replica.h"
#include "client/replica_alarm.h"

namespace amparo::client {
Replica Replica::Anew(Reach reach, const audit::Checkpoint& introduced) const {
  Replica anew(org_, log_key_, clock_);
  anew.log_ = LogIndex(reach == Reach::kLight);
  anew.expected_ = expected_;
  anew.restarted_at_ = restarted_at_;
  anew.epochs_said_ = epochs_said_;
  if (log_.size().value == 0) return anew;
  anew.anew_ = true;
  anew.expected_.introduced = introduced;
  return anew;
}

absl::Status Replica::SyncAnew(Connection& connection, const Recorder& record, Reach reach) {
  Replica other = Anew(reach, head());
  // Written when everything of before has its place in it.
  std::vector<Bytes> records;
  const auto hold = [&](ByteView bytes) {
    records.emplace_back(bytes.begin(), bytes.end());
    return absl::OkStatus();
  };
  auto status = other.SyncRounds(connection, hold);
  if (!status.ok()) {
    evidence_ = std::move(other.evidence_);
    return status;
  }
  if (status = CarryOver(other); !status.ok()) return status;
  for (const Bytes& bytes : records) {
    if (status = record(bytes); !status.ok()) return status;
  }
  GiveWayTo(std::move(other), std::nullopt);
  return absl::OkStatus();
}

// `other` is verified, and continues this one or, with `restarted_at`, the head of an epoch.
void Replica::GiveWayTo(Replica&& other, const std::optional<audit::Checkpoint>& restarted_at) {
  auto& lowest = other.restarted_at_;
  if (restarted_at.has_value() && (!lowest.has_value() || restarted_at->size < lowest->size)) {
    lowest = restarted_at;
  }
  other.Expect(expected_);
  // A light one has no leaves to compute it from, and was not asked for it: it continues our
  // head, and ours continues this.
  const auto& introduced = other.expected_.introduced;
  if (other.log_.light() && introduced.has_value() && introduced->size <= other.log_.size() &&
      RootAt(introduced->size) == introduced->root) {
    other.log_.AddHead(*introduced);
    other.log_.Settle();
  }
  *this = std::move(other);
}

template <class History>
absl::Status Replica::CarryOver(const SubjectId& id, SubjectType type, const History& history,
                                std::map<SubjectId, History>& to, Replica& other) const {
  const auto [carried, made] = to.try_emplace(id, history);
  if (!made) return absl::OkStatus();
  carried->second.visible = false;
  for (const HistoryEntry& entry : history.entries) {
    const audit::Leaf leaf = audit::LeafOf(entry.statement);
    if (!other.log_.Knows(entry.position) && !other.log_.Place(entry.position, leaf)) {
      return AlarmAt(entry.position, "a statement that stands in the log already, at ",
                     other.log_.Find(leaf.statement)->value);
    }
    if (other.log_.At(entry.position) != leaf) {
      return AlarmAt(entry.position, "another statement than the one known here");
    }
    other.watched_.emplace(audit::TagOf(org_, id, leaf.statement),
                           Watched{.type = type, .subject = id});
  }
  return absl::OkStatus();
}

// Rights that ended end no memory: what was verified stays known, as not visible.
absl::Status Replica::CarryOver(Replica& other) const {
  for (const auto& [id, history] : cases_) {
    auto status = CarryOver(id, SubjectType::kCase, history, other.cases_, other);
    if (!status.ok()) return status;
  }
  for (const auto& [id, history] : documents_) {
    auto status = CarryOver(id, SubjectType::kDocument, history, other.documents_, other);
    if (!status.ok()) return status;
    other.case_documents_[history.document.case_id].emplace(history.entries.front().position, id);
  }
  for (const auto& [certificate, positions] : sequences_) {
    for (const auto& [position, made] : positions) {
      if (other.log_.Knows(position)) other.sequences_[certificate].emplace(position, made);
    }
  }
  other.log_.Settle();
  return absl::OkStatus();
}

}  // namespace amparo::client
