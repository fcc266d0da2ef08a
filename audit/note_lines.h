// The parts of a C2SP signed note (c2sp.org/signed-note, version 1), whatever the algorithms of
// its signatures: its text and its signature lines. signed_note.h verifies the log's own
// signature, cosignature.h those of others. Spec: docs/spec/log.md, "Signed note".
//
// Thread safety: values; pure functions.

#ifndef AMPARO_AUDIT_NOTE_LINES_H_
#define AMPARO_AUDIT_NOTE_LINES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/bytes.h"
#include "crypto/signature.h"

namespace amparo::audit {

inline constexpr std::size_t kNoteBytesMax = 16 * 1024;
inline constexpr std::size_t kNoteSignaturesMax = 32;

using NoteKeyId = FixedBytes<struct NoteKeyIdTag, 4>;

// What a key signs, and so a part of its id.
enum class NoteKeyType : std::uint8_t { kEd25519 = 0x01, kCosignature = 0x04 };

// SHA-256(name || 0x0A || type || public key)[0..4]
NoteKeyId NoteKeyIdOf(absl::string_view name, NoteKeyType type, const VerifyKey& key);

// Whether a signature line may carry this name: not empty, no space, '+' or newline.
bool IsNoteKeyName(absl::string_view name);

struct SignatureLine {
  absl::string_view name;
  NoteKeyId key_id;
  Bytes signature;  // Not empty; of what form, the key's type says.
};
// `line` ends in its newline; `name` of the answer points into it. INVALID_ARGUMENT: malformed.
absl::StatusOr<SignatureLine> ParseSignatureLine(absl::string_view line);
// REQUIRES: IsNoteKeyName(name); `signature` is not empty.
std::string FormatSignatureLine(absl::string_view name, const NoteKeyId& key_id,
                                ByteView signature);

struct NoteLines {
  absl::string_view text;  // Its last newline included.
  std::vector<SignatureLine> signatures;
};
// The views point into `note`. INVALID_ARGUMENT: not a signed note, or over a limit.
absl::StatusOr<NoteLines> SplitNote(absl::string_view note, std::size_t bytes_max = kNoteBytesMax);

}  // namespace amparo::audit

#endif  // AMPARO_AUDIT_NOTE_LINES_H_
