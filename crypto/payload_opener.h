// Opens the payload of one large object as it comes, in pieces of any size, and hashes both: the
// payload is hashed, opened, and its plaintext hashed on the threads of a SealingPool, several
// batches at once, and given to a sink, while the caller fetches the next bytes. What Opener
// of crypto/sealed_object.h does in one thread. Spec: docs/spec/sealed-object.md, "Opening".
//
// Memory: at most four buffers of 512 KiB, whatever the size, wiped in the end; opened in place.
// server/ may not include this header (a test reads the sources).
// Thread safety: one thread at a time per object; several may share a pool.

#ifndef AMPARO_CRYPTO_PAYLOAD_OPENER_H_
#define AMPARO_CRYPTO_PAYLOAD_OPENER_H_

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

class PayloadOpener {
 public:
  struct Options {
    bool hashes = true;  // False: without the two hashes.
  };
  // Gets the plaintext without padding, authenticated, in order, at most kChunkSize at a time. Runs
  // on threads of the pool, one call at a time, and never after Finish or the destructor. An error
  // stops the opening and is returned as it is. What it got counts only when Finish returned OK
  // and its hashes are those expected.
  using Sink = std::function<absl::Status(ByteView plaintext)>;
  struct Digests {
    Hash plaintext_sha256;  // Without padding.
    Hash payload_sha256;
  };

  // Copies `key`. `pool` has to outlive this object. `shape`: as the manifest says.
  PayloadOpener(SealingPool& pool, const FileKey& key, const PayloadShape& shape, Sink sink,
                Options options = {.hashes = true});
  // Ends early, too: waits for what is opened at the moment.
  ~PayloadOpener();

  // Takes the next bytes of the payload; waits while four batches are on their way.
  // DATA_LOSS: more bytes than the payload has; a chunk was altered, moved or cut short, or the key
  //     is another object's; the padding is not zeros. Every later call fails in the same way.
  absl::Status Take(ByteView piece);
  // The same without a copy: room for the next bytes, at least one and at most 512 KiB, and how
  // many were put there. Room is empty when the payload is complete.
  absl::StatusOr<MutableByteView> Room();
  absl::Status Taken(std::size_t count);

  // No more comes. DATA_LOSS as above, or bytes are missing.
  absl::StatusOr<Digests> Finish();

 private:
  struct Stream;
  const std::unique_ptr<Stream> stream_;
};

}  // namespace amparo

#endif  // AMPARO_CRYPTO_PAYLOAD_OPENER_H_
