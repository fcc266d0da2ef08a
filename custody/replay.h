// A receipt, step by step, up to the state after its last statement: the part of judging that
// receipts and evidence have in common. Inside of custody/judge.h.
// Spec: docs/spec/receipt.md, "Judging a receipt", steps 1 to 5.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CUSTODY_REPLAY_H_
#define AMPARO_CUSTODY_REPLAY_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "audit/checkpoint.h"
#include "custody/judge.h"
#include "custody/receipt.h"
#include "directory/directory.h"
#include "statement/bodies.h"
#include "statement/statement.h"
#include "workflow/workflow.h"

namespace amparo::custody {

// A statement of a receipt, decoded.
struct Entry {
  const Placed* placed = nullptr;
  SignedStatement statement;
  Body body;
  Position position() const { return placed->position; }
};

// Who said no in step 5. Nothing: what was said is not of the document.
using Refused = std::variant<std::monostate, directory::Refusal, workflow::Refusal>;

// The first check that failed.
struct Failure {
  Verdict verdict = Verdict::kInvalid;  // Or kUpdateRequired.
  std::optional<Reason> reason;
  std::optional<Position> position;
  std::string detail;
  const Entry* entry = nullptr;  // Step 5: the statement that was refused,
  Refused refused;               // and why.
};
using Checked = std::optional<Failure>;  // Nothing: all is well.

// INVALID_ARGUMENT, UNIMPLEMENTED as Failures of step 1; `lists` says which kinds may stand here.
enum class List { kDirectory, kTicks, kHistory, kPolicies };
Checked DecodeInto(List list, ByteView statement, Entry& entry);
// What a failed parse of a file is.
Failure ParseFailure(const absl::Status& status);

class Replay {
 public:
  // Keeps a reference to `receipt`.
  explicit Replay(const Receipt& receipt) : receipt_(receipt) {}

  // Steps 1 to 4, then 5. Called once.
  Checked CheckProofs();
  Checked ReplayStatements();

  const audit::Checkpoint& head() const { return head_; }
  // After the last statement that was accepted.
  const directory::Directory& directory() const { return directory_; }
  const workflow::Document& document() const { return document_; }
  const std::vector<Step>& steps() const { return steps_; }
  const std::vector<Entry>& history() const { return history_; }
  // The position after the last statement, at the newest tick given.
  directory::Moment end() const { return directory_.MomentAt(Position{highest().value + 1}); }
  // REQUIRES: CheckProofs() found nothing.
  Position highest() const;
  // Whether `refused` shows that the log holds what it must not, whatever was left out.
  // REQUIRES: ReplayStatements() returned it.
  bool Counts(const Failure& refused) const;

 private:
  Checked Decode();
  Checked CheckOrg() const;
  Checked CheckCheckpoint();
  Checked CheckIncluded() const;
  Checked ReplayDirectory(const Entry& entry);
  Checked ReplayTick(const Entry& entry);
  Checked ReplayHistory(const Entry& entry);
  bool CountsForHistory(const Failure& refused) const;
  bool IsWholeAt(const Entry& entry) const;
  std::vector<const Entry*> InOrder() const;

  const Receipt& receipt_;
  std::vector<Entry> directory_list_, ticks_, history_;
  audit::Checkpoint head_;
  directory::Directory directory_;
  workflow::Document document_;
  std::vector<Step> steps_;
};

}  // namespace amparo::custody

#endif  // AMPARO_CUSTODY_REPLAY_H_
