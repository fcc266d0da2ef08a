// join, whoami, members, unlock, lock: who one is.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/people.h"
#include "client/cli/verbs.h"
#include "client/founding.h"

namespace amparo::cli {
namespace {

struct Given {
  std::string file, role, proxy, duration = "20m";
  bool all = false;
};

// "20m", "2h", "90s" to seconds; at most 12 hours.
absl::StatusOr<std::uint32_t> ParseDuration(const std::string& text) {
  constexpr std::uint32_t kMax = 12 * 3600;
  std::uint64_t number = 0;
  std::size_t at = 0;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9' && number <= kMax) {
    number = number * 10 + static_cast<std::uint64_t>(text[at++] - '0');
  }
  const std::string unit = text.substr(at);
  const std::uint64_t factor = unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
  const std::uint64_t seconds = number * factor;
  if (at == 0 || seconds == 0 || seconds > kMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is no time: as in 90s, 20m or 2h, at most 12h"));
  }
  return static_cast<std::uint32_t>(seconds);
}

absl::Status Join(Shell& shell, const Given& given) {
  if (absl::Status s = shell.CheckMayConnect(); !s.ok()) return s;
  if (shell.home.empty()) {
    return absl::InvalidArgumentError("no home: give --home DIR or set AMPARO_HOME");
  }
  absl::StatusOr<std::string> proxy = CheckProxy(given.proxy);
  if (!proxy.ok()) return proxy.status();
  absl::StatusOr<std::string> invitation = ReadTextFile(given.file);
  if (!invitation.ok()) return invitation.status();
  absl::StatusOr<SecretBuffer> passphrase = shell.terminal->NewPassphrase();
  if (!passphrase.ok()) return passphrase.status();
  absl::StatusOr<client::Home> home =
      client::Join(shell.home, passphrase->Expose(), *invitation, client::ConnectGrpc, *proxy);
  Wipe(MutableByteView(reinterpret_cast<std::uint8_t*>(invitation->data()), invitation->size()));
  if (!home.ok()) return home.status();
  shell.terminal->Line(
      absl::StrCat("you are ", home->card().member_code, ": tell the registrar who invited you"));
  shell.terminal->Line("when you are admitted, `amparo whoami` says so");
  return absl::OkStatus();
}

absl::Status WhoAmI(Shell& shell) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient(/*alone=*/true);
  if (!opened.ok()) return opened.status();
  Terminal& terminal = *shell.terminal;
  const absl::Status synced = (*opened)->Sync();
  const client::MemberCard card = (*opened)->WhoAmI();
  if (!synced.ok()) {
    // Whoever waits to be endorsed is asked for the words, and may read nothing yet.
    terminal.Note(absl::StrCat("the words of this device: ", card.device_words));
    return synced;
  }
  for (const std::string& note : (*opened)->Notes()) terminal.Note(note);
  terminal.Line(SpellMember(card));
  terminal.Line(absl::StrCat("  roles: ", SpellRoles(card.roles)));
  terminal.Line(absl::StrCat("  desks: ", absl::StrJoin(card.desks, ", ")));
  terminal.Line(absl::StrCat("  devices: ", card.devices));
  terminal.Line(absl::StrCat("  this device: ", card.device_words));
  if (card.waits_for_endorsement) {
    terminal.Line("  waits for a second registrar's endorsement");
  } else if (!card.valid) {
    terminal.Line("  NOT VALID: revoked or expired");
  }
  terminal.Json({{"code", card.code},
                 {"name", card.name},
                 {"roles", RoleNames(card.roles)},
                 {"desks", card.desks},
                 {"devices", card.devices},
                 {"device_words", card.device_words},
                 {"valid", card.valid},
                 {"waits_for_endorsement", card.waits_for_endorsement}});
  return absl::OkStatus();
}

absl::Status Members(Shell& shell, const Given& given) {
  std::uint16_t wanted = kAllRoles;
  if (given.role == "registrar") {
    wanted = static_cast<std::uint16_t>(Role::kRegistrar);
  } else if (!given.role.empty()) {
    absl::StatusOr<std::uint16_t> role = ParseRoles({given.role});
    if (!role.ok()) return role.status();
    wanted = *role;
  }
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const client::MemberCard& card : (*opened)->Members()) {
    if ((card.roles & wanted) == 0 || (!card.valid && !given.all)) continue;
    std::string line = absl::StrCat(SpellMember(card), ": ", SpellRoles(card.roles));
    if (!card.languages.empty()) {
      absl::StrAppend(&line, "; ", absl::StrJoin(card.languages, " "));
    }
    if (card.open_documents > 0) absl::StrAppend(&line, "; ", card.open_documents, " open");
    if (card.waits_for_endorsement) absl::StrAppend(&line, "; waits for endorsement");
    if (!card.valid && !card.waits_for_endorsement) absl::StrAppend(&line, "; NOT VALID");
    shell.terminal->Line(line);
    list.push_back({{"code", card.code},
                    {"name", card.name},
                    {"roles", RoleNames(card.roles)},
                    {"desks", card.desks},
                    {"languages", card.languages},
                    {"open_documents", card.open_documents},
                    {"devices", card.devices},
                    {"valid", card.valid},
                    {"waits_for_endorsement", card.waits_for_endorsement}});
  }
  if (list.empty()) shell.terminal->Line("nobody; --all shows former members too");
  shell.terminal->Json({{"members", list}});
  return absl::OkStatus();
}

absl::Status Unlock(Shell& shell, const Given& given) {
  absl::StatusOr<std::uint32_t> seconds = ParseDuration(given.duration);
  if (!seconds.ok()) return seconds.status();
  absl::StatusOr<client::Home> home = shell.OpenHome();
  if (!home.ok()) return home.status();
  absl::StatusOr<SecretBuffer> passphrase =
      shell.terminal->Passphrase(absl::StrCat("passphrase of ", shell.home, ": "));
  if (!passphrase.ok()) return passphrase.status();
  absl::StatusOr<KeyBundle> keys = home->Unlock(passphrase->Expose());
  if (absl::IsPermissionDenied(keys.status())) {
    return absl::UnauthenticatedError(absl::StrCat("wrong passphrase for ", shell.home));
  }
  if (!keys.ok()) return keys.status();
  if (absl::Status status = client::StartKeyHolder(*home, *keys, *seconds); !status.ok()) {
    return status;
  }
  shell.terminal->Line(
      absl::StrCat("unlocked for ", given.duration, "; `amparo lock` ends it sooner"));
  return absl::OkStatus();
}

// At once, whoever is at work in the home: who locks it is leaving.
absl::Status Lock(Shell& shell) {
  absl::StatusOr<std::unique_ptr<const client::Home>> home = shell.LookHome();
  if (!home.ok()) return home.status();
  if (absl::Status status = client::StopKeyHolder(**home); !status.ok()) return status;
  shell.terminal->Line("locked");
  return absl::OkStatus();
}

}  // namespace

void AddMemberVerbs(CLI::App& app, Shell& shell) {
  auto given = std::make_shared<Given>();
  CLI::App* join = AddVerb(app, "join", "answer an invitation; makes your home",
                           "amparo join ana.invitation --home ~/amparo");
  join->add_option("invitation", given->file, "the file you were given")->required();
  AddProxyOption(join, given->proxy);
  SetWork(join, shell, [&shell, given] { return Join(shell, *given); });
  CLI::App* whoami =
      AddVerb(app, "whoami", "your code, roles and desks", "amparo whoami --home ~/amparo");
  SetWork(whoami, shell, [&shell] { return WhoAmI(shell); });
  CLI::App* members =
      AddVerb(app, "members", "who is in the organisation", "amparo members --role translator");
  members->add_option("--role", given->role, "only those with this role");
  members->add_flag("--all", given->all, "former members too");
  SetWork(members, shell, [&shell, given] { return Members(shell, *given); });
  CLI::App* unlock = AddVerb(app, "unlock", "hold the keys, so that the passphrase is asked once",
                             "amparo unlock --for 20m");
  unlock->add_option("--for", given->duration, "how long, as in 90s, 20m or 2h")
      ->capture_default_str();
  SetWork(unlock, shell, [&shell, given] { return Unlock(shell, *given); });
  CLI::App* lock = AddVerb(app, "lock", "forget the keys now", "amparo lock");
  SetWork(lock, shell, [&shell] { return Lock(shell); });
}

}  // namespace amparo::cli
