#include "client/text_file.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "statement/text_encoding.h"

namespace amparo::client {
namespace {

constexpr std::size_t kLineCharacters = 64;
constexpr std::size_t kTextBytesMax = 128 * 1024;

}  // namespace

std::string FormatTextFile(absl::string_view header, ByteView bytes) {
  const std::string encoded = ToBase64(bytes);
  std::string out = absl::StrCat(header, "\n");
  for (std::size_t at = 0; at < encoded.size(); at += kLineCharacters) {
    absl::StrAppend(&out, encoded.substr(at, kLineCharacters), "\n");
  }
  return out;
}

absl::StatusOr<Bytes> ParseTextFile(absl::string_view header, absl::string_view text) {
  if (text.size() > kTextBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("a file of ", text.size(), " bytes, at most ", kTextBytesMax));
  }
  text = absl::StripAsciiWhitespace(text);
  const std::size_t line = text.find('\n');
  const absl::string_view found = absl::StripTrailingAsciiWhitespace(text.substr(0, line));
  if (found != header) {
    return absl::InvalidArgumentError(
        absl::StrCat("the file does not start with \"", header, "\""));
  }
  std::string encoded;
  for (const char c : line == text.npos ? absl::string_view() : text.substr(line)) {
    if (!absl::ascii_isspace(static_cast<unsigned char>(c))) encoded += c;
  }
  auto bytes = FromBase64(encoded);
  if (!bytes.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("the ", header, " file is damaged"));
  }
  return *std::move(bytes);
}

}  // namespace amparo::client
