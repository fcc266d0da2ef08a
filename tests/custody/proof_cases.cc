// Receipts that are not of the organisation, not under its checkpoint, not in its tree, or empty.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "audit/signed_note.h"
#include "tests/custody/custody_log.h"
#include "tests/custody/vector_cases.h"

namespace amparo::testing {
namespace {

using custody::Placed;
using custody::Reason;
using custody::Receipt;
using custody::Verdict;

// Adds cases of one reason, all changes of one receipt.
class CasesOf {
 public:
  CasesOf(VectorCases& cases, const Receipt& receipt, Reason reason)
      : cases_(cases), receipt_(receipt), reason_(reason) {}
  void operator()(std::string name, std::string comment, const Change& change,
                  std::optional<std::uint64_t> position = {}) {
    cases_.push_back({.name = std::move(name),
                      .comment = std::move(comment),
                      .text = Changed(receipt_, change),
                      .verdict = Verdict::kInvalid,
                      .reason = reason_,
                      .position = position});
  }

 private:
  VectorCases& cases_;
  const Receipt& receipt_;
  Reason reason_;
};

void AddWrongOrg(VectorCases& cases, const Receipt& receipt) {
  CasesOf add(cases, receipt, Reason::kWrongOrg);
  add("org-altered", "not the hash of the first policy", [](Receipt& r) { r.org.bytes[0] ^= 1; });
  add("no-first-policy", "the directory begins with its second turn",
      [](Receipt& r) { r.directory.erase(r.directory.begin()); });
  add("first-policy-elsewhere", "the first policy is not at position 0", [](Receipt& r) {
    r.directory.resize(1);
    r.directory[0].position.value = 1;
    r.ticks.erase(r.ticks.begin());
  });
  add("policy-altered", "a bit of the first policy: another organisation's", [](Receipt& r) {
    SignedStatement said = *DecodeSigned(r.directory[0].statement);
    Bytes& body = said.statement.body;
    body[body.size() - 9] ^= 1;  // Freshness limit.
    r.directory[0].statement = SignStatement(said.statement, KeyNamed("root-1")).bytes;
  });
  add("statement-of-another-org", "one statement of the history names another organisation",
      [](Receipt& r) {
        SignedStatement said = *DecodeSigned(r.history[2].statement);
        said.statement.org.bytes[31] ^= 1;
        r.history[2].statement = SignStatement(said.statement, KeyNamed("tina")).bytes;
      });
}

void AddCheckpointInvalid(VectorCases& cases, const CustodyLog& log, const Receipt& receipt) {
  CasesOf add(cases, receipt, Reason::kCheckpointInvalid);
  const std::uint64_t size = log.size();
  const std::string origin = audit::OriginOf(log.org());
  const std::string text = audit::FormatCheckpointText(origin, log.Head(size));
  const auto note = [](std::string bytes) { return [bytes](Receipt& r) { r.checkpoint = bytes; }; };
  add("checkpoint-no-note", "not a signed note", note("hello\n"));
  add("checkpoint-not-utf8", "a byte that is no UTF-8", note("\xff\n\n"));
  add("checkpoint-by-another-key", "signed, not by the log's key", note(log.Note(size, "fay")));
  std::string altered = receipt.checkpoint;
  altered[altered.size() - 10] = altered[altered.size() - 10] == 'A' ? 'B' : 'A';
  add("checkpoint-signature-altered", "a bit of the log's signature", note(altered));
  add("checkpoint-unsigned", "the log's line is missing",
      note(absl::StrCat(text, "\n", log.CosignedBy("cleo", size, log.now()))));
  add("checkpoint-with-a-fourth-line", "our logs write none",
      note(audit::SignNote(origin, absl::StrCat(text, "extension\n"), KeyNamed("log"))));
  const std::string elsewhere = absl::StrReplaceAll(origin, {{"/log/", "/tree/"}});
  add("checkpoint-of-another-origin", "signed with the log's key, under another name",
      note(audit::SignNote(elsewhere, audit::FormatCheckpointText(elsewhere, log.Head(size)),
                           KeyNamed("log"))));
  add("checkpoint-with-leading-zero", "a size of 0 and more digits",
      note(audit::SignNote(origin,
                           absl::StrReplaceAll(text, {{absl::StrCat("\n", size, "\n"),
                                                       absl::StrCat("\n0", size, "\n")}}),
                           KeyNamed("log"))));
  add("checkpoint-with-a-damaged-line", "a stranger's line that is not one",
      note(absl::StrCat(receipt.checkpoint, "\xe2\x80\x94 stranger AAA\n")));
  add("checkpoint-too-small", "the newest tick stands at its size",
      note(log.Note(receipt.ticks.back().position.value)));
  add("position-beyond-the-checkpoint", "a statement at 2^64 - 1",
      [](Receipt& r) { r.history.back().position.value = ~std::uint64_t{0}; });
  add("checkpoint-empty", "of a log without entries",
      note(audit::SignCheckpoint(log.org(), log.Head(0), KeyNamed("log"))));
}

void AddNotIncluded(VectorCases& cases, const CustodyLog& log, const Receipt& receipt) {
  CasesOf add(cases, receipt, Reason::kNotIncluded);
  const auto flip = [](Placed& placed) { placed.path.back().bytes[31] ^= 0x80; };
  add(
      "path-of-a-turn", "a bit of a path in the directory",
      [&](Receipt& r) { flip(r.directory[4]); }, receipt.directory[4].position.value);
  add(
      "path-of-a-tick", "a bit of a tick's path", [&](Receipt& r) { flip(r.ticks[1]); },
      receipt.ticks[1].position.value);
  add(
      "path-of-the-history", "a bit of a path in the history",
      [&](Receipt& r) { flip(r.history[3]); }, receipt.history[3].position.value);
  add(
      "path-too-long", "a hash too many", [](Receipt& r) { r.history[0].path.emplace_back(); },
      receipt.history[0].position.value);
  add(
      "path-too-short", "a hash too few", [](Receipt& r) { r.history[0].path.pop_back(); },
      receipt.history[0].position.value);
  add(
      "path-of-none", "no path at all", [](Receipt& r) { r.history[5].path.clear(); },
      receipt.history[5].position.value);
  add(
      "paths-exchanged", "two neighbours have each other's path",
      [](Receipt& r) { std::swap(r.history[0].path, r.history[1].path); },
      receipt.history[0].position.value);
  add(
      "position-moved", "a statement said to stand one further",
      [](Receipt& r) { ++r.history.back().position.value; },
      receipt.history.back().position.value + 1);
  add(
      "signature-altered", "a bit of a signature: another leaf",
      [](Receipt& r) { r.history[2].statement.back() ^= 1; }, receipt.history[2].position.value);
  add(
      "statement-replaced", "ada says what rita said: another leaf",
      [](Receipt& r) {
        SignedStatement said = *DecodeSigned(r.history[5].statement);
        r.history[5].statement = SignStatement(said.statement, KeyNamed("ada")).bytes;
      },
      receipt.history[5].position.value);
  add(
      "statements-exchanged", "two statements of the history have each other's place",
      [](Receipt& r) { std::swap(r.history[0].statement, r.history[1].statement); },
      receipt.history[0].position.value);
  add(
      "checkpoint-of-another-size", "a genuine checkpoint, of the log one statement later",
      [&](Receipt& r) {
        CustodyLog later = log;
        later.TickAfter(60);
        r.checkpoint = later.Note(later.size());
      },
      0);
  add(
      "two-faults-of-inclusion", "the directory is looked at first, whatever the position",
      [&](Receipt& r) {
        flip(r.history[0]);
        flip(r.directory.back());
      },
      receipt.directory.back().position.value);
}

void AddMissing(VectorCases& cases, const Receipt& receipt) {
  CasesOf add(cases, receipt, Reason::kHistoryMissing);
  add("no-history", "the directory and its ticks alone", [](Receipt& r) { r.history.clear(); });
  add("no-history-of-no-document", "nothing about nothing", [](Receipt& r) {
    r.history.clear();
    r.document = {};
  });
  add("no-history-no-ticks", "the directory alone", [](Receipt& r) {
    r.history.clear();
    r.ticks.clear();
  });
  add("no-ticks", "time is not known", [](Receipt& r) {
    r.ticks.clear();
    r.history.resize(1);
  });
  add("no-tick-before-it", "the first tick stands after the first statement", [](Receipt& r) {
    r.ticks.erase(r.ticks.begin());
    r.history.resize(1);
  });
}

}  // namespace

void AddProofCases(VectorCases& cases) {
  const CustodyLog log = CustodyLog::WholeStory();
  const Receipt receipt = log.ReceiptOf();
  AddWrongOrg(cases, receipt);
  AddCheckpointInvalid(cases, log, receipt);
  AddNotIncluded(cases, log, receipt);
  AddMissing(cases, receipt);
}

}  // namespace amparo::testing
