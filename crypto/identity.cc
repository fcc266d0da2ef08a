#include "crypto/identity.h"

#include "absl/status/status.h"
#include "crypto/bech32.h"
#include "crypto/x25519.h"

namespace amparo {
namespace {

constexpr char kPrefix[] = "AGE-SECRET-KEY-";
constexpr std::size_t kPrefixSize = 15;

}  // namespace

Identity::Identity(Secret<32> key)
    : key_(std::move(key)), recipient_{.type = RecipientType::kX25519, .key = {}} {
  const X25519Point point = X25519PublicPoint(key_);
  AppendTo(recipient_.key, point.view());
}

Identity Identity::Generate() { return Identity(Secret<32>::Random()); }

Identity Identity::FromKey(Secret<32> key) { return Identity(std::move(key)); }

absl::StatusOr<Identity> Identity::Parse(absl::string_view text) {
  Secret<32> key;
  const absl::StatusOr<Bech32Parts> parts = DecodeBech32(text, key.ExposeMutable());
  if (!parts.ok() || parts->prefix != kPrefix || parts->data_size != Secret<32>::kSize) {
    return absl::InvalidArgumentError("text is not an age X25519 identity");
  }
  return Identity(std::move(key));
}

SecretBuffer Identity::Format() const {
  SecretBuffer out(Bech32Length(kPrefixSize, Secret<32>::kSize));
  EncodeBech32(kPrefix, key_.Expose(), out.ExposeMutable());
  return out;
}

}  // namespace amparo
