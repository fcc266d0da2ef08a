// The certificate, and the fields that it shares with other bodies.

#include <cassert>

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "statement/body_fields.h"
#include "statement/labels.h"

namespace amparo {
namespace body_fields {
namespace {

// Roomy enough for age's post-quantum recipients; CheckRecipient wants the exact length.
constexpr std::size_t kRecipientKeyBytesMax = 2048;
constexpr std::uint64_t kSecondsPerHour = 3600;

}  // namespace

void WriteRecipient(Writer& out, const Recipient& recipient) {
  out.U8(static_cast<std::uint8_t>(recipient.type));
  out.Vec16(recipient.key);
}

Recipient ReadRecipient(Reader& in, absl::string_view field, bool may_be_none) {
  Recipient recipient;
  recipient.type = static_cast<RecipientType>(in.U8(field));
  const ByteView key = in.Vec16(kRecipientKeyBytesMax, field);
  recipient.key.assign(key.begin(), key.end());
  if (!in.ok()) return recipient;
  if (recipient.type == RecipientType::kNone) {
    if (!may_be_none) in.Fail(field, "type 0, but it has to receive");
    if (!key.empty()) in.Fail(field, absl::StrCat("type 0 with ", key.size(), " bytes of key"));
  } else if (absl::Status status = CheckRecipient(recipient); !status.ok()) {
    in.Fail(field, status.message());
  }
  return recipient;
}

void WriteDesks(Writer& out, const std::vector<Desk>& desks) {
  assert(desks.size() <= kDesksMax);
  out.U8(static_cast<std::uint8_t>(desks.size()));
  for (const Desk desk : desks) out.U16(desk);
}

std::vector<Desk> ReadDesks(Reader& in) {
  std::vector<Desk> desks;
  const std::size_t count = in.U8("desks");
  if (count > kDesksMax) in.Fail("desks", absl::StrCat(count, ", at most ", kDesksMax));
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const Desk desk = ReadDesk(in);
    if (!desks.empty() && desks.back() >= desk) in.Fail("desks", "do not ascend");
    desks.push_back(desk);
  }
  return desks;
}

void WriteMembers(Writer& out, const std::vector<MemberId>& members) {
  assert(members.size() <= 0xff);
  out.U8(static_cast<std::uint8_t>(members.size()));
  for (const MemberId& member : members) out.Fixed(member);
}

std::vector<MemberId> ReadMembers(Reader& in, std::size_t max, absl::string_view field) {
  std::vector<MemberId> members;
  const std::size_t count = in.U8(field);
  if (count > max) in.Fail(field, absl::StrCat(count, ", at most ", max));
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const MemberId member = ReadMember(in, field);
    if (!members.empty() && !(members.back() < member)) in.Fail(field, "do not ascend");
    members.push_back(member);
  }
  return members;
}

MemberId ReadMember(Reader& in, absl::string_view field) {
  const MemberId member = in.Fixed<MemberId>(field);
  if (member == RootActor() || member == LogActor() || member == DirectoryGrantee()) {
    in.Fail(field, absl::StrCat(ToHex(member), " is reserved"));
  }
  return member;
}

VerifyKey ReadVerifyKey(Reader& in, absl::string_view field) {
  const VerifyKey key = in.Fixed<VerifyKey>(field);
  if (in.ok() && !IsValidVerifyKey(key)) {
    in.Fail(field, absl::StrCat(ToHex(key), " is no valid point"));
  }
  return key;
}

std::uint16_t ReadRoles(Reader& in) {
  const std::uint16_t roles = in.U16("roles");
  if (roles == 0) in.Fail("roles", "none");
  if ((roles & ~kAllRoles) != 0) in.Fail("roles", absl::StrCat(roles, " has an unknown bit"));
  return roles;
}

Desk ReadDesk(Reader& in) { return ReadOrdinal16(in, "desk"); }

std::uint16_t ReadOrdinal16(Reader& in, absl::string_view field) {
  const std::uint16_t value = in.U16(field);
  if (value == 0) in.Fail(field, "0, expected 1 or more");
  return value;
}

std::uint8_t ReadFlag(Reader& in, absl::string_view field) {
  const std::uint8_t value = in.U8(field);
  if (value > 1) in.Fail(field, absl::StrCat(value, ", expected 0 or 1"));
  return value;
}

UnixSeconds ReadWholeHour(Reader& in, absl::string_view field) {
  const UnixSeconds time{in.U64(field)};
  if (time.value % kSecondsPerHour != 0) {
    in.Fail(field, absl::StrCat(time.value, " is no whole hour"));
  }
  return time;
}

void WriteCertificate(Writer& out, const Certificate& certificate) {
  out.Fixed(certificate.member);
  out.Fixed(certificate.signing);
  out.Fixed(certificate.authentication);
  WriteRecipient(out, certificate.recipient);
  out.U16(certificate.roles);
  WriteDesks(out, certificate.desks);
  out.Fixed(certificate.invite);
  out.U64(certificate.expiry.value);
  out.Fixed(certificate.attributes_sha256);
}

Certificate ReadCertificate(Reader& in) {
  Certificate out;
  out.member = ReadMember(in, "member");
  out.signing = ReadVerifyKey(in, "signing key");
  out.authentication = ReadVerifyKey(in, "authentication key");
  out.recipient = ReadRecipient(in, "recipient", /*may_be_none=*/true);
  out.roles = ReadRoles(in);
  out.desks = ReadDesks(in);
  out.invite = in.Fixed<InviteId>("invite");
  out.expiry.value = in.U64("expiry");
  out.attributes_sha256 = in.Fixed<Hash>("attributes");
  return out;
}

}  // namespace body_fields

Bytes EncodeCertificate(const Certificate& certificate) {
  Writer out;
  body_fields::WriteCertificate(out, certificate);
  return out.Take();
}

absl::StatusOr<Certificate> DecodeCertificate(ByteView bytes) {
  Reader in(bytes);
  Certificate certificate = body_fields::ReadCertificate(in);
  if (absl::Status status = in.Finish("certificate"); !status.ok()) return status;
  return certificate;
}

Hash HashOf(const Certificate& certificate) {
  return Sha256({LabelBytes(kCertificateLabel), EncodeCertificate(certificate)});
}

}  // namespace amparo
