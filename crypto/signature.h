// Ed25519 signatures (RFC 8032, libsodium's strict verification).
//
// Thread safety: const objects may be used from several threads.

#ifndef AMPARO_CRYPTO_SIGNATURE_H_
#define AMPARO_CRYPTO_SIGNATURE_H_

#include "crypto/bytes.h"
#include "crypto/secret.h"

namespace amparo {

using VerifyKey = FixedBytes<struct VerifyKeyTag, 32>;
using Signature = FixedBytes<struct SignatureTag, 64>;

class SigningKey {
 public:
  static SigningKey Generate();
  // Expands the 32-byte seed of RFC 8032. The seed is what identity files store.
  static SigningKey FromSeed(Secret<32> seed);
  SigningKey(SigningKey&&) noexcept = default;
  SigningKey& operator=(SigningKey&&) noexcept = default;

  const VerifyKey& verify_key() const { return verify_key_; }
  // `message` starts with a label of its own: see docs/spec/statement.md, "Labels".
  Signature Sign(ByteView message) const;
  const Secret<32>& seed() const { return seed_; }

 private:
  SigningKey() = default;
  Secret<32> seed_;
  Secret<64> expanded_;
  VerifyKey verify_key_;
};

// False for a wrong signature, a non-canonical one, and a low-order key alike.
bool VerifySignature(const VerifyKey& key, ByteView message, const Signature& signature);

// Whether `key` may enter the directory: a canonical point of the prime-order group.
bool IsValidVerifyKey(const VerifyKey& key);

}  // namespace amparo

#endif  // AMPARO_CRYPTO_SIGNATURE_H_
