// Canonical bytes as text, for a file, an e-mail or a QR code: a header line that names what
// it is and its version, then base64, 64 characters a line, the last line shorter; every line
// ends in one newline. Spec: docs/spec/invitation.md, "Text".
//
// May carry secrets: copies made on the way are wiped; what is returned is the caller's to wipe.
// Thread safety: pure functions.

#ifndef AMPARO_STATEMENT_TEXT_ARMOR_H_
#define AMPARO_STATEMENT_TEXT_ARMOR_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/bytes.h"

namespace amparo {

// The whole text, its last newline included. REQUIRES: `header` ends in "-v1".
std::string FormatArmor(absl::string_view header, ByteView bytes);

// The bytes of such a text.
// UNIMPLEMENTED: the header line is `header` but for its number: made by another version.
// INVALID_ARGUMENT: another header, over `text_bytes_max`, or anything FormatArmor would not
//     write. The length is looked at before memory is taken.
absl::StatusOr<Bytes> ParseArmor(absl::string_view header, absl::string_view text,
                                 std::size_t text_bytes_max);

// The digits that follow `header`'s name in the text's first line. Nothing: another line.
std::optional<absl::string_view> ArmorVersion(absl::string_view header, absl::string_view text);

}  // namespace amparo

#endif  // AMPARO_STATEMENT_TEXT_ARMOR_H_
