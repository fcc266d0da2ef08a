#include "server/join_requests.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/refusal.h"
#include "statement/certificate_request.h"
#include "statement/codec.h"

namespace amparo::server {
namespace {

Bytes SettingKey(const OrgId& org, const InviteId& invite, std::size_t index) {
  Writer writer;
  writer.Raw(AsBytes("join/"));
  writer.Fixed(org);
  writer.Fixed(invite);
  writer.U8(static_cast<std::uint8_t>(index));
  return writer.Take();
}

bool IsExpired(const Organization& organization, const directory::Directory& directory,
               const Invite& invite) {
  const UnixSeconds now = std::max(organization.now(), directory.newest_tick());
  return invite.expiry <= now;
}

}  // namespace

absl::Status JoinRequests::CheckInvitation(const OrgId& org, const InviteId& invite,
                                           ByteView ticket) const {
  const absl::Status unknown =
      Refuse(Reason::kInvitationUnknown, "no such invitation, or a wrong ticket");
  const auto organization = organizations_->Find(org);
  if (organization == nullptr) return unknown;
  const auto snapshot = organization->snapshot();
  const auto& invites = snapshot->directory->invites();
  const auto found = invites.find(invite);
  if (found == invites.end()) return unknown;
  if (!EqualConstantTime(HashOfTicket(ticket).view(), found->second.invite.ticket_sha256.view())) {
    return unknown;
  }
  if (found->second.used_by) {
    return Refuse(Reason::kInvitationUsed, "the invitation was used already");
  }
  if (IsExpired(*organization, *snapshot->directory, found->second.invite)) {
    return Refuse(Reason::kInvitationExpired, "the invitation has expired");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Bytes>> JoinRequests::Under(const OrgId& org,
                                                       const InviteId& invite) const {
  std::vector<Bytes> requests;
  for (std::size_t index = 0; index < kRequestsPerInviteMax; ++index) {
    auto request = store_->GetSetting(SettingKey(org, invite, index));
    if (!request.ok()) return request.status();
    if (!request->has_value()) break;
    requests.push_back(**std::move(request));
  }
  return requests;
}

absl::Status JoinRequests::Leave(const OrgId& org, const InviteId& invite, ByteView ticket,
                                 ByteView request) {
  if (request.size() > kCertificateRequestBytesMax) {
    return Refuse(Reason::kTooLarge, absl::StrCat("a request of ", request.size(),
                                                  " bytes, at most ", kCertificateRequestBytesMax));
  }
  if (auto status = CheckInvitation(org, invite, ticket); !status.ok()) return status;
  const auto decoded = CheckPossession(request);
  if (!decoded.ok()) return Refuse(Reason::kMalformed, decoded.status().message());
  if (decoded->org != org || decoded->invite != invite) {
    return Refuse(Reason::kMalformed, "the request is for another invitation");
  }
  const std::lock_guard lock(mutex_);
  const auto waiting = Under(org, invite);
  if (!waiting.ok()) return waiting.status();
  const bool is_here = std::any_of(waiting->begin(), waiting->end(), [&](const Bytes& other) {
    return std::equal(other.begin(), other.end(), request.begin(), request.end());
  });
  if (is_here) return absl::OkStatus();
  if (waiting->size() >= kRequestsPerInviteMax) {
    return Refuse(Reason::kTooManyRequests,
                  absl::StrCat(waiting->size(), " requests wait under this invitation already"));
  }
  return store_->PutSetting(SettingKey(org, invite, waiting->size()), request);
}

absl::StatusOr<std::vector<Bytes>> JoinRequests::Pending(const Organization& organization) const {
  const auto snapshot = organization.snapshot();
  std::vector<Bytes> pending;
  for (const auto& [id, record] : snapshot->directory->invites()) {
    if (record.used_by || IsExpired(organization, *snapshot->directory, record.invite)) continue;
    auto requests = Under(organization.id(), id);
    if (!requests.ok()) return requests.status();
    for (Bytes& request : *requests) {
      if (pending.size() == kPendingRequestsMax) return pending;
      pending.push_back(std::move(request));
    }
  }
  return pending;
}

}  // namespace amparo::server
