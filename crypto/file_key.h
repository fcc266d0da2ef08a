// A file key seals one object, once; its commitment, signed by the author, makes one
// payload open as one text only. Spec: docs/spec/sealed-object.md, "File key".
//
// server/ may not include this header (a test reads the sources).
// Thread safety: const objects may be used from several threads.

#ifndef AMPARO_CRYPTO_FILE_KEY_H_
#define AMPARO_CRYPTO_FILE_KEY_H_

#include "crypto/bytes.h"
#include "crypto/secret.h"

namespace amparo {

using FileKey = Secret<16>;
using Commitment = FixedBytes<struct CommitmentTag, 32>;

// fkc = HKDF-SHA-256(ikm = key, salt = "", info = "amparo/v1/file-key-commitment" || 0x00
// || object_id, L = 32).
Commitment CommitTo(const FileKey& key, const ObjectId& object);

}  // namespace amparo

#endif  // AMPARO_CRYPTO_FILE_KEY_H_
