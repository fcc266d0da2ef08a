// Joining by invitation: a home with keys of its own, and a request that only the holder of
// the invitation's secret can make.

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/checkpoint.h"
#include "client/founding.h"
#include "client/membership.h"
#include "client/names.h"
#include "client/platform.h"
#include "client/statement_author.h"
#include "statement/certificate_request.h"
#include "statement/invitation.h"

namespace amparo::client {
namespace {

// The request under an invitation, from keys that were made for it.
Bytes RequestOf(const Invitation& invitation, const Membership& membership, const KeyBundle& keys) {
  CertificateRequest request;
  request.org = invitation.org;
  request.invite = invitation.invite;
  request.member = membership.member;
  request.signing = keys.signing->verify_key();
  request.authentication = keys.authentication->verify_key();
  if (keys.identity.has_value()) request.recipient = keys.identity->recipient();
  request.claimed_time = SystemNow();
  return MakeRequest(request, *keys.signing, *keys.authentication, invitation.secret);
}

absl::StatusOr<Membership> MembershipOf(const Invitation& invitation) {
  auto head = audit::OpenCheckpoint(invitation.org, invitation.log_key, invitation.checkpoint);
  if (!head.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the invitation's checkpoint: ", head.status().message()));
  }
  Membership membership;
  membership.org = invitation.org;
  membership.log_key = invitation.log_key;
  membership.server = {.address = invitation.server_address,
                       .certificate_pem = invitation.server_certificate};
  membership.member = invitation.member.is_zero() ? RandomId<MemberId>() : invitation.member;
  membership.invite = invitation.invite;
  membership.introduced = *head;
  return membership;
}

// The home that an earlier, interrupted Join under the same invitation made.
absl::StatusOr<Home> Resume(const std::string& directory, ByteView passphrase,
                            const Invitation& invitation, KeyBundle& keys, Membership& membership) {
  auto home = Home::Open(directory);
  if (!home.ok()) return home.status();
  auto unlocked = home->Unlock(passphrase);
  if (!unlocked.ok()) return unlocked.status();
  auto found = ReadMembership(*home, *unlocked->home);
  if (!found.ok() || found->invite != invitation.invite || !found->certificate.is_zero()) {
    return absl::AlreadyExistsError(absl::StrCat(directory, " holds a home already"));
  }
  keys = *std::move(unlocked);
  membership = *std::move(found);
  return home;
}

}  // namespace

absl::StatusOr<Home> Join(const std::string& directory, ByteView passphrase,
                          absl::string_view invitation, Connector connector,
                          const std::string& proxy) {
  auto parsed = ParseInvitation(invitation);
  if (!parsed.ok()) return parsed.status();
  auto membership = MembershipOf(*parsed);
  if (!membership.ok()) return membership.status();
  membership->server.proxy = proxy;
  auto connection = connector(membership->server);
  if (!connection.ok()) return connection.status();
  KeyBundle keys;
  keys.signing = SigningKey::Generate();
  keys.authentication = SigningKey::Generate();
  keys.home = Secret<32>::Random();
  if (parsed->submit_only == 0) keys.identity = Identity::Generate();
  auto home = Home::Create(directory,
                           {.kind = "member",
                            .address = membership->server.address,
                            .member_code = MemberCode(membership->member),
                            .documents_waiting = 0},
                           keys, passphrase);
  const bool made = home.ok();
  if (absl::IsAlreadyExists(home.status())) {
    home = Resume(directory, passphrase, *parsed, keys, *membership);
    // Its own proxy, unless another one is asked for: nobody goes without it unasked.
    if (!proxy.empty()) membership->server.proxy = proxy;
    if (home.ok()) connection = connector(membership->server);
  }
  if (!home.ok()) return home.status();
  if (!connection.ok()) return connection.status();
  // Written before anything is sent: what was asked for can be asked for again.
  if (auto status = WriteMembership(*home, *keys.home, *membership); !status.ok()) return status;
  const Secret<32> ticket = InviteTicketOf(parsed->secret);
  const Bytes request = RequestOf(*parsed, *membership, keys);
  auto status = (*connection)->Join(parsed->org, parsed->invite, ticket.Expose(), request);
  if (status.ok()) return home;
  const bool is_refused = absl::IsPermissionDenied(status) || absl::IsFailedPrecondition(status) ||
                          absl::IsInvalidArgument(status) || absl::IsNotFound(status) ||
                          absl::IsAlreadyExists(status);
  if (made && is_refused) {
    // Refused for good: a home that nobody will ever admit is in the way of the next invitation.
    home = status;
    std::error_code error;
    std::filesystem::remove_all(directory, error);
  }
  return status;
}

}  // namespace amparo::client
