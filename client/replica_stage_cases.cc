// What a case says to the documents submitted to it.

#include <map>
#include <utility>
#include <variant>

#include "client/replica_alarm.h"
#include "client/replica_stage.h"

namespace amparo::client {

namespace {

// A case as it stood before one position after the other: each statement is decided once.
class CaseWalk {
 public:
  CaseWalk(const CaseHistory& history, std::map<Position, SubjectId> documents,
           const directory::Directory& directory)
      : history_(history), directory_(directory), documents_(std::move(documents)) {
    subject_.id = history.subject.id;
  }

  // REQUIRES: not before the position of the last call.
  const workflow::Case& Before(Position position) {
    const std::vector<HistoryEntry>& entries = history_.entries;
    for (; next_ < entries.size() && entries[next_].position < position; ++next_) {
      const HistoryEntry& entry = entries[next_];
      JoinBefore(entry.position);
      const workflow::Context context{.directory = directory_,
                                      .moment = directory_.MomentAt(entry.position)};
      const auto decision = workflow::Decide(subject_, context, entry.statement, entry.body);
      subject_ = workflow::Evolve(std::move(subject_), decision.events, entry.statement);
    }
    JoinBefore(position);
    return subject_;
  }

 private:
  void JoinBefore(Position position) {
    while (!documents_.empty() && documents_.begin()->first < position) {
      const SubjectId document = documents_.extract(documents_.begin()).mapped();
      subject_ = workflow::EvolveWithDocument(std::move(subject_), document);
    }
  }

  const CaseHistory& history_;
  const directory::Directory& directory_;
  workflow::Case subject_;
  std::map<Position, SubjectId> documents_;  // Those that come.
  std::size_t next_ = 0;                     // Of the entries.
};

}  // namespace

ReplicaStage::DocumentsByCase ReplicaStage::JoinedByCase() const {
  DocumentsByCase out;
  for (const SubjectId& id : joined_) {
    const DocumentHistory* document = FindDocument(id);
    if (document == nullptr) continue;
    out[document->document.case_id].emplace(document->entries.front().position, id);
  }
  return out;
}

std::map<Position, SubjectId> ReplicaStage::DocumentsOf(const SubjectId& case_id,
                                                        const DocumentsByCase& joined) const {
  std::map<Position, SubjectId> out;
  const auto known = replica_.case_documents_.find(case_id);
  if (known != replica_.case_documents_.end()) out = known->second;
  const auto added = joined.find(case_id);
  if (added != joined.end()) out.insert(added->second.begin(), added->second.end());
  return out;
}

absl::Status ReplicaStage::JoinCases() {
  const DocumentsByCase joined = JoinedByCase();
  if (auto status = CheckSubmitsToCases(joined); !status.ok()) return status;
  // A case's documents are those that are known, whenever either of the two came into sight.
  std::set<SubjectId> cases;
  for (const auto& [id, history] : cases_) cases.insert(id);
  for (const auto& [id, documents] : joined) cases.insert(id);
  for (const SubjectId& id : cases) {
    if (FindCase(id) == nullptr) continue;
    CaseHistory& history = Touch<CaseHistory>(id);
    CaseWalk walk(history, DocumentsOf(id, joined), directory_);
    history.subject = walk.Before(Position{replica_.log_.size().value});
  }
  return absl::OkStatus();
}

// A document that comes into sight late may stand anywhere in the log. It is held against its
// case as it was there, and so is every document of the case that came after it.
absl::Status ReplicaStage::CheckSubmitsToCases(const DocumentsByCase& joined) {
  std::map<SubjectId, Position> since;  // By case.
  for (const auto& [case_id, documents] : joined) since[case_id] = documents.begin()->first;
  // A case that comes into sight has its say about all of them.
  for (const auto& [case_id, history] : cases_) {
    if (!replica_.cases_.contains(case_id)) since[case_id] = Position{0};
  }
  for (const auto& [case_id, first] : since) {
    if (auto s = CheckSubmitsToCase(case_id, first, DocumentsOf(case_id, joined)); !s.ok()) {
      return s;
    }
  }
  return absl::OkStatus();
}

absl::Status ReplicaStage::CheckSubmitsToCase(const SubjectId& case_id, Position since,
                                              const std::map<Position, SubjectId>& documents) {
  const CaseHistory* history = FindCase(case_id);
  if (history == nullptr || !history->visible) return absl::OkStatus();
  std::map<Position, const HistoryEntry*> submits;
  for (auto next = documents.lower_bound(since); next != documents.end(); ++next) {
    for (const HistoryEntry& entry : FindDocument(next->second)->entries) {
      if (std::holds_alternative<Submit>(entry.body.act)) submits[entry.position] = &entry;
    }
  }
  CaseWalk walk(*history, documents, directory_);
  for (const auto& [position, entry] : submits) {
    const auto& submit = std::get<Submit>(entry->body.act);
    const workflow::Case& subject = walk.Before(position);
    const workflow::Context context{.directory = directory_,
                                    .moment = directory_.MomentAt(position)};
    const auto refusal = workflow::DecideSubmitToCase(subject, context, entry->statement, submit);
    if (!refusal.has_value()) continue;
    // Who does not see every earlier document of the case cannot judge its numbers: a number
    // above the next one is no lie to them. One that was given twice is, to everybody.
    const bool some_unseen = submit.number > subject.documents.size() + 1u;
    if (*refusal == workflow::Refusal::kNumberTaken && some_unseen) continue;
    if (*refusal == workflow::Refusal::kCaseMismatch && submit.version > 1) continue;
    return AlarmAt(position, "submit is refused by its case: ", workflow::RefusalName(*refusal));
  }
  return absl::OkStatus();
}

}  // namespace amparo::client
