// A recipient: the public half to which file keys are granted. Today X25519 (age's
// `age1...`); a type byte and a length keep room for age's hybrid one.
// Spec: docs/spec/sealed-object.md, "Recipients".
//
// Thread safety: values.

#ifndef AMPARO_CRYPTO_RECIPIENT_H_
#define AMPARO_CRYPTO_RECIPIENT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/bytes.h"

namespace amparo {

// DO NOT RENUMBER: part of the format.
enum class RecipientType : std::uint8_t {
  kNone = 0,    // Submit-only: can be granted nothing. `key` is empty.
  kX25519 = 1,  // `key` is 32 bytes.
};

struct Recipient {
  RecipientType type = RecipientType::kNone;
  Bytes key;
  bool can_receive() const { return type != RecipientType::kNone; }
  friend bool operator==(const Recipient&, const Recipient&) = default;
};

// The exact length of a grant to this type: 168 bytes for X25519, 0 for none.
std::size_t GrantLength(RecipientType type);

// `age1...`; REQUIRES: can_receive().
std::string FormatRecipient(const Recipient& recipient);
// INVALID_ARGUMENT: not an X25519 age recipient in canonical bech32, or a low-order point.
absl::StatusOr<Recipient> ParseRecipient(absl::string_view text);
// The checks of ParseRecipient on a decoded value: type known, length exact, not low-order.
absl::Status CheckRecipient(const Recipient& recipient);

}  // namespace amparo

#endif  // AMPARO_CRYPTO_RECIPIENT_H_
