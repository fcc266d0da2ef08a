// Witnessing: colleagues, and witnesses of partner organisations, sign the checkpoints that they
// verified. A server that shows two people two histories is caught where a cosignature crosses;
// one that keeps somebody apart cannot bring cosignatures of a history that nobody else saw.
// Spec: docs/spec/client-checks.md, "Witnesses"; docs/spec/home.md, "Witnesses".
//
// Thread safety: values; the functions that take a Workplace follow its rule.

#ifndef AMPARO_CLIENT_WITNESSING_H_
#define AMPARO_CLIENT_WITNESSING_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "audit/cosignature.h"
#include "crypto/bytes.h"
#include "statement/ids.h"

namespace amparo::client {

struct Workplace;

// A checkpoint of our own history that somebody signed, and when by their clock.
struct Sighting {
  UnixSeconds time;
  TreeSize size;
  friend bool operator==(const Sighting&, const Sighting&) = default;
};

// What a home remembers of it: the newest sighting of each.
struct Witnessing {
  std::vector<audit::Witness> partners;        // Trusted in this home, by name.
  std::map<Hash, Sighting> by_certificate;     // Of other members' devices.
  std::map<std::string, Sighting> by_partner;  // By the witness's name.
  Sighting own;                                // What this device signed last.
  friend bool operator==(const Witnessing&, const Witnessing&) = default;
};
Bytes EncodeWitnessing(const Witnessing& witnessing);
// DATA_LOSS: not what EncodeWitnessing writes.
absl::StatusOr<Witnessing> DecodeWitnessing(ByteView bytes);

// Nothing kept is no error.
absl::Status RestoreWitnessing(Workplace& place);

// Asks who cosigned what and keeps what counts: of a checkpoint that the log signed and that our
// history continues, by a certificate that is valid now and not our own member's, or by a trusted
// partner; not dated over 10 minutes ahead of our clock. What cannot be judged does not count; a
// server that does not answer is no error.
// DATA_LOSS: the log signed, for somebody else, a history that is not ours.
absl::Status LearnSightings(Workplace& place);
// The same from notes that came another way: the first 64 are looked at.
absl::Status LearnSightingsFrom(Workplace& place, const std::vector<std::string>& notes);

// Signs our verified head and leaves it with the server, if the head moved since, or an hour
// passed. Never an error: a server that refuses leaves a note in place.witness_note.
void LeaveCosignature(Workplace& place);

// The log was cut at `size` and went on: what somebody saw beyond is of a history that is gone.
void ForgetSightingsBehind(Workplace& place, TreeSize size);

// Whether a sighting counts now: by a certificate that is valid, and not dated ahead of our clock.
bool Counts(const Workplace& place, const Hash& certificate, const Sighting& seen);

// When somebody else, who counts now, saw our history last; `except` are not asked. Nothing:
// nobody ever did.
std::optional<UnixSeconds> NewestSighting(const Workplace& place,
                                          const std::set<MemberId>& except = {});

// FAILED_PRECONDITION, reason NOT_WITNESSED: nobody else confirmed our history within the policy's
// limit. `readers`: those whom a hidden revocation may be about, because they are to get the key;
// their word does not count. OK while the organisation has nobody else: nobody who is effective and
// not revoked, whether expired or not, because a server that moves time can let everybody expire.
absl::Status CheckWitnessed(const Workplace& place, const std::set<MemberId>& readers);

// INVALID_ARGUMENT: no verifier key of a cosigner. ALREADY_EXISTS: the name is trusted with
// another key.
absl::Status TrustPartner(Workplace& place, absl::string_view verifier_key);
// NOT_FOUND: no partner of that name.
absl::Status DistrustPartner(Workplace& place, absl::string_view name);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_WITNESSING_H_
