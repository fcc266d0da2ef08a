// Who may see what. The least that the work needs.
// Spec: docs/spec/workflow.md, "Seeing".

#include <algorithm>

#include "workflow/document_rules.h"

namespace amparo::workflow {
namespace {

// Translator and reviewer: from the assignment until it ends, by a lease too, or is approved.
bool IsAtWork(const Document& document, UnixSeconds now) {
  const State state = document.StateAt(now);
  return state == State::kAssigned || state == State::kTranslating || state == State::kInReview;
}

void SortUnique(std::vector<MemberId>& members) {
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
}

}  // namespace

bool MaySee(const Document& document, const Context& context, const MemberId& member) {
  if (document.state == State::kNone || document.state == State::kErased) return false;
  if (!context.directory.IsMember(member, context.moment)) return false;
  if (IsCoordinatorOf(context, member, document.desk)) return true;
  if (document.submitters.contains(member)) return true;
  const auto has = [&](Role role) {
    return context.directory.HasRole(member, role, context.moment);
  };
  if (IsAtWork(document, context.moment.now)) {
    if (member == document.translator && has(Role::kTranslator)) return true;
    if (member == document.reviewer && has(Role::kReviewer)) return true;
  }
  return (document.delivered_to.contains(member) || document.delivered_before.contains(member)) &&
         has(Role::kAttorney);
}

bool MaySee(const Case& subject, const Context& context, const MemberId& member) {
  if (!subject.open || !context.directory.IsMember(member, context.moment)) return false;
  return member == subject.opener || subject.shared_with.contains(member) ||
         IsCoordinatorOf(context, member, subject.desk);
}

std::vector<MemberId> Readers(const Document& document, const Context& context) {
  std::vector<MemberId> readers =
      context.directory.MembersWith(Role::kCoordinator, document.desk, context.moment);
  readers.insert(readers.end(), document.submitters.begin(), document.submitters.end());
  readers.push_back(document.translator);
  readers.push_back(document.reviewer);
  readers.insert(readers.end(), document.delivered_to.begin(), document.delivered_to.end());
  readers.insert(readers.end(), document.delivered_before.begin(), document.delivered_before.end());
  SortUnique(readers);
  std::erase_if(readers, [&](const MemberId& it) { return !MaySee(document, context, it); });
  return readers;
}

std::vector<MemberId> Readers(const Case& subject, const Context& context) {
  std::vector<MemberId> readers =
      context.directory.MembersWith(Role::kCoordinator, subject.desk, context.moment);
  readers.push_back(subject.opener);
  readers.insert(readers.end(), subject.shared_with.begin(), subject.shared_with.end());
  SortUnique(readers);
  std::erase_if(readers, [&](const MemberId& it) { return !MaySee(subject, context, it); });
  return readers;
}

}  // namespace amparo::workflow
