#include "tests/statement/random_bodies.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <set>
#include <utility>

namespace amparo {
namespace {

constexpr std::uint8_t kKeysMax = 8;

template <std::size_t... I>
std::vector<Act> EveryAlternative(std::index_sequence<I...>) {
  return {Act(std::in_place_index<I>)...};
}

const std::array<VerifyKey, kKeysMax>& Keys() {
  static const std::array<VerifyKey, kKeysMax> kKeys = [] {
    std::array<VerifyKey, kKeysMax> keys;
    for (std::uint8_t i = 0; i < kKeysMax; ++i) {
      keys[i] = KeyNumber(static_cast<std::uint8_t>(i + 1)).verify_key();
    }
    return keys;
  }();
  return kKeys;
}

VerifyKey AnyKey(Random& random) { return Keys()[random.UpTo(kKeysMax - 1)]; }
Recipient AnyRecipient(Random& random) {
  return RecipientNumber(static_cast<std::uint8_t>(random.UpTo(200) + 9));
}
std::uint8_t AnyFlag(Random& random) { return static_cast<std::uint8_t>(random.UpTo(1)); }
std::uint16_t FromOne(Random& random) { return static_cast<std::uint16_t>(random.UpTo(65534) + 1); }
UnixSeconds WholeHour(Random& random) { return {random.UpTo(500000) * 3600}; }
std::uint16_t AnyRoles(Random& random) {
  return static_cast<std::uint16_t>(random.UpTo(kAllRoles - 1) + 1);
}

std::vector<Desk> SomeDesks(Random& random) {
  std::set<Desk> desks;
  while (desks.size() < random.UpTo(3)) desks.insert(FromOne(random));
  return {desks.begin(), desks.end()};
}

std::vector<MemberId> SomeMembers(Random& random, std::size_t min) {
  std::vector<MemberId> members(min + random.UpTo(kAttorneysMax - min));
  for (MemberId& member : members) member = random.Fixed<MemberId>();
  std::sort(members.begin(), members.end());
  return members;
}

// Fills the fields of an act that has been constructed empty.
struct Fill {
  Random& random;

  void operator()(Policy& act) const {
    act.version = static_cast<std::uint32_t>(random.UpTo(1) + 1);
    if (act.version != 1) act.previous = random.Fixed<Hash>();
    act.roots = {Keys().begin(), Keys().begin() + 3};
    std::sort(act.roots.begin(), act.roots.end());
    act.threshold = static_cast<std::uint8_t>(random.UpTo(2) + 1);
    act.log_key = AnyKey(random);
    act.recovery = AnyRecipient(random);
    for (std::size_t i = 0; i < 2; ++i) {
      act.registrars.push_back(random.NextCertificate());
      act.registrars.back().signing = Keys()[i];
    }
    act.privileged_quorum = static_cast<std::uint8_t>(random.UpTo(254) + 1);
    act.freshness_limit_hours = static_cast<std::uint32_t>(random.UpTo(0xffffffff));
    act.rules_version = FromOne(random);
  }
  void operator()(Certify& act) const { act.certificate = random.NextCertificate(); }
  void operator()(Endorse& act) const { act.certificate = random.Fixed<Hash>(); }
  void operator()(Revoke& act) const {
    act.member = random.Fixed<MemberId>();
    if (AnyFlag(random) != 0) act.certificate = random.Fixed<Hash>();
  }
  void operator()(Invite& act) const {
    act.invite = random.Fixed<InviteId>();
    act.roles = AnyRoles(random);
    act.desks = SomeDesks(random);
    if (AnyFlag(random) != 0) act.member = random.Fixed<MemberId>();
    act.submit_only = AnyFlag(random);
    act.expiry.value = random.UpTo(~0ULL);
    act.ticket_sha256 = random.Fixed<Hash>();
  }
  void operator()(DirectoryEpoch& act) const {
    act.epoch = FromOne(random);
    act.recipient = AnyRecipient(random);
  }
  void operator()(Describe& act) const { act.member = random.Fixed<MemberId>(); }
  void operator()(RecoveryTested& act) const { act.proof = random.Fixed<Hash>(); }
  void operator()(Tick& act) const {
    act.now.value = random.UpTo(~0ULL);
    act.directory_head = random.Fixed<Hash>();
  }
  void operator()(LogEpoch& act) const {
    act.epoch = FromOne(random);
    act.size.value = random.UpTo(~0ULL);
    act.root = random.Fixed<Hash>();
  }
  void operator()(OpenCase& act) const {
    act.desk = FromOne(random);
    act.deliver_on_approval = AnyFlag(random);
  }
  void operator()(ShareCase& act) const { act.with = random.Fixed<MemberId>(); }
  template <class AnyNote>
  void FillNote(AnyNote& act) const {
    act.type = static_cast<NoteType>(random.UpTo(2) + 1);
    if (act.type == NoteType::kAnswer) act.in_reply_to = random.Fixed<Hash>();
  }
  void operator()(NoteCase& act) const { FillNote(act); }
  void operator()(Note& act) const { FillNote(act); }
  void operator()(Submit& act) const {
    act.case_id = random.Fixed<SubjectId>();
    act.desk = FromOne(random);
    act.deliver_on_approval = AnyFlag(random);
    act.number = FromOne(random);
    act.version = FromOne(random);
  }
  void operator()(Assign& act) const {
    act.translator = random.Fixed<MemberId>();
    act.reviewer = random.Fixed<MemberId>();
    act.attorneys = SomeMembers(random, 0);
    act.lease_end = WholeHour(random);
    act.due_week = static_cast<std::uint16_t>(random.UpTo(65535));
  }
  void operator()(HandIn& act) const {
    act.version = FromOne(random);
    act.source = random.Fixed<Hash>();
  }
  void operator()(Return& act) const { act.translation = random.Fixed<Hash>(); }
  void operator()(Approve& act) const {
    act.translation = random.Fixed<Hash>();
    act.source = random.Fixed<Hash>();
  }
  void operator()(Deliver& act) const {
    act.attorneys = SomeMembers(random, 1);
    act.already_in_target_language = AnyFlag(random);
  }
  void operator()(Receive& act) const {
    act.translation = random.Fixed<Hash>();
    act.source = random.Fixed<Hash>();
  }
  void operator()(Reopen& act) const { act.lease_end = WholeHour(random); }
  void operator()(Share& act) const { act.with = random.Fixed<MemberId>(); }
  void operator()(Unassign&) const {}
  void operator()(Accept&) const {}
  void operator()(Decline&) const {}
  void operator()(GiveBack&) const {}
  void operator()(Withdraw&) const {}
};

}  // namespace

std::uint64_t TestSeed() {
  const char* const given = std::getenv("AMPARO_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::cout << "AMPARO_SEED=" << seed << "\n";
  return seed;
}

SigningKey KeyNumber(std::uint8_t number) {
  Secret<32> seed;
  std::ranges::fill(seed.ExposeMutable(), number);
  return SigningKey::FromSeed(std::move(seed));
}

Recipient RecipientNumber(std::uint8_t number) {
  Bytes key(32, number);
  key.back() &= 0x7f;  // Canonical: below 2^255.
  return {.type = RecipientType::kX25519, .key = std::move(key)};
}

std::vector<Act> EveryAct() {
  return EveryAlternative(std::make_index_sequence<std::variant_size_v<Act>>());
}

std::uint64_t Random::UpTo(std::uint64_t max) {
  return std::uniform_int_distribution<std::uint64_t>(0, max)(engine_);
}

std::string Random::Text(std::size_t min, std::size_t max) {
  static constexpr const char* kPieces[] = {"a", "Z", " ", "\n", "\x1b", "ñ", "’", "ʼ", "😀"};
  std::string text;
  const std::size_t wanted = min + UpTo(max - min);
  while (text.size() < wanted) text += kPieces[UpTo(std::size(kPieces) - 1)];
  return text.size() <= max ? text : std::string(wanted, 'x');
}

Certificate Random::NextCertificate() {
  return {.member = Fixed<MemberId>(),
          .signing = AnyKey(*this),
          .authentication = AnyKey(*this),
          .recipient = AnyFlag(*this) != 0 ? AnyRecipient(*this) : Recipient{},
          .roles = AnyRoles(*this),
          .desks = SomeDesks(*this),
          .invite = Fixed<InviteId>(),
          .expiry = {UpTo(~0ULL)},
          .attributes_sha256 = Fixed<Hash>()};
}

Body Random::NextBody(const Act& act, std::size_t entries_max) {
  Body body{.act = act, .objects = {}, .grants = {}};
  std::visit(Fill{*this}, body.act);
  const std::size_t objects = UpTo(std::min(entries_max, kObjectsMax));
  for (std::size_t i = 0; i < objects; ++i) {
    ObjectClass object_class = i == 0 ? ObjectClass::kManifest : ObjectClass::kPart;
    if (i > objects / 2) object_class = static_cast<ObjectClass>(UpTo(6) + 3);
    body.objects.push_back({.object = Fixed<ObjectId>(),
                            .object_class = object_class,
                            .commitment = Fixed<decltype(ObjectRef::commitment)>(),
                            .payload_length = UpTo(kSmallObjectBytesMax),
                            .payload_sha256 = Fixed<Hash>()});
  }
  const std::size_t grants = UpTo(std::min(entries_max, kGrantsMax));
  for (std::size_t i = 0; i < grants; ++i) {
    body.grants.push_back({.object = Fixed<ObjectId>(),
                           .grantee = Fixed<MemberId>(),
                           .grantee_certificate = Fixed<Hash>(),
                           .purpose = static_cast<Purpose>(UpTo(6) + 1),
                           .type = RecipientType::kX25519,
                           .length = 168,
                           .sha256 = Fixed<Hash>()});
  }
  return body;
}

SignedStatement Random::NextStatement(const Act& act, std::size_t entries_max) {
  const Kind kind = KindOf(act);
  const Statement statement{.kind = static_cast<std::uint16_t>(kind),
                            .org = Fixed<OrgId>(),
                            .actor = Fixed<MemberId>(),
                            .actor_certificate = Fixed<Hash>(),
                            .actor_seq = UpTo(~0ULL),
                            .actor_prev = Fixed<Hash>(),
                            .subject_type = static_cast<std::uint8_t>(SubjectTypeOf(kind)),
                            .subject = Fixed<SubjectId>(),
                            .subject_prev = Fixed<Hash>(),
                            .seen_tree_size = {UpTo(1000000) + 1},
                            .seen_root = Fixed<Hash>(),
                            .claimed_time = {UpTo(~0ULL)},
                            .salt = Fixed<Salt>(),
                            .body = EncodeBody(NextBody(act, entries_max))};
  return SignStatement(statement, KeyNumber(1));
}

}  // namespace amparo
