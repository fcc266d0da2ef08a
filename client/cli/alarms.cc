// What the program says when the server is caught lying.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/dates.h"
#include "client/cli/people.h"
#include "client/cli/verbs.h"

namespace amparo::cli {

namespace {

struct Given {
  bool end = false;
};

absl::Status ShowAlarm(Shell& shell, const Given& given) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient(/*alone=*/true);
  if (!opened.ok()) return opened.status();
  const std::optional<client::StandingAlarm> alarm = (*opened)->Alarm();
  Terminal& terminal = *shell.terminal;
  if (!alarm.has_value()) {
    terminal.Line("no alarm stands in this home");
    terminal.Json({{"stands", false}});
    return absl::OkStatus();
  }
  terminal.Line(absl::StrCat("since ", SpellTime(alarm->noticed_at), ": ", alarm->what));
  terminal.Line(alarm->evidence.empty() ? "  without evidence that a third person could judge"
                                        : absl::StrCat("  evidence: ", alarm->evidence));
  terminal.Line(alarm->proven ? "  proven: it stands until a person ends it"
                              : "  it ends when a synchronisation succeeds");
  if (given.end) {
    absl::Status yes = terminal.Confirm(
        "end it? only after a registrar told you, by telephone or in person, how it was settled; "
        "it is recorded in this home, and the evidence stays");
    if (!yes.ok()) return yes;
    if (absl::Status ended = (*opened)->EndAlarm(); !ended.ok()) return ended;
    terminal.Line("ended");
  }
  terminal.Json({{"stands", !given.end},
                 {"since", SpellTime(alarm->noticed_at)},
                 {"what", alarm->what},
                 {"evidence", alarm->evidence},
                 {"proven", alarm->proven}});
  return absl::OkStatus();
}

}  // namespace

void AddAlarmVerb(CLI::App& log, Shell& shell) {
  auto given = std::make_shared<Given>();
  CLI::App* alarm = AddVerb(log, "alarm", "the alarm that stands in this home", "amparo log alarm");
  alarm->add_flag("--end", given->end, "end it, after a registrar told you how it was settled");
  SetWork(alarm, shell, [&shell, given] { return ShowAlarm(shell, *given); });
}

void ExplainAlarm(const Shell& shell, const client::Client& opened) {
  const std::optional<client::StandingAlarm> alarm = opened.Alarm();
  if (!alarm.has_value()) return;
  Terminal& terminal = *shell.terminal;
  terminal.Note("ALARM: the server's word contradicts what it signed, or was altered on its way.");
  terminal.Note(absl::StrCat("  ", alarm->what));
  terminal.Note(absl::StrCat(
      "  Until ",
      alarm->proven ? "a person who knows how it was settled says `amparo log alarm --end`"
                    : "a synchronisation succeeds again",
      ", this home sends nothing and gives nobody a key."));
  const directory::Directory& directory = opened.replica().directory();
  if (directory.founded()) {
    std::vector<std::string> names;
    for (const Certificate& registrar : directory.policy().registrars) {
      names.push_back(SpellMember(CardOf(opened, registrar.member)));
    }
    terminal.Note(absl::StrCat("  Call a registrar by telephone or in person, not through this ",
                               "server: ", absl::StrJoin(names, ", ")));
  }
  if (alarm->evidence.empty()) {
    terminal.Note("  There is nothing in it that a third person could judge.");
    return;
  }
  terminal.Note(absl::StrCat("  The evidence is kept in ", alarm->evidence));
  terminal.Note(
      absl::StrCat("  Anybody can judge it, without a network: amparo verify ", alarm->evidence));
}

absl::Status Synchronise(const Shell& shell, client::Client& opened,
                         const client::SyncOptions& options) {
  const absl::Status synced = opened.Sync(options);
  if (absl::IsDataLoss(synced)) ExplainAlarm(shell, opened);
  if (!synced.ok()) return synced;
  if (opened.Alarm().has_value()) ExplainAlarm(shell, opened);
  for (const std::string& note : opened.Notes()) shell.terminal->Note(note);
  absl::Status passes = opened.CheckTimePasses();
  if (passes.ok() || !shell.works_on_old_view) return passes;
  shell.terminal->Note(absl::StrCat("WARNING: ", std::string(passes.message())));
  return absl::OkStatus();
}

}  // namespace amparo::cli
