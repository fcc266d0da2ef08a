// An identity file: an ordinary age passphrase file (scrypt) around text lines. The age
// identity is a plain line; our other keys stand in comment lines, because age refuses a
// file with a line it does not know. Spec: docs/spec/sealed-object.md, "Identity file".
//
// server/ may not include this header (a test reads the sources).
// Thread safety: the functions are independent; each takes about 0.8 s and 273 MiB.

#ifndef AMPARO_CRYPTO_IDENTITY_FILE_H_
#define AMPARO_CRYPTO_IDENTITY_FILE_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "crypto/identity.h"
#include "crypto/secret.h"
#include "crypto/signature.h"

namespace amparo {

// log2 of scrypt's N. Own files below kMin are refused (somebody weakened them), any file
// above kMax too (somebody wants our memory).
inline constexpr int kScryptWorkFactorDefault = 18;
inline constexpr int kScryptWorkFactorMin = 15;
inline constexpr int kScryptWorkFactorMax = 20;

// What an identity file holds. Every key is optional: a root's home has only a signing
// key, a submit-only device no identity.
struct KeyBundle {
  std::optional<Identity> identity;          // AGE-SECRET-KEY-1...
  std::optional<SigningKey> signing;         // # amparo-signing-key: hex of 32 bytes
  std::optional<SigningKey> authentication;  // # amparo-auth-key: hex of 32 bytes
  std::optional<Secret<32>> home;            // # amparo-home-key: hex of 32 bytes
};

// The text inside, in guarded memory; ParseKeyBundle is its inverse (and what the key
// holder socket carries). INVALID_ARGUMENT: a line that is no key of ours; never quoted.
SecretBuffer FormatKeyBundle(const KeyBundle& keys);
absl::StatusOr<KeyBundle> ParseKeyBundle(ByteView text);

// REQUIRES: passphrase is not empty. kScryptWorkFactorMin <= work_factor <= ...Max.
absl::StatusOr<Bytes> SealIdentityFile(const KeyBundle& keys, ByteView passphrase,
                                       int work_factor = kScryptWorkFactorDefault);
// PERMISSION_DENIED: wrong passphrase. DATA_LOSS: damaged. INVALID_ARGUMENT: not an age
// passphrase file. FAILED_PRECONDITION: work factor outside [min, max].
absl::StatusOr<KeyBundle> OpenIdentityFile(ByteView file, ByteView passphrase);

}  // namespace amparo

#endif  // AMPARO_CRYPTO_IDENTITY_FILE_H_
