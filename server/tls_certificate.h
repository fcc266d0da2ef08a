// The server's self-signed certificate: ECDSA P-256, for the name `amparo`, valid from 2000 to
// 9999, so that a field device needs no correct clock. Clients pin it as their only root.
// Spec: docs/spec/requests.md, "TLS".
//
// Thread safety: the functions are independent.

#ifndef AMPARO_SERVER_TLS_CERTIFICATE_H_
#define AMPARO_SERVER_TLS_CERTIFICATE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/bytes.h"

namespace amparo::server {

struct TlsCertificate {
  std::string certificate_pem;
  std::string key_pem;  // Secret: a file of mode 0600.
};

// INTERNAL: libcrypto fails.
absl::StatusOr<TlsCertificate> MakeTlsCertificate();
// SHA-256 of its SubjectPublicKeyInfo: what sessions are bound to.
// INVALID_ARGUMENT: no certificate in PEM.
absl::StatusOr<Hash> ServerKeyHash(absl::string_view certificate_pem);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_TLS_CERTIFICATE_H_
