// Membership: what a home must remember of the organisation it belongs to. One sealed file,
// "membership", under the home key. Spec: docs/spec/home.md, "Membership".
//
// Thread safety: values; the functions follow Home's rule.

#ifndef AMPARO_CLIENT_MEMBERSHIP_H_
#define AMPARO_CLIENT_MEMBERSHIP_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "audit/checkpoint.h"
#include "client/connection.h"
#include "client/home.h"
#include "client/replica.h"
#include "crypto/identity_file.h"
#include "statement/ids.h"

namespace amparo::client {

// Names of sealed files. The replica's batches are a sealed log; the rest are rows.
inline constexpr char kMembershipFile[] = "membership";
inline constexpr char kReplicaLog[] = "replica";

struct Membership {
  OrgId org;
  VerifyKey log_key;
  Endpoint server;
  MemberId member;
  // Zeros until the home saw its own certificate in the log: see FindOwnCertificate. Until
  // then a session is opened with the authentication key in its place.
  Hash certificate;
  InviteId invite;                              // Zeros for a policy's registrars.
  std::string display_name;                     // A registrar's own, until the directory starts.
  std::optional<audit::Checkpoint> introduced;  // The head an invitation or card named.
};

absl::Status WriteMembership(Home& home, const Secret<32>& home_key, const Membership& membership);
// NOT_FOUND: this home belongs to no organisation yet. DATA_LOSS: damaged.
absl::StatusOr<Membership> ReadMembership(const Home& home, const Secret<32>& home_key);

// The newest certificate of `membership.member` whose keys are those of `keys`; zeros if the
// directory has none.
Hash FindOwnCertificate(const directory::Directory& directory, const Membership& membership,
                        const KeyBundle& keys);
// The credentials for Connection::UseSession. `keys` outlives them.
// REQUIRES: keys.authentication.
SessionKeys SessionKeysOf(const Membership& membership, const KeyBundle& keys);

// What the replica is told of it: see Replica::Expect.
Replica::Expected ExpectedBy(const Membership& membership);
// A replica of the organisation, restored from the home's log. It expects what the membership
// says: whose sight it is, and the head that the invitation named. DATA_LOSS: damaged, or not
// what this home once verified; delete the file "sealed/replica" and synchronise anew.
absl::StatusOr<Replica> RestoreReplica(const Home& home, const Secret<32>& home_key,
                                       const Membership& membership);
// How much of the log a home of these keys holds, unless somebody says otherwise: a device that
// only submits is light.
Reach UsualReach(const KeyBundle& keys);
// Replica::Sync with persistence. `reach`: nothing: as before. DATA_LOSS: see Replica::Sync.
absl::Status SyncReplica(Replica& replica, Connection& connection, Home& home,
                         const Secret<32>& home_key, std::optional<Reach> reach = std::nullopt);

// Replica::RestartAtEpoch with persistence, after SyncReplica's FAILED_PRECONDITION with reason
// LOG_EPOCH. FAILED_PRECONDITION, reason EPOCH_UNCONFIRMED: this replica cannot tell whether the
// roots' word is about the log it knows; ask the person, then say `confirmed`. The own statements
// that are lost stay in the home's records, and can be said again.
// REQUIRES: replica.epoch_offer().
absl::StatusOr<EpochRestart> RestartAtEpoch(Replica& replica, Connection& connection, Home& home,
                                            const Secret<32>& home_key, bool confirmed);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_MEMBERSHIP_H_
