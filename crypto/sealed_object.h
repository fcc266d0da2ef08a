// A sealed object: content encrypted once, under a file key the server never sees, as an
// age v1 payload: nonce 16, then ChaCha20-Poly1305 STREAM chunks of 64 KiB.
//
// docs/spec/sealed-object.md defines the bytes; this file is their only reader and writer.
// Who may open an object is no part of it: see crypto/grant.h.
// server/ may not include this header (a test reads the sources).
//
// Thread safety: one thread at a time per object; distinct objects are independent. What is large
// is sealed and opened with several threads by crypto/payload_sealer.h and payload_opener.h.

#ifndef AMPARO_CRYPTO_SEALED_OBJECT_H_
#define AMPARO_CRYPTO_SEALED_OBJECT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/file_key.h"

namespace amparo {

// Plaintext bytes per chunk. Every chunk but the last is exactly this long.
// DO NOT CHANGE: part of the format.
inline constexpr std::size_t kChunkSize = 64 * 1024;
inline constexpr std::size_t kSealedChunkSize = kChunkSize + 16;
inline constexpr std::size_t kPayloadNonceSize = 16;

// Bytes of the payload that seals `plaintext_length` bytes.
std::uint64_t SealedLength(std::uint64_t plaintext_length);

class Sealer {
 public:
  // Copies what it needs of `key`; the caller may destroy it at once.
  // REQUIRES: `key` has sealed nothing else. One key, one object. A key or nonce that this
  // process has used before (a broken random source) aborts the process.
  explicit Sealer(const FileKey& key);
  ~Sealer();
  Sealer(Sealer&&) noexcept;

  // The first 16 bytes of the payload. Valid for as long as this object is.
  ByteView nonce() const;
  // Appends the ciphertext of whole chunks to `out`.
  // REQUIRES: plaintext.size() is a multiple of kChunkSize; Finish() not called.
  void SealBatch(ByteView plaintext, Bytes& out);
  // Appends the last chunk, which alone may be short; it is empty only for an empty object.
  // REQUIRES: chunk.size() <= kChunkSize, and Finish() has not been called.
  void Finish(ByteView chunk, Bytes& out);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

class Opener {
 public:
  // INVALID_ARGUMENT: `nonce` is not 16 bytes long.
  static absl::StatusOr<Opener> Create(const FileKey& key, ByteView nonce);
  Opener(Opener&&) noexcept;
  ~Opener();

  // Appends the plaintext of whole, non-last chunks to `out`.
  // REQUIRES: sealed.size() is a multiple of kSealedChunkSize; !done().
  // DATA_LOSS: a chunk was altered, moved or cut short, or the key is another object's;
  //     the two cannot be told apart. Nothing is appended; every later call fails too.
  absl::Status OpenBatch(ByteView sealed, Bytes& out);
  // Opens the last chunk (16 to kSealedChunkSize bytes).
  absl::Status Finish(ByteView sealed, Bytes& out);
  bool done() const;

 private:
  friend absl::StatusOr<SecretBuffer> OpenSmall(const FileKey& key, ByteView payload);
  struct Stream;
  explicit Opener(std::unique_ptr<Stream> stream);
  std::unique_ptr<Stream> stream_;
};

// What the payload would be that seals `plaintext`, padded with zeros to `padded_length`, under
// a key and nonce that HAVE SEALED ALREADY: to tell whether it is what was sealed then. For
// comparison alone: a second ciphertext under one key and nonce would betray both plaintexts,
// so none leaves this function, and it holds no more than a chunk of it at a time. A hash of
// one tells nothing to whoever has neither key nor plaintext.
// REQUIRES: nonce.size() == kPayloadNonceSize; padded_length >= plaintext.size().
struct PayloadDigest {
  std::uint64_t length = 0;
  Hash sha256;
  friend bool operator==(const PayloadDigest&, const PayloadDigest&) = default;
};
PayloadDigest DigestAsSealedBefore(const FileKey& key, ByteView nonce, ByteView plaintext,
                                   std::uint64_t padded_length);

// Whole small objects in memory (manifest, note, certificate, attributes): plaintext to
// payload, padded with zeros to `padded_length` first. REQUIRES: padded_length >= size.
Bytes SealSmall(const FileKey& key, ByteView plaintext, std::uint64_t padded_length);
// Returns the padded plaintext, in guarded memory. DATA_LOSS as OpenBatch.
absl::StatusOr<SecretBuffer> OpenSmall(const FileKey& key, ByteView payload);

}  // namespace amparo

#endif  // AMPARO_CRYPTO_SEALED_OBJECT_H_
