#include "crypto/age_header.h"

#include <sodium.h>

#include <cassert>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "crypto/digest.h"
#include "crypto/sodium_start.h"

namespace amparo {
namespace {

constexpr absl::string_view kVersionLine = "age-encryption.org/v1";
constexpr absl::string_view kStanzaStart = "-> ";
constexpr absl::string_view kMacStart = "---";
constexpr std::size_t kColumns = 64;
constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;

// The lines of a header that may not be complete yet.
class Lines {
 public:
  explicit Lines(absl::string_view text) : text_(text) {}

  absl::StatusOr<absl::string_view> Next() {
    const std::size_t end = text_.find('\n', position_);
    if (end == absl::string_view::npos) {
      if (text_.size() >= kAgeHeaderBytesMax) {
        return absl::InvalidArgumentError(
            absl::StrCat("age header is above ", kAgeHeaderBytesMax, " bytes"));
      }
      return absl::OutOfRangeError(
          absl::StrCat("age header goes on after ", text_.size(), " bytes"));
    }
    const absl::string_view line = text_.substr(position_, end - position_);
    position_ = end + 1;
    return line;
  }
  // Where the next line starts.
  std::size_t position() const { return position_; }

 private:
  absl::string_view text_;
  std::size_t position_ = 0;
};

absl::Status Malformed(absl::string_view what, std::size_t line_start) {
  return absl::InvalidArgumentError(
      absl::StrCat("age header: ", what, " in the line before byte ", line_start));
}

bool IsArgument(absl::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 33 && c <= 126; });
}

absl::StatusOr<AgeStanza> ParseStanza(absl::string_view first_line, Lines& lines) {
  AgeStanza stanza;
  for (const absl::string_view argument :
       absl::StrSplit(first_line.substr(kStanzaStart.size()), ' ')) {
    if (!IsArgument(argument)) return Malformed("empty or foreign argument", lines.position());
    stanza.arguments.emplace_back(argument);
  }
  for (;;) {
    const absl::StatusOr<absl::string_view> line = lines.Next();
    if (!line.ok()) return line.status();
    if (line->size() > kColumns) return Malformed("over 64 columns", lines.position());
    const std::optional<Bytes> bytes = ParseBase64(*line);
    if (!bytes) return Malformed("base64 is not canonical", lines.position());
    AppendTo(stanza.body, *bytes);
    if (line->size() < kColumns) return stanza;
  }
}

void AppendStanza(const AgeStanza& stanza, std::string& out) {
  out.append("->");
  for (const std::string& argument : stanza.arguments) {
    assert(IsArgument(argument));
    absl::StrAppend(&out, " ", argument);
  }
  out.push_back('\n');
  const std::string body = FormatBase64(stanza.body);
  for (std::size_t at = 0; at <= body.size(); at += kColumns) {
    absl::StrAppend(&out, absl::string_view(body).substr(at, kColumns), "\n");
  }
}

std::string FormatCovered(const std::vector<AgeStanza>& stanzas) {
  assert(!stanzas.empty());
  std::string out = absl::StrCat(kVersionLine, "\n");
  for (const AgeStanza& stanza : stanzas) AppendStanza(stanza, out);
  absl::StrAppend(&out, kMacStart);
  return out;
}

Bytes WithMac(std::string covered, const AgeMac& mac) {
  absl::StrAppend(&covered, " ", FormatBase64(mac.view()), "\n");
  const ByteView bytes = AsBytes(covered);
  return Bytes(bytes.begin(), bytes.end());
}

}  // namespace

absl::StatusOr<ParsedAgeHeader> ParseAgeHeader(ByteView bytes) {
  Lines lines(AsText(bytes.first(std::min(bytes.size(), kAgeHeaderBytesMax))));
  absl::StatusOr<absl::string_view> line = lines.Next();
  if (!line.ok()) return line.status();
  if (*line != kVersionLine) return Malformed("unknown version", lines.position());

  ParsedAgeHeader parsed;
  for (;;) {
    const std::size_t line_start = lines.position();
    line = lines.Next();
    if (!line.ok()) return line.status();
    if (absl::StartsWith(*line, kMacStart)) {
      parsed.mac_covers = line_start + kMacStart.size();
      break;
    }
    if (!absl::StartsWith(*line, kStanzaStart)) {
      return Malformed("neither stanza nor MAC", lines.position());
    }
    if (parsed.header.stanzas.size() == kAgeStanzasMax) {
      return Malformed(absl::StrCat("more than ", kAgeStanzasMax, " stanzas"), lines.position());
    }
    absl::StatusOr<AgeStanza> stanza = ParseStanza(*line, lines);
    if (!stanza.ok()) return stanza.status();
    parsed.header.stanzas.push_back(*std::move(stanza));
  }
  if (parsed.header.stanzas.empty()) return Malformed("no stanza", lines.position());
  if (line->size() < kMacStart.size() + 1 || (*line)[kMacStart.size()] != ' ') {
    return Malformed("no MAC", lines.position());
  }
  const std::optional<Bytes> mac = ParseBase64(line->substr(kMacStart.size() + 1));
  const std::optional<AgeMac> exact = mac ? AgeMac::From(*mac) : std::nullopt;
  if (!exact) return Malformed("the MAC is not 32 bytes of canonical base64", lines.position());
  parsed.header.mac = *exact;
  parsed.size = lines.position();
  return parsed;
}

Bytes FormatAgeHeader(const AgeHeader& header) {
  return WithMac(FormatCovered(header.stanzas), header.mac);
}

Bytes FormatAgeHeader(std::vector<AgeStanza> stanzas, const FileKey& key) {
  std::string covered = FormatCovered(stanzas);
  const AgeMac mac = ComputeAgeMac(key, AsBytes(covered));
  return WithMac(std::move(covered), mac);
}

AgeMac ComputeAgeMac(const FileKey& key, ByteView covered) {
  Secret<32> mac_key;
  HkdfSha256(key.Expose(), /*salt=*/{}, AsBytes("header"), mac_key.ExposeMutable());
  return AgeMac{.bytes = HmacSha256(mac_key.Expose(), {covered}).bytes};
}

std::string FormatBase64(ByteView bytes) {
  StartSodium();
  // libsodium writes a terminating zero and counts it.
  std::string out(sodium_base64_encoded_len(bytes.size(), kBase64), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), kBase64);
  out.pop_back();
  return out;
}

std::optional<Bytes> ParseBase64(absl::string_view text) {
  StartSodium();
  Bytes out(text.size() / 4 * 3 + 3);
  std::size_t size = 0;
  if (sodium_base642bin(out.data(), out.size(), text.data(), text.size(), /*ignore=*/nullptr, &size,
                        /*b64_end=*/nullptr, kBase64) != 0) {
    return std::nullopt;
  }
  out.resize(size);
  // libsodium 1.0.18 takes every byte above 127 for a slash. There is one spelling.
  if (FormatBase64(out) != text) return std::nullopt;
  return out;
}

}  // namespace amparo
