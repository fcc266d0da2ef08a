// What any ledger, blob store or list of settings refuses for its size, so that every
// implementation refuses the same. Spec: docs/spec/storage.md, "Limits".
// Thread safety: the functions are independent.

#ifndef AMPARO_STORAGE_LIMITS_H_
#define AMPARO_STORAGE_LIMITS_H_

#include <span>

#include "absl/status/status.h"
#include "crypto/bytes.h"
#include "storage/blob_store.h"

namespace amparo::storage {

// True for 1 to kAppendEntriesMax entries within the limits of storage/ledger.h, and a head
// of at most kHeadBytesMax. An append of nothing is refused: a head never changes alone.
bool IsWithinAppendLimits(std::span<const Bytes> entries, ByteView head);

// RESOURCE_EXHAUSTED: a key or a value over its limit. INVALID_ARGUMENT: an empty key.
absl::Status CheckPieceLimits(std::span<const PieceWrite> pieces);
absl::Status CheckSettingLimits(ByteView key, ByteView value);
// RESOURCE_EXHAUSTED: a blob of this length is over kBlobBytesMax.
absl::Status CheckBlobLength(std::uint64_t length);

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_LIMITS_H_
