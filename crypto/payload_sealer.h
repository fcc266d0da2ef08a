// Seals the plaintext of one large object into its payload, batch by batch, and hashes both: it is
// read, hashed, sealed and hashed again on the threads of a SealingPool, several batches at once,
// while the caller sends or writes the one before. What Sealer of crypto/sealed_object.h makes in
// one thread; the same bytes. Spec: docs/spec/sealed-object.md, "Sealing".
//
//   const PayloadShape shape{.size = size, .padded_size = PaddedPartLength(size)};
//   PayloadSealer sealer(pool, key, shape, read);
//   do {
//     absl::StatusOr<SealedBatch> batch = sealer.Next();
//     ...
//   } while (!batch->last);
//
// Memory: at most four buffers of 512 KiB, whatever the size; a plaintext is sealed where it lies.
// server/ may not include this header (a test reads the sources).
// Thread safety: one thread at a time per object; several may share a pool.

#ifndef AMPARO_CRYPTO_PAYLOAD_SEALER_H_
#define AMPARO_CRYPTO_PAYLOAD_SEALER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/file_key.h"
#include "crypto/payload_shape.h"
#include "crypto/sealing_pool.h"

namespace amparo {

struct SealedBatch {
  ByteView bytes;           // Of the payload, below 1 MiB; the first begins with the nonce.
  std::size_t content = 0;  // Bytes of the plaintext in it, without padding.
  bool last = false;
};

class PayloadSealer {
 public:
  struct Options {
    bool hashes = true;  // False: without the two hashes.
  };
  // Fills `out`, at most kChunkSize, with the next bytes. Together they are shape.size. Runs on
  // threads of the pool, one call at a time. An error ends the sealing.
  using Read = std::function<absl::Status(MutableByteView out)>;

  // Copies what it needs of `key`. `pool` has to outlive this object.
  // REQUIRES: `key` has sealed nothing else, as with Sealer.
  PayloadSealer(SealingPool& pool, const FileKey& key, const PayloadShape& shape, Read read,
                Options options = {.hashes = true});
  // Ends early, too: waits for what reads or seals at the moment.
  ~PayloadSealer();

  // The next bytes of the payload, in order; valid until the next call. Waits for them.
  // Any error is that of Read, and comes again if called again.
  // REQUIRES: the last batch has not been returned.
  absl::StatusOr<SealedBatch> Next();

  // REQUIRES: the last batch was returned, and options.hashes. The plaintext's is without padding.
  const Hash& plaintext_sha256() const;
  const Hash& payload_sha256() const;

 private:
  struct Stream;
  const std::unique_ptr<Stream> stream_;
};

}  // namespace amparo

#endif  // AMPARO_CRYPTO_PAYLOAD_SEALER_H_
