// What a receipt or a piece of evidence proves, from its bytes alone: no network, no account, no
// clock, and of this organisation nothing but its id. Spec: docs/spec/receipt.md, "Judging".
// tools/verify/ is the second implementation of that page.
//
// Thread safety: pure functions.

#ifndef AMPARO_CUSTODY_JUDGE_H_
#define AMPARO_CUSTODY_JUDGE_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "audit/checkpoint.h"
#include "audit/cosignature.h"
#include "crypto/bytes.h"
#include "custody/receipt.h"
#include "statement/ids.h"
#include "statement/kinds.h"
#include "workflow/workflow.h"

namespace amparo::custody {

enum class Verdict {
  kValid,    // A receipt: everything in it is proven.
  kInvalid,  // A receipt, or any file: `reason` says why.
  // Evidence.
  kProvenEquivocation,
  kProvenFork,
  kProvenInvalidHistory,
  kReportedRollback,     // The heads are the log's; their order in time is the reporter's word.
  kReportedWithholding,  // The leaf is the log's; that it was not given, the reporter's word.
  kNotEvidence,          // Well formed, and shows nothing against the log.
  kUpdateRequired,       // A newer format, kind or rules version: this program is too old.
};
absl::string_view VerdictName(Verdict verdict);  // "PROVEN_FORK"

// The first check that failed, in the order of the specification.
enum class Reason {
  kMalformed,          // Not the format, or a list does not ascend.
  kWrongOrg,           // The first directory statement is not the policy that `org` is the hash of.
  kCheckpointInvalid,  // Not a checkpoint of this log, or not signed with the policy's log key.
  kNotIncluded,        // A path does not lead to the checkpoint's root.
  kDirectoryRefused,   // A statement that the directory's rules refuse, or the chain has a gap.
  kTickRefused,        // A tick that the rules refuse: it names another directory head.
  kHistoryRefused,     // Not of the document, not its author's to say, or the rules refuse it.
  kHistoryMissing,     // The document's history is empty, or there is no tick before it.
  kCosignatureWrong,   // A line under a known cosigner's name that is not theirs.
  kOpeningMismatch,    // An opening of no object of the history, or of another key.
};
absl::string_view ReasonName(Reason reason);  // "NOT_INCLUDED"

// A line of the history, for people.
struct Step {
  Position position;
  Kind kind;
  MemberId by;
  Hash certificate;
  UnixSeconds time;                 // The newest tick given before it.
  std::vector<std::string> events;  // EventName of each.
  Hash statement;
  std::vector<ObjectRef> objects;
};
struct CosignedBy {
  std::string name;
  std::optional<MemberId> member;  // Nothing: a partner's witness.
  UnixSeconds time;
};
struct Judgement {
  Verdict verdict = Verdict::kInvalid;
  std::optional<Reason> reason;      // With kInvalid.
  std::optional<Position> position;  // Of the statement that failed, or that is proven bad.
  std::string detail;                // For people; the refusal's name, if a rule refused.
  bool was_read = false;  // Text, structure and order are right: what follows is the file's.
  OrgId org;
  SubjectId document;                     // Zeros: of none.
  std::optional<audit::Checkpoint> head;  // The checkpoint, once it was found genuine.
  std::vector<CosignedBy> cosigned;       // In the note's order; of a member's devices each.
  std::vector<std::string> unknown_signers;
  std::vector<Step> steps;
  workflow::State state = workflow::State::kNone;  // After the last step, at the newest tick.
  // The directory is proven whole up to the newest tick's position; what the history holds after
  // it rests on the maker having left nothing out.
  Position directory_whole_to;
};

// `partners`: witnesses of other organisations whose cosignatures count.
Judgement Judge(const Receipt& receipt, std::span<const audit::Witness> partners);
Judgement Judge(const Evidence& evidence);
// Either of the two, by its header line.
Judgement JudgeFile(absl::string_view text, std::span<const audit::Witness> partners);

// Whether `plaintext` is, byte for byte, what was sealed as the object that this opening opens:
// seals it again and compares with what the statement signed. Nothing: no such opening matches.
std::optional<ObjectId> FindSealed(const Receipt& receipt, ByteView plaintext);

}  // namespace amparo::custody

#endif  // AMPARO_CUSTODY_JUDGE_H_
