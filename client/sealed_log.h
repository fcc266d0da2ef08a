// A sealed log: records in one append-only file, each sealed under the home key with its
// index, so that none can be moved, repeated or left out in the middle. What no file of one's
// own can show is that its end was cut off.
// Spec: docs/spec/home.md, "Sealed logs"; this file is its only reader and writer.
//
// Thread safety: one thread at a time per file.

#ifndef AMPARO_CLIENT_SEALED_LOG_H_
#define AMPARO_CLIENT_SEALED_LOG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/secret.h"

namespace amparo::client {

// Where the next record goes.
struct SealedLogEnd {
  std::uint64_t bytes = 0;
  std::uint64_t records = 0;
};

// All records, oldest first; none if there is no file. A last record that a crash cut short
// is left out and not counted in `end`. DATA_LOSS: damaged elsewhere.
absl::StatusOr<std::vector<Bytes>> ReadSealedLog(const std::string& path, const std::string& name,
                                                 const Secret<32>& key, SealedLogEnd& end);
// Cuts what stands beyond `end`, appends, and makes it durable. Returns the new end.
absl::StatusOr<SealedLogEnd> AppendToSealedLog(const std::string& path, const std::string& name,
                                               const Secret<32>& key, const SealedLogEnd& end,
                                               ByteView record);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_SEALED_LOG_H_
