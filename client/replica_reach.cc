// A replica that becomes one of another reach: everything is fetched anew, and what is no longer
// there to be fetched is carried over. Spec: docs/spec/client-checks.md, "Full and light".

#include <utility>

#include "client/replica.h"

namespace amparo::client {
Replica Replica::Anew(Reach reach, const audit::Checkpoint& introduced) const {
  Replica anew(org_, log_key_, clock_);
  anew.log_ = LogIndex(reach == Reach::kLight);
  anew.expected_ = expected_;
  anew.restarted_at_ = restarted_at_;
  if (log_.size().value == 0) return anew;
  anew.anew_ = true;
  anew.expected_.introduced = introduced;
  return anew;
}

absl::Status Replica::SyncAnew(Connection& connection, const Recorder& record, Reach reach) {
  Replica other = Anew(reach, head());
  if (auto status = other.SyncRounds(connection, record); !status.ok()) {
    evidence_ = std::move(other.evidence_);
    return status;
  }
  CarryOver(other);
  other.expected_ = expected_;
  *this = std::move(other);
  return absl::OkStatus();
}

template <class History>
void Replica::CarryOver(const SubjectId& id, SubjectType type, const History& history,
                        std::map<SubjectId, History>& to, Replica& other) const {
  const auto [carried, made] = to.try_emplace(id, history);
  if (!made) return;
  carried->second.visible = false;
  for (const HistoryEntry& entry : history.entries) {
    const audit::Leaf leaf = audit::LeafOf(entry.statement);
    if (!other.log_.Knows(entry.position)) other.log_.Place(entry.position, leaf);
    other.watched_.emplace(audit::TagOf(org_, id, leaf.statement),
                           Watched{.type = type, .subject = id});
  }
}

// Rights that ended end no memory: what was verified stays known, as not visible.
void Replica::CarryOver(Replica& other) const {
  for (const auto& [id, history] : cases_) {
    CarryOver(id, SubjectType::kCase, history, other.cases_, other);
  }
  for (const auto& [id, history] : documents_) {
    CarryOver(id, SubjectType::kDocument, history, other.documents_, other);
    other.case_documents_[history.document.case_id].emplace(history.entries.front().position, id);
  }
  for (const auto& [certificate, positions] : sequences_) {
    for (const auto& [position, made] : positions) {
      if (other.log_.Knows(position)) other.sequences_[certificate].emplace(position, made);
    }
  }
  other.log_.Settle();
}

}  // namespace amparo::client
