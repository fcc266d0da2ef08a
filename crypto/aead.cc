#include "crypto/aead.h"

#include <sodium.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "crypto/sodium_start.h"

namespace amparo {
namespace {

constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kNonceSize + kTagSize == kAeadOverhead);

}  // namespace

Bytes AeadSeal(const Secret<32>& key, ByteView context, ByteView plaintext) {
  StartSodium();
  Bytes out(kAeadOverhead + plaintext.size());
  FillRandom(MutableByteView(out).first(kNonceSize));
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + kNonceSize, nullptr, plaintext.data(),
                                             plaintext.size(), context.data(), context.size(),
                                             nullptr, out.data(), key.Expose().data());
  return out;
}

absl::StatusOr<Bytes> AeadOpen(const Secret<32>& key, ByteView context, ByteView sealed) {
  StartSodium();
  if (sealed.size() < kAeadOverhead) {
    return absl::DataLossError(
        absl::StrCat("sealed bytes are ", sealed.size(), " long, below ", kAeadOverhead));
  }
  Bytes out(sealed.size() - kAeadOverhead);
  const ByteView body = sealed.subspan(kNonceSize);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, body.data(),
                                                 body.size(), context.data(), context.size(),
                                                 sealed.data(), key.Expose().data()) != 0) {
    return absl::DataLossError(absl::StrCat(
        "sealed bytes do not open: altered, moved or of another key (", sealed.size(), " bytes)"));
  }
  return out;
}

}  // namespace amparo
