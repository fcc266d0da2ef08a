// The two files that carry a secret from one person to another outside the server: an
// invitation to join an organisation, and an operator's token to found one.
// Spec: docs/spec/invitation.md; this file is their only reader and writer.
//
// As text, for a file or a QR code: a header line, then the canonical bytes in base64, 64
// characters a line. Thread safety: values; the functions are independent.

#ifndef AMPARO_STATEMENT_INVITATION_H_
#define AMPARO_STATEMENT_INVITATION_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/bytes.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "statement/ids.h"

namespace amparo {

// Limits of the format, in bytes.
inline constexpr std::size_t kInvitationTextBytesMax = 16 * 1024;
inline constexpr std::size_t kServerAddressBytesMax = 255;
inline constexpr std::size_t kServerCertificateBytesMax = 6 * 1024;
inline constexpr std::size_t kCheckpointNoteBytesMax = 4 * 1024;

inline constexpr absl::string_view kInvitationHeader = "amparo-invitation-v1";
inline constexpr absl::string_view kFoundingTokenHeader = "amparo-founding-token-v1";

struct Invitation {
  std::string server_address;      // "host:port": printable ASCII without blanks.
  std::string server_certificate;  // PEM, the only root: printable ASCII and newlines.
  OrgId org;
  VerifyKey log_key;
  std::string checkpoint;  // Signed note; audit/checkpoint.h opens it.
  InviteId invite;
  MemberId member;  // Whose further device this is; zeros: somebody new.
  std::uint16_t roles = 0;
  std::uint8_t submit_only = 0;
  UnixSeconds expiry;
  Secret<16> secret;
};

using TokenId = FixedBytes<struct TokenIdTag, 16>;

struct FoundingToken {
  std::string server_address;
  std::string server_certificate;
  VerifyKey log_key;  // Made by the server for the organisation to be.
  TokenId token;
  Secret<16> secret;
  UnixSeconds expiry;
};

// The whole text, its last newline included: a secret until it is used.
// INVALID_ARGUMENT: a field that Parse would refuse.
absl::StatusOr<SecretBuffer> FormatInvitation(const Invitation& invitation);
absl::StatusOr<SecretBuffer> FormatFoundingToken(const FoundingToken& token);

// INVALID_ARGUMENT: not exactly what Format writes, or over a limit.
// UNIMPLEMENTED: a newer version's header line.
absl::StatusOr<Invitation> ParseInvitation(absl::string_view text);
absl::StatusOr<FoundingToken> ParseFoundingToken(absl::string_view text);

}  // namespace amparo

#endif  // AMPARO_STATEMENT_INVITATION_H_
