// The two computations that see every byte of every document: ChaCha20-Poly1305
// (RFC 8439) and SHA-256. Which library does them is decided in bulk_kernels.cc and
// nowhere else; both candidates stand behind this interface, so that both are tested.
//
// Thread safety: BulkKernels is immutable; one thread at a time per ChunkCipher and
// HashState, distinct ones are independent.

#ifndef AMPARO_CRYPTO_BULK_KERNELS_H_
#define AMPARO_CRYPTO_BULK_KERNELS_H_

#include <initializer_list>
#include <memory>

#include "crypto/bytes.h"

namespace amparo {

inline constexpr std::size_t kChunkTagSize = 16;

// ChaCha20-Poly1305 under one key.
class ChunkCipher {
 public:
  virtual ~ChunkCipher() = default;
  // Writes ciphertext and tag. `out` may begin where `plaintext` begins, and else may not overlap
  // it; Open likewise.
  // REQUIRES: out.size() == plaintext.size() + kChunkTagSize, below 1 GiB; the nonce is new.
  virtual void Seal(std::span<const std::uint8_t, 12> nonce, ByteView associated,
                    ByteView plaintext, MutableByteView out) = 0;
  // False: altered, or another key, nonce or `associated`; `out` is then all zeros.
  // REQUIRES: sealed.size() == out.size() + kChunkTagSize, below 1 GiB.
  virtual bool Open(std::span<const std::uint8_t, 12> nonce, ByteView associated, ByteView sealed,
                    MutableByteView out) = 0;
};

// SHA-256 of bytes that arrive in pieces.
class HashState {
 public:
  virtual ~HashState() = default;
  virtual void Update(ByteView bytes) = 0;
  // REQUIRES: called once, and nothing after it.
  virtual Hash Finish() = 0;
};

class BulkKernels {
 public:
  virtual ~BulkKernels() = default;
  virtual const char* name() const = 0;
  virtual std::unique_ptr<ChunkCipher> NewCipher(std::span<const std::uint8_t, 32> key) const = 0;
  virtual std::unique_ptr<HashState> NewHash() const = 0;
  // SHA-256 of the concatenation of `parts`.
  virtual Hash Sha256(std::initializer_list<ByteView> parts) const = 0;
};

// The one that everything uses.
const BulkKernels& Bulk();

// The candidates. They live for as long as the process.
const BulkKernels& LibcryptoKernels();
const BulkKernels& SodiumKernels();

}  // namespace amparo

#endif  // AMPARO_CRYPTO_BULK_KERNELS_H_
