// The C2SP signed note (c2sp.org/signed-note, version 1): a text and Ed25519 signature lines.
// Spec: docs/spec/log.md, "Signed note".
//
// Thread safety: pure functions.

#ifndef AMPARO_AUDIT_SIGNED_NOTE_H_
#define AMPARO_AUDIT_SIGNED_NOTE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "audit/note_lines.h"
#include "crypto/signature.h"

namespace amparo::audit {

// Of a key that signs notes as such: NoteKeyType::kEd25519.
NoteKeyId NoteKeyIdOf(absl::string_view name, const VerifyKey& key);

// `text`, an empty line, and the signature line of `key` under `name`. Deterministic.
// REQUIRES: `text` ends in a newline; `name` is not empty and holds no space and no '+'.
std::string SignNote(absl::string_view name, absl::string_view text, const SigningKey& key);

// The signed text, its last newline included. Signatures under other names or key ids are
// ignored. The view points into `note`.
// INVALID_ARGUMENT: not a signed note, or over a limit.
// UNAUTHENTICATED: no signature under this name and key, or a wrong one.
absl::StatusOr<absl::string_view> OpenNote(absl::string_view name, const VerifyKey& key,
                                           absl::string_view note,
                                           std::size_t bytes_max = kNoteBytesMax);

}  // namespace amparo::audit

#endif  // AMPARO_AUDIT_SIGNED_NOTE_H_
