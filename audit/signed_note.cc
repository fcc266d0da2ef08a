#include "audit/signed_note.h"

#include <algorithm>
#include <cassert>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "crypto/digest.h"
#include "statement/text_encoding.h"

namespace amparo::audit {
namespace {

constexpr std::uint8_t kEd25519 = 0x01;
constexpr absl::string_view kSignaturePrefix = "\xe2\x80\x94 ";  // Em dash, space.

struct SignatureLine {
  absl::string_view name;
  NoteKeyId key_id;
  Bytes signature;
};

bool IsName(absl::string_view name) {
  return !name.empty() && name.find_first_of(" +\n") == absl::string_view::npos;
}

// UTF-8 and no control character but the newline: what a note's bytes may be.
bool IsNoteText(absl::string_view note) {
  return IsUtf8(note) && std::none_of(note.begin(), note.end(), [](char character) {
           const auto byte = static_cast<std::uint8_t>(character);
           return byte < 0x20 && byte != '\n';
         });
}

absl::StatusOr<SignatureLine> ParseSignatureLine(absl::string_view line) {
  if (!absl::StartsWith(line, kSignaturePrefix)) {
    return absl::InvalidArgumentError("signed note: a signature line without its dash");
  }
  const std::pair<absl::string_view, absl::string_view> halves =
      absl::StrSplit(line.substr(kSignaturePrefix.size()), absl::MaxSplits(' ', 1));
  const std::optional<Bytes> blob = FromBase64(halves.second);
  if (!IsName(halves.first) || !blob.has_value() || blob->size() <= NoteKeyId::kSize) {
    return absl::InvalidArgumentError("signed note: a malformed signature line");
  }
  const ByteView view(*blob);
  const ByteView signature = view.subspan(NoteKeyId::kSize);
  return SignatureLine{.name = halves.first,
                       .key_id = *NoteKeyId::From(view.first(NoteKeyId::kSize)),
                       .signature = Bytes(signature.begin(), signature.end())};
}

}  // namespace

NoteKeyId NoteKeyIdOf(absl::string_view name, const VerifyKey& key) {
  constexpr std::uint8_t kSeparators[] = {'\n', kEd25519};
  const Hash hash = Sha256({AsBytes(name), ByteView(kSeparators), key.view()});
  NoteKeyId id;
  std::copy_n(hash.bytes.begin(), NoteKeyId::kSize, id.bytes.begin());
  return id;
}

std::string SignNote(absl::string_view name, absl::string_view text, const SigningKey& key) {
  assert(IsName(name) && absl::EndsWith(text, "\n"));
  const NoteKeyId id = NoteKeyIdOf(name, key.verify_key());
  Bytes blob(id.bytes.begin(), id.bytes.end());
  AppendTo(blob, key.Sign(AsBytes(text)).view());
  return absl::StrCat(text, "\n", kSignaturePrefix, name, " ", ToBase64(blob), "\n");
}

absl::StatusOr<absl::string_view> OpenNote(absl::string_view name, const VerifyKey& key,
                                           absl::string_view note) {
  if (note.size() > kNoteBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("signed note: ", note.size(), " bytes, at most ", kNoteBytesMax));
  }
  const std::size_t gap = note.rfind("\n\n");
  if (!IsNoteText(note) || gap == absl::string_view::npos || !absl::EndsWith(note, "\n")) {
    return absl::InvalidArgumentError("signed note: no text, empty line and signatures");
  }
  const absl::string_view text = note.substr(0, gap + 1);
  absl::string_view rest = note.substr(gap + 2);
  if (rest.empty()) return absl::InvalidArgumentError("signed note: no signature");
  rest.remove_suffix(1);
  const std::vector<absl::string_view> lines =
      absl::StrSplit(rest, absl::MaxSplits('\n', kNoteSignaturesMax));
  if (lines.size() > kNoteSignaturesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("signed note: over ", kNoteSignaturesMax, " signatures"));
  }
  const NoteKeyId id = NoteKeyIdOf(name, key);
  bool is_signed = false;
  for (const absl::string_view line : lines) {
    const absl::StatusOr<SignatureLine> parsed = ParseSignatureLine(line);
    if (!parsed.ok()) return parsed.status();
    if (parsed->name != name || parsed->key_id != id) continue;
    const std::optional<Signature> signature = Signature::From(parsed->signature);
    if (!signature.has_value() || !VerifySignature(key, AsBytes(text), *signature)) {
      return absl::UnauthenticatedError(absl::StrCat("signed note: wrong signature of ", name));
    }
    is_signed = true;
  }
  if (!is_signed) {
    return absl::UnauthenticatedError(absl::StrCat("signed note: not signed by ", name));
  }
  return text;
}

}  // namespace amparo::audit
