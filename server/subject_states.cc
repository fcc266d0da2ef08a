#include "server/subject_states.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace amparo::server {

SubjectState Unbegun(const Subject& subject) {
  SubjectState state;
  if (subject.type == SubjectType::kCase) {
    workflow::Case unbegun;
    unbegun.id = subject.id;
    state.value = std::move(unbegun);
  } else {
    workflow::Document unbegun;
    unbegun.id = subject.id;
    state.value = std::move(unbegun);
  }
  return state;
}

workflow::Decision DecideOn(const SubjectValue& value, const workflow::Context& context,
                            const SignedStatement& statement, const Body& body) {
  return std::visit(
      [&](const auto& subject) { return workflow::Decide(subject, context, statement, body); },
      value);
}

SubjectValue EvolveOn(SubjectValue value, const std::vector<workflow::Event>& events,
                      const SignedStatement& statement) {
  return std::visit(
      [&](auto& subject) -> SubjectValue {
        return workflow::Evolve(std::move(subject), events, statement);
      },
      value);
}

bool MaySeeSubject(const SubjectValue& value, const workflow::Context& context,
                   const MemberId& member) {
  return std::visit([&](const auto& subject) { return workflow::MaySee(subject, context, member); },
                    value);
}

bool MaySeeSubject(const SubjectValue& value, const workflow::Context& context,
                   const directory::CertificateRecord& record) {
  return std::visit([&](const auto& subject) { return workflow::MaySee(subject, context, record); },
                    value);
}

Hash HeadOf(const SubjectValue& value) {
  return std::visit([](const auto& subject) { return subject.head; }, value);
}

absl::StatusOr<std::shared_ptr<const SubjectState>> SubjectStates::Load(
    const Subject& subject, const directory::Directory& directory, TreeSize size) {
  const auto row = rows_->FindChain(subject);
  if (!row.ok()) return row.status();
  // A view that is ahead of what the caller knows of is replayed only as far as that.
  const bool is_whole = row->revision == 0 || row->last.value < size.value;
  if (is_whole) {
    if (auto kept = FindKept(subject, *row)) return kept;
  }
  auto replayed = Replay(subject, *row, directory, size);
  if (!replayed.ok()) return replayed.status();
  auto state = std::make_shared<const SubjectState>(*std::move(replayed));
  if (is_whole && state->chain.revision == row->revision) Keep(subject, state);
  return state;
}

void SubjectStates::Warm(const Subject& subject, const directory::Directory& directory,
                         TreeSize size) {
  {
    const std::lock_guard lock(mutex_);
    if (kept_.contains(subject)) return;
  }
  const auto row = rows_->FindChain(subject);
  if (!row.ok() || row->revision == 0) return;
  static_cast<void>(Load(subject, directory, size));
}

std::shared_ptr<const SubjectState> SubjectStates::FindKept(const Subject& subject,
                                                            const ChainRow& row) {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(subject);
  if (found == kept_.end() || found->second->second->chain.revision != row.revision) {
    return nullptr;
  }
  order_.splice(order_.begin(), order_, found->second);
  return found->second->second;
}

void SubjectStates::Keep(const Subject& subject, std::shared_ptr<const SubjectState> state) {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(subject);
  if (found != kept_.end()) {
    // Whoever loaded it long ago must not bring it back.
    if (found->second->second->chain.revision > state->chain.revision) return;
    order_.erase(found->second);
    kept_.erase(found);
  }
  order_.emplace_front(subject, std::move(state));
  kept_[subject] = order_.begin();
  if (order_.size() > kSubjectStatesCachedMax) {
    kept_.erase(order_.back().first);
    order_.pop_back();
  }
}

absl::StatusOr<std::vector<SubjectStates::Step>> SubjectStates::StepsOf(const Subject& subject,
                                                                        const ChainRow& row,
                                                                        TreeSize size) const {
  std::vector<Step> steps;
  const auto entries = rows_->ChainEntries(subject, row);
  if (!entries.ok()) return entries.status();
  for (const Position position : *entries) steps.push_back({.position = position, .document = {}});
  if (subject.type == SubjectType::kCase) {
    const auto documents = rows_->CaseDocuments(subject.id);
    if (!documents.ok()) return documents.status();
    for (const CaseDocument& joined : *documents) {
      steps.push_back({.position = joined.position, .document = joined.document});
    }
  }
  std::erase_if(steps, [&](const Step& step) { return step.position.value >= size.value; });
  std::sort(steps.begin(), steps.end(),
            [](const Step& a, const Step& b) { return a.position < b.position; });
  return steps;
}

absl::StatusOr<SubjectState> SubjectStates::Replay(const Subject& subject, const ChainRow& row,
                                                   const directory::Directory& directory,
                                                   TreeSize size) const {
  const auto steps = StepsOf(subject, row, size);
  if (!steps.ok()) return steps.status();
  SubjectState state = Unbegun(subject);
  for (const Step& step : *steps) {
    if (!step.document.is_zero()) {
      state.chain.AddDocument(step.position);
      state.value = workflow::EvolveWithDocument(std::get<workflow::Case>(std::move(state.value)),
                                                 step.document);
      continue;
    }
    const auto stored = log_.At(step.position);
    if (!stored.ok()) return stored.status();
    const workflow::Context context{.directory = directory,
                                    .moment = directory.MomentAt(step.position)};
    const auto decision = DecideOn(state.value, context, stored->statement, stored->body);
    if (!decision.ok()) {
      return absl::DataLossError(
          absl::StrCat("log entry ", step.position.value,
                       ": the rules refuse it: ", workflow::RefusalName(*decision.refusal)));
    }
    state.value = EvolveOn(std::move(state.value), decision.events, stored->statement);
    state.chain.AddStatement(step.position);
  }
  return state;
}

}  // namespace amparo::server
