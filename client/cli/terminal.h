// Everything the program says and asks goes through here: one place that escapes what others
// wrote, wraps to the terminal's width, and knows the difference between a person and a script.
//
// Thread safety: one thread at a time, but for Note and NoteBrokenLink.

#ifndef AMPARO_CLIENT_CLI_TERMINAL_H_
#define AMPARO_CLIENT_CLI_TERMINAL_H_

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/secret.h"
#include "nlohmann/json.hpp"

namespace amparo::cli {

// `text` with control characters (C0, C1), bidirectional and invisible characters, line
// separators and invalid UTF-8 spelled as \u{..}: safe to print whoever wrote it.
std::string Escape(absl::string_view text);

class Terminal {
 public:
  struct Options {
    bool json = false;
    bool yes = false;             // Answers every confirmation with yes.
    std::string passphrase_file;  // Empty: ask.
  };
  explicit Terminal(Options options) : options_(std::move(options)) {}

  bool json() const { return options_.json; }
  // A line of the answer, on standard output. Escaped and wrapped: continuation lines are
  // indented by two more than the line. Silent with --json.
  void Line(absl::string_view text);
  // The answer of a verb with --json: one document, ASCII only. Silent without --json.
  void Json(const nlohmann::ordered_json& document);
  // A line beside the answer, on standard error. From any thread.
  void Note(absl::string_view text);
  // That the link broke and is tried again, and not more often than a person wants to read it.
  // From any thread.
  void NoteBrokenLink(const absl::Status& why);
  // "error: ..." and "hint: ...", on standard error.
  void Error(const absl::Status& status);
  // How far a transfer is, on standard error, if that is a terminal; erased by the next line. One
  // that takes longer says how fast it is and how long it will last.
  void Progress(absl::string_view what, std::uint64_t done, std::uint64_t total);

  // OK: the person said yes, or --yes was given. CANCELLED: no. FAILED_PRECONDITION: nobody to
  // ask.
  absl::Status Confirm(absl::string_view question);
  // A line typed by the person; `question` is shown first.
  absl::StatusOr<std::string> Ask(absl::string_view question);
  // Free text: from `file` ("-": standard input), or asked for, to an empty line.
  absl::StatusOr<std::string> Text(const std::string& file, absl::string_view question,
                                   std::size_t max_bytes);
  absl::StatusOr<SecretBuffer> Passphrase(absl::string_view prompt);
  // For a new home: asked twice, at least 12 characters.
  absl::StatusOr<SecretBuffer> NewPassphrase();

 private:
  using Clock = std::chrono::steady_clock;
  // REQUIRES: mutex_ is held.
  void EraseProgress();
  std::string SpellPace(absl::string_view what, std::uint64_t done, std::uint64_t total);

  Options options_;
  std::mutex mutex_;  // Guards what follows, and that lines stay whole.
  bool progress_shown_ = false;
  std::string transfer_;  // What Progress was told of last,
  Clock::time_point began_;
  std::uint64_t began_at_ = 0;  // and where it was then.
  std::optional<Clock::time_point> link_noted_;
};

}  // namespace amparo::cli

#endif  // AMPARO_CLIENT_CLI_TERMINAL_H_
