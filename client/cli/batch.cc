#include "client/cli/batch.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/cli/kept_act.h"
#include "client/cli/outcomes.h"
#include "client/connection.h"

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

absl::StatusOr<client::Client::Submitted> Submit(client::Client& opened,
                                                 const DocumentToBe& document,
                                                 const client::SubmitOptions& options,
                                                 Meter& meter) {
  if (!document.files.ok()) return document.files.status();
  const Files& files = *document.files;
  auto done =
      opened.Submit(files, options, [&](const client::Progress& made) { meter.Show(files, made); });
  meter.Done(files);
  return done;
}

// It waits because nothing gets through. The next one would wait as long to find the same.
bool EndedForWantOfALink(const client::OutboxItem& act) {
  return act.state != client::ItemState::kStored &&
         (act.code == absl::StatusCode::kUnavailable ||
          act.code == absl::StatusCode::kDeadlineExceeded);
}

// Somebody lies, or the server does not know this device: the rest would fare no better.
bool EndsTheBatch(const absl::Status& failure) {
  const auto detail = client::DetailOf(failure);
  return absl::IsDataLoss(failure) || absl::IsUnauthenticated(failure) ||
         (detail && (detail->reason == "ALARM_STANDS" || detail->reason == "UPDATE_REQUIRED"));
}

nlohmann::ordered_json PathsOf(const DocumentToBe& document) {
  nlohmann::ordered_json paths = nlohmann::ordered_json::array();
  if (!document.files.ok()) return {document.path};
  for (const client::FileToSend& file : *document.files) paths.push_back(file.path);
  return paths;
}

// What goes is said as it goes. What does not is said last, where a person finds it who comes back
// to two hundred lines.
class Report {
 public:
  Report(Terminal& terminal, bool several, nlohmann::ordered_json& list)
      : terminal_(terminal), several_(several), list_(list) {}

  void Submitted(const DocumentToBe& document, const client::OutboxItem& act,
                 const client::Client::Submitted& done) {
    nlohmann::ordered_json entry = {{"document", done.code},
                                    {"id", ToHex(done.document)},
                                    {"warnings", done.warnings},
                                    {"files", PathsOf(document)}};
    const std::string of_which = several_ ? "  " + document.path : std::string();
    if (act.state == client::ItemState::kStored) {
      terminal_.Line(absl::StrCat("submitted ", done.code, of_which));
    } else {
      queued_ = true;
      terminal_.Line(absl::StrCat("queued ", done.code, " (item ", act.number, ")", of_which));
      entry["queued"] = act.number;
    }
    for (const std::string& warning : done.warnings) {
      terminal_.Note(absl::StrCat("warning: ", warning));
    }
    list_.push_back(std::move(entry));
  }
  void LinkLost(const client::OutboxItem& act, bool more) {
    terminal_.Note(absl::StrCat(OutcomeOf(client::RefusalOf(act)).message,
                                more ? "; the rest is sealed now, and waits with it" : ""));
  }
  void Failed(const DocumentToBe& document, const absl::Status& why,
              const std::optional<client::OutboxItem>& kept) {
    std::string reason = OutcomeOf(why).message;
    list_.push_back(FailedEntry(document, reason));
    absl::string_view shown = reason;
    absl::ConsumePrefix(&shown, absl::StrCat(document.path, ": "));
    std::string line = absl::StrCat("not submitted: ", document.path);
    // Of a document alone the error says why.
    if (several_) absl::StrAppend(&line, ": ", shown);
    if (!several_ && document.files.ok() && document.files->size() > 1) {
      absl::StrAppend(&line, " and what belongs to it");
    }
    if (kept.has_value()) {
      list_.back()["kept"] = kept->number;
      absl::StrAppend(&line, "; ", SpellKept(*kept, "submit it"));
    }
    did_not_go_.push_back(std::move(line));
  }
  void NotTried(const DocumentToBe& document) {
    list_.push_back(FailedEntry(document, "not tried"));
    list_.back()["not_tried"] = true;
    did_not_go_.push_back(absl::StrCat("not tried: ", document.path));
  }
  void End() {
    if (queued_) {
      terminal_.Note(
          "what is queued is safe on this computer, and sent by amparo sync when there is "
          "a link; the files themselves are not needed for it");
    }
    for (const std::string& line : did_not_go_) terminal_.Note(line);
  }

 private:
  static nlohmann::ordered_json FailedEntry(const DocumentToBe& document,
                                            const std::string& reason) {
    return {{"failed", std::filesystem::path(document.path).filename().string()},
            {"reason", reason},
            {"files", PathsOf(document)}};
  }

  Terminal& terminal_;
  const bool several_;
  nlohmann::ordered_json& list_;
  bool queued_ = false;
  std::vector<std::string> did_not_go_;
};

}  // namespace

absl::Status SubmitBatch(Terminal& terminal, client::Client& opened,
                         const std::vector<DocumentToBe>& documents,
                         const client::SubmitOptions& options, nlohmann::ordered_json& list) {
  Meter meter(terminal, documents);
  Report report(terminal, documents.size() > 1, list);
  absl::Status first, ended;
  for (const DocumentToBe& document : documents) {
    if (!ended.ok()) {
      report.NotTried(document);
      continue;
    }
    const KeptAct kept(opened);
    const absl::StatusOr<client::Client::Submitted> done = Submit(opened, document, options, meter);
    if (done.ok()) {
      const client::OutboxItem act = *opened.LastAct();
      report.Submitted(document, act, *done);
      if (!EndedForWantOfALink(act)) continue;
      opened.WorkOffline();
      report.LinkLost(act, &document != &documents.back());
      continue;
    }
    report.Failed(document, done.status(), kept.Find());
    if (first.ok()) first = done.status();
    if (EndsTheBatch(done.status())) ended = done.status();
  }
  report.End();
  return ended.ok() ? first : ended;
}

}  // namespace amparo::cli
