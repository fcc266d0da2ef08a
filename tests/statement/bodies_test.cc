// Bodies of every kind: encoding is one to one, and every limit holds.

#include "statement/bodies.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "statement/statement.h"
#include "tests/statement/mutations.h"
#include "tests/statement/random_bodies.h"

namespace amparo {
namespace {

constexpr std::uint64_t kLimitSeed = 7;

std::uint16_t NumberOf(const Act& act) { return static_cast<std::uint16_t>(KindOf(act)); }

absl::Status DecodeAgain(const Body& body) {
  return DecodeBody(NumberOf(body.act), EncodeBody(body)).status();
}

// The body is refused, and the refusal names `field`.
void ExpectRefused(const Body& body, absl::string_view field) {
  const absl::Status status = DecodeAgain(body);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_TRUE(absl::StartsWith(status.message(), field)) << status;
}

template <class AnAct>
Body RandomBodyOf(std::size_t entries_max = 0) {
  return Random(kLimitSeed).NextBody(AnAct{}, entries_max);
}

TEST(Body, ComesBackAsItWasForEveryKind) {
  Random random(TestSeed());
  for (const Act& act : EveryAct()) {
    for (int i = 0; i < 40; ++i) {
      const Body body = random.NextBody(act, i < 36 ? 6 : kGrantsMax);
      const Bytes bytes = EncodeBody(body);
      const absl::StatusOr<Body> again = DecodeBody(NumberOf(act), bytes);
      ASSERT_TRUE(again.ok()) << again.status() << " " << KindName(KindOf(act));
      EXPECT_EQ(*again, body) << KindName(KindOf(act));
      EXPECT_EQ(EncodeBody(*again), bytes);
    }
  }
}

TEST(Body, IsRefusedOrIdenticalAfterAnyBitFlipOrTruncation) {
  Random random(TestSeed());
  for (const Act& act : EveryAct()) {
    SCOPED_TRACE(std::string(KindName(KindOf(act))));
    const Bytes good = EncodeBody(random.NextBody(act, 3));
    ExpectCanonicalUnderMutation(good, [&act](ByteView bytes) -> std::optional<Bytes> {
      const absl::StatusOr<Body> body = DecodeBody(NumberOf(act), bytes);
      if (!body.ok()) return std::nullopt;
      return EncodeBody(*body);
    });
  }
}

// A byte string is the body of at most the kind that it was made for and those of one layout.
TEST(Body, OfAnUnknownKindIsUnimplementedAndNotMalformed) {
  for (const int kind : {0, 11, 31, 35, 63, 79, 65535}) {
    EXPECT_FALSE(IsKnownKind(static_cast<std::uint16_t>(kind)));
    EXPECT_EQ(DecodeBody(static_cast<std::uint16_t>(kind), {}).status().code(),
              absl::StatusCode::kUnimplemented);
  }
}

TEST(Body, HoldsAsManyObjectsAndGrantsAsTheLimitSays) {
  Body body{.act = Submit{.case_id = SubjectId::Filled(1)}, .objects = {}, .grants = {}};
  Random random(kLimitSeed);
  for (std::size_t i = 0; i < kObjectsMax; ++i) {
    body.objects.push_back({.object = random.Fixed<ObjectId>(),
                            .object_class = ObjectClass::kPart,
                            .commitment = {},
                            .payload_length = ~0ULL,
                            .payload_sha256 = {}});
  }
  for (std::size_t i = 0; i < kGrantsMax; ++i) {
    GrantRef grant;
    grant.object = random.Fixed<ObjectId>();
    grant.length = 168;
    body.grants.push_back(grant);
  }
  EXPECT_TRUE(DecodeAgain(body).ok());
  EXPECT_LE(EncodeBody(body).size(), kBodyBytesMax);

  // One more of each: only the count changes, so the refusal is of the count.
  Bytes bytes = EncodeBody(body);
  const std::size_t objects_at = 16 + 2 + 1 + 2 + 2;
  ASSERT_EQ(bytes[objects_at + 1], kObjectsMax);
  bytes[objects_at + 1] = kObjectsMax + 1;
  EXPECT_TRUE(absl::StartsWith(DecodeBody(64, bytes).status().message(), "objects: 211"));
}

TEST(Body, OverItsSizeIsRefusedUnread) {
  EXPECT_EQ(DecodeBody(64, Bytes(kBodyBytesMax + 1)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Objects, HaveTheirManifestFirstThenParts) {
  Body body = RandomBodyOf<Submit>();
  const auto ref = [](std::uint8_t id, ObjectClass object_class) {
    ObjectRef out;
    out.object = ObjectId::Filled(id);
    out.object_class = object_class;
    return out;
  };
  const ObjectRef manifest = ref(1, ObjectClass::kManifest);
  const ObjectRef part = ref(2, ObjectClass::kPart);
  const ObjectRef note = ref(3, ObjectClass::kNote);
  body.objects = {manifest, part, note};
  EXPECT_TRUE(DecodeAgain(body).ok());
  body.objects = {part, manifest};
  ExpectRefused(body, "objects: ");
  body.objects = {manifest, ref(9, ObjectClass::kManifest)};
  ExpectRefused(body, "objects: ");
  body.objects = {note, part};
  ExpectRefused(body, "objects: ");
  body.objects = {manifest, part, part};
  ExpectRefused(body, "objects: ");
}

TEST(Objects, ThatAreNoPartsAreSmall) {
  Body body = RandomBodyOf<NoteCase>();
  body.objects.resize(1);
  body.objects[0].object_class = ObjectClass::kNote;
  body.objects[0].payload_length = kSmallObjectBytesMax;
  EXPECT_TRUE(DecodeAgain(body).ok());
  body.objects[0].payload_length = kSmallObjectBytesMax + 1;
  ExpectRefused(body, "payload length: ");
  body.objects[0].object_class = ObjectClass::kPart;
  EXPECT_TRUE(DecodeAgain(body).ok());
  body.objects[0].object_class = static_cast<ObjectClass>(10);
  ExpectRefused(body, "object class: ");
}

TEST(Grants, HaveTheExactLengthOfTheirType) {
  Body body = RandomBodyOf<Approve>();
  body.grants.resize(1);
  body.grants[0].length = 168;
  EXPECT_TRUE(DecodeAgain(body).ok());
  for (const int length : {0, 167, 169, 1627}) {
    body.grants[0].length = static_cast<std::uint16_t>(length);
    ExpectRefused(body, "grant length: ");
  }
  body.grants[0].type = RecipientType::kNone;
  body.grants[0].length = 0;
  ExpectRefused(body, "grant type: ");
}

TEST(Grants, AreNotNamedTwice) {
  Body body = RandomBodyOf<Approve>();
  body.grants.resize(2);
  body.grants[0].length = body.grants[1].length = 168;
  ExpectRefused(body, "grants: ");
  body.grants[1].purpose = Purpose::kFile;
  EXPECT_TRUE(DecodeAgain(body).ok());
}

TEST(Policy, KeepsItsKeysAscendingAndWithinTheirLimit) {
  Body body = RandomBodyOf<Policy>();
  Policy& policy = std::get<Policy>(body.act);
  std::swap(policy.roots[0], policy.roots[1]);
  ExpectRefused(body, "roots: ");
  policy.roots.clear();
  ExpectRefused(body, "roots: ");
}

TEST(Policy, HasAThresholdThatItsRootsCanReach) {
  Body body = RandomBodyOf<Policy>();
  for (const int threshold : {0, 4}) {
    std::get<Policy>(body.act).threshold = static_cast<std::uint8_t>(threshold);
    ExpectRefused(body, "threshold: ");
  }
}

TEST(Policy, NamesAPreviousOneFromItsSecondVersionOn) {
  Body body = RandomBodyOf<Policy>();
  Policy& policy = std::get<Policy>(body.act);
  policy.version = 1;
  policy.previous = Hash::Filled(1);
  ExpectRefused(body, "previous: ");
  policy.version = 2;
  EXPECT_TRUE(DecodeAgain(body).ok());
  policy.previous = {};
  ExpectRefused(body, "previous: ");
}

TEST(Policy, HasNoFlagsAndARecoveryThatCanReceive) {
  Body body = RandomBodyOf<Policy>();
  std::get<Policy>(body.act).flags = 1;
  ExpectRefused(body, "flags: ");
  body = RandomBodyOf<Policy>();
  std::get<Policy>(body.act).recovery = {};
  ExpectRefused(body, "recovery: ");
}

TEST(Policy, HasNoTwoRegistrarsWithOneKey) {
  Body body = RandomBodyOf<Policy>();
  Policy& policy = std::get<Policy>(body.act);
  policy.registrars[1].signing = policy.registrars[0].signing;
  ExpectRefused(body, "registrars: ");
}

// The organisation's id is made of the act alone: objects and grants come and go with it.
TEST(Policy, HashesItsActAndNothingElse) {
  const Policy policy = std::get<Policy>(RandomBodyOf<Policy>().act);
  Policy other = policy;
  other.rules_version = static_cast<std::uint16_t>(policy.rules_version ^ 1);
  EXPECT_EQ(HashOf(policy), HashOf(policy));
  EXPECT_NE(HashOf(policy), HashOf(other));
}

TEST(Invite, KeepsDesksAscendingAndRolesKnown) {
  Body body = RandomBodyOf<Invite>();
  Invite& invite = std::get<Invite>(body.act);
  invite.desks = {2, 1};
  ExpectRefused(body, "desks: ");
  invite.desks = {0};
  ExpectRefused(body, "desk: ");
  invite.desks = {1, 1};
  ExpectRefused(body, "desks: ");
  invite.desks = {1, 2};
  invite.roles = 0;
  ExpectRefused(body, "roles: ");
  invite.roles = 128;
  ExpectRefused(body, "roles: ");
  invite.roles = kAllRoles;
  invite.submit_only = 2;
  ExpectRefused(body, "submit only: ");
}

TEST(Assign, EndsItsLeaseOnAWholeHourAndNamesRealMembers) {
  Body body = RandomBodyOf<Assign>();
  Assign& assign = std::get<Assign>(body.act);
  assign.lease_end.value = 3601;
  ExpectRefused(body, "lease end: ");
  assign.lease_end.value = 3600;
  for (const MemberId& reserved : {RootActor(), LogActor(), DirectoryGrantee()}) {
    assign.translator = reserved;
    ExpectRefused(body, "translator: ");
  }
}

TEST(Deliver, NamesOneToSixteenAttorneysInOrder) {
  Body body = RandomBodyOf<Deliver>();
  std::vector<MemberId>& attorneys = std::get<Deliver>(body.act).attorneys;
  attorneys.clear();
  ExpectRefused(body, "attorneys: ");
  for (std::uint8_t i = 1; i <= kAttorneysMax; ++i) attorneys.push_back(MemberId::Filled(i));
  EXPECT_TRUE(DecodeAgain(body).ok());
  attorneys.push_back(MemberId::Filled(99));
  ExpectRefused(body, "attorneys: 17");
  attorneys = {MemberId::Filled(2), MemberId::Filled(1)};
  ExpectRefused(body, "attorneys: ");
}

TEST(Note, AnswersAQuestionOrNamesNone) {
  Body body = RandomBodyOf<Note>();
  Note& note = std::get<Note>(body.act);
  note.type = NoteType::kAnswer;
  note.in_reply_to = {};
  ExpectRefused(body, "in reply to: ");
  note.type = NoteType::kQuestion;
  note.in_reply_to = Hash::Filled(1);
  ExpectRefused(body, "in reply to: ");
  note.type = static_cast<NoteType>(4);
  ExpectRefused(body, "note type: ");
}

}  // namespace
}  // namespace amparo
