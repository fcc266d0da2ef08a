#include "crypto/signature.h"

#include <sodium.h>

#include "crypto/sodium_start.h"

namespace amparo {

SigningKey SigningKey::Generate() { return FromSeed(Secret<32>::Random()); }

SigningKey SigningKey::FromSeed(Secret<32> seed) {
  StartSodium();
  SigningKey key;
  crypto_sign_ed25519_seed_keypair(key.verify_key_.bytes.data(),
                                   key.expanded_.ExposeMutable().data(), seed.Expose().data());
  key.seed_ = std::move(seed);
  return key;
}

Signature SigningKey::Sign(ByteView message) const {
  Signature signature;
  crypto_sign_ed25519_detached(signature.bytes.data(), nullptr, message.data(), message.size(),
                               expanded_.Expose().data());
  return signature;
}

bool VerifySignature(const VerifyKey& key, ByteView message, const Signature& signature) {
  StartSodium();
  return crypto_sign_ed25519_verify_detached(signature.bytes.data(), message.data(), message.size(),
                                             key.bytes.data()) == 0;
}

bool IsValidVerifyKey(const VerifyKey& key) {
  StartSodium();
  return crypto_core_ed25519_is_valid_point(key.bytes.data()) == 1;
}

}  // namespace amparo
