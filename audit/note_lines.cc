#include "audit/note_lines.h"

#include <algorithm>
#include <cassert>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "crypto/digest.h"
#include "statement/text_encoding.h"

namespace amparo::audit {
namespace {

constexpr absl::string_view kSignaturePrefix = "\xe2\x80\x94 ";  // Em dash, space.

absl::Status Malformed(absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat("signed note: ", reason));
}

// UTF-8 and no control character but the newline: what a note's bytes may be.
bool IsNoteText(absl::string_view note) {
  return IsUtf8(note) && std::none_of(note.begin(), note.end(), [](char character) {
           const auto byte = static_cast<std::uint8_t>(character);
           return byte < 0x20 && byte != '\n';
         });
}

}  // namespace

NoteKeyId NoteKeyIdOf(absl::string_view name, NoteKeyType type, const VerifyKey& key) {
  const std::uint8_t separators[] = {'\n', static_cast<std::uint8_t>(type)};
  const Hash hash = Sha256({AsBytes(name), ByteView(separators), key.view()});
  NoteKeyId id;
  std::copy_n(hash.bytes.begin(), NoteKeyId::kSize, id.bytes.begin());
  return id;
}

bool IsNoteKeyName(absl::string_view name) {
  return !name.empty() && name.find_first_of(" +\n") == absl::string_view::npos;
}

absl::StatusOr<SignatureLine> ParseSignatureLine(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, kSignaturePrefix)) {
    return Malformed("a signature line without its dash");
  }
  if (!absl::ConsumeSuffix(&line, "\n")) return Malformed("a signature line without its end");
  const std::pair<absl::string_view, absl::string_view> halves =
      absl::StrSplit(line, absl::MaxSplits(' ', 1));
  const std::optional<Bytes> blob = FromBase64(halves.second);
  if (!IsNoteKeyName(halves.first) || !blob.has_value() || blob->size() <= NoteKeyId::kSize) {
    return Malformed("a malformed signature line");
  }
  const ByteView view(*blob);
  const ByteView signature = view.subspan(NoteKeyId::kSize);
  return SignatureLine{.name = halves.first,
                       .key_id = *NoteKeyId::From(view.first(NoteKeyId::kSize)),
                       .signature = Bytes(signature.begin(), signature.end())};
}

std::string FormatSignatureLine(absl::string_view name, const NoteKeyId& key_id,
                                ByteView signature) {
  assert(IsNoteKeyName(name) && !signature.empty());
  Bytes blob(key_id.bytes.begin(), key_id.bytes.end());
  AppendTo(blob, signature);
  return absl::StrCat(kSignaturePrefix, name, " ", ToBase64(blob), "\n");
}

absl::StatusOr<NoteLines> SplitNote(absl::string_view note, std::size_t bytes_max) {
  if (note.size() > bytes_max) {
    return Malformed(absl::StrCat(note.size(), " bytes, at most ", bytes_max));
  }
  const std::size_t gap = note.rfind("\n\n");
  if (!IsNoteText(note) || gap == absl::string_view::npos || !absl::EndsWith(note, "\n")) {
    return Malformed("no text, empty line and signatures");
  }
  NoteLines out{.text = note.substr(0, gap + 1), .signatures = {}};
  absl::string_view rest = note.substr(gap + 2);
  if (rest.empty()) return Malformed("no signature");
  while (!rest.empty()) {
    if (out.signatures.size() == kNoteSignaturesMax) {
      return Malformed(absl::StrCat("over ", kNoteSignaturesMax, " signatures"));
    }
    const std::size_t length = rest.find('\n') + 1;
    absl::StatusOr<SignatureLine> line = ParseSignatureLine(rest.substr(0, length));
    if (!line.ok()) return line.status();
    out.signatures.push_back(*std::move(line));
    rest.remove_prefix(length);
  }
  return out;
}

}  // namespace amparo::audit
