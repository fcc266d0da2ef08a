// The text header of an age v1 file (C2SP age): stanzas, each the file key wrapped for one
// recipient, and a MAC over them. What a stanza means is in crypto/age_stanza.h.
//
// Strict: LF only, canonical base64 without padding, lines of exactly 64 columns but the
// last, which is shorter. Formatting what was parsed gives the bytes that were parsed.
// Spec: docs/spec/sealed-object.md, "Grant".
//
// Thread safety: values.

#ifndef AMPARO_CRYPTO_AGE_HEADER_H_
#define AMPARO_CRYPTO_AGE_HEADER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/bytes.h"
#include "crypto/file_key.h"

namespace amparo {

// Ours, not age's: what a reader is ready to keep in memory.
inline constexpr std::size_t kAgeHeaderBytesMax = 64 * 1024;
inline constexpr std::size_t kAgeStanzasMax = 1000;

struct AgeStanza {
  std::vector<std::string> arguments;  // The type first; each 1 or more characters 33 to 126.
  Bytes body;
  friend bool operator==(const AgeStanza&, const AgeStanza&) = default;
};

using AgeMac = FixedBytes<struct AgeMacTag, 32>;

struct AgeHeader {
  std::vector<AgeStanza> stanzas;  // At least one.
  AgeMac mac;
  friend bool operator==(const AgeHeader&, const AgeHeader&) = default;
};

struct ParsedAgeHeader {
  AgeHeader header;
  std::size_t size = 0;        // Bytes of the whole header; the payload follows.
  std::size_t mac_covers = 0;  // How many of them the MAC is over: up to and with "---".
};

// Reads the header that `bytes` start with; what follows it is not looked at.
// OUT_OF_RANGE: all is well so far, and more bytes are needed.
// INVALID_ARGUMENT: not a header, or beyond a limit; more bytes would not help.
absl::StatusOr<ParsedAgeHeader> ParseAgeHeader(ByteView bytes);

// REQUIRES: what the comments of AgeHeader and AgeStanza say.
Bytes FormatAgeHeader(const AgeHeader& header);

// Fills in the MAC that `key` gives over the stanzas, and formats.
Bytes FormatAgeHeader(std::vector<AgeStanza> stanzas, const FileKey& key);

// HMAC-SHA-256(HKDF(key, salt = "", info = "header"), covered).
AgeMac ComputeAgeMac(const FileKey& key, ByteView covered);

// Base64 (RFC 4648, section 4) without padding, and strictly back: nothing for a padding
// character, a foreign character, or a last character with bits that encode nothing.
std::string FormatBase64(ByteView bytes);
std::optional<Bytes> ParseBase64(absl::string_view text);

}  // namespace amparo

#endif  // AMPARO_CRYPTO_AGE_HEADER_H_
