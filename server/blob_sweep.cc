#include "server/blob_sweep.h"

#include <optional>
#include <vector>

#include "server/pieces.h"

namespace amparo::server {
namespace {

constexpr std::size_t kBlobsAtOnce = 256;

}  // namespace

absl::Status EraseUnnamedBlobs(storage::BlobStore& blobs, const ViewRows& rows, UnixSeconds now) {
  if (now.value < kUnnamedBlobLifetime_s) return absl::OkStatus();
  const UnixSeconds before{now.value - kUnnamedBlobLifetime_s};
  std::optional<ObjectId> after;
  while (true) {
    const auto old = blobs.ChangedBefore(before, kBlobsAtOnce, after);
    if (!old.ok()) return old.status();
    if (old->empty()) return absl::OkStatus();
    for (const ObjectId& object : *old) {
      const auto row = rows.FindObject(object);
      if (!row.ok()) return row.status();
      if (row->has_value()) continue;
      const Bytes noted = BlobHashKey(object);
      absl::Status status = blobs.Erase(object);
      if (status.ok()) status = blobs.ErasePieces(std::span(&noted, 1));
      if (!status.ok()) return status;
    }
    after = old->back();
  }
}

}  // namespace amparo::server
