#include "crypto/payload_cipher.h"

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "crypto/reuse_guard.h"

namespace amparo {
namespace {

// An 11-byte big-endian counter, then 1 in the last chunk and 0 before it.
std::array<std::uint8_t, 12> ChunkNonce(std::uint64_t index, bool last) {
  std::array<std::uint8_t, 12> nonce{};
  for (std::size_t i = 0; i < 8; ++i) {
    nonce[10 - i] = static_cast<std::uint8_t>(index >> (8 * i));
  }
  nonce[11] = last ? 1 : 0;
  return nonce;
}

}  // namespace

PayloadNonce FreshNonce(const FileKey& key) {
  const auto nonce = RandomId<PayloadNonce>();
  AbortOnReuse(key.Expose());
  AbortOnReuse(nonce.view());
  return nonce;
}

Secret<32> DerivePayloadKey(const FileKey& key, const PayloadNonce& nonce) {
  Secret<32> out;
  HkdfSha256(key.Expose(), nonce.view(), AsBytes("payload"), out.ExposeMutable());
  return out;
}

void PayloadCipher::Seal(std::uint64_t index, bool last, ByteView plaintext, MutableByteView out) {
  cipher_->Seal(ChunkNonce(index, last), /*associated=*/{}, plaintext, out);
}

bool PayloadCipher::Open(std::uint64_t index, bool last, ByteView sealed, MutableByteView out) {
  return cipher_->Open(ChunkNonce(index, last), /*associated=*/{}, sealed, out);
}

absl::Status CheckLastChunk(std::uint64_t index, std::size_t sealed_size) {
  if (sealed_size > kSealedChunkSize || sealed_size < kChunkTagSize ||
      (sealed_size == kChunkTagSize && index > 0)) {
    return absl::DataLossError(absl::StrCat("last chunk, of index ", index, ", is ", sealed_size,
                                            " bytes long: cut short or extended"));
  }
  return absl::OkStatus();
}

}  // namespace amparo
