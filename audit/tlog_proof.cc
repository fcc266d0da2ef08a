#include "audit/tlog_proof.h"

#include <cassert>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "statement/text_encoding.h"

namespace amparo::audit {
namespace {

constexpr absl::string_view kHeader = "c2sp.org/tlog-proof@v1\n";

absl::Status Malformed(absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat("tlog-proof: ", reason));
}

// Takes the next line off `rest`, without its newline. Nothing: no whole line is left.
std::optional<absl::string_view> NextLine(absl::string_view& rest) {
  const std::size_t length = rest.find('\n');
  if (length == absl::string_view::npos) return std::nullopt;
  const absl::string_view line = rest.substr(0, length);
  rest.remove_prefix(length + 1);
  return line;
}

}  // namespace

std::string FormatTlogProof(const TlogProof& proof) {
  assert(!proof.checkpoint.empty());
  std::string out(kHeader);
  if (proof.extra.has_value()) absl::StrAppend(&out, "extra ", ToBase64(*proof.extra), "\n");
  absl::StrAppend(&out, "index ", proof.index.value, "\n");
  for (const Hash& hash : proof.path) absl::StrAppend(&out, ToBase64(hash.view()), "\n");
  absl::StrAppend(&out, "\n", proof.checkpoint);
  return out;
}

absl::StatusOr<TlogProof> ParseTlogProof(absl::string_view text) {
  if (text.size() > kTlogProofBytesMax) {
    return Malformed(absl::StrCat(text.size(), " bytes, at most ", kTlogProofBytesMax));
  }
  if (!absl::ConsumePrefix(&text, kHeader)) return Malformed("another first line");
  TlogProof proof;
  std::optional<absl::string_view> line = NextLine(text);
  if (line.has_value() && absl::ConsumePrefix(&*line, "extra ")) {
    proof.extra = FromBase64(*line);
    if (!proof.extra.has_value()) return Malformed("extra is not base64");
    line = NextLine(text);
  }
  // The number, then the text it would be written as: no sign, blank or leading zero.
  if (!line.has_value() || !absl::ConsumePrefix(&*line, "index ") ||
      !absl::SimpleAtoi(*line, &proof.index.value) || absl::StrCat(proof.index.value) != *line) {
    return Malformed("no index, or not a decimal number of 64 bits");
  }
  for (line = NextLine(text); line.has_value() && !line->empty(); line = NextLine(text)) {
    if (proof.path.size() == kPathHashesMax) {
      return Malformed(absl::StrCat("over ", kPathHashesMax, " hashes"));
    }
    const std::optional<Bytes> bytes = FromBase64(*line);
    const std::optional<Hash> hash = bytes.has_value() ? Hash::From(*bytes) : std::nullopt;
    if (!hash.has_value()) return Malformed("a hash is not 32 bytes in base64");
    proof.path.push_back(*hash);
  }
  if (!line.has_value()) return Malformed("no empty line before the checkpoint");
  if (text.empty()) return Malformed("no checkpoint");
  proof.checkpoint = std::string(text);
  return proof;
}

}  // namespace amparo::audit
