// The text form of an inclusion proof with its checkpoint: c2sp.org/tlog-proof@v1. What a
// third party's tool for transparency logs understands. Spec: docs/spec/log.md, "tlog-proof".
//
// Thread safety: values; pure functions.

#ifndef AMPARO_AUDIT_TLOG_PROOF_H_
#define AMPARO_AUDIT_TLOG_PROOF_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "audit/proof.h"
#include "crypto/bytes.h"
#include "statement/ids.h"

namespace amparo::audit {

struct TlogProof {
  std::optional<Bytes> extra;
  Position index;
  std::vector<Hash> path;
  std::string checkpoint;  // A signed note; not looked into here.
  friend bool operator==(const TlogProof&, const TlogProof&) = default;
};
std::string FormatTlogProof(const TlogProof& proof);
// INVALID_ARGUMENT: anything FormatTlogProof would not write, or over 32 KiB.
absl::StatusOr<TlogProof> ParseTlogProof(absl::string_view text);

}  // namespace amparo::audit

#endif  // AMPARO_AUDIT_TLOG_PROOF_H_
