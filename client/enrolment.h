// Enrolment: what registrars do. The verbs of Client (client/client.h) delegate to these.
// Every one re-checks what the server carried; nothing about membership is its word.
// Spec: docs/spec/directory.md, "Invitation", "Certificates".
//
// Thread safety: one thread at a time per author.

#ifndef AMPARO_CLIENT_ENROLMENT_H_
#define AMPARO_CLIENT_ENROLMENT_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/client.h"
#include "client/connection.h"
#include "client/membership.h"
#include "client/statement_author.h"
#include "crypto/identity.h"
#include "crypto/identity_file.h"
#include "statement/sealed_texts.h"

namespace amparo::client {

// Everything an act of enrolment works with; borrowed.
struct EnrolmentContext {
  Connection& connection;
  StatementAuthor& author;  // Its replica is the one that is asked.
  const KeyBundle& keys;
  const Membership& membership;
};

// Publishes an invitation: its secret and the intended attributes, sealed to all registrars,
// so that each can admit alone. Returns the text for a file or QR code.
// PERMISSION_DENIED: not a registrar. INVALID_ARGUMENT: roles, desks or attributes.
absl::StatusOr<SecretBuffer> PublishInvitation(const EnrolmentContext& context,
                                               const Client::InviteOptions& options);

// The requests that wait, each checked against its invitation's secret. One that is not
// authentic is listed with its problem, never admitted. Used invitations are left out.
absl::StatusOr<std::vector<Client::PendingRequest>> PendingRequests(
    const EnrolmentContext& context);

// Certifies a request, after checking its HMAC again. Attributes are sealed to the directory
// epoch and to the member, if they can receive. Returns the member.
// UNAUTHENTICATED: the HMAC is wrong. FAILED_PRECONDITION: no directory epoch yet.
absl::StatusOr<MemberId> AdmitRequest(const EnrolmentContext& context,
                                      const Client::PendingRequest& request,
                                      std::uint32_t valid_days);

// The certificates of the member that wait for a second registrar, oldest first. They point into
// the directory.
std::vector<const directory::CertificateRecord*> WaitingForEndorsement(
    const directory::Directory& directory, const MemberId& member);

// Whose word does not count for a key that an act gives, because a hidden revocation may be about
// them: whom a request is for (INVALID_ARGUMENT: it is none); whom waits for an endorsement, and
// who certified them; and who reads what PublishDirectoryEpoch seals.
absl::StatusOr<std::set<MemberId>> NewReaders(const Client::PendingRequest& request);
std::set<MemberId> PartiesToEndorsement(const directory::Directory& directory,
                                        const MemberId& member);
std::set<MemberId> ReadersOfDirectory(const EnrolmentContext& context,
                                      const std::vector<std::pair<MemberId, Attributes>>& who);

// Endorses the one certificate of the member that waits, or the named one of several; a
// coordinator is granted the directory identity with it. NOT_FOUND: none waits, or not that one.
// FAILED_PRECONDITION: several wait and none is named; nobody endorses what they did not see.
absl::Status EndorseMember(const EnrolmentContext& context, const MemberId& member,
                           const std::optional<Hash>& certificate = std::nullopt);

// One certificate, or all of the member's.
absl::Status RevokeMember(const EnrolmentContext& context, const MemberId& member,
                          const std::optional<Hash>& certificate);

// The first directory epoch, its identity granted to all registrars and coordinators; then
// each one's attributes. FAILED_PRECONDITION: an epoch stands already and `who` is empty.
absl::Status PublishDirectoryEpoch(const EnrolmentContext& context,
                                   const std::vector<std::pair<MemberId, Attributes>>& who);

absl::Status PublishRecoveryTested(const EnrolmentContext& context, const Hash& proof);

// ---- Reading what the directory seals --------------------------------------------------

// The identity of the newest directory epoch, for those who were granted it.
// NOT_FOUND: no epoch, or not granted to this home.
absl::StatusOr<Identity> OpenDirectoryIdentity(const EnrolmentContext& context);

// The attributes of members as far as this home may read them: all for holders of the
// directory identity, one's own for everybody else. Members without are left out, and those
// whose object is damaged, sealed wrongly by its author, or not what the log names: what is
// wrong with a name must keep nobody from revoking.
struct OpenedAttributes {
  std::map<MemberId, Attributes> known;
  std::vector<std::string> problems;  // For the person, one each.
};
absl::StatusOr<OpenedAttributes> OpenAttributes(const EnrolmentContext& context);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_ENROLMENT_H_
