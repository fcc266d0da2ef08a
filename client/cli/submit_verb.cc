// submit: from files to a document.

#include <charconv>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/cli/batch.h"
#include "client/cli/dates.h"
#include "client/cli/people.h"
#include "client/cli/spelling.h"
#include "client/cli/verbs.h"
#include "client/platform_terminal.h"

namespace amparo::cli {
namespace {

constexpr absl::string_view kWarnings[] = {"violence", "sexual-violence", "torture",
                                           "death",    "children",        "self-harm"};

struct Given {
  std::vector<std::string> files;
  std::string case_code, order, from = "unknown", variety, due, replaces, title_file;
  std::vector<std::string> warnings;
  std::uint16_t pages = 0;
  bool each = false;
};

absl::StatusOr<std::vector<std::size_t>> ParseOrder(const std::string& text) {
  std::vector<std::size_t> order;
  if (text.empty()) return order;
  for (const absl::string_view word : absl::StrSplit(text, ',')) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size() || number == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("--order is numbers of the list, as in 1,3,2; got \"", text, "\""));
    }
    order.push_back(number);
  }
  return order;
}

absl::StatusOr<client::SubmitOptions> Options(Shell& shell, const Given& given,
                                              client::Client& opened) {
  client::SubmitOptions options;
  absl::StatusOr<SubjectId> case_id = opened.FindCase(given.case_code);
  if (!case_id.ok()) return case_id.status();
  options.case_id = *case_id;
  options.variety = given.variety;
  options.due_date = given.due;
  options.pages = given.pages;
  options.content_warnings = given.warnings;
  absl::StatusOr<std::string> language = ParseLanguage(given.from);
  if (!language.ok()) return language.status();
  options.language = *language;
  if (!given.title_file.empty()) {
    absl::StatusOr<std::string> title = shell.terminal->Text(given.title_file, "title", 512);
    if (!title.ok()) return title.status();
    options.title = *title;
  }
  if (!given.replaces.empty()) {
    absl::StatusOr<SubjectId> document = opened.FindDocument(given.replaces);
    if (!document.ok()) return document.status();
    options.replaces = *document;
  }
  return options;
}

absl::Status CheckBeforeOpening(const Given& given) {
  if (!given.due.empty()) {
    if (absl::Status status = CheckDate(given.due); !status.ok()) return status;
  }
  if (absl::StatusOr<std::string> language = ParseLanguage(given.from); !language.ok()) {
    return language.status();
  }
  for (const std::string& warning : given.warnings) {
    bool known = false;
    for (const absl::string_view word : kWarnings) known = known || word == warning;
    if (!known) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", warning,
                       "\" is no content warning: violence, sexual-violence, "
                       "torture, death, children, self-harm"));
    }
  }
  if (given.each && !given.replaces.empty()) {
    return absl::InvalidArgumentError("--each makes several documents, --replaces replaces one");
  }
  return absl::OkStatus();
}

void ShowFiles(Terminal& terminal, const std::vector<client::NamedFile>& files) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string number = absl::StrCat(i + 1 < 10 ? "  " : " ", i + 1, ". ");
    if (files[i].file.ok()) {
      const client::FileToSend& file = *files[i].file;
      terminal.Note(
          absl::StrCat(number, file.name, "  (", SpellSize(file.size), ", ", file.media_type, ")"));
    } else {
      terminal.Note(
          absl::StrCat(number, "cannot be submitted: ", files[i].file.status().message()));
    }
  }
}

std::vector<client::FileToSend> UsableOf(const std::vector<client::NamedFile>& files) {
  std::vector<client::FileToSend> usable;
  for (const client::NamedFile& one : files) {
    if (one.file.ok()) usable.push_back(*one.file);
  }
  return usable;
}

// With --each a file that cannot be sent keeps no other back, as long as there is another.
absl::StatusOr<std::vector<client::NamedFile>> Plan(const Given& given,
                                                    const std::vector<std::size_t>& order) {
  if (given.each) {
    auto named = client::PlanEach(given.files, order);
    if (!named.ok() || !UsableOf(*named).empty()) return named;
  }
  absl::StatusOr<std::vector<client::FileToSend>> files = client::PlanFiles(given.files, order);
  if (!files.ok()) return files.status();
  std::vector<client::NamedFile> all;
  for (client::FileToSend& file : *files) {
    const std::string path = file.path;
    all.push_back({.path = path, .file = std::move(file)});
  }
  return all;
}

std::vector<DocumentToBe> DocumentsOf(const Given& given,
                                      const std::vector<client::NamedFile>& files) {
  if (!given.each) return {{.path = files.front().path, .files = UsableOf(files)}};
  std::vector<DocumentToBe> documents;
  for (const client::NamedFile& one : files) {
    DocumentToBe document{.path = one.path, .files = std::vector<client::FileToSend>()};
    if (one.file.ok()) {
      document.files->push_back(*one.file);
    } else {
      document.files = one.file.status();
    }
    documents.push_back(std::move(document));
  }
  return documents;
}

absl::Status ConfirmSubmission(Terminal& terminal, const Given& given, std::size_t named,
                               std::size_t usable, const SubjectId& case_id) {
  const std::string of_these = usable < named ? absl::StrCat(usable, " of ") : std::string();
  const std::size_t count = given.each ? usable : 1;
  return terminal.Confirm(
      absl::StrCat("submit ", of_these, named, named == 1 ? " file" : " files", " as ",
                   count == 1 ? std::string("one document") : absl::StrCat(count, " documents"),
                   " to case ", client::CaseCode(case_id), "?"));
}

absl::Status Submit(Shell& shell, const Given& given) {
  if (absl::Status status = CheckBeforeOpening(given); !status.ok()) return status;
  absl::StatusOr<std::vector<std::size_t>> order = ParseOrder(given.order);
  if (!order.ok()) return order.status();
  absl::StatusOr<std::vector<client::NamedFile>> files = Plan(given, *order);
  if (!files.ok()) return files.status();
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  absl::StatusOr<client::SubmitOptions> options = Options(shell, given, **opened);
  if (!options.ok()) return options.status();

  Terminal& terminal = *shell.terminal;
  ShowFiles(terminal, *files);
  if (!given.due.empty()) {
    terminal.Note(absl::StrCat("due ", SpellDate(given.due, client::platform::Today())));
  }
  const std::vector<client::FileToSend> usable = UsableOf(*files);
  absl::Status yes =
      ConfirmSubmission(terminal, given, files->size(), usable.size(), options->case_id);
  if (!yes.ok()) return yes;

  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  const absl::Status sent =
      SubmitBatch(terminal, **opened, DocumentsOf(given, *files), *options, list);
  const std::size_t readable = client::StillReadable(usable);
  terminal.Note(absl::StrCat(readable, readable == 1 ? " file is" : " files are",
                             " still readable on this computer"));
  terminal.Json({{"submitted", list}, {"still_readable", readable}});
  return sent;
}

}  // namespace

void AddSubmitVerb(CLI::App& app, Shell& shell) {
  auto given = std::make_shared<Given>();
  CLI::App* submit = AddVerb(app, "submit", "send files to a case, as one document",
                             "amparo submit photos/*.jpeg --case heron-river-48 --from ht");
  submit->add_option("files", given->files, "the files; their natural order is kept")->required();
  submit->add_option("--case", given->case_code, "the case's code")->required();
  submit->add_flag("--each", given->each, "one document per file");
  submit->add_option("--order", given->order, "another order, by the list's numbers: 1,3,2");
  submit->add_option("--from", given->from, "language, as ht or unknown")->capture_default_str();
  submit->add_option("--variety", given->variety, "variety of the language: \"Todos Santos\"");
  submit->add_option("--due", given->due, "when it is needed: 2026-12-04");
  submit->add_option("--pages", given->pages, "pages of paper");
  submit->add_option("--warning", given->warnings, "what a reader should know before opening");
  submit->add_option("--title-file", given->title_file, "file with a title; - is standard input");
  submit->add_option("--replaces", given->replaces, "a document this is a better copy of");
  SetWorkWithoutLink(submit, shell, [&shell, given] {
    shell.works_on_old_view = true;
    return Submit(shell, *given);
  });
}

}  // namespace amparo::cli
