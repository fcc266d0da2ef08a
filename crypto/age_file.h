// Whole age v1 files, binary: any header that stock age writes, read for X25519 identities
// and scrypt passphrases, and files for one recipient written. What leaves this project
// (`export`) and the published test vectors go through here; our own objects do not: see
// crypto/grant.h and crypto/sealed_object.h. Spec: docs/spec/sealed-object.md, "Export".
//
// Armor, plugins and post-quantum recipients are not read.
// Memory: a header of at most kAgeHeaderBytesMax and a few chunks, for a file of any size.
// server/ may not include this header (a test reads the sources).
// Thread safety: one thread at a time per object.

#ifndef AMPARO_CRYPTO_AGE_FILE_H_
#define AMPARO_CRYPTO_AGE_FILE_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/file_key.h"
#include "crypto/identity.h"
#include "crypto/identity_file.h"
#include "crypto/recipient.h"

namespace amparo {

// Fills the front of the buffer and returns how many bytes; 0 only at the end.
using ByteSource = std::function<absl::StatusOr<std::size_t>(MutableByteView)>;
// Takes every byte. An error stops the work and is returned as it is.
using ByteSink = std::function<absl::Status(ByteView)>;

// What a file may be opened with. The views must outlive the call.
struct AgeKeys {
  std::span<const Identity> identities;
  std::span<const ByteView> passphrases;
  int work_factor_min = 1;
  int work_factor_max = kScryptWorkFactorMax;
};

class AgeReader {
 public:
  // Reads the header and the payload nonce, and finds the file key.
  // INVALID_ARGUMENT: malformed; also a scrypt stanza that is not alone.
  // FAILED_PRECONDITION: the work factor is outside what `keys` accepts.
  // PERMISSION_DENIED: no stanza is for one of `keys`.
  // DATA_LOSS: a stanza is, and the header does not match its MAC.
  static absl::StatusOr<AgeReader> Create(ByteSource source, const AgeKeys& keys);

  // Gives each chunk to `sink` as soon as it is authenticated: a file that turns out to be
  // cut short has by then given away its good chunks. Call once.
  // DATA_LOSS: the payload was altered, cut short or extended.
  absl::Status CopyTo(const ByteSink& sink);

 private:
  AgeReader(ByteSource source, Bytes buffered, FileKey key, Bytes nonce);
  // Reads until `size` bytes are buffered or the source is at its end.
  absl::Status Buffer(std::size_t size);

  ByteSource source_;
  Bytes buffered_;
  FileKey key_;
  Bytes nonce_;
};

// INVALID_ARGUMENT: as MakeGrant.
absl::Status WriteAgeFile(const Recipient& recipient, const ByteSource& source,
                          const ByteSink& sink);

}  // namespace amparo

#endif  // AMPARO_CRYPTO_AGE_FILE_H_
