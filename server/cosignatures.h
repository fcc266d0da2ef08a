// Cosignatures over the logs' checkpoints: of each cosigner the one over the largest size,
// kept in the store's settings and given back with the checkpoint of that size.
// Spec: docs/spec/engine.md, "Cosignatures".
//
// Thread safety: all methods, from any thread.

#ifndef AMPARO_SERVER_COSIGNATURES_H_
#define AMPARO_SERVER_COSIGNATURES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/organization.h"
#include "server/subject.h"
#include "server/witnesses.h"
#include "storage/store.h"

namespace amparo::server {

inline constexpr std::size_t kCosignatureLineBytesMax = 512;
inline constexpr std::uint64_t kCosignatureAhead_s = 600;  // Of the server's clock.
// Over one size, by one cosigner; sooner, the newer one changes nothing: each is a synced write.
inline constexpr std::uint64_t kCosignatureEvery_s = 60;
inline constexpr std::size_t kCosignaturesPerNoteMax = 31;  // And the log's own signature.
inline constexpr std::size_t kCosignedNotesMax = 64;

class Cosignatures {
 public:
  // `store` is borrowed.
  Cosignatures(storage::Store* store, WitnessSource witnesses)
      : store_(store), witnesses_(std::move(witnesses)) {}

  // Keeps the caller's own cosignature, durable when it returns; one that is no newer than the
  // one that is kept, or comes within a minute of it over the same size, changes nothing.
  // MALFORMED; SIZE_UNKNOWN; BAD_SIGNATURE: not by the caller over this log's checkpoint of that
  // size; TIME_AHEAD.
  absl::Status Leave(const Organization& organization, const Caller& caller, TreeSize size,
                     absl::string_view line);
  // `note`, which is the log's checkpoint of `size`, with the cosignatures over it.
  absl::StatusOr<std::string> Attach(const Organization& organization, TreeSize size,
                                     std::string note);
  // The checkpoints that are the newest of some cosigner, the largest first.
  absl::StatusOr<std::vector<std::string>> Newest(const Organization& organization);

 private:
  struct Kept {
    TreeSize size;
    UnixSeconds time;
    Hash root;
    std::string line;
    UnixSeconds written;  // By this process; zero: by one before it.
  };
  struct Cosigner {
    Hash id;  // The certificate's hash; a witness's public key.
    bool is_witness = false;
  };
  using Key = std::pair<OrgId, Hash>;

  std::vector<Cosigner> CosignersOf(const Organization& organization) const;
  absl::StatusOr<audit::Witness> WitnessOf(const Organization& organization,
                                           const Caller& caller) const;
  absl::StatusOr<std::optional<Kept>> Find(const Organization& organization, const Hash& cosigner);
  absl::StatusOr<std::optional<Kept>> Load(const Organization& organization,
                                           const Hash& cosigner) const;
  // What valid cosigners left, by size; of one size the witnesses' first, then the newest.
  using BySize = std::map<TreeSize, std::vector<std::string>>;
  absl::StatusOr<BySize> LinesBySize(const Organization& organization);

  storage::Store* const store_;
  const WitnessSource witnesses_;
  std::mutex leaving_;  // One Leave at a time.
  std::mutex mutex_;    // Guards what follows.
  std::map<Key, std::optional<Kept>> kept_;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_COSIGNATURES_H_
