// Evidence that the log holds what the rules refuse: refusals that count, and those that could
// come of what was left out.

#include "tests/custody/evidence_cases.h"

namespace amparo::testing {
namespace {

using custody::InvalidHistory;
using custody::Reason;
using custody::Receipt;
using custody::Verdict;

// A log that holds `say` as its newest statement, and evidence of it.
using Say = std::function<std::uint64_t(CustodyLog&)>;

class Histories {
 public:
  Histories(EvidenceCases& cases, Verdict verdict) : cases_(cases), verdict_(verdict) {}
  void operator()(std::string name, std::string comment, const Say& say,
                  const std::vector<std::string>& cast = {"fay", "cleo"}) {
    CustodyLog log(cast);
    const std::uint64_t at = say(log);
    log.TickAfter(100);
    const bool is_proven = verdict_ == Verdict::kProvenInvalidHistory;
    cases_.Add(absl::StrCat("history-", name), std::move(comment), log,
               InvalidHistory{log.ReceiptOf(at + 1)}, verdict_, std::nullopt,
               is_proven ? std::optional(at) : std::nullopt);
  }

 private:
  EvidenceCases& cases_;
  Verdict verdict_;
};

Submit FirstSubmit() { return {.case_id = SubjectId::Filled(0xca)}; }
Revoke RevokeAct(const std::string& name) {
  return {.member = Organisation::Member(name), .certificate = {}};
}
void ByNobody(Statement& said, Body&) {
  said.actor_certificate = HashNamed("a certificate that nobody has");
}

void AddAuthors(Histories& proven, Histories& nothing) {
  proven("revoked-author", "the author was revoked before", [](CustodyLog& log) {
    log.Revoke("fay");
    return log.Submit();
  });
  proven("forged-signature", "in fay's name, with cleo's key", [](CustodyLog& log) {
    const SignedStatement said = log.Compose("fay", FirstSubmit());
    return log.Add(SignStatement(said.statement, KeyNamed("cleo")));
  });
  proven("author-is-another", "fay's certificate in cleo's name", [](CustodyLog& log) {
    return log.Submit([](Statement& said, Body&) { said.actor = Organisation::Member("cleo"); });
  });
  proven("unknown-author", "a tick stands right before it: no certificate can be left out",
         [](CustodyLog& log) {
           log.TickAfter(60);
           return log.Submit(ByNobody);
         });
  nothing("unknown-author-after-a-gap",
          "between tick and statement the log holds what the file does not: perhaps a certificate",
          [](CustodyLog& log) {
            log.OpenCase();
            return log.Submit(ByNobody);
          });
  nothing("expired-author", "of time", [](CustodyLog& log) {
    log.TickAfter(366 * 86'400);
    return log.Submit();
  });
}

void AddRules(Histories& proven, Histories& nothing) {
  const auto assign = [](const CustodyLog& log) {
    return Assign{.translator = Organisation::Member("tina"),
                  .reviewer = Organisation::Member("rita"),
                  .attorneys = {},
                  .lease_end = {(log.now().value / 3600 + 48) * 3600},
                  .due_week = 0};
  };
  proven("role", "a coordinator's act by a fellow", [&](CustodyLog& log) {
    log.Submit();
    return log.Say("fay", assign(log));
  });
  proven("submitted-by-a-translator", "neither a fellow nor a coordinator",
         [](CustodyLog& log) { return log.Say("tina", FirstSubmit()); }, {"fay", "cleo", "tina"});
  proven("subject-type", "a submission about a case", [](CustodyLog& log) {
    return log.Submit([](Statement& said, Body&) { said.subject_type = 2; });
  });
  proven("translator-unknown", "the directory is whole, and nobody is called so",
         [&](CustodyLog& log) {
           log.TickAfter(60);
           log.Submit();
           return log.Say("cleo", assign(log));
         });
  proven("grant-missing", "nobody could open it; the directory is whole", [](CustodyLog& log) {
    log.TickAfter(60);
    return log.Submit([](Statement&, Body& body) { body.grants.clear(); });
  });
  nothing("grant-missing-after-a-gap", "the one it was granted to may have been left out",
          [](CustodyLog& log) {
            log.OpenCase();
            return log.Submit([](Statement&, Body& body) { body.grants.clear(); });
          });
  nothing("remark", "a remark that the rules refuse: turns may have been left out",
          [](CustodyLog& log) {
            log.Submit();
            return log.Say("fay",
                           Note{.type = NoteType::kAnswer, .in_reply_to = HashNamed("a question")});
          });
  nothing("state", "the state forbids it: time may have gone on", [](CustodyLog& log) {
    log.Submit();
    return log.Say("cleo", Unassign{});
  });
  nothing("nothing-submitted", "the submission may have been left out",
          [](CustodyLog& log) { return log.Say("cleo", Withdraw{}); });
  nothing("stale", "a turn before it may have been left out", [](CustodyLog& log) {
    log.Submit();
    return log.Say("cleo", Withdraw{}, [](Statement& said, Body&) {
      said.subject_prev = HashNamed("a turn that is not there");
    });
  });
  nothing("in-order", "the rules accept every statement",
          [](CustodyLog& log) { return log.Submit(); });
}

void AddDirectory(Histories& proven, Histories& nothing) {
  proven("turn-by-a-fellow", "fay is no registrar",
         [](CustodyLog& log) { return log.Say("fay", RevokeAct("cleo")); });
  proven("certified-by-nobody-invited", "a certificate without an invitation", [](CustodyLog& log) {
    return log.Say("ria", Certify{.certificate = Organisation::CertificateFor(
                                      "mallory", RolesOf({Role::kTranslator}), {})});
  });
  nothing("stale-turn", "what it names may have been left out", [](CustodyLog& log) {
    const SignedStatement late = log.Compose("ria", RevokeAct("fay"));
    log.Revoke("cleo");
    return log.Add(late);
  });
  nothing("stale-turn-by-nobody", "by an author whose certificate may have been left out",
          [](CustodyLog& log) {
            return log.Say("ria", RevokeAct("fay"), [](Statement& said, Body& body) {
              said.subject_prev = HashNamed("a turn that is not there");
              ByNobody(said, body);
            });
          });
  nothing("epoch-by-one-root", "a policy may have been left out", [](CustodyLog& log) {
    const LogEpoch epoch{.epoch = 1, .size = {3}, .root = log.Head(3).root};
    return log.Add(SignStatement(log.Compose("root", epoch).statement, KeyNamed("root-2")));
  });
}

void AddTicks(Histories& proven, Histories& nothing) {
  const auto tick = [](const CustodyLog& log, const Hash& head) {
    return Tick{.now = {log.now().value + 60}, .directory_head = head};
  };
  proven("tick-by-a-registrar", "not by the log's key", [&](CustodyLog& log) {
    const SignedStatement said = log.Compose("log", tick(log, log.directory().head()));
    return log.Add(SignStatement(said.statement, KeyNamed("ria")));
  });
  nothing("tick-of-another-head", "a turn may have been left out",
          [&](CustodyLog& log) { return log.Say("log", tick(log, HashNamed("a turn"))); });
  nothing("tick-by-a-new-key", "a policy with that key may have been left out",
          [&](CustodyLog& log) {
            const SignedStatement said = log.Compose("log", tick(log, HashNamed("a policy")));
            return log.Add(SignStatement(said.statement, KeyNamed("log-2")));
          });
  nothing("tick-at-the-same-time", "of time", [](CustodyLog& log) { return log.TickAfter(0); });
}

// Evidence of a revoked author, and what becomes of it when it is changed.
class Changes {
 public:
  explicit Changes(EvidenceCases& cases) : cases_(cases), log_({"fay", "cleo"}) {
    log_.Revoke("fay");
    at_ = log_.Submit();
    log_.TickAfter(100);
  }
  const CustodyLog& log() const { return log_; }
  std::uint64_t at() const { return at_; }
  void operator()(std::string name, std::string comment, Verdict verdict,
                  std::optional<Reason> reason, std::optional<std::uint64_t> position,
                  const Change& change) {
    Receipt receipt = log_.ReceiptOf(at_ + 1);
    change(receipt);
    cases_.Add(absl::StrCat("history-", name), std::move(comment), log_, InvalidHistory{receipt},
               verdict, reason, position);
  }

 private:
  EvidenceCases& cases_;
  CustodyLog log_;
  std::uint64_t at_ = 0;
};

void AddChanged(EvidenceCases& cases) {
  Changes add(cases);
  const auto invalid = Verdict::kInvalid;
  add("not-the-highest", "the refused statement is not the highest", Verdict::kNotEvidence, {}, {},
      [&](Receipt& r) { r.ticks.push_back(add.log().PlacedAt(add.at() + 1)); });
  add("of-another-subject", "of another document than the one named", Verdict::kNotEvidence, {}, {},
      [](Receipt& r) { r.document = CustodyLog::kOtherDocument; });
  add("of-no-subject", "no document is named", Verdict::kNotEvidence, {}, {},
      [](Receipt& r) { r.document = {}; });
  add("not-included", "a bit of a path", invalid, Reason::kNotIncluded, add.at(),
      [](Receipt& r) { r.history[0].path[0].bytes[0] ^= 1; });
  add("org-altered", "not the evidence's organisation", invalid, Reason::kWrongOrg, {},
      [](Receipt& r) { r.org.bytes[0] ^= 1; });
  add("checkpoint-not-signed", "not the log's", invalid, Reason::kCheckpointInvalid, {},
      [&](Receipt& r) { r.checkpoint = add.log().Note(add.log().size(), "fay"); });
  add("statement-cut", "a byte of a statement is missing", invalid, Reason::kMalformed, {},
      [](Receipt& r) { r.history[0].statement.pop_back(); });
  add("unknown-kind", "a statement of a kind to come", Verdict::kUpdateRequired, {}, {},
      [](Receipt& r) {
        SignedStatement said = *DecodeSigned(r.history[0].statement);
        said.statement.kind = 79;
        r.history[0].statement = SignStatement(said.statement, KeyNamed("fay")).bytes;
      });
  add("positions-descend", "a receipt inside is read as strictly as one by itself", invalid,
      Reason::kMalformed, {}, [](Receipt& r) { std::swap(r.directory[1], r.directory[2]); });
}

}  // namespace

void AddHistoryEvidence(EvidenceCases& cases) {
  Histories proven(cases, Verdict::kProvenInvalidHistory);
  Histories nothing(cases, Verdict::kNotEvidence);
  AddAuthors(proven, nothing);
  AddRules(proven, nothing);
  AddDirectory(proven, nothing);
  AddTicks(proven, nothing);
  AddChanged(cases);
}

}  // namespace amparo::testing
