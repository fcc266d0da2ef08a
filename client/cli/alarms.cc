// What the program says when the server is caught lying.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/people.h"
#include "client/cli/verbs.h"

namespace amparo::cli {

void ExplainAlarm(const Shell& shell, const client::Client& opened) {
  const std::optional<client::StandingAlarm> alarm = opened.Alarm();
  if (!alarm.has_value()) return;
  Terminal& terminal = *shell.terminal;
  terminal.Note("ALARM: the server's word contradicts what it signed, or was altered on its way.");
  terminal.Note(
      "  Nothing of its answer was taken over. Until a synchronisation succeeds again, this home "
      "sends nothing and gives nobody a key.");
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
  for (const std::string& note : opened.Notes()) shell.terminal->Note(note);
  absl::Status passes = opened.CheckTimePasses();
  if (passes.ok() || !shell.works_on_old_view) return passes;
  shell.terminal->Note(absl::StrCat("WARNING: ", std::string(passes.message())));
  return absl::OkStatus();
}

}  // namespace amparo::cli
