#include "client/cli/terminal.h"

#include <cstdio>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "client/cli/outcomes.h"
#include "client/platform_terminal.h"

namespace amparo::cli {
namespace {

constexpr std::size_t kPassphraseBytesMin = 12;
constexpr std::chrono::seconds kLinkNoteEach{30};
constexpr std::uint64_t kPaceAfter_s = 5;

// Decodes one character of UTF-8 at `at`. Returns its length, 0 if it is not valid.
std::size_t DecodeOne(absl::string_view text, std::size_t at, char32_t& out) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) {
    out = first;
    return 1;
  }
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length == 0 || first > 0xf4 || at + length > text.size()) return 0;
  out = first & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    out = (out << 6) | (byte(i) & 0x3fu);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (out < kLeast[length] || out > 0x10ffff || (out >= 0xd800 && out <= 0xdfff)) return 0;
  return length;
}

bool IsHarmful(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x115f ||
         c == 0x1160 || c == 0x17b4 || c == 0x17b5 || c == 0x180e || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0x3164 ||
         (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff || c == 0xffa0 ||
         (c >= 0xfff0 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff) ||
         (c >= 0xe000 && c <= 0xf8ff);
}

// Characters of valid UTF-8 in `text`, near enough to columns for Latin scripts.
std::size_t Columns(absl::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

std::string Wrap(absl::string_view line, std::size_t width) {
  const std::size_t indent = line.find_first_not_of(' ');
  if (indent == absl::string_view::npos || Columns(line) <= width) return std::string(line);
  const std::string margin(indent + 2, ' ');
  std::string out, current(indent, ' ');
  bool fresh = true;
  absl::string_view rest = line.substr(indent);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const absl::string_view word = rest.substr(0, end);
    if (!fresh && Columns(current) + 1 + Columns(word) > width) {
      absl::StrAppend(&out, current, "\n");
      current = margin;
      fresh = true;
    }
    absl::StrAppend(&current, fresh ? "" : " ", word);
    fresh = false;
    rest = end == rest.size() ? absl::string_view() : rest.substr(end + 1);
  }
  return absl::StrCat(out, current);
}

std::string Lines(absl::string_view text) {
  const std::size_t width = client::platform::TerminalColumns();
  const bool wrap = client::platform::IsStdoutTerminal();
  const std::string safe = Escape(text);
  return absl::StrCat(wrap ? Wrap(safe, width) : safe, "\n");
}

}  // namespace

std::string Escape(absl::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    char32_t c = 0;
    const std::size_t length = DecodeOne(text, at, c);
    if (length == 0) {
      absl::StrAppendFormat(&out, "\\x%02x", static_cast<unsigned char>(text[at]));
      ++at;
      continue;
    }
    if (IsHarmful(c)) {
      absl::StrAppendFormat(&out, "\\u{%x}", static_cast<unsigned>(c));
    } else {
      absl::StrAppend(&out, text.substr(at, length));
    }
    at += length;
  }
  return out;
}

void Terminal::Line(absl::string_view text) {
  if (options_.json) return;
  const std::lock_guard lock(mutex_);
  EraseProgress();
  std::cout << Lines(text) << std::flush;
}

void Terminal::Json(const nlohmann::ordered_json& document) {
  if (!options_.json) return;
  const std::lock_guard lock(mutex_);
  EraseProgress();
  std::cout << document.dump(2, ' ', true, nlohmann::ordered_json::error_handler_t::replace)
            << std::endl;
}

void Terminal::Note(absl::string_view text) {
  const std::lock_guard lock(mutex_);
  EraseProgress();
  std::cerr << Lines(text) << std::flush;
}

void Terminal::Error(const absl::Status& status) {
  const Outcome outcome = OutcomeOf(status);
  Note(absl::StrCat("error: ", outcome.message));
  if (!outcome.hint.empty()) Note(absl::StrCat("hint: ", outcome.hint));
}

void Terminal::NoteBrokenLink(const absl::Status& why) {
  {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    if (link_noted_.has_value() && now - *link_noted_ < kLinkNoteEach) return;
    link_noted_ = now;
  }
  Note(absl::StrCat("the link broke, and is tried again; nothing is lost (", OutcomeOf(why).message,
                    ")"));
}

// Nothing in the first seconds, when nobody wonders.
std::string Terminal::SpellPace(absl::string_view what, std::uint64_t done, std::uint64_t total) {
  const auto now = Clock::now();
  if (transfer_ != what || done < began_at_) {
    transfer_ = std::string(what);
    began_ = now;
    began_at_ = done;
  }
  const auto seconds = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(now - began_).count());
  const std::uint64_t moved = done - began_at_;
  if (seconds < kPaceAfter_s || done >= total || moved == 0) return "";
  const std::uint64_t left_s = (total - done) * seconds / moved;
  const std::string left =
      left_s < 120 ? absl::StrCat(left_s, " s") : absl::StrCat(left_s / 60, " min");
  const double kib_per_s = static_cast<double>(moved) / 1024 / static_cast<double>(seconds);
  return absl::StrFormat(", %.1f KiB/s, %s left", kib_per_s, left);
}

void Terminal::Progress(absl::string_view what, std::uint64_t done, std::uint64_t total) {
  if (options_.json || !client::platform::IsStdoutTerminal() || total == 0) return;
  const std::lock_guard lock(mutex_);
  std::cerr << absl::StrFormat("\r%s: %d of %d KiB (%d %%)%s\x1b[K", Escape(what), done / 1024,
                               total / 1024, done * 100 / total, SpellPace(what, done, total))
            << std::flush;
  progress_shown_ = true;
}

void Terminal::EraseProgress() {
  if (progress_shown_) std::cerr << "\r\x1b[K" << std::flush;
  progress_shown_ = false;
}

absl::Status Terminal::Confirm(absl::string_view question) {
  if (options_.yes) return absl::OkStatus();
  if (!client::platform::IsInteractive()) {
    return absl::FailedPreconditionError(absl::StrCat("nobody is there to answer: ", question));
  }
  absl::StatusOr<std::string> answer = Ask(absl::StrCat(question, " [y/N] "));
  if (!answer.ok()) return answer.status();
  if (*answer == "y" || *answer == "Y" || *answer == "yes") return absl::OkStatus();
  return absl::CancelledError("not done: you did not say yes");
}

absl::StatusOr<std::string> Terminal::Ask(absl::string_view question) {
  EraseProgress();
  std::cerr << Escape(question) << std::flush;
  std::string line;
  if (!std::getline(std::cin, line)) return absl::CancelledError("nothing was typed");
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

absl::StatusOr<std::string> Terminal::Text(const std::string& file, absl::string_view question,
                                           std::size_t max_bytes) {
  std::string text;
  if (!file.empty()) {
    absl::StatusOr<SecretBuffer> read = client::platform::ReadSecretFile(file, max_bytes);
    if (!read.ok()) return read.status();
    text = std::string(AsText(read->Expose()));
  } else {
    if (!client::platform::IsInteractive()) {
      return absl::FailedPreconditionError(absl::StrCat("nobody is there to type: ", question));
    }
    Note(absl::StrCat(question, " (an empty line ends it)"));
    std::string line;
    while (std::getline(std::cin, line) && !line.empty()) absl::StrAppend(&text, line, "\n");
  }
  text = std::string(absl::StripAsciiWhitespace(text));
  if (text.size() > max_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the text has ", text.size(), " bytes, at most ", max_bytes, " go"));
  }
  return text;
}

absl::StatusOr<SecretBuffer> Terminal::Passphrase(absl::string_view prompt) {
  if (options_.passphrase_file.empty()) return client::platform::ReadSecretLine(prompt);
  absl::StatusOr<SecretBuffer> file =
      client::platform::ReadSecretFile(options_.passphrase_file, 1024);
  if (!file.ok()) return file.status();
  ByteView line = file->Expose();
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\n' || line[i] == '\r') line = line.first(i);
  }
  if (line.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(options_.passphrase_file, " has no passphrase in its first line"));
  }
  return SecretBuffer::CopyOf(line);
}

absl::StatusOr<SecretBuffer> Terminal::NewPassphrase() {
  absl::StatusOr<SecretBuffer> first = Passphrase("new passphrase for this home: ");
  if (!first.ok()) return first.status();
  if (first->size() < kPassphraseBytesMin) {
    return absl::InvalidArgumentError(absl::StrCat("the passphrase has ", first->size(),
                                                   " characters, at least ", kPassphraseBytesMin,
                                                   " are needed"));
  }
  if (!options_.passphrase_file.empty()) return first;
  absl::StatusOr<SecretBuffer> second = Passphrase("the same again: ");
  if (!second.ok()) return second.status();
  if (!EqualConstantTime(first->Expose(), second->Expose())) {
    return absl::InvalidArgumentError("the two passphrases differ");
  }
  return first;
}

}  // namespace amparo::cli
