#include "statement/bodies.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "statement/body_fields.h"
#include "statement/codec.h"
#include "statement/statement.h"

namespace amparo {
namespace {

// The kinds, in the order of the alternatives of Act.
constexpr std::array<Kind, std::variant_size_v<Act>> kKindOfAlternative = {
    Kind::kPolicy,   Kind::kCertify,        Kind::kEndorse,  Kind::kRevoke,
    Kind::kInvite,   Kind::kDirectoryEpoch, Kind::kDescribe, Kind::kRecoveryTested,
    Kind::kTick,     Kind::kLogEpoch,       Kind::kOpenCase, Kind::kShareCase,
    Kind::kNoteCase, Kind::kSubmit,         Kind::kAssign,   Kind::kUnassign,
    Kind::kAccept,   Kind::kDecline,        Kind::kGiveBack, Kind::kHandIn,
    Kind::kReturn,   Kind::kApprove,        Kind::kDeliver,  Kind::kReceive,
    Kind::kReopen,   Kind::kWithdraw,       Kind::kShare,    Kind::kNote,
};

// An act of the alternative `index`, with nothing in it.
template <std::size_t... I>
Act EmptyAct(std::size_t index, std::index_sequence<I...>) {
  Act act;
  ((index == I ? static_cast<void>(act.emplace<I>()) : static_cast<void>(0)), ...);
  return act;
}

void WriteObject(Writer& out, const ObjectRef& ref) {
  out.Fixed(ref.object);
  out.U8(static_cast<std::uint8_t>(ref.object_class));
  out.Fixed(ref.commitment);
  out.U64(ref.payload_length);
  out.Fixed(ref.payload_sha256);
}

ObjectRef ReadObject(Reader& in) {
  ObjectRef ref;
  ref.object = in.Fixed<ObjectId>("object");
  const std::uint8_t object_class = in.U8("object class");
  if (object_class < 1 || object_class > 9) {
    in.Fail("object class", absl::StrCat(object_class, " is unknown"));
  }
  ref.object_class = static_cast<ObjectClass>(object_class);
  ref.commitment = in.Fixed<decltype(ref.commitment)>("commitment");
  ref.payload_length = in.U64("payload length");
  if (ref.object_class != ObjectClass::kPart && ref.payload_length > kSmallObjectBytesMax) {
    in.Fail("payload length", absl::StrCat(ref.payload_length, ", at most ", kSmallObjectBytesMax,
                                           " for an object that is no part"));
  }
  ref.payload_sha256 = in.Fixed<Hash>("payload hash");
  return ref;
}

// Manifest, then parts, then the rest.
int Rank(const ObjectRef& ref) {
  if (ref.object_class == ObjectClass::kManifest) return 0;
  return ref.object_class == ObjectClass::kPart ? 1 : 2;
}

// At most one manifest, in front; no object twice.
void CheckObjects(Reader& in, const std::vector<ObjectRef>& refs) {
  for (std::size_t i = 1; i < refs.size(); ++i) {
    if (Rank(refs[i]) == 0) in.Fail("objects", "a manifest that is not first");
    if (Rank(refs[i]) < Rank(refs[i - 1])) in.Fail("objects", "a part after other objects");
  }
  std::vector<ObjectId> ids;
  ids.reserve(refs.size());
  for (const ObjectRef& ref : refs) ids.push_back(ref.object);
  std::sort(ids.begin(), ids.end());
  const auto twice = std::adjacent_find(ids.begin(), ids.end());
  if (twice != ids.end()) in.Fail("objects", absl::StrCat(ToHex(*twice), " is named twice"));
}

std::vector<ObjectRef> ReadObjects(Reader& in) {
  std::vector<ObjectRef> refs;
  const std::size_t count = in.U16("objects");
  if (count > kObjectsMax) in.Fail("objects", absl::StrCat(count, ", at most ", kObjectsMax));
  for (std::size_t i = 0; i < count && in.ok(); ++i) refs.push_back(ReadObject(in));
  if (in.ok()) CheckObjects(in, refs);
  return refs;
}

void WriteGrant(Writer& out, const GrantRef& ref) {
  out.Fixed(ref.object);
  out.Fixed(ref.grantee);
  out.Fixed(ref.grantee_certificate);
  out.U8(static_cast<std::uint8_t>(ref.purpose));
  out.U8(static_cast<std::uint8_t>(ref.type));
  out.U16(ref.length);
  out.Fixed(ref.sha256);
}

GrantRef ReadGrant(Reader& in) {
  GrantRef ref;
  ref.object = in.Fixed<ObjectId>("grant object");
  ref.grantee = in.Fixed<MemberId>("grantee");
  ref.grantee_certificate = in.Fixed<Hash>("grantee certificate");
  const std::uint8_t purpose = in.U8("purpose");
  if (purpose < 1 || purpose > 7) in.Fail("purpose", absl::StrCat(purpose, " is unknown"));
  ref.purpose = static_cast<Purpose>(purpose);
  const std::uint8_t type = in.U8("grant type");
  ref.type = static_cast<RecipientType>(type);
  if (ref.type != RecipientType::kX25519) {
    in.Fail("grant type", absl::StrCat(type, " is unknown"));
  }
  ref.length = in.U16("grant length");
  if (in.ok() && ref.length != GrantLength(ref.type)) {
    in.Fail("grant length", absl::StrCat(ref.length, ", expected ", GrantLength(ref.type)));
  }
  ref.sha256 = in.Fixed<Hash>("grant hash");
  return ref;
}

std::vector<GrantRef> ReadGrants(Reader& in) {
  std::vector<GrantRef> refs;
  const std::size_t count = in.U16("grants");
  if (count > kGrantsMax) in.Fail("grants", absl::StrCat(count, ", at most ", kGrantsMax));
  for (std::size_t i = 0; i < count && in.ok(); ++i) refs.push_back(ReadGrant(in));
  using Key = std::tuple<ObjectId, MemberId, Hash, Purpose>;
  std::vector<Key> keys;
  keys.reserve(refs.size());
  for (const GrantRef& ref : refs) {
    keys.emplace_back(ref.object, ref.grantee, ref.grantee_certificate, ref.purpose);
  }
  std::sort(keys.begin(), keys.end());
  if (std::adjacent_find(keys.begin(), keys.end()) != keys.end()) {
    in.Fail("grants", "one of an object to one certificate for one purpose, twice");
  }
  return refs;
}

}  // namespace

Kind KindOf(const Act& act) { return kKindOfAlternative[act.index()]; }

Bytes EncodeBody(const Body& body) {
  assert(body.objects.size() <= kObjectsMax && body.grants.size() <= kGrantsMax);
  Writer out;
  std::visit([&out](const auto& act) { body_fields::Write(out, act); }, body.act);
  out.U16(static_cast<std::uint16_t>(body.objects.size()));
  for (const ObjectRef& ref : body.objects) WriteObject(out, ref);
  out.U16(static_cast<std::uint16_t>(body.grants.size()));
  for (const GrantRef& ref : body.grants) WriteGrant(out, ref);
  return out.Take();
}

absl::StatusOr<Body> DecodeBody(std::uint16_t kind, ByteView bytes) {
  const auto* found =
      std::find(kKindOfAlternative.begin(), kKindOfAlternative.end(), static_cast<Kind>(kind));
  if (found == kKindOfAlternative.end()) {
    return absl::UnimplementedError(absl::StrCat("kind: ", kind, " is unknown to this build"));
  }
  if (bytes.size() > kBodyBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("body: ", bytes.size(), " bytes, at most ", kBodyBytesMax, " are allowed"));
  }
  Body body;
  body.act = EmptyAct(static_cast<std::size_t>(found - kKindOfAlternative.begin()),
                      std::make_index_sequence<std::variant_size_v<Act>>());
  Reader in(bytes);
  std::visit([&in](auto& act) { body_fields::Read(in, act); }, body.act);
  body.objects = ReadObjects(in);
  body.grants = ReadGrants(in);
  if (absl::Status status = in.Finish("body"); !status.ok()) return status;
  return body;
}

}  // namespace amparo
