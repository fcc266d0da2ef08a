// The verbs of `amparo`, by the people who use them. Each Add... puts its verbs on the command
// line; the verb chosen leaves its work in Chosen::run, which main() calls.
// Spec: docs/spec/command-line.md.

#ifndef AMPARO_CLIENT_CLI_VERBS_H_
#define AMPARO_CLIENT_CLI_VERBS_H_

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/terminal.h"
#include "client/client.h"

namespace amparo::cli {

// What every verb may use. Options hold what the command line said.
struct Shell {
  std::string home;  // --home, or AMPARO_HOME.
  Terminal::Options terminal_options;
  std::unique_ptr<Terminal> terminal;  // Made once the command line was read.
  std::function<absl::Status()> run;   // The chosen verb's work.
  // The chosen verb gives no key to anybody new: that the log's time is too old is a warning to
  // it, and no alarm.
  bool works_on_old_view = false;
  // The chosen verb works without a connection: on what is known here, and acts wait in the outbox.
  bool works_without_link = false;
  bool offline = false;  // --offline: none is tried.

  // Opens the home and unlocks it: from the key holder, else by asking.
  struct Unlocked {
    client::Home home;
    KeyBundle keys;
  };
  // If another amparo works in the home, says so, and waits for its end. ABORTED, reason HOME_BUSY:
  // it goes on for longer.
  absl::StatusOr<client::Home> OpenHome() const;
  absl::StatusOr<Unlocked> Unlock() const;
  // The same to look alone, beside another amparo that works in the home.
  struct Seen {
    std::unique_ptr<const client::Home> home;
    KeyBundle keys;
  };
  absl::StatusOr<std::unique_ptr<const client::Home>> LookHome() const;
  absl::StatusOr<Seen> Look() const;
  // A member's client; unless `alone`, synchronised with the server, and what waited in the
  // outbox is sent. DATA_LOSS: an alarm.
  absl::StatusOr<std::unique_ptr<client::Client>> OpenClient(bool alone = false) const;
  // For verbs that connect in another way. UNAVAILABLE, reason OFFLINE: --offline forbids it.
  absl::Status CheckMayConnect() const;
};

// A verb: name, what it does in one line, an example that the help shows.
CLI::App* AddVerb(CLI::App& parent, const std::string& name, const std::string& what,
                  const std::string& example);
// Makes `work` what the program does when `verb` is chosen.
void SetWork(CLI::App* verb, Shell& shell, std::function<absl::Status()> work);
// The same, of a verb that works without a connection.
void SetWorkWithoutLink(CLI::App* verb, Shell& shell, std::function<absl::Status()> work);

// What most verbs on one document start with, and how they end.
struct OneDocument {
  std::unique_ptr<client::Client> client;
  SubjectId id;
  client::DocumentCard card;
};
absl::StatusOr<OneDocument> FindDocument(const Shell& shell, const std::string& typed);
// What was done, or that it waits in the outbox.
absl::Status SayAct(const Shell& shell, const client::Client& opened, absl::string_view done,
                    nlohmann::ordered_json json);
// Sends what waits in the outbox, and says what became of each item.
absl::Status SendWaiting(const Shell& shell, client::Client& opened);
// "accepted heron-river-48/3"
absl::Status SayDone(const Shell& shell, const OneDocument& document, absl::string_view done);

// Writes `text` into a new file, mode 0600, never over one. "-" is standard output.
absl::Status WriteNewFile(const std::string& path, ByteView text);
absl::StatusOr<std::string> ReadTextFile(const std::string& path);

// Synchronises, and tells the person what it brought besides: notes, and alarms in plain words.
absl::Status Synchronise(const Shell& shell, client::Client& opened,
                         const client::SyncOptions& options);
// What happened, that nothing was taken over, whom to call, and where the evidence is. Nothing
// if no alarm stands.
void ExplainAlarm(const Shell& shell, const client::Client& opened);
void AddAlarmVerb(CLI::App& log, Shell& shell);  // log alarm
// A root's signature of a log epoch's draft, after showing it.
absl::Status SignEpochDraft(Shell& shell, const std::string& text, const std::string& output);

// `--not-witnessed`, of the verbs that give a key of a document or case.
struct WitnessOverride {
  bool asked = false;
  std::string reason_file;
};
void AddWitnessOverride(CLI::App* verb, const std::shared_ptr<WitnessOverride>& given);
// If it was asked for and is needed: asks for the reason, puts it on each of the subjects, and
// says so loudly. `readers`: who is to get the key. After the person confirmed, before it is given.
absl::Status OverrideWitness(Shell& shell, client::Client& opened,
                             const std::vector<SubjectId>& subjects,
                             const std::set<MemberId>& readers, const WitnessOverride& given);

// `--proxy URL`, of the verbs that reach the server for the first time.
void AddProxyOption(CLI::App* verb, std::string& url);
// As it is kept: Endpoint::proxy. INVALID_ARGUMENT: see ParseProxyUrl in client/proxy.h.
absl::StatusOr<std::string> CheckProxy(const std::string& url);
void AddProxyVerb(CLI::App& app, Shell& shell);  // proxy

void AddFoundingVerbs(CLI::App& app, Shell& shell);                  // root, recovery, org
void AddRegistrarVerbs(CLI::App& org, CLI::App& app, Shell& shell);  // org pending..., invite
void AddEpochVerbs(CLI::App& org, Shell& shell);                     // org log-epoch ...
void AddMemberVerbs(CLI::App& app, Shell& shell);   // join, whoami, members, unlock, lock
void AddCaseVerbs(CLI::App& app, Shell& shell);     // case
void AddLookingVerbs(CLI::App& app, Shell& shell);  // inbox, status, history, sync, watch
void AddLogVerbs(CLI::App& app, Shell& shell);      // log status, trust, distrust, alarm
void AddOutboxVerbs(CLI::App& app, Shell& shell);   // outbox, outbox drop | retry
void AddBundleVerbs(CLI::App& app, Shell& shell);   // bundle export | import
void AddSubmitVerb(CLI::App& app, Shell& shell);
void AddAssignmentVerbs(CLI::App& app, Shell& shell);   // assign ... give-back, ask, answer
void AddTranslationVerbs(CLI::App& app, Shell& shell);  // open, hand-in, review
void AddDeliveryVerbs(CLI::App& app, Shell& shell);     // deliver, receive, reopen, withdraw, ...
void AddReceiptVerbs(CLI::App& app, Shell& shell);      // receipt, verify

}  // namespace amparo::cli

#endif  // AMPARO_CLIENT_CLI_VERBS_H_
