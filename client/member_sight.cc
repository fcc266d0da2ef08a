#include "client/member_sight.h"

#include <utility>

#include "workflow/workflow.h"

namespace amparo::client {
namespace {

template <class Subject>
MemberSight SightAlong(Subject state, const std::vector<HistoryEntry>& entries,
                       const directory::Directory& directory, const directory::Moment& now,
                       const MemberId& member) {
  MemberSight sight;
  std::vector<Position> all;
  for (const HistoryEntry& entry : entries) {
    const workflow::Context context{.directory = directory,
                                    .moment = directory.MomentAt(entry.position)};
    bool sees = workflow::MaySee(state, context, member);
    const auto decision = workflow::Decide(state, context, entry.statement, entry.body);
    state = workflow::Evolve(std::move(state), decision.events, entry.statement);
    sees = sees || workflow::MaySee(state, context, member) ||
           entry.statement.statement.actor == member;
    if (sees) sight.positions.push_back(entry.position);
    all.push_back(entry.position);
  }
  sight.now = workflow::MaySee(state, {.directory = directory, .moment = now}, member);
  if (sight.now) sight.positions = std::move(all);
  return sight;
}

}  // namespace

MemberSight SightOf(const DocumentHistory& history, const directory::Directory& directory,
                    const directory::Moment& now, const MemberId& member) {
  workflow::Document nothing_yet;
  nothing_yet.id = history.document.id;
  return SightAlong(std::move(nothing_yet), history.entries, directory, now, member);
}

MemberSight SightOf(const CaseHistory& history, const directory::Directory& directory,
                    const directory::Moment& now, const MemberId& member) {
  workflow::Case nothing_yet;
  nothing_yet.id = history.subject.id;
  return SightAlong(std::move(nothing_yet), history.entries, directory, now, member);
}

}  // namespace amparo::client
