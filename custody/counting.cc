// Which refusals show that the log holds what it must not. Whoever makes evidence chooses what
// is in it: a refusal that could come of what was left out, or of a time that is but the newest
// tick given, shows nothing. Spec: docs/spec/receipt.md, "Refusals that count".

#include <algorithm>
#include <cassert>
#include <iterator>

#include "custody/replay.h"

namespace amparo::custody {
namespace {

template <class Refusal, std::size_t N>
bool IsOneOf(Refusal refusal, const Refusal (&list)[N]) {
  return std::find(std::begin(list), std::end(list), refusal) != std::end(list);
}

using ByDirectory = directory::Refusal;
using ByRules = workflow::Refusal;

constexpr ByDirectory kOfTime[] = {ByDirectory::kStale, ByDirectory::kExpired,
                                   ByDirectory::kInvitationExpired};
constexpr ByDirectory kOfLaterTicks[] = {ByDirectory::kStale, ByDirectory::kTickNotRising};
// Of authors: those of a certificate that is there, and those of one that is missing.
constexpr ByDirectory kOfItsCertificate[] = {ByDirectory::kActorMismatch,
                                             ByDirectory::kBadSignature, ByDirectory::kRevoked};
constexpr ByDirectory kOfOtherTurns[] = {ByDirectory::kUnknownCertificate,
                                         ByDirectory::kNotYetEndorsed};
// Of turns: those that follow from the document's own turns and the author's own certificate, and
// those that ask the directory about others.
constexpr ByRules kOfItsChain[] = {
    ByRules::kMalformed,           ByRules::kSubjectExists,
    ByRules::kRoleRequired,        ByRules::kDeskRequired,
    ByRules::kNotTheAssignee,      ByRules::kNotTheReviewer,
    ByRules::kNotTheSubmitter,     ByRules::kReviewerIsTranslator,
    ByRules::kReviewerIsSubmitter, ByRules::kTranslatorIsSubmitter,
    ByRules::kApproverIsAuthor,    ByRules::kApproverIsSubmitter,
    ByRules::kTextIsNotCurrent,    ByRules::kSourceIsNotCurrent,
    ByRules::kVersionNotNext,      ByRules::kCaseMismatch,
    ByRules::kCertificateMissing,  ByRules::kNoteMissing,
};
constexpr ByRules kOfOthers[] = {ByRules::kTranslatorInvalid, ByRules::kReviewerInvalid,
                                 ByRules::kAttorneyInvalid, ByRules::kUsableGrantMissing};

}  // namespace

bool Replay::Counts(const Failure& refused) const {
  assert(refused.entry != nullptr);
  const Entry& entry = *refused.entry;
  const Kind kind = KindOf(entry.body.act);
  if (SubjectTypeOf(kind) == SubjectType::kDocument) return CountsForHistory(refused);
  if (kind == Kind::kLogEpoch) return false;
  const auto refusal = std::get<ByDirectory>(refused.refused);
  if (const auto* tick = std::get_if<Tick>(&entry.body.act)) {
    return tick->directory_head == directory_.head() && !IsOneOf(refusal, kOfLaterTicks);
  }
  return entry.statement.statement.subject_prev == directory_.head() && !IsOneOf(refusal, kOfTime);
}

bool Replay::CountsForHistory(const Failure& refused) const {
  const Entry& entry = *refused.entry;
  if (const auto* by_author = std::get_if<ByDirectory>(&refused.refused)) {
    return IsOneOf(*by_author, kOfItsCertificate) ||
           (IsOneOf(*by_author, kOfOtherTurns) && IsWholeAt(entry));
  }
  const auto* by_rules = std::get_if<ByRules>(&refused.refused);
  if (by_rules == nullptr || !IsTurn(KindOf(entry.body.act)) ||
      entry.statement.statement.subject_prev != document_.head) {
    return false;
  }
  if (IsOneOf(*by_rules, kOfItsChain)) return true;
  // Whether an assign goes on or is a new one follows from the lease, and so from ticks further
  // back.
  const bool of_lease =
      KindOf(entry.body.act) == Kind::kAssign && *by_rules == ByRules::kUsableGrantMissing;
  return !of_lease && IsOneOf(*by_rules, kOfOthers) && IsWholeAt(entry);
}

// The tick names the directory's head; between it and the statement nothing is missing.
bool Replay::IsWholeAt(const Entry& entry) const {
  std::optional<Position> tick;
  for (const Entry& other : ticks_) {
    if (other.position() < entry.position()) tick = other.position();
  }
  if (!tick.has_value()) return false;
  std::uint64_t between = 0;
  for (const auto* list : {&receipt_.directory, &receipt_.ticks, &receipt_.history}) {
    between += static_cast<std::uint64_t>(
        std::count_if(list->begin(), list->end(), [&](const Placed& placed) {
          return *tick < placed.position && placed.position < entry.position();
        }));
  }
  return entry.position().value - tick->value - 1 == between;
}

}  // namespace amparo::custody
