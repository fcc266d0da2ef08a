#include "client/membership.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

constexpr std::uint8_t kMembershipFormat = 1;
// With a proxy. A program that knows none must not take the home for one of a direct connection.
constexpr std::uint8_t kProxiedFormat = 2;
constexpr std::size_t kAddressBytesMax = 512;
constexpr std::size_t kCertificateBytesMax = 16 * 1024;
constexpr std::size_t kDisplayNameMax = 512;
constexpr std::size_t kProxyBytesMax = 512;

std::string TextOf(ByteView bytes) { return std::string(AsText(bytes)); }

}  // namespace

absl::Status WriteMembership(Home& home, const Secret<32>& home_key, const Membership& membership) {
  Writer out;
  out.U8(membership.server.proxy.empty() ? kMembershipFormat : kProxiedFormat);
  out.Fixed(membership.org);
  out.Fixed(membership.log_key);
  out.Vec16(AsBytes(membership.server.address));
  out.Vec16(AsBytes(membership.server.certificate_pem));
  out.Fixed(membership.member);
  out.Fixed(membership.certificate);
  out.Fixed(membership.invite);
  out.Vec16(AsBytes(membership.display_name));
  out.U8(membership.introduced.has_value() ? 1 : 0);
  if (membership.introduced.has_value()) {
    out.U64(membership.introduced->size.value);
    out.Fixed(membership.introduced->root);
  }
  if (!membership.server.proxy.empty()) out.Vec16(AsBytes(membership.server.proxy));
  return home.WriteSealed(home_key, kMembershipFile, out.bytes());
}

absl::StatusOr<Membership> ReadMembership(const Home& home, const Secret<32>& home_key) {
  auto bytes = home.ReadSealed(home_key, kMembershipFile);
  if (absl::IsNotFound(bytes.status())) {
    return absl::NotFoundError("this home belongs to no organisation yet");
  }
  if (!bytes.ok()) return bytes.status();
  Reader in(*bytes);
  const std::uint8_t format = in.U8("format");
  if (format != kMembershipFormat && format != kProxiedFormat) in.Fail("format", "unknown");
  Membership out;
  out.org = in.Fixed<OrgId>("org");
  out.log_key = in.Fixed<VerifyKey>("log key");
  out.server.address = TextOf(in.Vec16(kAddressBytesMax, "address"));
  out.server.certificate_pem = TextOf(in.Vec16(kCertificateBytesMax, "server certificate"));
  out.member = in.Fixed<MemberId>("member");
  out.certificate = in.Fixed<Hash>("certificate");
  out.invite = in.Fixed<InviteId>("invite");
  out.display_name = TextOf(in.Vec16(kDisplayNameMax, "display name"));
  if (in.U8("introduced") != 0) {
    audit::Checkpoint head;
    head.size = TreeSize{in.U64("size")};
    head.root = in.Fixed<Hash>("root");
    out.introduced = head;
  }
  if (format == kProxiedFormat) out.server.proxy = TextOf(in.Vec16(kProxyBytesMax, "proxy"));
  if (auto status = in.Finish("membership"); !status.ok()) {
    return absl::DataLossError(absl::StrCat("sealed/membership: ", status.message()));
  }
  return out;
}

Hash FindOwnCertificate(const directory::Directory& directory, const Membership& membership,
                        const KeyBundle& keys) {
  if (!keys.signing.has_value() || !keys.authentication.has_value()) return Hash{};
  const auto& records = directory.records();
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    const Certificate& certificate = record->certificate;
    if (certificate.member == membership.member &&
        certificate.signing == keys.signing->verify_key() &&
        certificate.authentication == keys.authentication->verify_key()) {
      return record->hash;
    }
  }
  return Hash{};
}

SessionKeys SessionKeysOf(const Membership& membership, const KeyBundle& keys) {
  SessionKeys out{.org = membership.org,
                  .certificate = membership.certificate,
                  .authentication = &*keys.authentication};
  if (out.certificate.is_zero()) out.certificate.bytes = keys.authentication->verify_key().bytes;
  return out;
}

Replica::Expected ExpectedBy(const Membership& membership) {
  return {.certificate = membership.certificate, .introduced = membership.introduced};
}

absl::StatusOr<Replica> RestoreReplica(const Home& home, const Secret<32>& home_key,
                                       const Membership& membership) {
  auto records = home.ReadSealedLog(home_key, kReplicaLog);
  if (!records.ok()) return records.status();
  Replica replica(membership.org, membership.log_key);
  replica.Expect(ExpectedBy(membership));
  for (const Bytes& record : *records) {
    if (auto status = replica.Restore(record); !status.ok()) return status;
  }
  return replica;
}

Reach UsualReach(const KeyBundle& keys) {
  return keys.identity.has_value() ? Reach::kFull : Reach::kLight;
}

absl::Status SyncReplica(Replica& replica, Connection& connection, Home& home,
                         const Secret<32>& home_key, std::optional<Reach> reach) {
  const auto record = [&](ByteView bytes) {
    return home.AppendSealed(home_key, kReplicaLog, bytes);
  };
  return replica.Sync(connection, record, reach);
}

absl::StatusOr<EpochRestart> RestartAtEpoch(Replica& replica, Connection& connection, Home& home,
                                            const Secret<32>& home_key, bool confirmed) {
  if (replica.epoch_offer()->needs_confirmation && !confirmed) {
    absl::Status status = absl::FailedPreconditionError(absl::StrCat(
        "the roots say that the log goes on from size ", replica.epoch_offer()->epoch.size.value,
        "; this home cannot tell whether that is the log it knows"));
    AttachDetail(status, {.reason = "EPOCH_UNCONFIRMED", .head = {}, .next_number = 0});
    return status;
  }
  const auto record = [&](ByteView bytes) {
    return home.AppendSealed(home_key, kReplicaLog, bytes);
  };
  return replica.RestartAtEpoch(connection, record);
}

}  // namespace amparo::client
