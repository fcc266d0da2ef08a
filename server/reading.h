// What members may read: leaves and statements, chains, small objects and grants, blobs.
// Everything is asked of one snapshot. Spec: docs/spec/engine.md, "Reading".
//
// Thread safety: the functions are independent.

#ifndef AMPARO_SERVER_READING_H_
#define AMPARO_SERVER_READING_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/organization.h"
#include "server/subject.h"

namespace amparo::server {

inline constexpr std::uint32_t kSyncEntriesMax = 1000;
inline constexpr std::size_t kSyncBytesMax = 1024 * 1024;     // Of one answer's statements.
inline constexpr std::size_t kSubjectBytesMax = 1024 * 1024;  // Of one answer's statements.
inline constexpr std::size_t kObjectsAskedMax = 64;
inline constexpr std::size_t kObjectsBytesMax = 3 * 1024 * 1024;  // Of one answer.
inline constexpr std::size_t kGrantsPerObjectMax = 4;             // The newest.

// Where the statements of cases and documents stand that the caller is given.
struct Visible {
  std::set<Position> positions;
  Position end;  // Complete below this.
};
// From `from` on and below `end`. `limit`, at least 1, is how many rows are read of each list; a
// list that has more moves `end` down.
absl::StatusOr<Visible> FindVisible(const Organization& organization, const Caller& caller,
                                    const Snapshot& snapshot, Position from, Position end,
                                    std::size_t limit);

struct SyncedEntry {
  Bytes leaf;
  Bytes statement;  // Empty: not for the caller.
};
struct Synced {
  std::vector<SyncedEntry> entries;
  std::string checkpoint;
};
// Consecutive entries from `from` on, fewer than `limit` when large.
absl::StatusOr<Synced> Sync(const Organization& organization, const Caller& caller, Position from,
                            std::uint32_t limit);

struct ChainStatement {
  Position position;
  Bytes statement;
};
struct Chain {
  std::vector<ChainStatement> statements;
  std::uint32_t total = 0;
};
// NOT_VISIBLE: the subject is unknown, or not for the caller.
absl::StatusOr<Chain> ReadChain(Organization& organization, const Caller& caller,
                                const Subject& subject, std::uint32_t from);

struct ObjectsWanted {
  Subject subject;
  std::vector<ObjectId> objects;
  MemberId grantee;
};
struct ReadObjects {
  std::vector<ObjectBytes> objects;  // Payload empty for a blob.
  std::vector<GrantBytes> grants;    // The newest first.
};
// What the subject does not name, or the caller may not have, is absent.
// NOT_VISIBLE as above, and for the grants of somebody else. TOO_LARGE: ask for fewer.
absl::StatusOr<ReadObjects> ReadObjectsOf(Organization& organization, const Caller& caller,
                                          const ObjectsWanted& wanted);

// The blob's length. NOT_VISIBLE: as above, or the subject does not name it, or it is no blob.
absl::StatusOr<std::uint64_t> CheckDownload(Organization& organization, const Caller& caller,
                                            const Subject& subject, const ObjectId& object);

// Whether the caller's own certificate has the role, and is valid now.
bool HoldsRole(const Organization& organization, const Caller& caller, Role role);

// Whether the caller's own certificate is valid now: asked again while a stream goes on.
bool IsStillValid(const Organization& organization, const Caller& caller);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_READING_H_
