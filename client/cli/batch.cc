#include "client/cli/batch.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "client/cli/outcomes.h"

namespace amparo::cli {
namespace {

using Files = std::vector<client::FileToSend>;

// One progress display over all documents, in bytes of files.
class Meter {
 public:
  Meter(Terminal& terminal, const std::vector<DocumentToBe>& documents) : terminal_(terminal) {
    for (const DocumentToBe& one : documents) total_ += one.files.ok() ? SizeOf(*one.files) : 0;
  }
  void Show(const Files& parts, const client::Progress& progress) {
    const double share = static_cast<double>(progress.done_bytes) /
                         static_cast<double>(std::max<std::uint64_t>(progress.total_bytes, 1));
    const auto now = static_cast<std::uint64_t>(share * static_cast<double>(SizeOf(parts)));
    terminal_.Progress(parts[0].name, done_ + now, total_);
  }
  void Done(const Files& parts) { done_ += SizeOf(parts); }

 private:
  static std::uint64_t SizeOf(const Files& parts) {
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

// It waits because nothing gets through. The next one would wait as long to find the same.
bool EndedForWantOfALink(const client::OutboxItem& act) {
  return act.state != client::ItemState::kStored &&
         (act.code == absl::StatusCode::kUnavailable ||
          act.code == absl::StatusCode::kDeadlineExceeded);
}

void SayFailed(Terminal& terminal, const DocumentToBe& document, const absl::Status& why,
               nlohmann::ordered_json& list) {
  const bool several = document.files.ok() && document.files->size() > 1;
  terminal.Note(
      absl::StrCat("not submitted: ", document.path, several ? " and what belongs to it" : ""));
  list.push_back({{"failed", std::filesystem::path(document.path).filename().string()},
                  {"reason", OutcomeOf(why).message}});
}

}  // namespace

absl::Status SubmitBatch(Terminal& terminal, client::Client& opened,
                         const std::vector<DocumentToBe>& documents,
                         const client::SubmitOptions& options, nlohmann::ordered_json& list) {
  Meter meter(terminal, documents);
  absl::Status first;
  bool queued = false;
  for (const DocumentToBe& document : documents) {
    absl::Status status = document.files.status();
    if (status.ok()) {
      const Files& parts = *document.files;
      absl::StatusOr<client::Client::Submitted> done = opened.Submit(
          parts, options, [&](const client::Progress& made) { meter.Show(parts, made); });
      meter.Done(parts);
      if (done.ok()) {
        const client::OutboxItem act = *opened.LastAct();
        SaySubmitted(terminal, act, *done, list);
        queued = queued || act.state != client::ItemState::kStored;
        if (EndedForWantOfALink(act)) {
          opened.WorkOffline();
          terminal.Note(absl::StrCat(
              OutcomeOf(client::RefusalOf(act)).message,
              &document == &documents.back() ? "" : "; the rest is sealed now, and waits with it"));
        }
        continue;
      }
      status = done.status();
    }
    SayFailed(terminal, document, status, list);
    if (first.ok()) first = status;
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

}  // namespace amparo::cli
