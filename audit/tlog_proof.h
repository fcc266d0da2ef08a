// The text form of an inclusion proof with its checkpoint: c2sp.org/tlog-proof@v1. What a
// third party's tool for transparency logs understands. Spec: docs/spec/log.md, "tlog-proof".
//
// Thread safety: values; pure functions.

#ifndef AMPARO_AUDIT_TLOG_PROOF_H_
#define AMPARO_AUDIT_TLOG_PROOF_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "audit/proof.h"
#include "crypto/bytes.h"
#include "statement/ids.h"

namespace amparo::audit {

inline constexpr std::size_t kTlogProofBytesMax = 32 * 1024;

struct TlogProof {
  std::optional<Bytes> extra;  // Nobody's signature covers it.
  Position index;
  std::vector<Hash> path;  // At most kPathHashesMax.
  std::string checkpoint;  // A signed note, not empty; not looked into here.
  friend bool operator==(const TlogProof&, const TlogProof&) = default;
};
// Over kTlogProofBytesMax, nobody reads it: that takes an `extra` of kilobytes.
// REQUIRES: the checkpoint is not empty.
std::string FormatTlogProof(const TlogProof& proof);
// INVALID_ARGUMENT: anything FormatTlogProof would not write, or over a limit.
absl::StatusOr<TlogProof> ParseTlogProof(absl::string_view text);

}  // namespace amparo::audit

#endif  // AMPARO_AUDIT_TLOG_PROOF_H_
