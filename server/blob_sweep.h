// Erasing what nobody names: blobs that were uploaded and never became part of a statement.
// Spec: docs/spec/engine.md, "Opening".
//
// Thread safety: NOT while statements are judged, which may name a blob at that moment.

#ifndef AMPARO_SERVER_BLOB_SWEEP_H_
#define AMPARO_SERVER_BLOB_SWEEP_H_

#include "absl/status/status.h"
#include "server/view_rows.h"
#include "statement/ids.h"
#include "storage/blob_store.h"

namespace amparo::server {

inline constexpr std::uint64_t kUnnamedBlobLifetime_s = 30 * 24 * 3600;

// Erases blobs, sealed or not, that no statement names and whose last byte came over 30 days
// before `now`. REQUIRES: `rows` reflect the whole log.
absl::Status EraseUnnamedBlobs(storage::BlobStore& blobs, const ViewRows& rows, UnixSeconds now);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_BLOB_SWEEP_H_
