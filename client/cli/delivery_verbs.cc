// deliver, receive, reopen, withdraw, share, export: the end of the way, and back.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/people.h"
#include "client/cli/verbs.h"

namespace amparo::cli {
namespace {

constexpr std::size_t kTextBytesMax = 8 * 1024;

struct Given {
  std::string document, directory, text_file, with;
  std::vector<std::string> to;
  bool already_english = false, with_identity = false;
  std::uint32_t lease_days = 14;
  std::shared_ptr<WitnessOverride> unwitnessed = std::make_shared<WitnessOverride>();
};

absl::Status Deliver(Shell& shell, const Given& given) {
  absl::StatusOr<OneDocument> found = FindDocument(shell, given.document);
  if (!found.ok()) return found.status();
  std::vector<MemberId> attorneys;
  std::vector<std::string> names;
  for (const std::string& typed : given.to) {
    absl::StatusOr<MemberId> member = found->client->FindMember(typed, /*exact=*/true);
    if (!member.ok()) return member.status();
    attorneys.push_back(*member);
    names.push_back(SpellMember(CardOf(*found->client, *member)));
  }
  absl::Status yes = shell.terminal->Confirm(
      absl::StrCat("deliver ", SpellDocument(found->card), " to ", absl::StrJoin(names, ", "),
                   given.already_english ? ", as it is, without a translation?" : "?"));
  if (!yes.ok()) return yes;
  const std::set<MemberId> readers(attorneys.begin(), attorneys.end());
  absl::Status excused =
      OverrideWitness(shell, *found->client, {found->id}, readers, *given.unwitnessed);
  if (!excused.ok()) return excused;
  absl::Status status = found->client->Deliver(found->id, attorneys, given.already_english);
  if (!status.ok()) return status;
  return SayDone(shell, *found, "delivered");
}

absl::Status Receive(Shell& shell, const Given& given) {
  absl::StatusOr<OneDocument> found = FindDocument(shell, given.document);
  if (!found.ok()) return found.status();
  absl::StatusOr<std::vector<client::OpenedFile>> files =
      found->client->Receive(found->id, given.directory, [&](const client::Progress& progress) {
        shell.terminal->Progress(found->card.code, progress.done_bytes, progress.total_bytes);
      });
  if (!files.ok()) return files.status();
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const client::OpenedFile& file : *files) {
    shell.terminal->Line(absl::StrCat("received ", file.path, "  (", file.name, ")"));
    shell.terminal->Line(absl::StrCat("  sha256 ", ToHex(file.sha256)));
    list.push_back({{"path", file.path}, {"name", file.name}, {"sha256", ToHex(file.sha256)}});
  }
  nlohmann::ordered_json said = {{"document", found->card.code}, {"files", list}};
  const std::optional<client::OutboxItem> act = found->client->LastAct();
  if (act.has_value() && act->state != client::ItemState::kStored) {
    return SayAct(shell, *found->client, "", std::move(said));
  }
  shell.terminal->Json(said);
  return absl::OkStatus();
}

absl::Status Reopen(Shell& shell, const Given& given) {
  absl::StatusOr<OneDocument> found = FindDocument(shell, given.document);
  if (!found.ok()) return found.status();
  absl::StatusOr<std::string> reason =
      shell.terminal->Text(given.text_file, "what is wrong with it", kTextBytesMax);
  if (!reason.ok()) return reason.status();
  absl::Status status = found->client->Reopen(found->id, *reason, given.lease_days * 24);
  if (!status.ok()) return status;
  return SayDone(shell, *found, "reopened");
}

absl::Status Withdraw(Shell& shell, const Given& given) {
  absl::StatusOr<OneDocument> found = FindDocument(shell, given.document);
  if (!found.ok()) return found.status();
  absl::Status yes = shell.terminal->Confirm(absl::StrCat(
      "withdraw ", SpellDocument(found->card), " for good? nobody can work on it afterwards"));
  if (!yes.ok()) return yes;
  if (absl::Status status = found->client->Withdraw(found->id); !status.ok()) return status;
  return SayDone(shell, *found, "withdrew");
}

absl::Status Share(Shell& shell, const Given& given) {
  absl::StatusOr<OneDocument> found = FindDocument(shell, given.document);
  if (!found.ok()) return found.status();
  absl::StatusOr<MemberId> with = found->client->FindMember(given.with, /*exact=*/true);
  if (!with.ok()) return with.status();
  absl::Status yes =
      shell.terminal->Confirm(absl::StrCat("give ", SpellMember(CardOf(*found->client, *with)),
                                           " the keys of ", SpellDocument(found->card), "?"));
  if (!yes.ok()) return yes;
  absl::Status excused =
      OverrideWitness(shell, *found->client, {found->id}, {*with}, *given.unwitnessed);
  if (!excused.ok()) return excused;
  if (absl::Status status = found->client->Share(found->id, *with); !status.ok()) return status;
  return SayDone(shell, *found, "shared");
}

absl::Status Export(Shell& shell, const Given& given) {
  absl::StatusOr<OneDocument> found = FindDocument(shell, given.document);
  if (!found.ok()) return found.status();
  absl::Status status = found->client->Export(found->id, given.directory, given.with_identity);
  if (!status.ok()) return status;
  if (absl::Status said = SayDone(shell, *found, "exported"); !said.ok()) return said;
  shell.terminal->Note(
      absl::StrCat("how to open it without amparo: ", given.directory, "/README.txt"));
  return absl::OkStatus();
}

}  // namespace

void AddDeliveryVerbs(CLI::App& app, Shell& shell) {
  auto given = std::make_shared<Given>();
  const auto one = [&](const std::string& name, const std::string& what, const std::string& more) {
    CLI::App* verb =
        AddVerb(app, name, what, absl::StrCat("amparo ", name, " heron-river-48/3", more));
    verb->add_option("document", given->document, "its code")->required();
    return verb;
  };
  CLI::App* deliver = one("deliver", "give an approved document to attorneys", " --to lark-2210");
  deliver->add_option("--to", given->to, "attorneys, by full code or exact name")->required();
  deliver->add_flag("--already-english", given->already_english,
                    "it needs no translation: deliver the source as it is");
  AddWitnessOverride(deliver, given->unwitnessed);
  SetWork(deliver, shell, [&shell, given] { return Deliver(shell, *given); });
  CLI::App* receive =
      one("receive", "fetch, check and acknowledge what was delivered", " -o filing");
  receive->add_option("-o,--output", given->directory, "a new or empty directory")->required();
  SetWorkWithoutLink(receive, shell, [&shell, given] { return Receive(shell, *given); });
  CLI::App* reopen = one("reopen", "send a delivered translation back to work", "");
  reopen->add_option("--text-file", given->text_file,
                     "file with what is wrong; - is standard input");
  reopen->add_option("--lease-days", given->lease_days, "days for the translator")
      ->check(CLI::Range(1, 90))
      ->capture_default_str();
  SetWork(reopen, shell, [&shell, given] { return Reopen(shell, *given); });
  CLI::App* withdraw = one("withdraw", "end work on a document for good", "");
  SetWorkWithoutLink(withdraw, shell, [&shell, given] { return Withdraw(shell, *given); });
  CLI::App* share = one("share", "give a colleague the keys of a document", " --with wren-1002");
  share->add_option("--with", given->with, "full code or exact name")->required();
  AddWitnessOverride(share, given->unwitnessed);
  SetWork(share, shell, [&shell, given] { return Share(shell, *given); });
  CLI::App* export_verb = one("export", "write age files that open without amparo", " -o export");
  export_verb->add_option("-o,--output", given->directory, "a new or empty directory")->required();
  export_verb->add_flag("--with-identity", given->with_identity,
                        "your identity too, as an age passphrase file");
  SetWork(export_verb, shell, [&shell, given] { return Export(shell, *given); });
}

}  // namespace amparo::cli
