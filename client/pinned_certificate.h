// The server's certificate as the client pins it: what is signed when a session opens is the
// hash of its key. Spec: docs/spec/requests.md, "Sessions". Thread safety: pure function.

#ifndef AMPARO_CLIENT_PINNED_CERTIFICATE_H_
#define AMPARO_CLIENT_PINNED_CERTIFICATE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/bytes.h"

namespace amparo::client {

// SHA-256 of the DER SubjectPublicKeyInfo of the one certificate in `pem`.
// INVALID_ARGUMENT: it does not parse, or there are several.
absl::StatusOr<Hash> PublicKeyHashOf(absl::string_view pem);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_PINNED_CERTIFICATE_H_
