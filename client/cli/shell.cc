#include <iostream>

#include "absl/strings/str_cat.h"
#include "client/cli/dates.h"
#include "client/cli/spelling.h"
#include "client/cli/verbs.h"
#include "client/link_options.h"
#include "client/platform.h"
#include "client/platform_terminal.h"
#include "client/refusing_connection.h"
#include "client/sending_item.h"

namespace amparo::cli {

namespace {

absl::Status CheckGiven(const std::string& home) {
  if (!home.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("no home: give --home DIR or set AMPARO_HOME");
}

absl::StatusOr<KeyBundle> KeysOf(const client::Home& home, Terminal& terminal) {
  absl::StatusOr<KeyBundle> keys = home.UnlockFromHolder();
  if (absl::IsNotFound(keys.status())) {
    absl::StatusOr<SecretBuffer> passphrase =
        terminal.Passphrase(absl::StrCat("passphrase of ", home.directory(), ": "));
    if (!passphrase.ok()) return passphrase.status();
    keys = home.Unlock(passphrase->Expose());
  }
  if (absl::IsPermissionDenied(keys.status())) {
    return absl::UnauthenticatedError(absl::StrCat("wrong passphrase for ", home.directory()));
  }
  return keys;
}

absl::Status Offline() {
  absl::Status status = absl::UnavailableError("nothing is sent or fetched: --offline");
  client::AttachDetail(status, {.reason = "OFFLINE", .head = {}, .next_number = 0});
  return status;
}

}  // namespace

absl::StatusOr<client::Home> Shell::OpenHome() const {
  if (absl::Status s = CheckGiven(home); !s.ok()) return s;
  return client::Home::Open(home, [this] {
    terminal->Note(absl::StrCat("another amparo is at work in ", home,
                                "; waiting up to a minute for it to end"));
  });
}

absl::StatusOr<Shell::Unlocked> Shell::Unlock() const {
  absl::StatusOr<client::Home> opened = OpenHome();
  if (!opened.ok()) return opened.status();
  absl::StatusOr<KeyBundle> keys = KeysOf(*opened, *terminal);
  if (!keys.ok()) return keys.status();
  return Unlocked{.home = *std::move(opened), .keys = *std::move(keys)};
}

absl::StatusOr<std::unique_ptr<const client::Home>> Shell::LookHome() const {
  if (absl::Status s = CheckGiven(home); !s.ok()) return s;
  return client::Home::Look(home);
}

absl::StatusOr<Shell::Seen> Shell::Look() const {
  absl::StatusOr<std::unique_ptr<const client::Home>> seen = LookHome();
  if (!seen.ok()) return seen.status();
  absl::StatusOr<KeyBundle> keys = KeysOf(**seen, *terminal);
  if (!keys.ok()) return keys.status();
  return Seen{.home = *std::move(seen), .keys = *std::move(keys)};
}

absl::Status Shell::CheckMayConnect() const { return offline ? Offline() : absl::OkStatus(); }

absl::StatusOr<std::unique_ptr<client::Client>> Shell::OpenClient(bool alone) const {
  absl::StatusOr<Unlocked> unlocked = Unlock();
  if (!unlocked.ok()) return unlocked.status();
  const client::Connector connector =
      [this](
          const client::Endpoint& endpoint) -> absl::StatusOr<std::unique_ptr<client::Connection>> {
    if (offline) return std::make_unique<client::RefusingConnection>(Offline());
    client::LinkOptions options;
    options.listener = [this](const absl::Status& why, std::chrono::milliseconds) {
      terminal->NoteBrokenLink(why);
    };
    return client::ConnectGrpcWith(endpoint, std::move(options));
  };
  auto opened =
      client::Client::Open(std::move(unlocked->home), std::move(unlocked->keys), connector);
  if (!opened.ok() || alone) return opened;
  absl::Status reached = Offline();
  if (!offline) reached = Synchronise(*this, **opened, {});
  if (reached.ok()) {
    reached = SendWaiting(*this, **opened);
    // What the server cannot take now waits longer, and keeps nobody from other work.
    if (reached.ok() || client::VerdictOf(reached) == client::Verdict::kLater) return opened;
  }
  // A server that is not the one pinned is no missing link: the person has to know.
  const auto detail = client::DetailOf(reached);
  const bool no_link =
      absl::IsUnavailable(reached) && !(detail && detail->reason == "WRONG_SERVER");
  if (!no_link || !(works_without_link || offline)) return reached;
  (*opened)->WorkOffline();
  terminal->Note(absl::StrCat(std::string(reached.message()),
                              "; working on what is known here since ",
                              SpellTime((*opened)->Log().newest_tick)));
  return opened;
}

void SetWorkWithoutLink(CLI::App* verb, Shell& shell, std::function<absl::Status()> work) {
  verb->callback([&shell, work = std::move(work)] {
    shell.works_without_link = true;
    shell.run = work;
  });
}

CLI::App* AddVerb(CLI::App& parent, const std::string& name, const std::string& what,
                  const std::string& example) {
  CLI::App* verb = parent.add_subcommand(name, what);
  verb->fallthrough();
  verb->footer(absl::StrCat("Example:\n  ", example));
  return verb;
}

void SetWork(CLI::App* verb, Shell& shell, std::function<absl::Status()> work) {
  verb->callback([&shell, work = std::move(work)] { shell.run = work; });
}

absl::StatusOr<OneDocument> FindDocument(const Shell& shell, const std::string& typed) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  absl::StatusOr<SubjectId> id = (*opened)->FindDocument(typed);
  if (!id.ok()) return id.status();
  absl::StatusOr<client::DocumentCard> card = (*opened)->Document(*id);
  if (!card.ok()) return card.status();
  return OneDocument{.client = *std::move(opened), .id = *id, .card = *std::move(card)};
}

absl::Status SayDone(const Shell& shell, const OneDocument& document, absl::string_view done) {
  return SayAct(shell, *document.client, absl::StrCat(done, " ", document.card.code),
                {{"document", document.card.code}, {"done", std::string(done)}});
}

absl::Status WriteNewFile(const std::string& path, ByteView text) {
  if (path == "-") {
    std::cout << AsText(text) << std::flush;
    return absl::OkStatus();
  }
  auto file = client::platform::CreateExclusive(path);
  if (!file.ok()) return file.status();
  absl::Status written = (*file)->Write(text);
  if (written.ok()) written = (*file)->Sync();
  if (!written.ok()) (void)client::platform::Remove(path);
  return written;
}

absl::StatusOr<std::string> ReadTextFile(const std::string& path) {
  absl::StatusOr<SecretBuffer> file = client::platform::ReadSecretFile(path, 64 * 1024);
  if (!file.ok()) return file.status();
  return std::string(AsText(file->Expose()));
}

}  // namespace amparo::cli
