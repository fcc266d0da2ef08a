// A checkpoint: the log's signed head, as a C2SP signed note (c2sp.org/tlog-checkpoint,
// c2sp.org/signed-note). Spec: docs/spec/log.md, "Checkpoint".
//
// Thread safety: values; pure functions.

#ifndef AMPARO_AUDIT_CHECKPOINT_H_
#define AMPARO_AUDIT_CHECKPOINT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/bytes.h"
#include "crypto/signature.h"
#include "statement/ids.h"

namespace amparo::audit {

inline constexpr std::size_t kCheckpointBytesMax = 16 * 1024;

struct Checkpoint {
  TreeSize size;
  Hash root;
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// "amparo.invalid/log/<org in hex>": the origin line and the log's key name.
std::string OriginOf(const OrgId& org);

// The text that is signed: origin, size, root, a line each.
std::string FormatCheckpointText(absl::string_view origin, const Checkpoint& checkpoint);
// INVALID_ARGUMENT: another origin, a size with a leading zero, a root that is not 32 bytes
// in canonical base64, an empty tree with another root than EmptyRoot(), or a fourth line
// (C2SP allows extension lines; our logs write none).
absl::StatusOr<Checkpoint> ParseCheckpointText(absl::string_view origin, absl::string_view text);

// The signed note over `checkpoint`, by the log. Deterministic: one size and root, one note.
std::string SignCheckpoint(const OrgId& org, const Checkpoint& checkpoint, const SigningKey& key);

// Verifies the log's signature and the origin. Unknown signatures (cosignatures) are
// ignored, a wrong one under the log's key id fails.
// INVALID_ARGUMENT: not a checkpoint of this origin. UNAUTHENTICATED: not signed by `key`.
absl::StatusOr<Checkpoint> OpenCheckpoint(const OrgId& org, const VerifyKey& key,
                                          absl::string_view note);

}  // namespace amparo::audit

#endif  // AMPARO_AUDIT_CHECKPOINT_H_
