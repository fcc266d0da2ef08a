// What a piece of evidence shows. Spec: docs/spec/receipt.md, "Judging evidence".

#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/log_entry.h"
#include "audit/proof.h"
#include "custody/judge.h"
#include "custody/replay.h"

namespace amparo::custody {
namespace {

Failure Invalid(Reason reason, std::string detail) {
  return {.verdict = Verdict::kInvalid,
          .reason = reason,
          .position = {},
          .detail = std::move(detail),
          .entry = nullptr,
          .refused = {}};
}

// Steps 1 and 2: the policies, each signed by the roots of the one before. `newest` is the last.
Checked CheckPolicies(const Evidence& evidence, Policy& newest) {
  std::vector<Entry> policies(evidence.policies.size());
  for (std::size_t i = 0; i < policies.size(); ++i) {
    if (auto failure = DecodeInto(List::kPolicies, evidence.policies[i], policies[i])) {
      return failure;
    }
  }
  const Policy* before = nullptr;
  for (const Entry& entry : policies) {
    const Policy& policy = std::get<Policy>(entry.body.act);
    if (entry.statement.statement.org != evidence.org ||
        (before == nullptr && HashOf(policy).bytes != evidence.org.bytes)) {
      return Invalid(Reason::kWrongOrg, "a policy of another organisation");
    }
    if (const auto refusal = directory::CheckSuccession(entry.statement, policy, before)) {
      return Invalid(Reason::kWrongOrg, absl::StrCat("policy version ", policy.version, ": ",
                                                     directory::RefusalName(*refusal)));
    }
    before = &policy;
  }
  newest = *before;
  return std::nullopt;
}

// Steps 3 and 4, by type.
class ShownBy {
 public:
  ShownBy(const Evidence& evidence, const Policy& policy, Judgement& judgement)
      : evidence_(evidence), policy_(policy), judgement_(judgement) {}

  void operator()(const Equivocation& what) {
    audit::Checkpoint first, second;
    if (!Open(what.first, first) || !Open(what.second, second)) return;
    Conclude(first.size == second.size && first.root != second.root, Verdict::kProvenEquivocation,
             "the two checkpoints are of different sizes, or have the same root");
  }

  void operator()(const Fork& what) {
    audit::Checkpoint earlier, later;
    if (!Open(what.earlier, earlier) || !Open(what.later, later)) return;
    if (earlier.size.value == 0 || earlier.size >= later.size) {
      return NotEvidence("the earlier checkpoint is empty, or not the smaller one");
    }
    if (what.other_root == earlier.root) {
      return NotEvidence("the later checkpoint continues the earlier one");
    }
    const audit::Checkpoint other{.size = earlier.size, .root = what.other_root};
    Conclude(audit::VerifyConsistency(other, later, what.path).ok(), Verdict::kProvenFork,
             "the path does not lead to the later checkpoint");
  }

  void operator()(const Rollback& what) {
    audit::Checkpoint larger, smaller;
    if (!Open(what.larger, larger) || !Open(what.smaller, smaller)) return;
    if (smaller.size >= larger.size) {
      return NotEvidence("the smaller checkpoint is not the smaller one");
    }
    Conclude(audit::VerifyConsistency(smaller, larger, what.path).ok(), Verdict::kReportedRollback,
             "the larger checkpoint does not continue the smaller one");
  }

  void operator()(const InvalidHistory& what) {
    Replay replay(what.history);
    Checked failure = replay.CheckProofs();
    const bool was_decoded = !failure || (failure->reason && failure->reason != Reason::kMalformed);
    if (was_decoded && what.history.org != evidence_.org) {
      failure = Invalid(Reason::kWrongOrg, "the receipt is of another organisation");
    }
    if (failure) return Take(*failure);
    failure = replay.ReplayStatements();
    if (!failure) return NotEvidence("the rules accept every statement");
    if (failure->position != replay.highest() || !replay.Counts(*failure)) {
      return NotEvidence(absl::StrCat("the refusal at position ", failure->position->value, " (",
                                      failure->detail, ") could come of what the file leaves out"));
    }
    judgement_.verdict = Verdict::kProvenInvalidHistory;
    judgement_.position = failure->position;
    judgement_.detail = failure->detail;
  }

  void operator()(const Withholding& what) {
    audit::Checkpoint head;
    if (!Open(what.checkpoint, head)) return;
    const Hash leaf = audit::LeafHash(what.leaf);
    if (!audit::VerifyInclusion(leaf, what.position, head, what.path).ok()) {
      return NotEvidence("the leaf does not stand there");
    }
    const bool is_everybodys = what.leaf.leaf_class == 1;
    const bool is_of_subject =
        is_everybodys ? what.subject.is_zero() && what.previous.is_zero()
                      : what.leaf.tag == audit::TagOf(evidence_.org, what.subject, what.previous);
    Conclude(is_of_subject, Verdict::kReportedWithholding, "the leaf is of another subject");
  }

 private:
  // Step 3. False: the judgement says why.
  bool Open(const std::string& note, audit::Checkpoint& head) {
    const auto opened = audit::OpenCheckpoint(evidence_.org, policy_.log_key, note);
    if (opened.ok()) {
      head = *opened;
      return true;
    }
    Take(Invalid(Reason::kCheckpointInvalid, std::string(opened.status().message())));
    return false;
  }
  void Take(const Failure& failure) {
    judgement_.verdict = failure.verdict;
    judgement_.reason = failure.reason;
    judgement_.position = failure.position;
    judgement_.detail = failure.detail;
  }
  void NotEvidence(std::string detail) {
    judgement_.verdict = Verdict::kNotEvidence;
    judgement_.detail = std::move(detail);
  }
  void Conclude(bool shown, Verdict verdict, absl::string_view otherwise) {
    if (!shown) return NotEvidence(std::string(otherwise));
    judgement_.verdict = verdict;
  }

  const Evidence& evidence_;
  const Policy& policy_;
  Judgement& judgement_;
};

}  // namespace

Judgement Judge(const Evidence& evidence) {
  Judgement judgement;
  judgement.was_read = true;
  judgement.org = evidence.org;
  if (const auto* what = std::get_if<InvalidHistory>(&evidence.what)) {
    judgement.document = what->history.document;
  }
  Policy newest;
  if (const Checked failure = CheckPolicies(evidence, newest)) {
    judgement.verdict = failure->verdict;
    judgement.reason = failure->reason;
    judgement.detail = failure->detail;
    return judgement;
  }
  std::visit(ShownBy(evidence, newest, judgement), evidence.what);
  return judgement;
}

}  // namespace amparo::custody
