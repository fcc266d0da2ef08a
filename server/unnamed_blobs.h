// The blobs that no statement names: whose they are, how much of them one member may bring,
// and when they are erased. Without this, one certificate could fill the disk of everybody.
// Spec: docs/spec/engine.md, "Blobs that nobody names".
//
// Thread safety: all methods, from any thread; Sweep and MakeWay NOT while statements are judged,
// which may name a blob at that moment.

#ifndef AMPARO_SERVER_UNNAMED_BLOBS_H_
#define AMPARO_SERVER_UNNAMED_BLOBS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/organization_limits.h"
#include "server/submission.h"
#include "server/view_rows.h"
#include "statement/ids.h"
#include "storage/blob_store.h"

namespace amparo::server {

inline constexpr std::uint64_t kUnnamedBlobLifetime_s = 30 * 24 * 3600;
inline constexpr std::uint64_t kSweepEvery_s = 3600;
// Declared bytes of one member; a blob counts as 4 MiB at least, so that their number is
// bounded with them.
inline constexpr std::uint64_t kUnnamedBytesPerMemberMax = std::uint64_t{8} << 30;
inline constexpr std::uint64_t kUnnamedBlobBytesMin = std::uint64_t{4} << 20;
// An upload that broke off and did not go on for so long makes room for its member's next one.
inline constexpr std::uint64_t kAbandonedUpload_s = 24 * 3600;
// Blobs that one refused statement has erased: each is two synced writes, on the writer's thread.
inline constexpr std::size_t kMadeWayMax = 32;

class UnnamedBlobs {
 public:
  // Both are borrowed.
  UnnamedBlobs(storage::BlobStore* blobs, const ViewRows* rows, const OrganizationLimits& limits)
      : blobs_(blobs), rows_(rows), limits_(limits) {}

  // Finds whose blobs lie there already. REQUIRES: first, once; the rows reflect the whole log.
  absl::Status Load();

  // BeginWrite for `member`, in `run` or by itself, whose blob it is until another member
  // goes on with it or a statement names it. Named refusals: QUOTA_REACHED; OBJECT_TAKEN, a
  // statement names that id already. Else as BlobStore::BeginWrite.
  absl::StatusOr<std::unique_ptr<storage::BlobWriter>> Begin(const MemberId& member,
                                                             const ObjectId& object,
                                                             std::uint64_t length, UnixSeconds now,
                                                             storage::BlobRun* run = nullptr);

  // Erases blobs, sealed or not, that no statement names, nobody writes, and whose last byte came
  // over 30 days before `now`; returns how many. REQUIRES: the rows reflect the whole log.
  absl::StatusOr<std::size_t> Sweep(UnixSeconds now);

  // Of the blobs that `refused` lacks: erases what lies under their ids and cannot become them,
  // because another member than its author sealed it with other bytes, or began it with another
  // length, so that they can be sent now; returns how many. What a statement names stays, and so
  // does what the author began. Reads no blob, and erases at most kMadeWayMax at once: the others
  // make way when the statement comes again.
  // REQUIRES: `refused` is of a valid author; the rows reflect the whole log.
  absl::StatusOr<std::size_t> MakeWay(const Submission& refused);

 private:
  struct Unnamed {
    MemberId owner;
    std::uint64_t length = 0;
  };

  absl::StatusOr<std::unique_ptr<storage::BlobWriter>> BeginWrite(const ObjectId& object,
                                                                  std::uint64_t length,
                                                                  UnixSeconds now,
                                                                  storage::BlobRun* run);
  // Begin of a blob that is there. Whosever it is, or nobody's, it is of who wrote last: or else
  // somebody could spoil in another's name what MakeWay leaves to them.
  absl::StatusOr<std::unique_ptr<storage::BlobWriter>> GoOn(const MemberId& member,
                                                            const ObjectId& object,
                                                            std::uint64_t length, UnixSeconds now,
                                                            storage::BlobRun* run);
  // Whether what lies under its id is the author's, or may be or become what `ref` says.
  absl::StatusOr<bool> MayStay(const MemberId& author, const ObjectRef& ref) const;
  absl::Status NoteOwner(const MemberId& member, const ObjectId& object);
  absl::StatusOr<bool> IsNamed(const ObjectId& object, std::uint64_t length) const;
  absl::Status CheckQuota(const MemberId& member, std::uint64_t length, UnixSeconds now);
  absl::Status CheckTotals(std::uint64_t length, UnixSeconds now);
  std::uint64_t BytesOf(const MemberId& member) const;
  // Whose a blob is, and what it costs them.
  void Own(const ObjectId& object, const Unnamed& unnamed);
  void Disown(const ObjectId& object);
  // Forgets whose blob it is where a statement names it now, or where it is gone; of all
  // members, or of one.
  absl::Status ForgetNamed(std::optional<MemberId> owner);
  // Uploads that broke off: no statement can be about to name those, for they are not sealed, and
  // one that goes on at this moment is none.
  absl::Status EraseAbandoned(std::optional<MemberId> owner, UnixSeconds now);
  std::uint64_t StoredBytes() const { return stored_bytes_ + blobs_->UnfreedBytes(); }
  // What it was begun with is stored no more.
  void Uncount(std::uint64_t length) { stored_bytes_ -= std::min(stored_bytes_, length); }
  absl::Status Erase(const ObjectId& object);
  // A blob that was erased: what is counted and noted of it.
  absl::Status Forget(const ObjectId& object, std::uint64_t length);

  storage::BlobStore* const blobs_;
  const ViewRows* const rows_;
  const OrganizationLimits limits_;

  std::mutex mutex_;  // Guards what follows, and that a blob is begun as it is counted.
  std::map<ObjectId, Unnamed> unnamed_;
  std::map<MemberId, std::uint64_t> bytes_of_;  // What those cost, of each owner,
  std::uint64_t bytes_ = 0;                     // and of all.
  std::uint64_t stored_bytes_ = 0;              // Declared, of all blobs, named or not.
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_UNNAMED_BLOBS_H_
