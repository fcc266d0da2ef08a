// log status | trust | distrust, and --not-witnessed: who else saw the log.

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/dates.h"
#include "client/cli/people.h"
#include "client/cli/verbs.h"

namespace amparo::cli {
namespace {

constexpr std::size_t kTextBytesMax = 4 * 1024;

struct Given {
  std::string witness;
};

std::string ReasonOf(const absl::Status& status) {
  const auto detail = client::DetailOf(status);
  return detail.has_value() ? detail->reason : "";
}

std::string Count(std::size_t n, absl::string_view one, absl::string_view many) {
  return absl::StrCat(n, " ", n == 1 ? one : many);
}

void ShowSeen(Shell& shell, const client::Client& opened, const client::LogStatus& log,
              nlohmann::ordered_json& list) {
  std::size_t colleagues = 0;
  for (const auto& seen : log.seen) colleagues += seen.member.has_value() && seen.counts ? 1 : 0;
  shell.terminal->Line(absl::StrCat(Count(colleagues, "colleague has", "colleagues have"),
                                    " confirmed this history", log.seen.empty() ? "" : ":"));
  for (const auto& seen : log.seen) {
    const client::MemberCard card =
        seen.member.has_value() ? CardOf(opened, *seen.member) : client::MemberCard{};
    const std::string who =
        seen.member.has_value() ? SpellMember(card) : absl::StrCat("witness ", seen.name);
    shell.terminal->Line(absl::StrCat("  ", SpellTime(seen.time), "  ", who, ", ",
                                      Count(seen.size.value, "entry", "entries"),
                                      seen.counts ? "" : ", a member no more"));
    list.push_back({{"code", seen.member.has_value() ? seen.name : ""},
                    {"witness", seen.member.has_value() ? "" : seen.name},
                    {"name", card.name},
                    {"time", SpellTime(seen.time)},
                    {"size", seen.size.value},
                    {"counts", seen.counts}});
  }
}

absl::Status ShowLog(Shell& shell) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  const client::LogStatus log = (*opened)->Log();
  Terminal& terminal = *shell.terminal;
  terminal.Line(absl::StrCat("the log has ", Count(log.size.value, "entry", "entries"),
                             "; its newest time is ", SpellTime(log.newest_tick)));
  terminal.Line(absl::StrCat("  root: ", ToHex(log.root)));
  terminal.Line(absl::StrCat("  words, the same for everybody at this size: ", log.words));
  terminal.Line(log.light ? "  this home holds what it needs of it, with proofs (light)"
                          : "  this home has checked every entry (full)");
  nlohmann::ordered_json json = {{"size", log.size.value},
                                 {"root", ToHex(log.root)},
                                 {"words", log.words},
                                 {"newest_tick", SpellTime(log.newest_tick)},
                                 {"mode", log.light ? "light" : "full"},
                                 {"seen", nlohmann::ordered_json::array()},
                                 {"witnesses", log.partners},
                                 {"may_grant", log.may_grant.ok()},
                                 {"reason", ReasonOf(log.may_grant)}};
  ShowSeen(shell, **opened, log, json["seen"]);
  for (const std::string& partner : log.partners) {
    terminal.Line(absl::StrCat("trusted witness: ", partner));
  }
  terminal.Line(log.may_grant.ok() ? "keys can be given to new readers"
                                   : absl::StrCat("no key can be given to a new reader: ",
                                                  std::string(log.may_grant.message())));
  terminal.Json(json);
  return absl::OkStatus();
}

absl::Status Trust(Shell& shell, const Given& given) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient(/*alone=*/true);
  if (!opened.ok()) return opened.status();
  const std::string key(absl::StripAsciiWhitespace(given.witness));
  absl::Status yes = shell.terminal->Confirm(
      absl::StrCat("let the witness ", key, " confirm this log? compare its key by telephone"));
  if (!yes.ok()) return yes;
  if (absl::Status status = (*opened)->TrustWitness(key); !status.ok()) return status;
  shell.terminal->Line(absl::StrCat("trusted ", key));
  shell.terminal->Json({{"trusted", key}});
  return absl::OkStatus();
}

absl::Status Distrust(Shell& shell, const Given& given) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient(/*alone=*/true);
  if (!opened.ok()) return opened.status();
  if (absl::Status status = (*opened)->DistrustWitness(given.witness); !status.ok()) return status;
  shell.terminal->Line(absl::StrCat("no longer trusted: ", given.witness));
  shell.terminal->Json({{"distrusted", given.witness}});
  return absl::OkStatus();
}

}  // namespace

void AddWitnessOverride(CLI::App* verb, const std::shared_ptr<WitnessOverride>& given) {
  verb->add_flag("--not-witnessed", given->asked,
                 "give the key though nobody else confirmed this history; it is recorded");
  verb->add_option("--reason-file", given->reason_file,
                   "file with the reason to record; - is standard input");
}

absl::Status OverrideWitness(Shell& shell, client::Client& opened,
                             const std::vector<SubjectId>& subjects,
                             const std::set<MemberId>& readers, const WitnessOverride& given) {
  if (!given.asked) return absl::OkStatus();
  const absl::Status may = opened.MayGrantTo(readers);
  if (ReasonOf(may) != "NOT_WITNESSED") {
    if (may.ok()) shell.terminal->Note("--not-witnessed was not needed, and nothing is recorded");
    return may;
  }
  absl::StatusOr<std::string> reason = shell.terminal->Text(
      given.reason_file, "why a key must be given now, for everybody who may read this",
      kTextBytesMax);
  if (!reason.ok()) return reason.status();
  for (const SubjectId& subject : subjects) {
    absl::StatusOr<bool> recorded = opened.RecordUnwitnessed(subject, *reason, readers);
    if (!recorded.ok()) return recorded.status();
    if (!*recorded) continue;
    shell.terminal->Note(
        "WARNING: nobody else confirmed this history. If the server lies, the key may go to "
        "somebody who was revoked. Your name and your reason are recorded.");
  }
  return absl::OkStatus();
}

void AddLogVerbs(CLI::App& app, Shell& shell) {
  auto given = std::make_shared<Given>();
  CLI::App* log = AddVerb(app, "log", "the log: who else saw it", "amparo log status");
  log->require_subcommand(1);
  CLI::App* status = AddVerb(*log, "status", "its size, time and root, and who confirmed them",
                             "amparo log status");
  SetWork(status, shell, [&shell] { return ShowLog(shell); });
  CLI::App* trust = AddVerb(*log, "trust", "let a partner organisation's witness confirm this log",
                            "amparo log trust partner.example+1a2b3c4d+BAx3...");
  trust->add_option("key", given->witness, "what `amparo-witness key new` printed")->required();
  SetWork(trust, shell, [&shell, given] { return Trust(shell, *given); });
  CLI::App* distrust = AddVerb(*log, "distrust", "let a witness confirm nothing any more",
                               "amparo log distrust partner.example");
  distrust->add_option("name", given->witness, "its name")->required();
  SetWork(distrust, shell, [&shell, given] { return Distrust(shell, *given); });
  AddAlarmVerb(*log, shell);
}

}  // namespace amparo::cli
