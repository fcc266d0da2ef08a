// A witness's key: an age passphrase file beside a public file with its verifier key.
// Spec: docs/spec/witness.md, "The key". Thread safety: the functions are independent.

#ifndef AMPARO_WITNESS_KEY_FILE_H_
#define AMPARO_WITNESS_KEY_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "audit/cosignature.h"
#include "crypto/bytes.h"
#include "crypto/signature.h"

namespace amparo::witness {

// Where the verifier key of the key in `path` stands.
std::string PublicPath(const std::string& path);

// Makes a key in two new files. INVALID_ARGUMENT: no name for a witness. ALREADY_EXISTS: one of
// the files is there; nothing is left behind.
absl::StatusOr<audit::Witness> CreateKeyFile(const std::string& path, const std::string& name,
                                             ByteView passphrase);

struct Key {
  audit::Witness witness;
  SigningKey signing;
};
// PERMISSION_DENIED: wrong passphrase. DATA_LOSS: damaged, or the two files are not of one key.
absl::StatusOr<Key> OpenKeyFile(const std::string& path, ByteView passphrase);

}  // namespace amparo::witness

#endif  // AMPARO_WITNESS_KEY_FILE_H_
