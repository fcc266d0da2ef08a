#include "statement/text_encoding.h"

#include "absl/strings/escaping.h"

namespace amparo {
namespace {

// The length of the well-formed sequence that `rest` starts with; 0 if there is none.
// The second byte's range depends on the first: RFC 3629, section 4.
std::size_t SequenceLength(ByteView rest) {
  const std::uint8_t lead = rest[0];
  if (lead < 0x80) return 1;
  std::size_t length = 0;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) {
    length = 2;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3;
    if (lead == 0xe0) low = 0xa0;   // Overlong.
    if (lead == 0xed) high = 0x9f;  // Surrogates.
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4;
    if (lead == 0xf0) low = 0x90;   // Overlong.
    if (lead == 0xf4) high = 0x8f;  // Over U+10FFFF.
  }
  if (length == 0 || rest.size() < length || rest[1] < low || rest[1] > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (rest[i] < 0x80 || rest[i] > 0xbf) return 0;
  }
  return length;
}

}  // namespace

std::string ToBase64(ByteView bytes) { return absl::Base64Escape(AsText(bytes)); }

std::optional<Bytes> FromBase64(absl::string_view text) {
  std::string decoded;
  if (!absl::Base64Unescape(text, &decoded)) return std::nullopt;
  // Abseil forgives blanks, missing padding and stray bits; one text per value does not.
  if (absl::Base64Escape(decoded) != text) return std::nullopt;
  const ByteView bytes = AsBytes(decoded);
  return Bytes(bytes.begin(), bytes.end());
}

bool IsUtf8(absl::string_view text) {
  for (ByteView rest = AsBytes(text); !rest.empty();) {
    const std::size_t length = SequenceLength(rest);
    if (length == 0) return false;
    rest = rest.subspan(length);
  }
  return true;
}

}  // namespace amparo
