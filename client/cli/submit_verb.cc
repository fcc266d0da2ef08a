// submit: from files to a document.

#include <algorithm>
#include <charconv>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/cli/dates.h"
#include "client/cli/outcomes.h"
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

void ShowFiles(Terminal& terminal, const std::vector<client::FileToSend>& files) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    terminal.Note(absl::StrCat(i + 1 < 10 ? "  " : " ", i + 1, ". ", files[i].name, "  (",
                               SpellSize(files[i].size), ", ", files[i].media_type, ")"));
  }
}

// One progress display over all documents, in bytes of files.
class Meter {
 public:
  Meter(Terminal& terminal, const std::vector<std::vector<client::FileToSend>>& documents)
      : terminal_(terminal) {
    for (const auto& parts : documents) total_ += SizeOf(parts);
  }
  void Show(const std::vector<client::FileToSend>& parts, const client::Progress& progress) {
    const double share = static_cast<double>(progress.done_bytes) /
                         static_cast<double>(std::max<std::uint64_t>(progress.total_bytes, 1));
    const auto now = static_cast<std::uint64_t>(share * static_cast<double>(SizeOf(parts)));
    terminal_.Progress(parts[0].name, done_ + now, total_);
  }
  void Done(const std::vector<client::FileToSend>& parts) { done_ += SizeOf(parts); }

 private:
  static std::uint64_t SizeOf(const std::vector<client::FileToSend>& parts) {
    std::uint64_t bytes = 0;
    for (const client::FileToSend& file : parts) bytes += file.size;
    return bytes;
  }
  Terminal& terminal_;
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
};

void SaySubmitted(Terminal& terminal, const client::OutboxItem& act,
                  const client::Client::Submitted& done, nlohmann::ordered_json& list) {
  nlohmann::ordered_json entry = {
      {"document", done.code}, {"id", ToHex(done.document)}, {"warnings", done.warnings}};
  if (act.state == client::ItemState::kStored) {
    terminal.Line(absl::StrCat("submitted ", done.code));
  } else {
    terminal.Line(absl::StrCat("queued ", done.code, " (item ", act.number, ")"));
    entry["queued"] = act.number;
  }
  for (const std::string& warning : done.warnings) {
    terminal.Note(absl::StrCat("warning: ", warning));
  }
  list.push_back(std::move(entry));
}

// Each document by itself: one that fails keeps no other back. The first failure.
absl::Status SubmitAll(Shell& shell, client::Client& opened,
                       const std::vector<std::vector<client::FileToSend>>& documents,
                       const client::SubmitOptions& options, nlohmann::ordered_json& list) {
  Terminal& terminal = *shell.terminal;
  Meter meter(terminal, documents);
  absl::Status first;
  bool queued = false;
  for (const auto& parts : documents) {
    absl::StatusOr<client::Client::Submitted> done = opened.Submit(
        parts, options, [&](const client::Progress& made) { meter.Show(parts, made); });
    meter.Done(parts);
    if (done.ok()) {
      SaySubmitted(terminal, *opened.LastAct(), *done, list);
      queued = queued || opened.LastAct()->state != client::ItemState::kStored;
      continue;
    }
    terminal.Note(absl::StrCat("not submitted: ", parts[0].name,
                               parts.size() > 1 ? " and what belongs to it" : ""));
    list.push_back({{"failed", parts[0].name}, {"reason", OutcomeOf(done.status()).message}});
    if (first.ok()) first = done.status();
    // Somebody lies, or nobody can be asked: the rest would fare no better.
    if (absl::IsDataLoss(first) || absl::IsUnauthenticated(first)) break;
  }
  if (queued) {
    terminal.Note(
        "what is queued is safe on this computer, and sent by amparo sync when there is "
        "a link; the files themselves are not needed for it");
  }
  return first;
}

absl::Status Submit(Shell& shell, const Given& given) {
  if (absl::Status status = CheckBeforeOpening(given); !status.ok()) return status;
  absl::StatusOr<std::vector<std::size_t>> order = ParseOrder(given.order);
  if (!order.ok()) return order.status();
  absl::StatusOr<std::vector<client::FileToSend>> files = client::PlanFiles(given.files, *order);
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
  const std::size_t count = given.each ? files->size() : 1;
  const std::string files_spelled =
      absl::StrCat(files->size(), files->size() == 1 ? " file" : " files");
  absl::Status yes =
      terminal.Confirm(absl::StrCat("submit ", files_spelled, " as ",
                                    count == 1 ? "one document" : absl::StrCat(count, " documents"),
                                    " to case ", client::CaseCode(options->case_id), "?"));
  if (!yes.ok()) return yes;

  std::vector<std::vector<client::FileToSend>> documents;
  if (given.each) {
    for (const client::FileToSend& file : *files) documents.push_back({file});
  } else {
    documents.push_back(*files);
  }
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  const absl::Status sent = SubmitAll(shell, **opened, documents, *options, list);
  const std::size_t readable = client::StillReadable(*files);
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
