// The ids, positions and times that statements speak of; each a type of its own.
// Spec: docs/spec/statement.md, "Ids". Thread safety: values.

#ifndef AMPARO_STATEMENT_IDS_H_
#define AMPARO_STATEMENT_IDS_H_

#include <compare>
#include <cstdint>

#include "crypto/bytes.h"

namespace amparo {

using OrgId = FixedBytes<struct OrgIdTag, 32>;
using MemberId = FixedBytes<struct MemberIdTag, 16>;
using SubjectId = FixedBytes<struct SubjectIdTag, 16>;  // A case, a document, or zeros.
using InviteId = FixedBytes<struct InviteIdTag, 16>;
using ShelfKeyId = FixedBytes<struct ShelfKeyIdTag, 16>;
using LogTag = FixedBytes<struct LogTagTag, 16>;
using Salt = FixedBytes<struct SaltTag, 32>;

// Reserved actors and grantees.
inline MemberId RootActor() { return MemberId{}; }             // 16 x 00: policy, log_epoch.
inline MemberId LogActor() { return MemberId::Filled(0xff); }  // 16 x FF: tick.
inline MemberId RecoveryGrantee() { return MemberId{}; }       // 16 x 00, in a grant.
inline MemberId DirectoryGrantee() { return MemberId::Filled(0xdd); }  // Directory recipient.

// Where an entry stands in an organisation's log; the first is 0. Also its leaf index.
struct Position {
  std::uint64_t value = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

// How many entries a log has. The next entry's position.
struct TreeSize {
  std::uint64_t value = 0;
  friend auto operator<=>(const TreeSize&, const TreeSize&) = default;
};

// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
struct UnixSeconds {
  std::uint64_t value = 0;
  friend auto operator<=>(const UnixSeconds&, const UnixSeconds&) = default;
};

}  // namespace amparo

#endif  // AMPARO_STATEMENT_IDS_H_
