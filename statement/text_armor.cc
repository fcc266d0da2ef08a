#include "statement/text_armor.h"

#include <algorithm>
#include <cassert>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "crypto/secret.h"
#include "statement/text_encoding.h"

namespace amparo {
namespace {

constexpr std::size_t kLineLength = 64;

void WipeText(std::string& text) {
  Wipe(MutableByteView(reinterpret_cast<std::uint8_t*>(text.data()), text.size()));
}

// What follows the header line, without its newlines; its lines are whole but for the last.
absl::StatusOr<std::string> JoinLines(absl::string_view rest) {
  std::string joined;
  joined.reserve(rest.size());
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const bool is_last = end + 1 == rest.size();
    if (end == absl::string_view::npos || end == 0 || end > kLineLength ||
        (!is_last && end != kLineLength)) {
      WipeText(joined);
      return absl::InvalidArgumentError(
          absl::StrCat("not in lines of ", kLineLength, " characters, each with a newline"));
    }
    joined.append(rest.data(), end);
    rest.remove_prefix(end + 1);
  }
  return joined;
}

absl::Status CheckHeader(absl::string_view header, absl::string_view text) {
  if (const auto version = ArmorVersion(header, text); version.has_value()) {
    if (*version != "1") {
      return absl::UnimplementedError(absl::StrCat("version ", *version, " instead of ", header));
    }
    if (text.size() > header.size()) return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("does not start with the line ", header));
}

}  // namespace

std::optional<absl::string_view> ArmorVersion(absl::string_view header, absl::string_view text) {
  absl::string_view line = text.substr(0, text.find('\n'));
  if (!absl::ConsumePrefix(&line, header.substr(0, header.size() - 1)) || line.empty() ||
      !std::all_of(line.begin(), line.end(), absl::ascii_isdigit)) {
    return std::nullopt;
  }
  return line;
}

std::string FormatArmor(absl::string_view header, ByteView bytes) {
  assert(absl::EndsWith(header, "-v1"));
  std::string base64 = ToBase64(bytes);
  std::string text;
  text.reserve(header.size() + 2 + base64.size() + base64.size() / kLineLength + 1);
  absl::StrAppend(&text, header, "\n");
  for (std::size_t at = 0; at < base64.size(); at += kLineLength) {
    absl::StrAppend(&text, absl::string_view(base64).substr(at, kLineLength), "\n");
  }
  WipeText(base64);
  return text;
}

absl::StatusOr<Bytes> ParseArmor(absl::string_view header, absl::string_view text,
                                 std::size_t text_bytes_max) {
  if (absl::Status status = CheckHeader(header, text); !status.ok()) return status;
  if (text.size() > text_bytes_max) {
    return absl::InvalidArgumentError(
        absl::StrCat(header, ": ", text.size(), " bytes, at most ", text_bytes_max));
  }
  absl::StatusOr<std::string> base64 = JoinLines(text.substr(header.size() + 1));
  if (!base64.ok()) return base64.status();
  std::optional<Bytes> bytes = FromBase64(*base64);
  WipeText(*base64);
  if (!bytes.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(header, ": not canonical base64"));
  }
  return *std::move(bytes);
}

}  // namespace amparo
