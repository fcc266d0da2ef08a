// What a case says to the documents submitted to it.

#include <algorithm>

#include "client/replica_alarm.h"
#include "client/replica_stage.h"

namespace amparo::client {

std::map<Position, SubjectId> ReplicaStage::DocumentsOf(const SubjectId& case_id) const {
  std::map<Position, SubjectId> out;
  const auto known = replica_.case_documents_.find(case_id);
  if (known != replica_.case_documents_.end()) out = known->second;
  for (const SubjectId& id : joined_) {
    const DocumentHistory* document = FindDocument(id);
    if (document != nullptr && document->document.case_id == case_id) {
      out.emplace(document->entries.front().position, id);
    }
  }
  return out;
}

workflow::Case ReplicaStage::CaseBefore(const CaseHistory& history, Position position) const {
  workflow::Case subject;
  subject.id = history.subject.id;
  const std::map<Position, SubjectId> documents = DocumentsOf(subject.id);
  auto next_document = documents.begin();
  for (const HistoryEntry& entry : history.entries) {
    if (entry.position >= position) break;
    for (; next_document != documents.end() && next_document->first < entry.position;
         ++next_document) {
      subject = workflow::EvolveWithDocument(std::move(subject), next_document->second);
    }
    const workflow::Context context{.directory = directory_,
                                    .moment = directory_.MomentAt(entry.position)};
    const auto decision = workflow::Decide(subject, context, entry.statement, entry.body);
    subject = workflow::Evolve(std::move(subject), decision.events, entry.statement);
  }
  for (; next_document != documents.end() && next_document->first < position; ++next_document) {
    subject = workflow::EvolveWithDocument(std::move(subject), next_document->second);
  }
  return subject;
}

// A document that comes into sight late may stand anywhere in the log. It is held against its
// case as it was there, and so is every document of the case that came after it.
absl::Status ReplicaStage::CheckSubmitsToCases() {
  std::map<SubjectId, Position> since;  // By case.
  for (const SubjectId& id : joined_) {
    const DocumentHistory* document = FindDocument(id);
    if (document == nullptr) continue;
    const Position first = document->entries.front().position;
    const auto [known, made] = since.emplace(document->document.case_id, first);
    known->second = std::min(known->second, first);
  }
  // A case that comes into sight has its say about all of them.
  for (const auto& [case_id, history] : cases_) {
    if (!replica_.cases_.contains(case_id)) since[case_id] = Position{0};
  }
  for (const auto& [case_id, first] : since) {
    for (const auto& [position, id] : DocumentsOf(case_id)) {
      if (position < first) continue;
      if (auto status = CheckSubmitToCase(*FindDocument(id)); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

absl::Status ReplicaStage::CheckSubmitToCase(const DocumentHistory& document) {
  const CaseHistory* history = FindCase(document.document.case_id);
  if (history == nullptr || !history->visible) return absl::OkStatus();
  for (const HistoryEntry& entry : document.entries) {
    const auto* submit = std::get_if<Submit>(&entry.body.act);
    if (submit == nullptr) continue;
    const workflow::Case subject = CaseBefore(*history, entry.position);
    const workflow::Context context{.directory = directory_,
                                    .moment = directory_.MomentAt(entry.position)};
    const auto refusal = workflow::DecideSubmitToCase(subject, context, entry.statement, *submit);
    if (!refusal.has_value()) continue;
    // Who does not see every earlier document of the case cannot judge its numbers: a number
    // above the next one is no lie to them. One that was given twice is, to everybody.
    const bool some_unseen = submit->number > subject.documents.size() + 1u;
    if (*refusal == workflow::Refusal::kNumberTaken && some_unseen) continue;
    if (*refusal == workflow::Refusal::kCaseMismatch && submit->version > 1) continue;
    return AlarmAt(entry.position,
                   "submit is refused by its case: ", workflow::RefusalName(*refusal));
  }
  return absl::OkStatus();
}

}  // namespace amparo::client
