// bundle export | import: what is carried by hand.

#include "absl/strings/str_cat.h"
#include "client/bundle_file.h"
#include "client/cli/outcomes.h"
#include "client/cli/spelling.h"
#include "client/cli/verbs.h"

namespace amparo::cli {
namespace {

struct Given {
  std::string output, input, receipts, member;
  std::vector<std::string> documents;
  std::uint64_t since = 0;
};

client::ProgressListener ShowProgress(const Shell& shell, const std::string& what) {
  return [&shell, what](const client::Progress& made) {
    shell.terminal->Progress(what, made.done_bytes, made.total_bytes);
  };
}

absl::Status ExportDocuments(Shell& shell, const Given& given) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  absl::StatusOr<MemberId> member = (*opened)->FindMember(given.member, /*exact=*/true);
  if (!member.ok()) return member.status();
  client::DocumentsToCarry wanted{
      .member = *member, .documents = {}, .from = Position{given.since}};
  for (const std::string& typed : given.documents) {
    absl::StatusOr<SubjectId> document = (*opened)->FindDocument(typed);
    if (!document.ok()) return document.status();
    wanted.documents.push_back(*document);
  }
  auto written =
      (*opened)->ExportDocuments(wanted, given.output, ShowProgress(shell, given.output));
  if (!written.ok()) return written.status();
  shell.terminal->Line(absl::StrCat("wrote ", given.output, " (", SpellSize(written->bytes),
                                    ") for ", client::MemberCode(*member)));
  for (const std::string& code : written->documents) shell.terminal->Line("  " + code);
  shell.terminal->Note(
      "only its member can open it; it shows who holds it how much there is, and for whom");
  shell.terminal->Json({{"file", given.output},
                        {"for", client::MemberCode(*member)},
                        {"documents", written->documents},
                        {"bytes", written->bytes}});
  return absl::OkStatus();
}

absl::Status ExportActs(Shell& shell, const Given& given) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient(/*alone=*/true);
  if (!opened.ok()) return opened.status();
  auto written = (*opened)->ExportActs(given.output);
  if (!written.ok()) return written.status();
  shell.terminal->Line(absl::StrCat("wrote ", given.output, " (", SpellSize(written->bytes), ")"));
  nlohmann::ordered_json items = nlohmann::ordered_json::array();
  for (const client::ActWritten& item : written->acts) {
    shell.terminal->Line(
        absl::StrCat("  ", SpellAct(item.kind, item.about), " (item ", item.number, ")"));
    items.push_back(item.number);
  }
  const std::size_t left = (*opened)->OutboxItems().size() - written->acts.size();
  if (left > 0) {
    shell.terminal->Note(absl::StrCat(left, " more could not go: amparo outbox says why"));
  }
  shell.terminal->Note(
      "any member with a connection sends it on: amparo bundle import; until their receipts or a "
      "connection of your own say so, it is not known to have arrived");
  shell.terminal->Json({{"file", given.output}, {"items", items}, {"bytes", written->bytes}});
  return absl::OkStatus();
}

void ShowResult(const Shell& shell, const client::CarriedActResult& act) {
  const std::string what = SpellAct(act.kind, act.about);
  if (act.status.ok()) {
    shell.terminal->Line(
        absl::StrCat("  ", what, "  stands in the log as entry ", act.position.value));
    return;
  }
  const Outcome outcome = OutcomeOf(act.status);
  shell.terminal->Line(
      absl::StrCat("  ", what.empty() ? "an act" : what, "  was not taken: ", outcome.message));
}

nlohmann::ordered_json ResultJson(const client::CarriedActResult& act) {
  nlohmann::ordered_json out = {{"act", SpellAct(act.kind, act.about)}, {"taken", act.status.ok()}};
  if (act.status.ok()) {
    out["position"] = act.position.value;
  } else {
    out["message"] = OutcomeOf(act.status).message;
  }
  return out;
}

absl::Status Import(Shell& shell, const Given& given) {
  absl::StatusOr<client::BundleKind> kind = client::BundleReader::KindOf(given.input);
  if (!kind.ok()) return kind.status();
  const bool sends = *kind == client::BundleKind::kActs;
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient(/*alone=*/!sends);
  if (!opened.ok()) return opened.status();
  auto taken =
      (*opened)->ImportBundle(given.input, given.receipts, ShowProgress(shell, given.input));
  if (!taken.ok()) return taken.status();
  nlohmann::ordered_json json = {{"size", taken->size.value}};
  nlohmann::ordered_json acts = nlohmann::ordered_json::array();
  std::size_t refused = 0;
  if (*kind == client::BundleKind::kDocuments) {
    shell.terminal->Line(absl::StrCat("the log is known here up to entry ", taken->size.value));
    for (const std::string& code : taken->documents) {
      shell.terminal->Line(absl::StrCat("  ", code, "  can be opened"));
    }
    json["documents"] = taken->documents;
  } else {
    if (taken->acts.empty()) shell.terminal->Line("nothing in it was new here");
    for (const client::CarriedActResult& act : taken->acts) {
      ShowResult(shell, act);
      acts.push_back(ResultJson(act));
      if (!act.status.ok()) ++refused;
    }
    json["acts"] = acts;
  }
  if (taken->has_receipts) {
    shell.terminal->Line(absl::StrCat("receipts for whoever it came from are in ", given.receipts));
    json["receipts"] = given.receipts;
  }
  if (sends && !taken->ended.ok()) {
    shell.terminal->Note(
        "not all of it was sent: the same command sends the rest, with another name for "
        "--receipts");
  }
  shell.terminal->Json(json);
  if (!taken->ended.ok()) return taken->ended;
  if (!sends || refused == 0) return absl::OkStatus();
  absl::Status status = absl::FailedPreconditionError(
      absl::StrCat(refused, refused == 1 ? " act was" : " acts were", " not taken"));
  client::AttachDetail(status, {.reason = "ACTS_REFUSED", .head = {}, .next_number = 0});
  return status;
}

}  // namespace

void AddBundleVerbs(CLI::App& app, Shell& shell) {
  auto given = std::make_shared<Given>();
  CLI::App* bundle = AddVerb(app, "bundle", "carry documents and acts by hand",
                             "amparo bundle export -o out.bundle");
  bundle->require_subcommand(1);
  CLI::App* write = AddVerb(*bundle, "export", "what waits here, or documents for a colleague",
                            "amparo bundle export --for MARISOL heron-river-48/1 -o stick.bundle");
  write->add_option("documents", given->documents, "with their files; default: all they may see");
  CLI::Option* member = write->add_option("--for", given->member,
                                          "a member without a connection; without: your own acts");
  write->add_option("--since", given->since, "entries of the log they have: amparo log status")
      ->needs(member);
  write->add_option("-o,--output", given->output, "a new file")->required();
  SetWork(write, shell, [&shell, given] {
    if (!given->member.empty()) return ExportDocuments(shell, *given);
    if (given->documents.empty()) return ExportActs(shell, *given);
    return absl::Status(
        absl::InvalidArgumentError("documents are for somebody: give --for MEMBER"));
  });
  CLI::App* read = AddVerb(*bundle, "import", "take in a bundle, or send it on",
                           "amparo bundle import stick.bundle --receipts back.bundle");
  read->add_option("file", given->input, "a bundle")->required();
  read->add_option("--receipts", given->receipts, "a new file: what became of the acts in it");
  SetWork(read, shell, [&shell, given] { return Import(shell, *given); });
}

}  // namespace amparo::cli
