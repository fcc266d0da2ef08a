// The STREAM construction of an age payload, one chunk at a time: which key, which nonce,
// which lengths. crypto/sealed_object.h and crypto/age_file.h are built on it.
// Spec: docs/spec/sealed-object.md, "Payload".
//
// Thread safety: one thread at a time per object; objects of one key are independent.

#ifndef AMPARO_CRYPTO_PAYLOAD_CIPHER_H_
#define AMPARO_CRYPTO_PAYLOAD_CIPHER_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "crypto/bulk_kernels.h"
#include "crypto/bytes.h"
#include "crypto/file_key.h"
#include "crypto/sealed_object.h"

namespace amparo {

using PayloadNonce = FixedBytes<struct PayloadNonceTag, kPayloadNonceSize>;

// A random nonce for the one payload that `key` seals. A key or nonce that this process has used
// before (a broken random source) aborts the process.
PayloadNonce FreshNonce(const FileKey& key);

// HKDF-SHA-256(ikm = key, salt = nonce, info = "payload", L = 32).
Secret<32> DerivePayloadKey(const FileKey& key, const PayloadNonce& nonce);

class PayloadCipher {
 public:
  explicit PayloadCipher(const Secret<32>& payload_key)
      : cipher_(Bulk().NewCipher(payload_key.Expose())) {}

  // REQUIRES: each index once; out.size() == plaintext.size() + kChunkTagSize. `out` may begin
  // where `plaintext` begins, and else may not overlap it.
  void Seal(std::uint64_t index, bool last, ByteView plaintext, MutableByteView out);
  // REQUIRES: sealed.size() == out.size() + kChunkTagSize, and as above. False: out is all zeros.
  bool Open(std::uint64_t index, bool last, ByteView sealed, MutableByteView out);

 private:
  std::unique_ptr<ChunkCipher> cipher_;
};

// DATA_LOSS unless a last chunk may be `sealed_size` bytes long: an empty one is the only
// chunk of its payload.
absl::Status CheckLastChunk(std::uint64_t index, std::size_t sealed_size);

}  // namespace amparo

#endif  // AMPARO_CRYPTO_PAYLOAD_CIPHER_H_
