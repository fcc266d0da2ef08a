// open, hand-in, review: reading, translating, reviewing.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/cli/kept_act.h"
#include "client/cli/people.h"
#include "client/cli/verbs.h"
#include "client/platform_terminal.h"

namespace amparo::cli {
namespace {

constexpr std::size_t kTextBytesMax = 8 * 1024;

struct Given {
  std::string document, directory, details, text_file;
  std::vector<std::string> files;
  bool source = false, translation = false, approve = false, send_back = false;
  bool interpreted = false, correction = false;
  std::string language, variety;
};

absl::Status Open(Shell& shell, const Given& given) {
  if (given.source == given.translation) {
    return absl::InvalidArgumentError("say which to open: --source or --translation");
  }
  absl::StatusOr<OneDocument> found = FindDocument(shell, given.document);
  if (!found.ok()) return found.status();
  const client::DocumentCard& card = found->card;
  if (!card.content_warnings.empty()) {
    ShowDocument(*shell.terminal, card);
    if (absl::Status yes = shell.terminal->Confirm("open it?"); !yes.ok()) return yes;
  }
  absl::StatusOr<std::vector<client::OpenedFile>> files = found->client->Open(
      found->id, given.source ? client::Which::kSource : client::Which::kTranslation,
      given.directory, [&](const client::Progress& progress) {
        shell.terminal->Progress(card.code, progress.done_bytes, progress.total_bytes);
      });
  if (!files.ok()) return files.status();
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const client::OpenedFile& file : *files) {
    shell.terminal->Line(absl::StrCat("opened ", file.path, "  (", file.name, ")"));
    list.push_back({{"path", file.path}, {"name", file.name}, {"sha256", ToHex(file.sha256)}});
  }
  shell.terminal->Note("these files are readable on this computer until you delete them");
  shell.terminal->Json({{"document", card.code}, {"files", list}});
  return absl::OkStatus();
}

// "name: Ana P.", "address: ...", "telephone: ..." on lines of their own.
absl::Status ReadDetails(const std::string& path, client::CertificateDraft& draft) {
  absl::StatusOr<std::string> text = ReadTextFile(path);
  if (!text.ok()) return text.status();
  for (const absl::string_view line : absl::StrSplit(*text, '\n', absl::SkipWhitespace())) {
    const std::pair<absl::string_view, absl::string_view> field =
        absl::StrSplit(line, absl::MaxSplits(':', 1));
    const std::string value(absl::StripAsciiWhitespace(field.second));
    if (field.first == "name") {
      draft.legal_name = value;
    } else if (field.first == "address") {
      draft.address = value;
    } else if (field.first == "telephone") {
      draft.telephone = value;
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat(path, " has a line that is no name:, address: or telephone: line"));
    }
  }
  return absl::OkStatus();
}

absl::Status AskDetails(Shell& shell, const Given& given, client::CertificateDraft& draft) {
  if (!given.details.empty()) return ReadDetails(given.details, draft);
  if (!client::platform::IsInteractive()) {
    return absl::FailedPreconditionError(
        "the certificate needs your name, address and telephone: give --details FILE");
  }
  shell.terminal->Note(
      "the court asks for your full name, address and telephone; only the case's attorneys and "
      "the recovery key can open them");
  const auto ask = [&](absl::string_view question, std::string& out) {
    absl::StatusOr<std::string> line = shell.terminal->Ask(question);
    if (!line.ok()) return line.status();
    out = *line;
    return absl::OkStatus();
  };
  if (absl::Status s = ask("full legal name: ", draft.legal_name); !s.ok()) return s;
  if (absl::Status s = ask("address: ", draft.address); !s.ok()) return s;
  return ask("telephone: ", draft.telephone);
}

// The translator types their name under the certificate. With --yes the details file's name
// stands for it.
absl::Status SignByName(Shell& shell, const client::HandInPlan& plan, bool yes) {
  if (yes) return absl::OkStatus();
  absl::StatusOr<std::string> typed =
      shell.terminal->Ask("type your full name to sign, or press Enter to stop: ");
  if (!typed.ok()) return typed.status();
  if (*typed == plan.draft.legal_name) return absl::OkStatus();
  return absl::CancelledError(typed->empty() ? "not handed in"
                                             : "not handed in: the name typed is another");
}

void ShowPlan(Terminal& terminal, const client::HandInPlan& plan) {
  for (const client::FileToSend& file : plan.files) {
    terminal.Note(absl::StrCat("  ", file.name, "  (", file.media_type, ", ", file.size, " bytes",
                               plan.words > 0 && plan.files.size() == 1
                                   ? absl::StrCat(", ", plan.words, " words)")
                                   : std::string(")")));
  }
  if (plan.files.size() > 1 && plan.words > 0) {
    terminal.Note(absl::StrCat("  ", plan.words, " words together"));
  }
  if (plan.certificate_text.empty()) return;
  terminal.Note("");
  for (const absl::string_view line : absl::StrSplit(plan.certificate_text, '\n')) {
    terminal.Note(absl::StrCat("    ", line));
  }
  terminal.Note("");
}

absl::Status HandIn(Shell& shell, const Given& given) {
  absl::StatusOr<std::vector<client::FileToSend>> files = client::PlanFiles(given.files, {});
  if (!files.ok()) return files.status();
  absl::StatusOr<std::string> language = ParseLanguage(given.language);
  if (!language.ok()) return language.status();
  absl::StatusOr<OneDocument> found = FindDocument(shell, given.document);
  if (!found.ok()) return found.status();
  const client::DocumentCard& card = found->card;

  absl::StatusOr<client::HandInPlan> plan = absl::UnknownError("");
  if (given.correction) {
    plan = found->client->PlanCorrection(found->id, *files);
  } else {
    client::CertificateDraft draft;
    draft.language = language->empty() ? card.language : *language;
    draft.variety = given.variety.empty() ? card.variety : given.variety;
    draft.interpreted = given.interpreted;
    draft.date = client::platform::Today();
    if (draft.language.empty()) {
      return absl::InvalidArgumentError(
          "the source's language is not known: say it with --language");
    }
    if (absl::Status status = AskDetails(shell, given, draft); !status.ok()) return status;
    plan = found->client->PlanHandIn(found->id, *files, draft);
  }
  if (!plan.ok()) return plan.status();
  ShowPlan(*shell.terminal, *plan);
  if (absl::Status yes = shell.terminal->Confirm(
          absl::StrCat("hand in ", files->size(), files->size() == 1 ? " file" : " files", " for ",
                       SpellDocument(card), "?"));
      !yes.ok()) {
    return yes;
  }
  if (!given.correction) {
    absl::Status signed_by_name = SignByName(shell, *plan, shell.terminal_options.yes);
    if (!signed_by_name.ok()) return signed_by_name;
  }
  const KeptAct kept(*found->client);
  absl::Status status = found->client->HandIn(*plan, [&](const client::Progress& progress) {
    shell.terminal->Progress(card.code, progress.done_bytes, progress.total_bytes);
  });
  if (!status.ok()) {
    if (const auto item = kept.Find()) shell.terminal->Note(SpellKept(*item, "hand it in"));
    return status;
  }
  return SayAct(shell, *found->client, absl::StrCat("handed in ", card.code, ".", plan->version),
                {{"document", card.code},
                 {"version", plan->version},
                 {"words", plan->words},
                 {"correction", given.correction}});
}

absl::Status Review(Shell& shell, const Given& given) {
  if (given.approve == given.send_back) {
    return absl::InvalidArgumentError("say what: --approve or --return");
  }
  absl::StatusOr<OneDocument> found = FindDocument(shell, given.document);
  if (!found.ok()) return found.status();
  const client::DocumentCard& card = found->card;
  if (given.send_back) {
    absl::StatusOr<std::string> note =
        shell.terminal->Text(given.text_file, "what the translator should change", kTextBytesMax);
    if (!note.ok()) return note.status();
    if (absl::Status status = found->client->Return(found->id, *note); !status.ok()) return status;
    return SayDone(shell, *found, "returned");
  } else {
    absl::Status yes = shell.terminal->Confirm(absl::StrCat(
        "approve the translation of ", SpellDocument(card), "? it can then be filed in court"));
    if (!yes.ok()) return yes;
    if (absl::Status status = found->client->Approve(found->id); !status.ok()) return status;
  }
  return SayDone(shell, *found, "approved");
}

}  // namespace

void AddTranslationVerbs(CLI::App& app, Shell& shell) {
  auto given = std::make_shared<Given>();
  CLI::App* open = AddVerb(app, "open", "write a document's files into a new directory",
                           "amparo open heron-river-48/3 --source -o work");
  open->add_option("document", given->document, "its code")->required();
  open->add_flag("--source", given->source, "what was submitted");
  open->add_flag("--translation", given->translation, "the newest translation");
  open->add_option("-o,--output", given->directory, "a new or empty directory")->required();
  SetWorkWithoutLink(open, shell, [&shell, given] { return Open(shell, *given); });
  CLI::App* hand_in = AddVerb(app, "hand-in", "hand in a translation, with your certificate",
                              "amparo hand-in heron-river-48/3 translation.pdf --details me.txt");
  hand_in->add_option("document", given->document, "its code")->required();
  hand_in->add_option("files", given->files, "the translation")->required();
  hand_in->add_option("--details", given->details,
                      "file with lines name:, address:, telephone: for the certificate");
  hand_in->add_option("--language", given->language, "the source's language, if not known");
  hand_in->add_option("--variety", given->variety, "its variety: \"Todos Santos\"");
  hand_in->add_flag("--interpreted", given->interpreted,
                    "you read it back to the person who declares it, and they understood it");
  hand_in->add_flag("--correction", given->correction,
                    "a reviewer's correction; its translator certifies it");
  SetWorkWithoutLink(hand_in, shell, [&shell, given] {
    shell.works_on_old_view = true;
    return HandIn(shell, *given);
  });
  CLI::App* review = AddVerb(app, "review", "approve a translation, or return it",
                             "amparo review heron-river-48/3 --approve");
  review->add_option("document", given->document, "its code")->required();
  review->add_flag("--approve", given->approve, "it is complete and accurate");
  review->add_flag("--return", given->send_back, "the translator should change something");
  review->add_option("--text-file", given->text_file,
                     "file with what to change; - is standard input");
  SetWorkWithoutLink(review, shell, [&shell, given] { return Review(shell, *given); });
}

}  // namespace amparo::cli
