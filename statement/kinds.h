// The kinds of statement, and what follows from a kind alone.
// Spec: docs/spec/statement.md, "Kinds". Thread safety: pure functions.

#ifndef AMPARO_STATEMENT_KINDS_H_
#define AMPARO_STATEMENT_KINDS_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace amparo {

// DO NOT RENUMBER: part of the format. A number not listed ends in UPDATE_REQUIRED.
enum class Kind : std::uint16_t {
  // The directory and the log: class 1, delivered to everyone.
  kPolicy = 1,          // Signed by root keys.
  kCertify = 2,         // By a registrar.
  kEndorse = 3,         // By a second registrar: a privileged certificate takes effect.
  kRevoke = 4,          // By a registrar.
  kInvite = 5,          // By a registrar.
  kDirectoryEpoch = 6,  // By a registrar: the recipient that attributes are sealed to.
  kDescribe = 7,        // By a registrar: new attributes for a member.
  kRecoveryTested = 8,  // By a registrar: what is sealed to the recovery recipient opens.
  kTick = 9,            // By the log: time.
  kLogEpoch = 10,       // Signed by root keys: the log goes on after a restore.
  // Cases.
  kOpenCase = 32,
  kShareCase = 33,  // Remark.
  kNoteCase = 34,   // Remark.
  // Documents.
  kSubmit = 64,
  kAssign = 65,
  kUnassign = 66,
  kAccept = 67,
  kDecline = 68,
  kGiveBack = 69,
  kHandIn = 70,
  kReturn = 71,
  kApprove = 72,
  kDeliver = 73,
  kReceive = 74,  // Remark.
  kReopen = 75,
  kWithdraw = 76,
  kShare = 77,  // Remark.
  kNote = 78,   // Remark.
};

enum class SubjectType : std::uint8_t {
  kDirectory = 1,  // Subject: zeros.
  kCase = 2,
  kDocument = 3,
  kLog = 4,  // Subject: zeros. Ticks and log epochs.
};

bool IsKnownKind(std::uint16_t kind);
// Turns need subject_prev to be the subject's newest turn, and become it. Remarks name any
// earlier statement of the subject and move nothing. REQUIRES: known.
bool IsTurn(Kind kind);
SubjectType SubjectTypeOf(Kind kind);
// 1: directory, policy, tick, log epoch: delivered to everyone. 0: the rest.
std::uint8_t LeafClassOf(Kind kind);
// "hand_in", as the documents spell it.
absl::string_view KindName(Kind kind);

}  // namespace amparo

#endif  // AMPARO_STATEMENT_KINDS_H_
