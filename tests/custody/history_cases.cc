// Logs, rightly signed and proven, that hold what the rules refuse, and receipts that leave out
// what cannot be left out.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/custody/custody_log.h"
#include "tests/custody/vector_cases.h"

namespace amparo::testing {
namespace {

using custody::Reason;
using custody::Receipt;
using custody::Verdict;

class Refused {
 public:
  explicit Refused(VectorCases& cases) : cases_(cases) {}
  void operator()(std::string name, std::string comment, Reason reason, std::uint64_t position,
                  const Receipt& receipt) {
    cases_.push_back({.name = std::move(name),
                      .comment = std::move(comment),
                      .text = custody::FormatReceipt(receipt),
                      .verdict = Verdict::kInvalid,
                      .reason = reason,
                      .position = position});
  }

 private:
  VectorCases& cases_;
};

void AddLeftOut(VectorCases& cases) {
  Refused add(cases);
  const CustodyLog log = CustodyLog::WholeStory();
  const Receipt whole = log.ReceiptOf();
  Receipt r = whole;
  r.directory.erase(r.directory.begin() + 5);
  add("turn-of-the-directory-left-out", "a gap in the chain: the next turn is STALE",
      Reason::kDirectoryRefused, whole.directory[6].position.value, r);
  r = whole;
  const custody::Placed revoked = r.directory[r.directory.size() - 2];
  r.directory.erase(r.directory.end() - 2);
  r.directory.pop_back();
  add("revocation-left-out", "both revocations are hidden: the next tick names another head",
      Reason::kTickRefused,
      std::ranges::find_if(whole.ticks,
                           [&](const auto& tick) { return tick.position > revoked.position; })
          ->position.value,
      r);
  r = whole;
  r.directory.pop_back();
  add("newest-revocation-left-out", "the newest tick names another head", Reason::kTickRefused,
      whole.ticks.back().position.value, r);
  r = whole;
  r.history.erase(r.history.begin() + 1);
  add("turn-of-the-document-left-out", "the assignment is missing", Reason::kHistoryRefused,
      whole.history[2].position.value, r);
  r = whole;
  r.history.erase(r.history.begin());
  add("submission-left-out", "nothing was submitted", Reason::kHistoryRefused,
      whole.history[1].position.value, r);
  r = whole;
  r.document = CustodyLog::kOtherDocument;
  add("another-document", "the history is not of the document named", Reason::kHistoryRefused,
      whole.history[0].position.value, r);
  r = whole;
  r.document = {};
  add("no-document", "a history and no document", Reason::kHistoryRefused,
      whole.history[0].position.value, r);
}

void AddDirectory(VectorCases& cases) {
  Refused add(cases);
  CustodyLog by_fellow({"fay", "cleo"});
  by_fellow.Submit();
  std::uint64_t at = by_fellow.Say(
      "fay", amparo::Revoke{.member = Organisation::Member("cleo"), .certificate = {}});
  add("turn-by-a-fellow", "fay is no registrar", Reason::kDirectoryRefused, at,
      by_fellow.ReceiptOf());

  CustodyLog two_heads({"fay", "cleo"});
  two_heads.Submit();
  const SignedStatement late = two_heads.Compose(
      "ria", amparo::Revoke{.member = Organisation::Member("fay"), .certificate = {}});
  two_heads.Revoke("cleo");
  at = two_heads.Add(late);
  add("turn-that-came-late", "it names a head that was not the newest any more",
      Reason::kDirectoryRefused, at, two_heads.ReceiptOf());

  CustodyLog one_root({"fay", "cleo"});
  one_root.Submit();
  const std::uint64_t end = one_root.size();
  at = one_root.Add(SignStatement(
      one_root.Compose("root", LogEpoch{.epoch = 1, .size = {end}, .root = one_root.Head(end).root})
          .statement,
      KeyNamed("root-2")));
  add("epoch-by-one-root", "a log epoch below the threshold", Reason::kDirectoryRefused, at,
      one_root.ReceiptOf());

  CustodyLog usurped({"fay", "cleo"});
  usurped.Submit();
  at = usurped.Add(SignStatement(usurped
                                     .Compose("root",
                                              [&] {
                                                Policy next = usurped.directory().policy();
                                                next.previous = HashOf(next);
                                                next.version = 2;
                                                next.roots = {KeyNamed("root-1").verify_key()};
                                                next.threshold = 1;
                                                return next;
                                              }())
                                     .statement,
                                 KeyNamed("root-1")));
  add("policy-by-one-root", "the old roots' threshold is not met", Reason::kDirectoryRefused, at,
      usurped.ReceiptOf());
}

void AddTicks(VectorCases& cases) {
  Refused add(cases);
  CustodyLog back({"fay", "cleo"});
  back.Submit();
  std::uint64_t at = back.Say(
      "log", Tick{.now = {back.now().value - 1}, .directory_head = back.directory().head()});
  add("tick-back-in-time", "time does not go back", Reason::kTickRefused, at, back.ReceiptOf());

  CustodyLog still({"fay", "cleo"});
  still.Submit();
  at = still.TickAfter(0);
  add("tick-at-the-same-time", "time rises strictly", Reason::kTickRefused, at, still.ReceiptOf());

  CustodyLog forged({"fay", "cleo"});
  forged.Submit();
  SignedStatement tick = forged.Compose(
      "log", Tick{.now = {forged.now().value + 60}, .directory_head = forged.directory().head()});
  at = forged.Add(SignStatement(tick.statement, KeyNamed("ria")));
  add("tick-by-a-registrar", "not by the log's key", Reason::kTickRefused, at, forged.ReceiptOf());

  CustodyLog typed({"fay", "cleo"});
  typed.Submit();
  tick = typed.Compose(
      "log", Tick{.now = {typed.now().value + 60}, .directory_head = typed.directory().head()},
      [](Statement& said, Body&) { said.subject_type = 1; });
  at = typed.Add(tick);
  add("tick-about-the-directory", "its subject type is not the kind's", Reason::kTickRefused, at,
      typed.ReceiptOf());
}

// A document in review, and then what `say` adds; the cast is small where it may be.
void AddInReview(VectorCases& cases, std::string name, std::string comment,
                 const std::function<std::uint64_t(CustodyLog&)>& say) {
  CustodyLog log({"fay", "cleo", "tina", "rita", "ada"});
  log.Submit();
  log.Assign();
  log.Accept();
  log.HandIn();
  const std::uint64_t at = say(log);
  log.TickAfter(100);
  Refused{cases}(std::move(name), std::move(comment), Reason::kHistoryRefused, at, log.ReceiptOf());
}

void AddAuthors(VectorCases& cases) {
  Refused add(cases);
  CustodyLog revoked({"fay", "cleo"});
  revoked.Revoke("fay");
  std::uint64_t at = revoked.Submit();
  add("author-revoked", "fay was revoked one statement before", Reason::kHistoryRefused, at,
      revoked.ReceiptOf());

  CustodyLog unknown({"fay", "cleo"});
  const SignedStatement real = unknown.Compose("fay", Accept{});
  at = unknown.Submit([](Statement& said, Body&) {
    said.actor_certificate = HashNamed("a certificate that nobody has");
  });
  add("author-unknown", "of a certificate that was never given", Reason::kHistoryRefused, at,
      unknown.ReceiptOf());

  CustodyLog other({"fay", "cleo"});
  at = other.Submit([](Statement& said, Body&) { said.actor = Organisation::Member("cleo"); });
  add("author-is-another", "fay's certificate in cleo's name", Reason::kHistoryRefused, at,
      other.ReceiptOf());

  CustodyLog forged({"fay", "cleo"});
  SignedStatement submit = forged.Compose("fay", Submit{.case_id = SubjectId::Filled(0xca)});
  at = forged.Add(SignStatement(submit.statement, KeyNamed("cleo")));
  add("author-did-not-sign", "in fay's name, with cleo's key", Reason::kHistoryRefused, at,
      forged.ReceiptOf());

  CustodyLog bad({"fay", "cleo"});
  at = bad.Submit([](Statement& said, Body&) { said.subject_type = 2; });
  add("subject-type-of-a-case", "a submission about a case", Reason::kHistoryRefused, at,
      bad.ReceiptOf());
}

void AddRules(VectorCases& cases) {
  AddInReview(cases, "approved-by-its-translator", "four eyes",
              [](CustodyLog& log) { return log.Approve("tina"); });
  AddInReview(cases, "approved-text-is-not-current", "the approval names another text",
              [](CustodyLog& log) {
                return log.Approve("rita", [](Statement&, Body& body) {
                  std::get<amparo::Approve>(body.act).translation = HashNamed("another text");
                });
              });
  AddInReview(cases, "received-before-approval", "nothing was delivered",
              [](CustodyLog& log) { return log.Receive(); });
  AddInReview(cases, "remark-on-nothing", "a question about a statement that is none of this",
              [](CustodyLog& log) {
                return log.Say("rita", Note{.type = NoteType::kQuestion, .in_reply_to = {}},
                               [](Statement& said, Body&) {
                                 said.subject_prev = HashNamed("another statement");
                               });
              });
  AddInReview(cases, "object-brought-again", "a note under the id of a page", [](CustodyLog& log) {
    return log.Say("rita", Note{.type = NoteType::kQuestion, .in_reply_to = {}},
                   [&](Statement&, Body& body) {
                     body.objects[0].object = log.parts()[0].ref.object;
                     body.grants[0].object = log.parts()[0].ref.object;
                   });
  });
  Refused add(cases);
  CustodyLog late({"fay", "cleo", "tina", "rita"});
  late.Submit();
  late.Assign([](Statement&, Body& body) { std::get<Assign>(body.act).attorneys.clear(); });
  late.TickAfter(49 * 3600 + 3600);
  const std::uint64_t at = late.Accept();
  add("accepted-after-the-lease", "the lease had ended by the newest tick", Reason::kHistoryRefused,
      at, late.ReceiptOf());
}

}  // namespace

void AddHistoryCases(VectorCases& cases) {
  AddLeftOut(cases);
  AddDirectory(cases);
  AddTicks(cases);
  AddAuthors(cases);
  AddRules(cases);
}

}  // namespace amparo::testing
