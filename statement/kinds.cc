#include "statement/kinds.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace amparo {
namespace {

struct KindTraits {
  Kind kind;
  absl::string_view name;
  SubjectType subject_type;
  bool is_turn;
};

constexpr std::array<KindTraits, 28> kKinds = {{
    {Kind::kPolicy, "policy", SubjectType::kDirectory, true},
    {Kind::kCertify, "certify", SubjectType::kDirectory, true},
    {Kind::kEndorse, "endorse", SubjectType::kDirectory, true},
    {Kind::kRevoke, "revoke", SubjectType::kDirectory, true},
    {Kind::kInvite, "invite", SubjectType::kDirectory, true},
    {Kind::kDirectoryEpoch, "directory_epoch", SubjectType::kDirectory, true},
    {Kind::kDescribe, "describe", SubjectType::kDirectory, true},
    {Kind::kRecoveryTested, "recovery_tested", SubjectType::kDirectory, true},
    {Kind::kTick, "tick", SubjectType::kLog, true},
    {Kind::kLogEpoch, "log_epoch", SubjectType::kLog, true},
    {Kind::kOpenCase, "open_case", SubjectType::kCase, true},
    {Kind::kShareCase, "share_case", SubjectType::kCase, false},
    {Kind::kNoteCase, "note_case", SubjectType::kCase, false},
    {Kind::kSubmit, "submit", SubjectType::kDocument, true},
    {Kind::kAssign, "assign", SubjectType::kDocument, true},
    {Kind::kUnassign, "unassign", SubjectType::kDocument, true},
    {Kind::kAccept, "accept", SubjectType::kDocument, true},
    {Kind::kDecline, "decline", SubjectType::kDocument, true},
    {Kind::kGiveBack, "give_back", SubjectType::kDocument, true},
    {Kind::kHandIn, "hand_in", SubjectType::kDocument, true},
    {Kind::kReturn, "return", SubjectType::kDocument, true},
    {Kind::kApprove, "approve", SubjectType::kDocument, true},
    {Kind::kDeliver, "deliver", SubjectType::kDocument, true},
    {Kind::kReceive, "receive", SubjectType::kDocument, false},
    {Kind::kReopen, "reopen", SubjectType::kDocument, true},
    {Kind::kWithdraw, "withdraw", SubjectType::kDocument, true},
    {Kind::kShare, "share", SubjectType::kDocument, false},
    {Kind::kNote, "note", SubjectType::kDocument, false},
}};

const KindTraits* Find(std::uint16_t kind) {
  const auto* found = std::find_if(kKinds.begin(), kKinds.end(), [kind](const KindTraits& traits) {
    return static_cast<std::uint16_t>(traits.kind) == kind;
  });
  return found == kKinds.end() ? nullptr : found;
}

const KindTraits& TraitsOf(Kind kind) {
  const KindTraits* traits = Find(static_cast<std::uint16_t>(kind));
  assert(traits != nullptr);
  return *traits;
}

}  // namespace

bool IsKnownKind(std::uint16_t kind) { return Find(kind) != nullptr; }
bool IsTurn(Kind kind) { return TraitsOf(kind).is_turn; }
SubjectType SubjectTypeOf(Kind kind) { return TraitsOf(kind).subject_type; }
absl::string_view KindName(Kind kind) { return TraitsOf(kind).name; }

std::uint8_t LeafClassOf(Kind kind) {
  const SubjectType type = SubjectTypeOf(kind);
  return type == SubjectType::kDirectory || type == SubjectType::kLog ? 1 : 0;
}

}  // namespace amparo
