// The small files that people hand to each other: a header line, then bytes in base64, 64
// characters a line, as statement/invitation.h writes its own. Blanks around it are forgiven.
// Spec: docs/spec/directory.md, "Founding". Thread safety: pure functions.

#ifndef AMPARO_CLIENT_TEXT_FILE_H_
#define AMPARO_CLIENT_TEXT_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/bytes.h"

namespace amparo::client {

inline constexpr absl::string_view kRootKeyHeader = "amparo-root-v1";
inline constexpr absl::string_view kRegistrarHeader = "amparo-registrar-v1";
inline constexpr absl::string_view kPolicyDraftHeader = "amparo-policy-draft-v1";
inline constexpr absl::string_view kPolicySignatureHeader = "amparo-policy-signature-v1";
inline constexpr absl::string_view kLogEpochDraftHeader = "amparo-log-epoch-draft-v1";
inline constexpr absl::string_view kLogEpochSignatureHeader = "amparo-log-epoch-signature-v1";
inline constexpr absl::string_view kOrgCardHeader = "amparo-org-card-v2";
inline constexpr absl::string_view kRecoveryChallengeHeader = "amparo-recovery-challenge-v1";
inline constexpr absl::string_view kRecoveryAnswerHeader = "amparo-recovery-answer-v1";

std::string FormatTextFile(absl::string_view header, ByteView bytes);
// INVALID_ARGUMENT: another kind of file, or damaged.
absl::StatusOr<Bytes> ParseTextFile(absl::string_view header, absl::string_view text);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_TEXT_FILE_H_
