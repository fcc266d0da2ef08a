#include "workflow/matrix_stage.h"

#include <cassert>

#include "crypto/signature.h"

namespace amparo::workflow {
namespace {

constexpr std::uint64_t kStartSeconds = 1'700'000 * 1000 / 3600 * 3600;
constexpr std::uint8_t kRootKey = 1;
constexpr std::uint8_t kLogKey = 2;
constexpr std::uint8_t kSecondRegistrar = 'G';
// What tells a person's authentication key from their signing key.
constexpr std::uint8_t kAuthentication = 0x80;

SigningKey KeyOf(std::uint8_t number) {
  Secret<32> seed;
  seed.ExposeMutable()[0] = number;
  return SigningKey::FromSeed(std::move(seed));
}

Certificate CertificateFor(std::uint8_t letter, std::uint16_t roles) {
  Certificate certificate;
  certificate.member = MemberId::Filled(letter);
  certificate.signing = KeyOf(letter).verify_key();
  certificate.authentication =
      KeyOf(static_cast<std::uint8_t>(letter | kAuthentication)).verify_key();
  certificate.recipient = {.type = RecipientType::kX25519, .key = Bytes(32, letter)};
  certificate.roles = roles;
  certificate.expiry = UnixSeconds{kStartSeconds * 2};
  return certificate;
}

constexpr std::uint16_t Bit(Role role) { return static_cast<std::uint16_t>(role); }

}  // namespace

MatrixStage::MatrixStage() {
  Found();
  Enrol(Person::kSubmitter, Bit(Role::kFellow), 0);
  Enrol(Person::kOtherFellow, Bit(Role::kFellow), 0);
  Enrol(Person::kCoordinator, Bit(Role::kCoordinator), kDesk);
  Enrol(Person::kOtherDesk, Bit(Role::kCoordinator), kDesk + 1);
  Enrol(Person::kTranslator, Bit(Role::kTranslator), 0);
  Enrol(Person::kOtherTranslator, Bit(Role::kTranslator), 0);
  Enrol(Person::kReviewer, Bit(Role::kReviewer), 0);
  Enrol(Person::kOtherReviewer, Bit(Role::kReviewer), 0);
  Enrol(Person::kAttorney, Bit(Role::kAttorney), 0);
  Enrol(Person::kOtherAttorney, Bit(Role::kAttorney), 0);
  Enrol(Person::kAuditor, Bit(Role::kAuditor), 0);
  people_.push_back(Person::kRegistrar);
}

MemberId MatrixStage::Member(Person person) {
  return MemberId::Filled(static_cast<std::uint8_t>(person));
}

UnixSeconds MatrixStage::Time(std::uint64_t hours) const {
  return UnixSeconds{kStartSeconds + hours * 3600};
}

Context MatrixStage::At(std::uint64_t hours) const {
  return {.directory = directory_, .moment = {.position = Position{position_}, .now = Time(hours)}};
}

void MatrixStage::Found() {
  const Certificate first =
      CertificateFor(static_cast<std::uint8_t>(Person::kRegistrar), Bit(Role::kRegistrar));
  const Certificate second = CertificateFor(kSecondRegistrar, Bit(Role::kRegistrar));
  certificates_[Person::kRegistrar] = HashOf(first);
  second_registrar_ = HashOf(second);
  Policy policy;
  policy.roots = {KeyOf(kRootKey).verify_key()};
  policy.threshold = 1;
  policy.log_key = KeyOf(kLogKey).verify_key();
  policy.recovery = {.type = RecipientType::kX25519, .key = Bytes(32, kRootKey)};
  policy.registrars = {first, second};
  Apply(policy, RootActor(), {}, kRootKey);
  Apply(Tick{.now = Time(0), .directory_head = directory_.head()}, LogActor(), {}, kLogKey);
  Apply(RecoveryTested{.proof = Hash::Filled(1)}, Member(Person::kRegistrar),
        CertificateOf(Person::kRegistrar), static_cast<std::uint8_t>(Person::kRegistrar));
}

void MatrixStage::Enrol(Person person, std::uint16_t roles, Desk desk) {
  const auto letter = static_cast<std::uint8_t>(person);
  const auto registrar = static_cast<std::uint8_t>(Person::kRegistrar);
  Certificate certificate = CertificateFor(letter, roles);
  if (desk != 0) certificate.desks = {desk};
  certificate.invite = InviteId::Filled(letter);
  Invite invite;
  invite.invite = certificate.invite;
  invite.roles = roles;
  invite.desks = certificate.desks;
  invite.expiry = certificate.expiry;
  const Hash& by = CertificateOf(Person::kRegistrar);
  Apply(invite, Member(Person::kRegistrar), by, registrar);
  Apply(Certify{.certificate = certificate}, Member(Person::kRegistrar), by, registrar);
  if ((roles & kPrivilegedRoles) != 0) {
    Apply(Endorse{.certificate = HashOf(certificate)}, MemberId::Filled(kSecondRegistrar),
          second_registrar_, kSecondRegistrar);
  }
  certificates_[person] = HashOf(certificate);
  people_.push_back(person);
}

void MatrixStage::Apply(Act act, const MemberId& actor, const Hash& certificate, std::uint8_t key) {
  const bool founds = !directory_.founded();
  Statement statement;
  statement.kind = static_cast<std::uint16_t>(KindOf(act));
  statement.org = founds ? OrgId{HashOf(std::get<Policy>(act)).bytes} : directory_.org();
  statement.actor = actor;
  statement.actor_certificate = certificate;
  statement.actor_seq = position_ + 1;
  statement.subject_type = static_cast<std::uint8_t>(SubjectTypeOf(KindOf(act)));
  const bool log = SubjectTypeOf(KindOf(act)) == SubjectType::kLog;
  statement.subject_prev = log ? directory_.tick_head() : directory_.head();
  statement.body = EncodeBody({.act = std::move(act), .objects = {}, .grants = {}});
  const auto refusal = directory_.Apply(SignStatement(statement, KeyOf(key)), Position{position_});
  assert(!refusal.has_value());
  static_cast<void>(refusal);
  ++position_;
}

}  // namespace amparo::workflow
