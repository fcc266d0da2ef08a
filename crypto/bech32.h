// Bech32 (BIP 173) as age uses it: without the limit of 90 characters, the case of the
// prefix kept, lower or upper case throughout. Spec: docs/spec/sealed-object.md,
// "Recipients".
//
// The data part may be a secret key: no table is indexed and no branch taken by it, and
// results are written into memory that the caller owns.
// Thread safety: the functions are independent.

#ifndef AMPARO_CRYPTO_BECH32_H_
#define AMPARO_CRYPTO_BECH32_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/bytes.h"

namespace amparo {

// Characters of the text that encodes `data_size` bytes.
std::size_t Bech32Length(std::size_t prefix_size, std::size_t data_size);

// Writes the text, upper case if `prefix` is.
// REQUIRES: prefix is 1 or more characters of 33 to 126 in one case;
// out.size() == Bech32Length(prefix.size(), data.size()).
void EncodeBech32(absl::string_view prefix, ByteView data, MutableByteView out);

struct Bech32Parts {
  absl::string_view prefix;   // A piece of the text, in the text's case.
  std::size_t data_size = 0;  // How many bytes of `data` were written.
};

// Reads `text` and writes its bytes into `data`, of which text.size() suffice always.
// INVALID_ARGUMENT: malformed, mixed case, wrong checksum, padding not canonical, or more
// bytes than `data` holds. The message never quotes `text`.
absl::StatusOr<Bech32Parts> DecodeBech32(absl::string_view text, MutableByteView data);

}  // namespace amparo

#endif  // AMPARO_CRYPTO_BECH32_H_
