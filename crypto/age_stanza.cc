#include "crypto/age_stanza.h"

#include <sodium.h>

#include <cassert>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "crypto/bulk_kernels.h"
#include "crypto/digest.h"
#include "crypto/sodium_start.h"
#include "crypto/x25519.h"

namespace amparo {
namespace {

constexpr absl::string_view kX25519Label = "age-encryption.org/v1/X25519";
constexpr absl::string_view kScryptLabel = "age-encryption.org/v1/scrypt";
constexpr std::size_t kWrappedSize = FileKey::kSize + kChunkTagSize;
constexpr std::size_t kScryptSaltSize = 16;
// A wrap key wraps one file key, so the nonce can be fixed.
constexpr std::array<std::uint8_t, 12> kZeroNonce{};

Bytes Wrap(const Secret<32>& wrap_key, const FileKey& key) {
  Bytes out(kWrappedSize);
  Bulk().NewCipher(wrap_key.Expose())->Seal(kZeroNonce, /*associated=*/{}, key.Expose(), out);
  return out;
}

// REQUIRES: body.size() == kWrappedSize.
std::optional<FileKey> Unwrap(const Secret<32>& wrap_key, ByteView body) {
  FileKey key;
  if (!Bulk().NewCipher(wrap_key.Expose())->Open(kZeroNonce, {}, body, key.ExposeMutable())) {
    return std::nullopt;
  }
  return key;
}

Secret<32> X25519WrapKey(const Secret<32>& shared, const X25519Point& share, ByteView recipient) {
  Bytes salt;
  AppendTo(salt, share.view());
  AppendTo(salt, recipient);
  Secret<32> out;
  HkdfSha256(shared.Expose(), salt, AsBytes(kX25519Label), out.ExposeMutable());
  return out;
}

Secret<32> ScryptWrapKey(ByteView passphrase, ByteView salt, int work_factor) {
  StartSodium();
  Bytes labelled;
  AppendTo(labelled, AsBytes(kScryptLabel));
  AppendTo(labelled, salt);
  Secret<32> out;
  static constexpr std::uint8_t kEmpty = 0;  // An empty view may be null; libsodium's may not.
  if (crypto_pwhash_scryptsalsa208sha256_ll(
          passphrase.empty() ? &kEmpty : passphrase.data(), passphrase.size(), labelled.data(),
          labelled.size(), std::uint64_t{1} << work_factor,
          /*r=*/8, /*p=*/1, out.ExposeMutable().data(), Secret<32>::kSize) != 0) {
    std::abort();  // No memory.
  }
  return out;
}

// The length is checked before anything is opened: a longer body could hold a key that
// opens under several wrap keys.
absl::Status CheckBody(const AgeStanza& stanza) {
  if (stanza.body.size() == kWrappedSize) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(stanza.arguments[0], " stanza body is ",
                                                 stanza.body.size(), " bytes long, expected ",
                                                 kWrappedSize));
}

absl::Status CheckArgumentCount(const AgeStanza& stanza, std::size_t expected) {
  if (stanza.arguments.size() == expected) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(stanza.arguments[0], " stanza has ",
                                                 stanza.arguments.size(), " arguments, expected ",
                                                 expected));
}

// A decimal of one to three digits without a leading zero.
std::optional<int> ParseWorkFactor(absl::string_view text) {
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  int value = 0;
  if (!digits || text.empty() || text.size() > 3 || text.front() == '0' ||
      !absl::SimpleAtoi(text, &value)) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

absl::StatusOr<AgeStanza> WrapX25519(const FileKey& key, const Recipient& recipient) {
  if (!recipient.can_receive()) {
    return absl::InvalidArgumentError("recipient can be granted nothing");
  }
  if (absl::Status status = CheckRecipient(recipient); !status.ok()) return status;
  const Secret<32> ephemeral = Secret<32>::Random();
  const X25519Point share = X25519PublicPoint(ephemeral);
  Secret<32> shared;
  if (!X25519SharedSecret(ephemeral, *X25519Point::From(recipient.key), shared)) {
    return absl::InvalidArgumentError("recipient key is of low order");
  }
  return AgeStanza{
      .arguments = {std::string(kX25519StanzaType), FormatBase64(share.view())},
      .body = Wrap(X25519WrapKey(shared, share, recipient.key), key),
  };
}

absl::StatusOr<FileKey> UnwrapX25519(const AgeStanza& stanza, const Identity& identity) {
  assert(stanza.arguments.at(0) == kX25519StanzaType);
  if (absl::Status status = CheckArgumentCount(stanza, 2); !status.ok()) return status;
  const std::optional<Bytes> share_bytes = ParseBase64(stanza.arguments[1]);
  const std::optional<X25519Point> share =
      share_bytes ? X25519Point::From(*share_bytes) : std::nullopt;
  if (!share) {
    return absl::InvalidArgumentError("X25519 share is not 32 bytes of canonical base64");
  }
  if (absl::Status status = CheckBody(stanza); !status.ok()) return status;
  Secret<32> shared;
  if (!X25519SharedSecret(identity.key(), *share, shared)) {
    return absl::InvalidArgumentError("X25519 share is of low order");
  }
  std::optional<FileKey> key =
      Unwrap(X25519WrapKey(shared, *share, identity.recipient().key), stanza.body);
  if (!key) return absl::PermissionDeniedError("X25519 stanza is for another recipient");
  return *std::move(key);
}

AgeStanza WrapScrypt(const FileKey& key, ByteView passphrase, int work_factor) {
  assert(work_factor >= 1 && work_factor <= 30 && !passphrase.empty());
  std::array<std::uint8_t, kScryptSaltSize> salt;
  FillRandom(salt);
  return AgeStanza{
      .arguments = {std::string(kScryptStanzaType), FormatBase64(salt), absl::StrCat(work_factor)},
      .body = Wrap(ScryptWrapKey(passphrase, salt, work_factor), key),
  };
}

absl::StatusOr<FileKey> UnwrapScrypt(const AgeStanza& stanza, ByteView passphrase,
                                     WorkFactorRange accepted) {
  assert(stanza.arguments.at(0) == kScryptStanzaType);
  if (absl::Status status = CheckArgumentCount(stanza, 3); !status.ok()) return status;
  const std::optional<Bytes> salt = ParseBase64(stanza.arguments[1]);
  if (!salt || salt->size() != kScryptSaltSize) {
    return absl::InvalidArgumentError("scrypt salt is not 16 bytes of canonical base64");
  }
  const std::optional<int> work_factor = ParseWorkFactor(stanza.arguments[2]);
  if (!work_factor) return absl::InvalidArgumentError("scrypt work factor is not a plain decimal");
  if (absl::Status status = CheckBody(stanza); !status.ok()) return status;
  if (*work_factor < accepted.min || *work_factor > accepted.max) {
    return absl::FailedPreconditionError(absl::StrCat("scrypt work factor is ", *work_factor,
                                                      ", accepted are ", accepted.min, " to ",
                                                      accepted.max));
  }
  std::optional<FileKey> key = Unwrap(ScryptWrapKey(passphrase, *salt, *work_factor), stanza.body);
  if (!key) return absl::PermissionDeniedError("passphrase is wrong");
  return *std::move(key);
}

}  // namespace amparo
