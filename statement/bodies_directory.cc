// The acts of the directory and of the log.

#include <algorithm>
#include <cassert>

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "statement/body_fields.h"
#include "statement/labels.h"

namespace amparo {
namespace body_fields {
namespace {

std::vector<VerifyKey> ReadRoots(Reader& in) {
  std::vector<VerifyKey> roots;
  const std::size_t count = in.U8("roots");
  if (count == 0 || count > kRootKeysMax) {
    in.Fail("roots", absl::StrCat(count, ", expected 1 to ", kRootKeysMax));
  }
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const VerifyKey root = ReadVerifyKey(in, "root");
    if (!roots.empty() && !(roots.back() < root)) in.Fail("roots", "do not ascend");
    roots.push_back(root);
  }
  return roots;
}

std::vector<Certificate> ReadRegistrars(Reader& in) {
  std::vector<Certificate> registrars;
  const std::size_t count = in.U8("registrars");
  if (count > kRegistrarsMax) {
    in.Fail("registrars", absl::StrCat(count, ", at most ", kRegistrarsMax));
  }
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    Certificate next = ReadCertificate(in);
    const bool twice =
        std::any_of(registrars.begin(), registrars.end(),
                    [&next](const Certificate& other) { return other.signing == next.signing; });
    if (twice) in.Fail("registrars", absl::StrCat("two with key ", ToHex(next.signing)));
    registrars.push_back(std::move(next));
  }
  return registrars;
}

std::uint32_t ReadOrdinal32(Reader& in, absl::string_view field) {
  const std::uint32_t value = in.U32(field);
  if (value == 0) in.Fail(field, "0, expected 1 or more");
  return value;
}

}  // namespace

void Write(Writer& out, const Policy& act) {
  assert(act.roots.size() <= kRootKeysMax && act.registrars.size() <= kRegistrarsMax);
  out.U32(act.version);
  out.Fixed(act.previous);
  out.U8(static_cast<std::uint8_t>(act.roots.size()));
  for (const VerifyKey& root : act.roots) out.Fixed(root);
  out.U8(act.threshold);
  out.Fixed(act.log_key);
  WriteRecipient(out, act.recovery);
  out.U8(static_cast<std::uint8_t>(act.registrars.size()));
  for (const Certificate& registrar : act.registrars) WriteCertificate(out, registrar);
  out.U8(act.privileged_quorum);
  out.U32(act.freshness_limit_hours);
  out.U16(act.rules_version);
  out.U16(act.flags);
}

void Read(Reader& in, Policy& act) {
  act.version = ReadOrdinal32(in, "version");
  act.previous = in.Fixed<Hash>("previous");
  if ((act.version == 1) != act.previous.is_zero()) {
    in.Fail("previous",
            absl::StrCat("version ", act.version, " with previous ", ToHex(act.previous)));
  }
  act.roots = ReadRoots(in);
  act.threshold = in.U8("threshold");
  if (act.threshold == 0 || act.threshold > act.roots.size()) {
    in.Fail("threshold", absl::StrCat(act.threshold, " of ", act.roots.size(), " root keys"));
  }
  act.log_key = ReadVerifyKey(in, "log key");
  act.recovery = ReadRecipient(in, "recovery", /*may_be_none=*/false);
  act.registrars = ReadRegistrars(in);
  act.privileged_quorum = in.U8("privileged quorum");
  if (act.privileged_quorum == 0) in.Fail("privileged quorum", "0, expected 1 or more");
  act.freshness_limit_hours = in.U32("freshness limit");
  act.rules_version = ReadOrdinal16(in, "rules version");
  act.flags = in.U16("flags");
  if (act.flags != 0) in.Fail("flags", absl::StrCat(act.flags, ", expected 0"));
}

void Write(Writer& out, const Certify& act) { WriteCertificate(out, act.certificate); }
void Read(Reader& in, Certify& act) { act.certificate = ReadCertificate(in); }

void Write(Writer& out, const Endorse& act) { out.Fixed(act.certificate); }
void Read(Reader& in, Endorse& act) { act.certificate = in.Fixed<Hash>("certificate"); }

void Write(Writer& out, const Revoke& act) {
  out.Fixed(act.member);
  out.Fixed(act.certificate);
}
void Read(Reader& in, Revoke& act) {
  act.member = ReadMember(in, "member");
  act.certificate = in.Fixed<Hash>("certificate");
}

void Write(Writer& out, const Invite& act) {
  out.Fixed(act.invite);
  out.U16(act.roles);
  WriteDesks(out, act.desks);
  out.Fixed(act.member);
  out.U8(act.submit_only);
  out.U64(act.expiry.value);
  out.Fixed(act.ticket_sha256);
}
void Read(Reader& in, Invite& act) {
  act.invite = in.Fixed<InviteId>("invite");
  if (act.invite.is_zero()) in.Fail("invite", "zeros");
  act.roles = ReadRoles(in);
  act.desks = ReadDesks(in);
  act.member = in.Fixed<MemberId>("member");
  if (act.member == LogActor() || act.member == DirectoryGrantee()) {
    in.Fail("member", absl::StrCat(ToHex(act.member), " is reserved"));
  }
  act.submit_only = ReadFlag(in, "submit only");
  act.expiry.value = in.U64("expiry");
  act.ticket_sha256 = in.Fixed<Hash>("ticket");
}

void Write(Writer& out, const DirectoryEpoch& act) {
  out.U32(act.epoch);
  WriteRecipient(out, act.recipient);
}
void Read(Reader& in, DirectoryEpoch& act) {
  act.epoch = ReadOrdinal32(in, "epoch");
  act.recipient = ReadRecipient(in, "recipient", /*may_be_none=*/false);
}

void Write(Writer& out, const Describe& act) { out.Fixed(act.member); }
void Read(Reader& in, Describe& act) { act.member = ReadMember(in, "member"); }

void Write(Writer& out, const RecoveryTested& act) { out.Fixed(act.proof); }
void Read(Reader& in, RecoveryTested& act) {
  act.proof = in.Fixed<Hash>("proof");
  if (act.proof.is_zero()) in.Fail("proof", "zeros");
}

void Write(Writer& out, const Tick& act) {
  out.U64(act.now.value);
  out.Fixed(act.directory_head);
}
void Read(Reader& in, Tick& act) {
  act.now.value = in.U64("now");
  act.directory_head = in.Fixed<Hash>("directory head");
}

void Write(Writer& out, const LogEpoch& act) {
  out.U32(act.epoch);
  out.U64(act.size.value);
  out.Fixed(act.root);
}
void Read(Reader& in, LogEpoch& act) {
  act.epoch = ReadOrdinal32(in, "epoch");
  act.size.value = in.U64("size");
  act.root = in.Fixed<Hash>("root");
}

}  // namespace body_fields

Hash HashOf(const Policy& policy) {
  Writer out;
  body_fields::Write(out, policy);
  return Sha256({LabelBytes(kRootPolicyLabel), out.bytes()});
}

}  // namespace amparo
