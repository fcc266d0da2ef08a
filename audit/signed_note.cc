#include "audit/signed_note.h"

#include <cassert>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace amparo::audit {

NoteKeyId NoteKeyIdOf(absl::string_view name, const VerifyKey& key) {
  return NoteKeyIdOf(name, NoteKeyType::kEd25519, key);
}

std::string SignNote(absl::string_view name, absl::string_view text, const SigningKey& key) {
  assert(absl::EndsWith(text, "\n"));
  return absl::StrCat(text, "\n",
                      FormatSignatureLine(name, NoteKeyIdOf(name, key.verify_key()),
                                          key.Sign(AsBytes(text)).view()));
}

absl::StatusOr<absl::string_view> OpenNote(absl::string_view name, const VerifyKey& key,
                                           absl::string_view note, std::size_t bytes_max) {
  const absl::StatusOr<NoteLines> lines = SplitNote(note, bytes_max);
  if (!lines.ok()) return lines.status();
  const NoteKeyId id = NoteKeyIdOf(name, key);
  bool is_signed = false;
  for (const SignatureLine& line : lines->signatures) {
    if (line.name != name || line.key_id != id) continue;
    const std::optional<Signature> signature = Signature::From(line.signature);
    if (!signature.has_value() || !VerifySignature(key, AsBytes(lines->text), *signature)) {
      return absl::UnauthenticatedError(absl::StrCat("signed note: wrong signature of ", name));
    }
    is_signed = true;
  }
  if (!is_signed) {
    return absl::UnauthenticatedError(absl::StrCat("signed note: not signed by ", name));
  }
  return lines->text;
}

}  // namespace amparo::audit
