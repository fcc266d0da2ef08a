// Text as formats of ours carry it: canonical base64 (RFC 4648 section 4, padded, no blanks)
// and well-formed UTF-8. NOT for secrets: takes time that depends on its input.
//
// Thread safety: pure functions.

#ifndef AMPARO_STATEMENT_TEXT_ENCODING_H_
#define AMPARO_STATEMENT_TEXT_ENCODING_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "crypto/bytes.h"

namespace amparo {

std::string ToBase64(ByteView bytes);
// Nothing unless `text` is exactly what ToBase64 makes of some bytes.
std::optional<Bytes> FromBase64(absl::string_view text);

// Whether `text` is UTF-8 without surrogates, overlong forms or code points over U+10FFFF.
bool IsUtf8(absl::string_view text);

}  // namespace amparo

#endif  // AMPARO_STATEMENT_TEXT_ENCODING_H_
