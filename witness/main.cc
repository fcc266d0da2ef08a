// amparo-witness: watches another organisation's log, seeing heads alone, and cosigns what
// continues. Spec: docs/spec/witness.md. Exit codes: docs/spec/command-line.md.

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/cli/outcomes.h"
#include "client/cli/terminal.h"
#include "client/platform.h"
#include "crypto/digest.h"
#include "witness/watch.h"

namespace amparo::witness {
namespace {

constexpr std::uint64_t kCardBytesMax = 256 * 1024;

struct Given {
  cli::Terminal::Options terminal;
  std::string output, name, key, state, card, proxy;
  int every_minutes = 0;  // 0: once.
};

UnixSeconds Now() {
  return UnixSeconds{static_cast<std::uint64_t>(absl::ToUnixSeconds(absl::Now()))};
}

std::string SpellTime(UnixSeconds time) {
  if (time.value == 0) return "never";
  return absl::FormatTime("%Y-%m-%d %H:%M UTC",
                          absl::FromUnixSeconds(static_cast<std::int64_t>(time.value)),
                          absl::UTCTimeZone());
}

absl::Status NewKey(cli::Terminal& terminal, const Given& given) {
  absl::StatusOr<SecretBuffer> passphrase = terminal.NewPassphrase();
  if (!passphrase.ok()) return passphrase.status();
  auto witness = CreateKeyFile(given.output, given.name, passphrase->Expose());
  if (!witness.ok()) return witness.status();
  terminal.Line(audit::FormatWitness(*witness));
  terminal.Json({{"key", audit::FormatWitness(*witness)}});
  terminal.Note("give this line to the server's operator, and to the members who should trust it");
  return absl::OkStatus();
}

absl::StatusOr<client::OrgCardFields> ReadCard(const std::string& path) {
  auto bytes = client::platform::ReadFile(path, kCardBytesMax);
  if (!bytes.ok()) return bytes.status();
  return client::ParseOrgCard(AsText(*bytes));
}

absl::StatusOr<State> StartFrom(const Given& given, const client::OrgCardFields& card) {
  auto state = ReadState(given.state);
  if (absl::IsNotFound(state.status())) return StateOf(card);
  if (state.ok() && (state->org != card.org || state->log_key != card.log_key)) {
    return absl::FailedPreconditionError(absl::StrCat(given.state, " is of organisation ",
                                                      ToHex(state->org), ", the card of ",
                                                      ToHex(card.org), ", or of another log key"));
  }
  return state;
}

// The file beside the state; the same accusation again is the same file.
void KeepAccusation(cli::Terminal& terminal, const Given& given, const Accusation& accusation) {
  const std::string hash = ToHex(Sha256(AsBytes(accusation.given))).substr(0, 12);
  const std::string path = absl::StrCat(given.state, ".", accusation.kind, "-", hash, ".txt");
  const std::string text = accusation.evidence.has_value()
                               ? custody::FormatEvidence(*accusation.evidence)
                               : absl::StrCat(accusation.remembered, "\n", accusation.given);
  auto file = client::platform::CreateExclusive(path);
  absl::Status written = file.status();
  if (file.ok()) written = (*file)->Write(AsBytes(text));
  if (file.ok() && written.ok()) written = (*file)->Sync();
  if (!written.ok() && !absl::IsAlreadyExists(written)) {
    terminal.Note(absl::StrCat("the evidence cannot be written: ", std::string(written.message())));
    return;
  }
  terminal.Note(accusation.evidence.has_value()
                    ? absl::StrCat("evidence, for amparo verify: ", path)
                    : absl::StrCat("the two signed heads: ", path));
  terminal.Note(
      "call the organisation's registrars by telephone or in person; until it is clear, nothing is "
      "signed");
}

absl::Status LookAndTell(cli::Terminal& terminal, const Given& given, const Look& look,
                         State& state) {
  std::optional<Accusation> accusation;
  absl::Status looked = LookOnce(look, state, accusation);
  if (accusation.has_value()) KeepAccusation(terminal, given, *accusation);
  if (looked.ok()) {
    terminal.Line(absl::StrCat("cosigned ", state.head.size.value, " entries, root ",
                               ToHex(state.head.root)));
  }
  return looked;
}

absl::Status Watch(cli::Terminal& terminal, const Given& given) {
  auto card = ReadCard(given.card);
  if (!card.ok()) return card.status();
  auto lock = LockState(given.state);
  if (!lock.ok()) return lock.status();
  auto state = StartFrom(given, *card);
  if (!state.ok()) return state.status();
  absl::StatusOr<SecretBuffer> passphrase =
      terminal.Passphrase(absl::StrCat("passphrase of ", given.key, ": "));
  if (!passphrase.ok()) return passphrase.status();
  auto key = OpenKeyFile(given.key, passphrase->Expose());
  if (absl::IsPermissionDenied(key.status())) {
    return absl::UnauthenticatedError(absl::StrCat("wrong passphrase for ", given.key));
  }
  if (!key.ok()) return key.status();
  card->server.proxy = given.proxy;
  auto connection = client::ConnectGrpc(card->server);
  if (!connection.ok()) return connection.status();
  client::SessionKeys session{.org = card->org, .certificate = {}, .authentication = &key->signing};
  session.certificate.bytes = key->witness.key.bytes;
  (*connection)->UseSession(session);
  const Look look{.connection = **connection,
                  .key = *key,
                  .card = *card,
                  .clock = Now,
                  .keep = [&](const State& next) { return WriteState(given.state, next); }};
  for (;;) {
    absl::Status looked = LookAndTell(terminal, given, look, *state);
    if (given.every_minutes == 0 || absl::IsDataLoss(looked)) return looked;
    if (!looked.ok()) terminal.Error(looked);
    std::this_thread::sleep_for(std::chrono::minutes(given.every_minutes));
  }
}

absl::Status ShowStatus(cli::Terminal& terminal, const Given& given) {
  auto state = ReadState(given.state);
  if (!state.ok()) return state.status();
  terminal.Line(absl::StrCat("organisation ", ToHex(state->org)));
  terminal.Line(
      absl::StrCat("  ", state->head.size.value, " entries, root ", ToHex(state->head.root)));
  terminal.Line(absl::StrCat("  proven ", SpellTime(state->seen_at), ", cosigned ",
                             SpellTime(state->signed_at)));
  terminal.Json({{"org", ToHex(state->org)},
                 {"size", state->head.size.value},
                 {"root", ToHex(state->head.root)},
                 {"proven", SpellTime(state->seen_at)},
                 {"cosigned", SpellTime(state->signed_at)}});
  return absl::OkStatus();
}

absl::Status ShowCard(cli::Terminal& terminal, const Given& given) {
  auto card = ReadCard(given.card);
  if (!card.ok()) return card.status();
  terminal.Line(absl::StrCat("organisation ", ToHex(card->org)));
  terminal.Line(absl::StrCat("  at ", card->server.address, ", ", card->head.size.value,
                             " entries, root ", ToHex(card->head.root)));
  terminal.Line(card->policies.empty() ? "  without its policies: a fork could be shown to nobody"
                                       : "  with its policies");
  terminal.Json({{"org", ToHex(card->org)},
                 {"address", card->server.address},
                 {"size", card->head.size.value},
                 {"root", ToHex(card->head.root)},
                 {"policies", card->policies.size()}});
  return absl::OkStatus();
}

using Work = absl::Status (*)(cli::Terminal&, const Given&);

void AddVerbs(CLI::App& app, Given& given, Work& work) {
  CLI::App* key = app.add_subcommand("key", "this witness's key")->fallthrough();
  key->require_subcommand(1);
  CLI::App* make = key->add_subcommand("new", "make a key, and print what others need of it");
  make->fallthrough();
  make->add_option("-o,--output", given.output, "new file for it; FILE.pub gets the line")
      ->required();
  make->add_option("--name", given.name, "witness.example/amparo: a name that is yours")
      ->required();
  make->callback([&work] { work = NewKey; });
  CLI::App* card = app.add_subcommand("card", "what a card says")->fallthrough();
  card->add_option("card", given.card, "what `amparo org card` wrote")->required();
  card->callback([&work] { work = ShowCard; });
  CLI::App* watch =
      app.add_subcommand("watch", "see that the log only grows, and cosign it")->fallthrough();
  watch->add_option("card", given.card, "what `amparo org card` wrote")->required();
  watch->add_option("--key", given.key, "the key's file")->required();
  watch->add_option("--state", given.state, "file for what was seen; never lose it")->required();
  watch->add_option("--proxy", given.proxy, "reach the log through socks5://HOST:PORT, as Tor's");
  watch->add_option("--every", given.every_minutes, "go on, looking every N minutes")
      ->check(CLI::Range(1, 24 * 60));
  watch->callback([&work] { work = Watch; });
  CLI::App* status = app.add_subcommand("status", "what was seen last")->fallthrough();
  status->add_option("--state", given.state, "the state's file")->required();
  status->callback([&work] { work = ShowStatus; });
}

int Run(int argc, char** argv) {
  CLI::App app{
      "amparo-witness watches another organisation's log. It sees how long the log is and\n"
      "nothing else, and cosigns what only grows."};
  app.name("amparo-witness");
  app.require_subcommand(1);
  app.set_version_flag("--version", AMPARO_VERSION);
  Given given;
  Work work = nullptr;
  app.add_flag("--json", given.terminal.json, "print JSON, for programs");
  app.add_option("--passphrase-file", given.terminal.passphrase_file,
                 "read the passphrase from the first line of this file");
  AddVerbs(app, given, work);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return cli::kExitOk;
  } catch (const CLI::CallForVersion&) {
    std::cout << "amparo-witness " << AMPARO_VERSION << "\n";
    return cli::kExitOk;
  } catch (const CLI::ParseError& error) {
    std::string message = error.what();
    if (!message.empty()) message[0] = absl::ascii_tolower(static_cast<unsigned char>(message[0]));
    cli::Terminal(given.terminal).Error(absl::InvalidArgumentError(message));
    return cli::kExitUsage;
  }
  cli::Terminal terminal(given.terminal);
  const absl::Status status = work(terminal, given);
  if (status.ok()) return cli::kExitOk;
  terminal.Error(status);
  return cli::OutcomeOf(status).code;
}

}  // namespace
}  // namespace amparo::witness

int main(int argc, char** argv) {
  amparo::client::platform::ForbidCoreDumps();
  return amparo::witness::Run(argc, argv);
}
