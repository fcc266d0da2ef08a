#include "storage/limits.h"

#include "absl/strings/str_cat.h"
#include "storage/ledger.h"
#include "storage/store.h"

namespace amparo::storage {
namespace {

absl::Status CheckKey(ByteView key, std::size_t max) {
  if (key.empty()) return absl::InvalidArgumentError("key is empty");
  if (key.size() > max) {
    return absl::ResourceExhaustedError(
        absl::StrCat("key of ", key.size(), " bytes, the limit is ", max));
  }
  return absl::OkStatus();
}

absl::Status CheckValue(ByteView value, std::size_t max) {
  if (value.size() > max) {
    return absl::ResourceExhaustedError(
        absl::StrCat("value of ", value.size(), " bytes, the limit is ", max));
  }
  return absl::OkStatus();
}

}  // namespace

bool IsWithinAppendLimits(std::span<const Bytes> entries, ByteView head) {
  if (entries.empty() || entries.size() > kAppendEntriesMax) return false;
  if (head.size() > kHeadBytesMax) return false;
  std::size_t total = 0;
  for (const Bytes& entry : entries) {
    if (entry.size() > kEntryBytesMax) return false;
    total += entry.size();
  }
  return total <= kAppendBytesMax;
}

absl::Status CheckPieceLimits(std::span<const PieceWrite> pieces) {
  for (const PieceWrite& piece : pieces) {
    if (absl::Status status = CheckKey(piece.key, kPieceKeyBytesMax); !status.ok()) return status;
    if (absl::Status status = CheckValue(piece.value, kPieceBytesMax); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckSettingLimits(ByteView key, ByteView value) {
  if (absl::Status status = CheckKey(key, kSettingKeyBytesMax); !status.ok()) return status;
  return CheckValue(value, kSettingBytesMax);
}

absl::Status CheckBlobLength(std::uint64_t length) {
  if (length <= kBlobBytesMax) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("blob of ", length, " bytes, the limit is ", kBlobBytesMax));
}

}  // namespace amparo::storage
