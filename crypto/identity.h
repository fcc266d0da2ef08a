// A decryption identity: the private half of an X25519 recipient (age's
// `AGE-SECRET-KEY-1...`). Spec: docs/spec/sealed-object.md, "Recipients".
//
// server/ may not include this header (a test reads the sources).
// Thread safety: const objects may be used from several threads.

#ifndef AMPARO_CRYPTO_IDENTITY_H_
#define AMPARO_CRYPTO_IDENTITY_H_

#include "absl/status/statusor.h"
#include "crypto/recipient.h"
#include "crypto/secret.h"

namespace amparo {

class Identity {
 public:
  static Identity Generate();
  static Identity FromKey(Secret<32> key);
  // INVALID_ARGUMENT: not an X25519 age identity in canonical bech32. The message never
  // quotes the input.
  static absl::StatusOr<Identity> Parse(absl::string_view text);
  Identity(Identity&&) noexcept = default;
  Identity& operator=(Identity&&) noexcept = default;

  const Recipient& recipient() const { return recipient_; }
  const Secret<32>& key() const { return key_; }
  // `AGE-SECRET-KEY-1...`, in guarded memory.
  SecretBuffer Format() const;
  Identity Duplicate() const { return FromKey(key_.Duplicate()); }

 private:
  explicit Identity(Secret<32> key);
  Secret<32> key_;
  Recipient recipient_;
};

}  // namespace amparo

#endif  // AMPARO_CRYPTO_IDENTITY_H_
