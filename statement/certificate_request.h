// What a joiner asks for under an invitation: a certificate for three keys of their own. The
// request shows that its sender holds the invitation's secret and both signing keys, so that
// no server can put other keys in their place.
// Spec: docs/spec/invitation.md, "Request"; this file is its only reader and writer.
//
// Thread safety: values; the functions are independent.

#ifndef AMPARO_STATEMENT_CERTIFICATE_REQUEST_H_
#define AMPARO_STATEMENT_CERTIFICATE_REQUEST_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/recipient.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "statement/ids.h"

namespace amparo {

inline constexpr std::size_t kCertificateRequestBytesMax = 4 * 1024;

struct CertificateRequest {
  OrgId org;
  InviteId invite;
  MemberId member;  // The invitation's member, or a random id when that is zeros.
  VerifyKey signing;
  VerifyKey authentication;
  Recipient recipient;  // kNone: submit-only.
  UnixSeconds claimed_time;
  friend bool operator==(const CertificateRequest&, const CertificateRequest&) = default;
};

// The request as it is sent. REQUIRES: the keys are those that `request` names.
Bytes MakeRequest(const CertificateRequest& request, const SigningKey& signing,
                  const SigningKey& authentication, const Secret<16>& secret);

// Reads without any proof: what a request says of itself.
// INVALID_ARGUMENT: not canonical, over a limit, a reserved member, a key of low order.
absl::StatusOr<CertificateRequest> DecodeRequest(ByteView bytes);

// Without the secret, as the server may: layout, and both signatures of possession.
// INVALID_ARGUMENT as DecodeRequest. UNAUTHENTICATED: a signature is wrong.
absl::StatusOr<CertificateRequest> CheckPossession(ByteView bytes);

// All of it, as a registrar must before certifying. Whether org, invite and member are the
// invitation's is for the caller to compare.
// INVALID_ARGUMENT as DecodeRequest. UNAUTHENTICATED: a signature or the MAC is wrong.
absl::StatusOr<CertificateRequest> CheckRequest(ByteView bytes, const Secret<16>& secret);

// What a joiner shows the server to leave a request: derived from the secret, which the
// server never learns.
Secret<32> InviteTicketOf(const Secret<16>& secret);
// SHA-256("amparo/invite-ticket/v1\n\0" || ticket): what the invite statement carries.
Hash HashOfTicket(ByteView ticket);

}  // namespace amparo

#endif  // AMPARO_STATEMENT_CERTIFICATE_REQUEST_H_
