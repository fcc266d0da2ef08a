// A grant: a complete age header with exactly one stanza for exactly one recipient.
// `grant || payload` is a valid age file. Spec: docs/spec/sealed-object.md, "Grant".
//
// server/ may not include this header (a test reads the sources).
// Thread safety: the functions are independent.

#ifndef AMPARO_CRYPTO_GRANT_H_
#define AMPARO_CRYPTO_GRANT_H_

#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/file_key.h"
#include "crypto/identity.h"
#include "crypto/recipient.h"

namespace amparo {

// Returns exactly GrantLength(recipient.type) bytes.
// INVALID_ARGUMENT: the recipient can receive nothing, or is a low-order point.
absl::StatusOr<Bytes> MakeGrant(const FileKey& key, const Recipient& recipient);

// Strict: one stanza, exact length, canonical base64, LF only, nothing after the MAC line.
// PERMISSION_DENIED: well formed, but for another recipient.
// INVALID_ARGUMENT: not a grant. DATA_LOSS: its header MAC is wrong.
absl::StatusOr<FileKey> OpenGrant(ByteView grant, const Identity& identity);

}  // namespace amparo

#endif  // AMPARO_CRYPTO_GRANT_H_
