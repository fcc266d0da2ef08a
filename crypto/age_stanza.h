// The two ways of age to wrap a file key that we speak: X25519 (for a recipient) and
// scrypt (for a passphrase). Spec: docs/spec/sealed-object.md, "Grant", "Identity file".
//
// Thread safety: the functions are independent.

#ifndef AMPARO_CRYPTO_AGE_STANZA_H_
#define AMPARO_CRYPTO_AGE_STANZA_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/age_header.h"
#include "crypto/bytes.h"
#include "crypto/file_key.h"
#include "crypto/identity.h"
#include "crypto/recipient.h"

namespace amparo {

inline constexpr absl::string_view kX25519StanzaType = "X25519";
inline constexpr absl::string_view kScryptStanzaType = "scrypt";

// INVALID_ARGUMENT: the recipient can receive nothing, or CheckRecipient refuses it.
absl::StatusOr<AgeStanza> WrapX25519(const FileKey& key, const Recipient& recipient);

// REQUIRES: stanza.arguments[0] == kX25519StanzaType.
// PERMISSION_DENIED: well formed, but for another recipient.
// INVALID_ARGUMENT: malformed, or the share is of low order.
absl::StatusOr<FileKey> UnwrapX25519(const AgeStanza& stanza, const Identity& identity);

// Accepted log2 of scrypt's N, both ends included.
struct WorkFactorRange {
  int min = 1;
  int max = 0;
};

// REQUIRES: 1 <= work_factor <= 30, passphrase not empty. Takes 2^work_factor KiB.
AgeStanza WrapScrypt(const FileKey& key, ByteView passphrase, int work_factor);

// REQUIRES: stanza.arguments[0] == kScryptStanzaType.
// PERMISSION_DENIED: wrong passphrase. INVALID_ARGUMENT: malformed.
// FAILED_PRECONDITION: well formed, and its work factor is outside `accepted`.
absl::StatusOr<FileKey> UnwrapScrypt(const AgeStanza& stanza, ByteView passphrase,
                                     WorkFactorRange accepted);

}  // namespace amparo

#endif  // AMPARO_CRYPTO_AGE_STANZA_H_
