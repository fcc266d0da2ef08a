// Certificate requests that wait for a registrar: at most four under one invitation, kept in
// the store's settings until the invitation is used or expires.
// Spec: docs/spec/requests.md, "Join".
//
// Thread safety: all methods, from any thread.

#ifndef AMPARO_SERVER_JOIN_REQUESTS_H_
#define AMPARO_SERVER_JOIN_REQUESTS_H_

#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/organizations.h"
#include "storage/store.h"

namespace amparo::server {

inline constexpr std::size_t kRequestsPerInviteMax = 4;
inline constexpr std::size_t kPendingRequestsMax = 200;  // In one answer.

class JoinRequests {
 public:
  // Both are borrowed.
  JoinRequests(storage::Store* store, const Organizations* organizations)
      : store_(store), organizations_(organizations) {}

  // Durable when it returns. The same request again is OK. Refusals: INVITATION_UNKNOWN,
  // _USED, _EXPIRED, TOO_MANY_REQUESTS, TOO_LARGE, MALFORMED.
  absl::Status Leave(const OrgId& org, const InviteId& invite, ByteView ticket, ByteView request);
  // Those under invitations that can still be used.
  absl::StatusOr<std::vector<Bytes>> Pending(const Organization& organization) const;

 private:
  absl::Status CheckInvitation(const OrgId& org, const InviteId& invite, ByteView ticket) const;
  absl::StatusOr<std::vector<Bytes>> Under(const OrgId& org, const InviteId& invite) const;

  storage::Store* const store_;
  const Organizations* const organizations_;
  std::mutex mutex_;  // One Leave at a time.
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_JOIN_REQUESTS_H_
