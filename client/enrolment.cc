#include "client/enrolment.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/directory_objects.h"
#include "client/names.h"
#include "statement/certificate_request.h"
#include "statement/invitation.h"

namespace amparo::client {
namespace {

constexpr std::uint64_t kHour_s = 3600;
constexpr std::uint64_t kDay_s = 24 * kHour_s;

// Later than both clocks: what is valid until then is so for everybody.
UnixSeconds After(const Replica& replica, std::uint64_t seconds) {
  return UnixSeconds{std::max(SystemNow().value, replica.now().now.value) + seconds};
}

// An invitation and the request under it, both checked.
struct CheckedRequest {
  CertificateRequest request;
  const directory::InviteRecord* invite = nullptr;
  InviteSecret secret;
};

const directory::InviteRecord* FindInvite(const Replica& replica, const InviteId& invite) {
  const auto found = replica.directory().invites().find(invite);
  return found == replica.directory().invites().end() ? nullptr : &found->second;
}

// Everything about a request that can be checked, in the order in which it can go wrong.
absl::StatusOr<CheckedRequest> CheckAgainstInvite(const EnrolmentContext& context,
                                                  ByteView request) {
  const Replica& replica = context.author.replica();
  auto claimed = DecodeRequest(request);
  if (!claimed.ok()) return claimed.status();
  const auto* invite = FindInvite(replica, claimed->invite);
  if (invite == nullptr) return absl::NotFoundError("there is no such invitation");
  if (invite->used_by.has_value()) {
    return absl::FailedPreconditionError("the invitation was used already");
  }
  if (invite->objects.empty()) {
    return absl::FailedPreconditionError("the invitation holds no secret for the registrars");
  }
  auto opened = OpenDirectoryObject(context, invite->objects.front());
  if (!opened.ok()) return opened.status();
  auto secret = DecodeInviteSecret(opened->plaintext.Expose());
  if (!secret.ok()) return absl::DataLossError(secret.status().message());
  auto checked = CheckRequest(request, secret->secret);
  if (!checked.ok()) return checked.status();
  if (checked->org != context.membership.org) {
    return absl::FailedPreconditionError("the request is for another organisation");
  }
  if (!invite->invite.member.is_zero() && checked->member != invite->invite.member) {
    return absl::FailedPreconditionError("the request is for another member than the invitation");
  }
  if (checked->recipient.can_receive() == (invite->invite.submit_only != 0)) {
    return absl::FailedPreconditionError(
        "the request's keys do not fit the invitation: submit-only means no recipient");
  }
  return CheckedRequest{
      .request = *std::move(checked), .invite = invite, .secret = *std::move(secret)};
}

Client::PendingRequest Describe(const EnrolmentContext& context, const Bytes& bytes) {
  Client::PendingRequest out;
  out.request = bytes;
  auto claimed = DecodeRequest(bytes);
  if (!claimed.ok()) {
    out.problem = std::string(claimed.status().message());
    return out;
  }
  out.invite = claimed->invite;
  out.member_code = MemberCode(claimed->member);
  const auto* invite = FindInvite(context.author.replica(), claimed->invite);
  if (invite != nullptr) {
    out.roles = invite->invite.roles;
    out.desks = invite->invite.desks;
    out.submit_only = invite->invite.submit_only != 0;
  }
  auto checked = CheckAgainstInvite(context, bytes);
  if (!checked.ok()) {
    out.problem = std::string(checked.status().message());
    return out;
  }
  out.display_name = checked->secret.intended.display_name;
  out.authentic = true;
  return out;
}

}  // namespace

absl::StatusOr<SecretBuffer> PublishInvitation(const EnrolmentContext& context,
                                               const Client::InviteOptions& options) {
  const Replica& replica = context.author.replica();
  Invite act;
  act.invite = RandomId<InviteId>();
  act.roles = options.roles;
  act.desks = options.desks;
  std::sort(act.desks.begin(), act.desks.end());
  act.desks.erase(std::unique(act.desks.begin(), act.desks.end()), act.desks.end());
  if (act.roles == 0 || (act.roles & ~kAllRoles) != 0 || act.desks.size() > kDesksMax) {
    return absl::InvalidArgumentError("an invitation names at least one role, and known ones");
  }
  act.member = options.member.value_or(MemberId{});
  act.submit_only = options.submit_only ? 1 : 0;
  act.expiry = After(replica, options.valid_hours * kHour_s);
  InviteSecret secret{.secret = Secret<16>::Random(), .intended = options.attributes};
  const Secret<32> ticket = InviteTicketOf(secret.secret);
  act.ticket_sha256 = HashOfTicket(ticket.Expose());
  auto text = Encode(secret);
  if (!text.ok()) return text.status();
  const SealedSmall sealed = SealSmallObject(ObjectClass::kInviteSecret, text->Expose());
  Draft draft{.subject = {},
              .body = {.act = act, .objects = {}, .grants = {}},
              .after = {},
              .grants = {},
              .objects = {}};
  AddObject(draft, sealed);
  if (auto status = GrantToRegistrars(draft, replica, sealed); !status.ok()) return status;
  if (auto published = context.author.Publish(draft); !published.ok()) return published.status();
  Invitation invitation;
  invitation.server_address = context.membership.server.address;
  invitation.server_certificate = context.membership.server.certificate_pem;
  invitation.org = context.membership.org;
  invitation.log_key = context.membership.log_key;
  invitation.checkpoint = replica.checkpoint_note();
  invitation.invite = act.invite;
  invitation.member = act.member;
  invitation.roles = act.roles;
  invitation.submit_only = act.submit_only;
  invitation.expiry = act.expiry;
  invitation.secret = std::move(secret.secret);
  return FormatInvitation(invitation);
}

absl::StatusOr<std::vector<Client::PendingRequest>> PendingRequests(
    const EnrolmentContext& context) {
  auto waiting = context.connection.Pending();
  if (!waiting.ok()) return waiting.status();
  std::vector<Client::PendingRequest> out;
  for (const Bytes& bytes : *waiting) {
    const auto claimed = DecodeRequest(bytes);
    const auto* invite =
        claimed.ok() ? FindInvite(context.author.replica(), claimed->invite) : nullptr;
    if (invite != nullptr && invite->used_by.has_value()) continue;
    out.push_back(Describe(context, bytes));
  }
  return out;
}

absl::StatusOr<MemberId> AdmitRequest(const EnrolmentContext& context,
                                      const Client::PendingRequest& request,
                                      std::uint32_t valid_days) {
  const Replica& replica = context.author.replica();
  auto checked = CheckAgainstInvite(context, request.request);
  if (!checked.ok()) return checked.status();
  auto text = Encode(checked->secret.intended);
  if (!text.ok()) return text.status();
  const SealedSmall sealed = SealSmallObject(ObjectClass::kAttributes, text->Expose());
  Certificate certificate;
  certificate.member = checked->request.member;
  certificate.signing = checked->request.signing;
  certificate.authentication = checked->request.authentication;
  certificate.recipient = checked->request.recipient;
  certificate.roles = checked->invite->invite.roles;
  certificate.desks = checked->invite->invite.desks;
  certificate.invite = checked->request.invite;
  certificate.expiry = After(replica, valid_days * kDay_s);
  certificate.attributes_sha256 = sealed.ref.payload_sha256;
  Draft draft{.subject = {},
              .body = {.act = Certify{certificate}, .objects = {}, .grants = {}},
              .after = {},
              .grants = {},
              .objects = {}};
  AddObject(draft, sealed);
  auto status = GrantToDirectory(draft, replica.directory(), sealed.ref.object, sealed.key);
  if (!status.ok()) return status;
  if (certificate.recipient.can_receive()) {
    status =
        GrantToCertificate(draft, sealed.ref.object, sealed.key, certificate, Purpose::kDirectory);
    if (!status.ok()) return status;
  }
  if (auto published = context.author.Publish(draft); !published.ok()) return published.status();
  return certificate.member;
}

std::vector<const directory::CertificateRecord*> WaitingForEndorsement(
    const directory::Directory& directory, const MemberId& member) {
  std::vector<const directory::CertificateRecord*> waiting;
  for (const directory::CertificateRecord& record : directory.records()) {
    const bool waits = !record.effective_at.has_value() && !record.revoked_at.has_value();
    if (record.certificate.member == member && waits) waiting.push_back(&record);
  }
  return waiting;
}

absl::StatusOr<std::set<MemberId>> NewReaders(const Client::PendingRequest& request) {
  auto claimed = DecodeRequest(request.request);
  if (!claimed.ok()) return claimed.status();
  return std::set<MemberId>{claimed->member};
}

std::set<MemberId> PartiesToEndorsement(const directory::Directory& directory,
                                        const MemberId& member) {
  std::set<MemberId> out = {member};
  for (const directory::CertificateRecord* record : WaitingForEndorsement(directory, member)) {
    out.insert(record->certified_by);
  }
  return out;
}

absl::Status EndorseMember(const EnrolmentContext& context, const MemberId& member,
                           const std::optional<Hash>& certificate) {
  const Replica& replica = context.author.replica();
  auto waiting = WaitingForEndorsement(replica.directory(), member);
  if (certificate.has_value()) {
    std::erase_if(waiting, [&](const auto* record) { return record->hash != *certificate; });
  }
  if (waiting.empty()) {
    return absl::NotFoundError(absl::StrCat("no ", certificate ? "such " : "", "certificate of ",
                                            MemberCode(member), " waits for an endorsement"));
  }
  if (waiting.size() > 1) {
    return absl::FailedPreconditionError(
        absl::StrCat(waiting.size(), " devices of ", MemberCode(member),
                     " wait for an endorsement, and one is endorsed at a time: name it"));
  }
  const Certificate endorsed = waiting.front()->certificate;
  Draft draft{.subject = {},
              .body = {.act = Endorse{HashOf(endorsed)}, .objects = {}, .grants = {}},
              .after = {},
              .grants = {},
              .objects = {}};
  const auto* epoch = replica.directory().epoch();
  const bool gets_directory =
      (endorsed.roles & static_cast<std::uint16_t>(Role::kCoordinator)) != 0 && epoch != nullptr &&
      !epoch->objects.empty() && endorsed.recipient.can_receive();
  if (gets_directory) {
    auto opened = OpenDirectoryObject(context, epoch->objects.front());
    if (!opened.ok()) return opened.status();
    auto status = GrantToCertificate(draft, epoch->objects.front().object, opened->key, endorsed,
                                     Purpose::kDirectory);
    if (!status.ok()) return status;
  }
  return context.author.Publish(draft).status();
}

absl::Status RevokeMember(const EnrolmentContext& context, const MemberId& member,
                          const std::optional<Hash>& certificate) {
  const Revoke act{.member = member, .certificate = certificate.value_or(Hash{})};
  return context.author
      .Publish({.subject = {},
                .body = {.act = act, .objects = {}, .grants = {}},
                .after = {},
                .grants = {},
                .objects = {}})
      .status();
}

absl::Status PublishRecoveryTested(const EnrolmentContext& context, const Hash& proof) {
  return context.author
      .Publish({.subject = {},
                .body = {.act = RecoveryTested{proof}, .objects = {}, .grants = {}},
                .after = {},
                .grants = {},
                .objects = {}})
      .status();
}

}  // namespace amparo::client
