// A payload of a bundle on its way to a server. The bundle lies on a stick that others can write
// to, and is too large to hold: it is read once to hold it against the statement, and once more to
// send it. Each piece that is sent is held against the first reading, so that a server is given no
// byte that was not checked. Spec: docs/spec/bundle.md, "Kind 2".
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_BUNDLED_PAYLOAD_H_
#define AMPARO_CLIENT_BUNDLED_PAYLOAD_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/bundle_file.h"
#include "client/connection.h"
#include "client/outbox_item.h"
#include "crypto/bytes.h"

namespace amparo::client {

inline constexpr std::size_t kBundledPieceBytes = std::size_t{1} << 20;

// Holds one piece, while it is being sent, and 32 bytes for each piece.
class BundledPayload final : public PayloadSource {
 public:
  // `file` is borrowed. REQUIRES: `part` lies within `section`, from part.start.
  BundledPayload(const BundleReader& file, const BundleSection& section, const ItemPart& part);

  // The first reading. FAILED_PRECONDITION, reason BUNDLE_CONTRADICTS: other bytes than part.sha256
  // says.
  absl::Status Check();

  // REQUIRES, as Sha256: Check said OK. DATA_LOSS, reason BUNDLE_DAMAGED: the file has changed.
  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, MutableByteView out) override;
  absl::StatusOr<Hash> Sha256() override { return part_.sha256; }

 private:
  // Into piece_.
  absl::Status Read(std::uint64_t number);

  const BundleReader& file_;
  const BundleSection section_;
  const ItemPart part_;
  std::vector<Hash> checked_;  // Of each piece.
  Bytes piece_;                // The last one read,
  std::uint64_t number_ = 0;   // this; empty: none.
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_BUNDLED_PAYLOAD_H_
