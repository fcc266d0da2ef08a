#include "crypto/recipient.h"

#include <cassert>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "crypto/bech32.h"
#include "crypto/x25519.h"

namespace amparo {
namespace {

constexpr char kPrefix[] = "age";
constexpr std::size_t kPrefixSize = 3;
constexpr std::size_t kX25519KeySize = 32;

}  // namespace

std::size_t GrantLength(RecipientType type) { return type == RecipientType::kX25519 ? 168 : 0; }

std::string FormatRecipient(const Recipient& recipient) {
  assert(recipient.can_receive());
  std::string out(Bech32Length(kPrefixSize, recipient.key.size()), '\0');
  EncodeBech32(kPrefix, recipient.key,
               MutableByteView(reinterpret_cast<std::uint8_t*>(out.data()), out.size()));
  return out;
}

absl::StatusOr<Recipient> ParseRecipient(absl::string_view text) {
  Recipient recipient{.type = RecipientType::kX25519, .key = Bytes(kX25519KeySize)};
  const absl::StatusOr<Bech32Parts> parts = DecodeBech32(text, recipient.key);
  if (!parts.ok()) return parts.status();
  // Upper case is legal bech32 and would be a second spelling of the same recipient.
  if (parts->prefix != kPrefix) {
    return absl::InvalidArgumentError("recipient does not start with \"age1\"");
  }
  if (parts->data_size != kX25519KeySize) {
    return absl::InvalidArgumentError(
        absl::StrCat("recipient holds ", parts->data_size, " bytes, expected ", kX25519KeySize));
  }
  if (absl::Status status = CheckRecipient(recipient); !status.ok()) return status;
  return recipient;
}

absl::Status CheckRecipient(const Recipient& recipient) {
  switch (recipient.type) {
    case RecipientType::kNone:
      if (recipient.key.empty()) return absl::OkStatus();
      return absl::InvalidArgumentError(
          absl::StrCat("recipient of type none has a key of ", recipient.key.size(), " bytes"));
    case RecipientType::kX25519: {
      const std::optional<X25519Point> point = X25519Point::From(recipient.key);
      if (!point) {
        return absl::InvalidArgumentError(absl::StrCat("recipient key is ", recipient.key.size(),
                                                       " bytes long, expected ", kX25519KeySize));
      }
      if (!IsValidX25519Point(*point)) {
        return absl::InvalidArgumentError("recipient key is of low order or not canonical");
      }
      return absl::OkStatus();
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("recipient type ", static_cast<int>(recipient.type), " is unknown"));
}

}  // namespace amparo
