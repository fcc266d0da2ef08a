#include "tests/support/organisation.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"

namespace amparo::testing {
namespace {

Device MakeDevice(absl::string_view name, Certificate certificate) {
  Device device;
  device.name = std::string(name);
  device.hash = HashOf(certificate);
  device.certificate = std::move(certificate);
  return device;
}

std::vector<VerifyKey> RootsOf(const std::vector<std::string>& names) {
  std::vector<VerifyKey> roots;
  for (const std::string& name : names) roots.push_back(KeyNamed(name).verify_key());
  std::sort(roots.begin(), roots.end());
  return roots;
}

}  // namespace

Hash HashNamed(absl::string_view name) { return Sha256(AsBytes(name)); }

SigningKey KeyNamed(absl::string_view name) {
  return SigningKey::FromSeed(Secret<32>::CopyOf(HashNamed(absl::StrCat("key of ", name)).bytes));
}

Recipient RecipientNamed(absl::string_view name) {
  Hash key = HashNamed(absl::StrCat("recipient of ", name));
  key.bytes.back() &= 0x3f;  // Below the prime: a canonical point.
  return {.type = RecipientType::kX25519, .key = Bytes(key.bytes.begin(), key.bytes.end())};
}

Organisation::Organisation(Founding founding) {
  Policy policy;
  policy.roots = RootsOf(founding.roots);
  policy.threshold = founding.threshold;
  policy.log_key = KeyNamed("log").verify_key();
  policy.recovery = RecipientNamed("recovery");
  for (const std::string& name : founding.registrars) {
    Device registrar =
        MakeDevice(name, CertificateFor(name, static_cast<int>(Role::kRegistrar), {}));
    policy.registrars.push_back(registrar.certificate);
    devices_[name] = std::move(registrar);
  }
  founding.roots.resize(founding.threshold);
  MustApply(SayByRoots(founding.roots, policy));
  TickTo(UnixSeconds{kStartSeconds});
  if (founding.recovery_tested) {
    MustApply(Say(founding.registrars.front(), RecoveryTested{.proof = HashNamed("challenge")}));
  }
}

MemberId Organisation::Member(absl::string_view name) {
  const absl::string_view member = name.substr(0, name.find('\''));
  const Hash hash = HashNamed(absl::StrCat("member ", member));
  return *MemberId::From(ByteView(hash.bytes).first(MemberId::kSize));
}

Device& Organisation::device(absl::string_view name) { return devices_.at(std::string(name)); }
const Device& Organisation::device(absl::string_view name) const {
  return devices_.at(std::string(name));
}

Certificate Organisation::CertificateFor(absl::string_view name, std::uint16_t roles,
                                         std::vector<Desk> desks, bool submit_only) {
  Certificate certificate;
  certificate.member = Member(name);
  certificate.signing = KeyNamed(name).verify_key();
  certificate.authentication = KeyNamed(absl::StrCat(name, ", authentication")).verify_key();
  if (!submit_only) certificate.recipient = RecipientNamed(name);
  certificate.roles = roles;
  certificate.desks = std::move(desks);
  certificate.expiry = UnixSeconds{kStartSeconds + 365ull * 24 * 3600};
  if ((roles & static_cast<int>(Role::kRegistrar)) == 0) {
    const Hash invite = HashNamed(absl::StrCat("invitation of ", name));
    certificate.invite = *InviteId::From(ByteView(invite.bytes).first(InviteId::kSize));
  }
  return certificate;
}

Device& Organisation::Enrol(absl::string_view name, std::uint16_t roles, std::vector<Desk> desks,
                            bool submit_only) {
  const Certificate certificate = CertificateFor(name, roles, desks, submit_only);
  const std::vector<MemberId> members = directory_.Members();
  const bool known = std::binary_search(members.begin(), members.end(), certificate.member);
  Invite invite;
  invite.invite = certificate.invite;
  invite.roles = roles;
  invite.desks = std::move(desks);
  if (known) invite.member = certificate.member;
  invite.submit_only = submit_only ? 1 : 0;
  invite.expiry = In(24 * 7);
  MustApply(Say("ria", invite));
  MustApply(Say("ria", Certify{.certificate = certificate}));
  if ((roles & kPrivilegedRoles) != 0 || known) {
    MustApply(Say("rob", Endorse{.certificate = HashOf(certificate)}));
  }
  return devices_[std::string(name)] = MakeDevice(name, certificate);
}

Statement Organisation::Draft(absl::string_view device, const Act& act,
                              std::vector<ObjectRef> objects) {
  Statement statement;
  statement.kind = static_cast<std::uint16_t>(KindOf(act));
  statement.org = directory_.org();
  const auto found = devices_.find(std::string(device));
  if (device == "log") statement.actor = LogActor();
  if (found != devices_.end()) {
    statement.actor = found->second.certificate.member;
    statement.actor_certificate = found->second.hash;
    statement.actor_seq = ++found->second.seq;
  }
  const SubjectType type = SubjectTypeOf(KindOf(act));
  statement.subject_type = static_cast<std::uint8_t>(type);
  statement.subject_prev = type == SubjectType::kLog ? directory_.tick_head() : directory_.head();
  statement.body = EncodeBody({.act = act, .objects = std::move(objects), .grants = {}});
  return statement;
}

SignedStatement Organisation::Say(absl::string_view device, Act act,
                                  std::vector<ObjectRef> objects) {
  return SignStatement(Draft(device, act, std::move(objects)), KeyNamed(device));
}

SignedStatement Organisation::SayByRoots(const std::vector<std::string>& roots, Act act) const {
  Statement statement;
  statement.kind = static_cast<std::uint16_t>(KindOf(act));
  statement.org = directory_.org();
  if (!directory_.founded()) statement.org = OrgId{HashOf(std::get<Policy>(act)).bytes};
  const SubjectType type = SubjectTypeOf(KindOf(act));
  statement.subject_type = static_cast<std::uint8_t>(type);
  statement.subject_prev = type == SubjectType::kLog ? directory_.tick_head() : directory_.head();
  statement.body = EncodeBody({.act = std::move(act), .objects = {}, .grants = {}});
  std::vector<StatementSignature> signatures;
  const Bytes bytes = EncodeStatement(statement);
  for (const std::string& root : roots) {
    const SigningKey key = KeyNamed(root);
    signatures.push_back({.key = key.verify_key(), .signature = key.Sign(bytes)});
  }
  return *AssembleSigned(statement, std::move(signatures));
}

SignedStatement Organisation::SayByLog(Act act, absl::string_view key) const {
  Statement statement;
  statement.kind = static_cast<std::uint16_t>(KindOf(act));
  statement.org = directory_.org();
  statement.actor = LogActor();
  statement.subject_type = static_cast<std::uint8_t>(SubjectType::kLog);
  statement.subject_prev = directory_.tick_head();
  statement.body = EncodeBody({.act = std::move(act), .objects = {}, .grants = {}});
  return SignStatement(statement, KeyNamed(key));
}

std::optional<directory::Refusal> Organisation::Apply(const SignedStatement& statement) {
  const auto refusal = directory_.Apply(statement, Position{position_});
  if (!refusal) ++position_;
  return refusal;
}

void Organisation::MustApply(const SignedStatement& statement) {
  if (const auto refusal = Apply(statement)) {
    const absl::string_view name = directory::RefusalName(*refusal);
    std::fprintf(stderr, "the scene could not be set: kind %d refused, %.*s\n",
                 statement.statement.kind, static_cast<int>(name.size()), name.data());
    std::abort();
  }
}

void Organisation::TickTo(UnixSeconds now) {
  MustApply(SayByLog(Tick{.now = now, .directory_head = directory_.head()}));
}

void Organisation::Revoke(absl::string_view member) {
  MustApply(Say(member == "ria" ? "rob" : "ria",
                amparo::Revoke{.member = Member(member), .certificate = {}}));
}

Policy Organisation::NextPolicy() const {
  Policy next = directory_.policy();
  next.previous = HashOf(next);
  ++next.version;
  return next;
}

}  // namespace amparo::testing
