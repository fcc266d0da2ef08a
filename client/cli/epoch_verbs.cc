// org log-epoch draft | publish, and what a root shows before it signs one.

#include "absl/strings/str_cat.h"
#include "client/cli/verbs.h"
#include "client/epoch_draft.h"
#include "client/names.h"
#include "client/root_signature.h"

namespace amparo::cli {
namespace {

struct Given {
  std::string output = "-";
  std::string draft;
  std::vector<std::string> signatures;
};

void ShowEpoch(Terminal& terminal, const client::LogEpochDraft& draft) {
  terminal.Note(absl::StrCat("log epoch ", draft.epoch.epoch, " of organisation ",
                             ToHex(draft.statement.org).substr(0, 16)));
  terminal.Note(absl::StrCat("  the log goes on from entry ", draft.epoch.size.value,
                             ", what came after is lost"));
  terminal.Note(absl::StrCat("  root: ", ToHex(draft.epoch.root)));
  terminal.Note(absl::StrCat("  read to each other: ",
                             client::Fingerprint(client::DraftHash(draft.statement))));
}

absl::StatusOr<client::LogEpochDraft> ReadDraft(const std::string& path, std::string& text) {
  absl::StatusOr<std::string> read = ReadTextFile(path);
  if (!read.ok()) return read.status();
  text = *std::move(read);
  return client::ParseLogEpochDraft(text);
}

// Without a synchronisation: the log is not what this home remembers.
absl::Status Draft(Shell& shell, const Given& given) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient(/*alone=*/true);
  if (!opened.ok()) return opened.status();
  std::uint64_t lost = 0;
  absl::StatusOr<std::string> text = (*opened)->DraftLogEpoch(lost);
  if (!text.ok()) return text.status();
  absl::StatusOr<client::LogEpochDraft> draft = client::ParseLogEpochDraft(*text);
  if (!draft.ok()) return draft.status();
  ShowEpoch(*shell.terminal, *draft);
  shell.terminal->Note(absl::StrCat(
      "  this home saw ", lost, lost == 1 ? " entry" : " entries",
      " more. Is that what the operator restored? Ask by telephone before anybody signs."));
  return WriteNewFile(given.output, AsBytes(*text));
}

absl::Status Publish(Shell& shell, const Given& given) {
  std::string text;
  absl::StatusOr<client::LogEpochDraft> draft = ReadDraft(given.draft, text);
  if (!draft.ok()) return draft.status();
  std::vector<std::string> signatures;
  for (const std::string& path : given.signatures) {
    absl::StatusOr<std::string> signature = ReadTextFile(path);
    if (!signature.ok()) return signature.status();
    signatures.push_back(*std::move(signature));
  }
  ShowEpoch(*shell.terminal, *draft);
  absl::Status yes = shell.terminal->Confirm(
      "tell everybody that the log goes on from here? what is lost is lost");
  if (!yes.ok()) return yes;
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient(/*alone=*/true);
  if (!opened.ok()) return opened.status();
  absl::Status published = (*opened)->PublishLogEpoch(text, signatures);
  if (!published.ok()) return published;
  shell.terminal->Line(absl::StrCat("the log goes on from entry ", draft->epoch.size.value,
                                    " (epoch ", draft->epoch.epoch, ")"));
  shell.terminal->Json({{"epoch", draft->epoch.epoch}, {"size", draft->epoch.size.value}});
  return Synchronise(shell, **opened, {});
}

}  // namespace

absl::Status SignEpochDraft(Shell& shell, const std::string& text, const std::string& output) {
  absl::StatusOr<client::LogEpochDraft> draft = client::ParseLogEpochDraft(text);
  if (!draft.ok()) return draft.status();
  ShowEpoch(*shell.terminal, *draft);
  absl::Status yes = shell.terminal->Confirm(
      "sign that the log goes on from here? everything after it was lost for good");
  if (!yes.ok()) return yes;
  absl::StatusOr<Shell::Unlocked> unlocked = shell.Unlock();
  if (!unlocked.ok()) return unlocked.status();
  absl::StatusOr<std::string> signature = client::SignLogEpoch(*draft, unlocked->keys);
  if (!signature.ok()) return signature.status();
  if (absl::Status s = WriteNewFile(output, AsBytes(*signature)); !s.ok()) return s;
  if (output != "-") shell.terminal->Note(absl::StrCat("wrote the signature to ", output));
  return absl::OkStatus();
}

void AddEpochVerbs(CLI::App& org, Shell& shell) {
  auto given = std::make_shared<Given>();
  CLI::App* epoch = AddVerb(org, "log-epoch", "go on after the server was restored from a backup",
                            "amparo org log-epoch draft -o epoch.draft");
  epoch->require_subcommand(1);
  CLI::App* draft =
      AddVerb(*epoch, "draft", "say where the server's log and what this home saw part",
              "amparo org log-epoch draft --home ME -o epoch.draft");
  draft->add_option("-o,--output", given->output, "new file for it; - is standard output");
  SetWork(draft, shell, [&shell, given] { return Draft(shell, *given); });
  CLI::App* publish = AddVerb(*epoch, "publish", "bring the server what the roots signed",
                              "amparo org log-epoch publish epoch.draft --signature root1.sig "
                              "root2.sig --home ME");
  publish->add_option("draft", given->draft, "what `org log-epoch draft` wrote")->required();
  publish->add_option("--signature", given->signatures, "what the roots signed")->required();
  SetWork(publish, shell, [&shell, given] { return Publish(shell, *given); });
}

}  // namespace amparo::cli
