// Sealing of small things at rest: XChaCha20-Poly1305 under a key the holder keeps
// (a shelf key on the server, the home key on a client). NOT for documents: those are
// sealed objects (crypto/sealed_object.h), whose keys the server never holds.
//
// Format: nonce 24 || ciphertext || tag 16. Spec: docs/spec/storage.md, "Sealed rows".
// Thread safety: the functions are independent.

#ifndef AMPARO_CRYPTO_AEAD_H_
#define AMPARO_CRYPTO_AEAD_H_

#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/secret.h"

namespace amparo {

inline constexpr std::size_t kAeadOverhead = 40;

// `context` is authenticated and not stored: give it the row's address, so that a row
// moved elsewhere does not open.
Bytes AeadSeal(const Secret<32>& key, ByteView context, ByteView plaintext);
// DATA_LOSS: altered, moved, cut short, or under another key.
absl::StatusOr<Bytes> AeadOpen(const Secret<32>& key, ByteView context, ByteView sealed);

}  // namespace amparo

#endif  // AMPARO_CRYPTO_AEAD_H_
