// The label in front of everything that is signed, hashed or authenticated by statement/:
// bytes made for one purpose mean nothing for another. Each ends in a newline and a NUL,
// both part of the label. All labels of the project: docs/spec/statement.md, "Labels".
//
// Thread safety: constants.

#ifndef AMPARO_STATEMENT_LABELS_H_
#define AMPARO_STATEMENT_LABELS_H_

#include "crypto/bytes.h"

namespace amparo {

// The bytes of a label, its written NUL included. `literal` is a string literal that ends
// in "\n": the NUL that C++ puts behind it is the label's.
template <std::size_t N>
ByteView LabelBytes(const char (&literal)[N]) {
  return ByteView(reinterpret_cast<const std::uint8_t*>(literal), N);
}

inline constexpr char kStatementLabel[] = "amparo/statement/v1\n";
inline constexpr char kSignedStatementLabel[] = "amparo/signed-statement/v1\n";
inline constexpr char kCertificateLabel[] = "amparo/certificate/v1\n";
inline constexpr char kRootPolicyLabel[] = "amparo/root-policy/v1\n";
inline constexpr char kRequestSigningLabel[] = "amparo/certificate-request/v1\n";
inline constexpr char kRequestAuthenticationLabel[] = "amparo/certificate-request-auth/v1\n";
inline constexpr char kRequestMacLabel[] = "amparo/certificate-request-mac/v1\n";
inline constexpr char kInviteTicketLabel[] = "amparo/invite-ticket/v1\n";

}  // namespace amparo

#endif  // AMPARO_STATEMENT_LABELS_H_
