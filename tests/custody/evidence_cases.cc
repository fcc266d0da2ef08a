// Evidence of each type: what shows something, what shows nothing, and what is broken.

#include "tests/custody/evidence_cases.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "audit/log_entry.h"
#include "tests/custody/custody_log.h"

namespace amparo::testing {
namespace {

using custody::Equivocation;
using custody::Evidence;
using custody::Fork;
using custody::Reason;
using custody::Rollback;
using custody::Verdict;
using custody::Withholding;

// One log with two stories: what was submitted, and what somebody else was shown.
struct Forked {
  Forked() : shown({"fay", "cleo"}), other(shown), at(shown.size()) {
    shown.Submit();
    other.Revoke("fay");
    for (CustodyLog* log : {&shown, &other}) {
      log->TickAfter(120);
      log->TickAfter(120);
    }
  }
  CustodyLog shown, other;
  std::uint64_t at;  // Where they part.
};

void AddEquivocation(EvidenceCases& cases, const Forked& forked) {
  const CustodyLog& log = forked.shown;
  const std::uint64_t size = log.size();
  const Evidence proven = EvidenceCases::Of(
      log, Equivocation{.first = log.Note(size), .second = forked.other.Note(size)});
  cases.Add("equivocation", "one size, two roots, both signed", proven,
            Verdict::kProvenEquivocation);
  cases.Add("equivocation-of-two-sizes", "every log has those", log,
            Equivocation{.first = log.Note(size), .second = forked.other.Note(size - 1)},
            Verdict::kNotEvidence);
  cases.Add("equivocation-of-one-root", "the same checkpoint twice", log,
            Equivocation{.first = log.Note(size), .second = log.Note(size)}, Verdict::kNotEvidence);
  cases.Add("equivocation-not-signed", "the second is signed by somebody else", log,
            Equivocation{.first = log.Note(size), .second = forked.other.Note(size, "fay")},
            Verdict::kInvalid, Reason::kCheckpointInvalid);
  cases.Add("equivocation-no-note", "the first is no note", log,
            Equivocation{.first = "x", .second = forked.other.Note(size)}, Verdict::kInvalid,
            Reason::kCheckpointInvalid);
  Evidence bent = proven;
  bent.org.bytes[7] ^= 2;
  cases.Add("of-another-org", "not the hash of the first policy", bent, Verdict::kInvalid,
            Reason::kWrongOrg);
  bent = proven;
  SignedStatement policy = *DecodeSigned(bent.policies[0]);
  bent.policies[0] = SignStatement(policy.statement, KeyNamed("root-1")).bytes;
  cases.Add("policy-below-threshold", "one root of two", bent, Verdict::kInvalid,
            Reason::kWrongOrg);
  bent = proven;
  bent.policies[0].back() ^= 1;
  cases.Add("policy-signature-altered", "a bit of a root's signature", bent, Verdict::kInvalid,
            Reason::kWrongOrg);
  bent = proven;
  bent.policies.push_back(bent.policies[0]);
  cases.Add("policy-twice", "the second is not the next version", bent, Verdict::kInvalid,
            Reason::kWrongOrg);
  bent = proven;
  bent.policies[0] = log.At(1).bytes;
  cases.Add("tick-among-the-policies", "of another kind", bent, Verdict::kInvalid,
            Reason::kMalformed);
  bent = proven;
  bent.policies[0].pop_back();
  cases.Add("policy-cut", "the last byte is missing", bent, Verdict::kInvalid, Reason::kMalformed);
}

void AddBytes(EvidenceCases& cases, const Forked& forked) {
  const CustodyLog& log = forked.shown;
  const std::uint64_t size = log.size();
  const std::string text = custody::FormatEvidence(EvidenceCases::Of(
      log, Equivocation{.first = log.Note(size), .second = forked.other.Note(size)}));
  const auto malformed = [&](std::string name, std::string comment,
                             const std::function<void(Bytes&)>& edit) {
    Bytes bytes = DecodedOf(text);
    edit(bytes);
    cases.Text(std::move(name), std::move(comment), EvidenceTextOf(bytes), Verdict::kInvalid,
               Reason::kMalformed);
  };
  const std::size_t type = 32 + 2 + 4 + log.At(0).bytes.size() + 8;
  malformed("byte-appended", "a byte is left over", [](Bytes& b) { b.push_back(0); });
  malformed("byte-cut", "a byte is missing", [](Bytes& b) { b.pop_back(); });
  malformed("type-0", "no such type", [&](Bytes& b) { b[type] = 0; });
  malformed("type-6", "a type that a newer format could have", [&](Bytes& b) { b[type] = 6; });
  malformed("type-2-of-other-fields", "a fork needs more than two notes",
            [&](Bytes& b) { b[type] = 2; });
  malformed("no-policies", "a count of 0", [](Bytes& b) { b[32] = b[33] = 0; });
  malformed("policies-1001", "a count of 1,001, it says",
            [](Bytes& b) { b[32] = 3, b[33] = 0xe9; });
  malformed("note-of-no-bytes", "the first note is empty",
            [&](Bytes& b) { b[type + 1] = b[type + 2] = 0; });
}

void AddFork(EvidenceCases& cases, const Forked& forked) {
  const CustodyLog& log = forked.shown;
  const std::uint64_t small = forked.at + 2;
  const std::uint64_t size = log.size();
  const Fork fork{.earlier = forked.other.Note(small),
                  .later = log.Note(size),
                  .other_root = log.Head(small).root,
                  .path = log.Consistency(small, size)};
  cases.Add("fork", "the later checkpoint continues another tree than the earlier one", log, fork,
            Verdict::kProvenFork);
  Fork bent = fork;
  bent.other_root = forked.other.Head(small).root;
  cases.Add("fork-of-the-same-root", "the other root is the earlier checkpoint's own", log, bent,
            Verdict::kNotEvidence);
  bent = fork;
  bent.path.back().bytes[0] ^= 1;
  cases.Add("fork-path-altered", "the path does not lead there", log, bent, Verdict::kNotEvidence);
  bent = fork;
  bent.path.emplace_back();
  cases.Add("fork-path-too-long", "a hash too many", log, bent, Verdict::kNotEvidence);
  bent = fork;
  bent.other_root.bytes[1] ^= 1;
  cases.Add("fork-root-made-up", "a root that the later checkpoint does not continue", log, bent,
            Verdict::kNotEvidence);
  bent = fork;
  std::swap(bent.earlier, bent.later);
  cases.Add("fork-exchanged", "the earlier checkpoint is the larger one", log, bent,
            Verdict::kNotEvidence);
  bent = fork;
  bent.earlier = log.Note(0);
  bent.path.clear();
  cases.Add("fork-of-nothing", "every tree continues the empty one", log, bent,
            Verdict::kNotEvidence);
  bent = fork;
  bent.earlier = forked.other.Note(small, "cleo");
  cases.Add("fork-not-signed", "the earlier checkpoint is not the log's", log, bent,
            Verdict::kInvalid, Reason::kCheckpointInvalid);
}

void AddRollback(EvidenceCases& cases, const Forked& forked) {
  const CustodyLog& log = forked.shown;
  const std::uint64_t small = forked.at + 1;
  const std::uint64_t size = log.size();
  const Rollback rollback{
      .larger = log.Note(size), .smaller = log.Note(small), .path = log.Consistency(small, size)};
  cases.Add("rollback", "the larger continues the smaller; which came last, the reporter says", log,
            rollback, Verdict::kReportedRollback);
  cases.Add("rollback-to-nothing", "to the empty log", log,
            Rollback{.larger = log.Note(size), .smaller = log.Note(0), .path = {}},
            Verdict::kReportedRollback);
  Rollback bent = rollback;
  std::swap(bent.larger, bent.smaller);
  cases.Add("rollback-exchanged", "the log went on, as it does", log, bent, Verdict::kNotEvidence);
  bent = rollback;
  bent.path[0].bytes[9] ^= 4;
  cases.Add("rollback-path-altered", "the path does not lead there", log, bent,
            Verdict::kNotEvidence);
  bent = rollback;
  bent.smaller = bent.larger;
  bent.path.clear();
  cases.Add("rollback-to-the-same", "of one size", log, bent, Verdict::kNotEvidence);
  bent = rollback;
  bent.smaller = forked.other.Note(small);
  cases.Add("rollback-of-a-fork", "the larger does not continue the smaller", log, bent,
            Verdict::kNotEvidence);
}

void AddWithholding(EvidenceCases& cases, const Forked& forked) {
  const CustodyLog& log = forked.shown;
  const auto at = [&](std::uint64_t position) {
    const SignedStatement& statement = log.At(position);
    Withholding what{.checkpoint = log.Note(log.size()),
                     .position = Position{position},
                     .leaf = audit::LeafOf(statement),
                     .path = log.PlacedAt(position).path,
                     .subject = {},
                     .previous = {}};
    if (what.leaf.leaf_class == 0) {
      what.subject = statement.statement.subject;
      what.previous = statement.statement.subject_prev;
    }
    return what;
  };
  cases.Add("withholding", "a statement of a known document is not given", log, at(forked.at),
            Verdict::kReportedWithholding);
  cases.Add("withholding-of-class-1", "a tick is not given", log, at(1),
            Verdict::kReportedWithholding);
  Withholding bent = at(forked.at);
  bent.previous = HashNamed("another");
  cases.Add("withholding-of-another-subject", "the tag is not of what is named", log, bent,
            Verdict::kNotEvidence);
  bent = at(1);
  bent.subject = CustodyLog::kDocument;
  cases.Add("withholding-of-class-1-and-a-subject", "a leaf for everybody names no subject", log,
            bent, Verdict::kNotEvidence);
  bent = at(forked.at);
  ++bent.position.value;
  cases.Add("withholding-elsewhere", "the leaf does not stand there", log, bent,
            Verdict::kNotEvidence);
  bent = at(forked.at);
  bent.position.value = log.size();
  cases.Add("withholding-beyond-the-end", "the log is not that long", log, bent,
            Verdict::kNotEvidence);
  bent = at(1);
  bent.checkpoint = log.Note(log.size(), "ria");
  cases.Add("withholding-not-signed", "the checkpoint is not the log's", log, bent,
            Verdict::kInvalid, Reason::kCheckpointInvalid);
  Bytes bytes = DecodedOf(custody::FormatEvidence(EvidenceCases::Of(log, at(1))));
  const std::string note = log.Note(log.size());
  bytes[32 + 2 + 4 + log.At(0).bytes.size() + 8 + 1 + 2 + note.size() + 8] = 2;
  cases.Text("withholding-of-class-2", "no such class of leaves", EvidenceTextOf(bytes),
             Verdict::kInvalid, Reason::kMalformed);
}

}  // namespace

void AddEvidenceCases(VectorCases& all) {
  EvidenceCases cases(all);
  const Forked forked;
  AddEquivocation(cases, forked);
  AddBytes(cases, forked);
  AddFork(cases, forked);
  AddRollback(cases, forked);
  AddWithholding(cases, forked);
  AddHistoryEvidence(cases);
}

}  // namespace amparo::testing
