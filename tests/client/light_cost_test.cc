// What a light replica's first contact costs: docs/spec/client-checks.md, "Full and light".

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <iterator>

#include "client/refusing_connection.h"
#include "statement/codec.h"
#include "tests/client/replica_fixture.h"

namespace amparo::client {
namespace {

using amparo::testing::HashNamed;
using amparo::testing::Organisation;
using amparo::testing::ScriptedLog;

constexpr std::uint64_t kBytesMax = 480'000;  // Two minutes at 32 kbit/s.
constexpr int kMembers = 300;
constexpr int kLeaves = 100'000;
constexpr std::uint64_t kBytesPerCall = 300;       // Envelope, HTTP/2 and TLS, both ways.
constexpr std::uint64_t kBytesPerSession = 6'000;  // TLS with its certificate, Hello, OpenSession.
constexpr std::uint64_t kBytesPerHash = 34;        // In protobuf.

// Counts what would go over the wire, in the encodings of proto/amparo/v1/amparo.proto.
class CountingConnection final : public amparo::client::RefusingConnection {
 public:
  explicit CountingConnection(std::unique_ptr<Connection> inner) : inner_(std::move(inner)) {}
  std::uint64_t bytes() const { return bytes_; }

  absl::StatusOr<SubjectReply> Subject(SubjectType type, const SubjectId& subject,
                                       std::uint32_t from) override {
    auto reply = inner_->Subject(type, subject, from);
    bytes_ += kBytesPerCall;
    for (const auto& one : reply->statements) bytes_ += 16 + one.statement.size();
    return reply;
  }
  absl::StatusOr<CheckpointReply> Checkpoint(TreeSize old_size) override {
    auto reply = inner_->Checkpoint(old_size);
    bytes_ += kBytesPerCall + reply->checkpoint.size() + kBytesPerHash * reply->consistency.size();
    return reply;
  }
  absl::StatusOr<std::vector<std::vector<Hash>>> Prove(
      TreeSize size, const std::vector<Position>& positions) override {
    auto reply = inner_->Prove(size, positions);
    bytes_ += kBytesPerCall + 4 * positions.size();
    for (const auto& path : *reply) bytes_ += 4 + kBytesPerHash * path.size();
    return reply;
  }
  absl::StatusOr<LightReply> Light(LightWhich which, Position from, TreeSize size) override {
    auto reply = inner_->Light(which, from, size);
    Writer plain;
    for (const auto& one : reply->statements) {
      plain.U64(one.position.value);
      plain.Vec32(one.statement);
    }
    uLongf packed = compressBound(plain.bytes().size());
    Bytes out(packed);
    EXPECT_EQ(compress(out.data(), &packed, plain.bytes().data(), plain.bytes().size()), Z_OK);
    bytes_ += kBytesPerCall + packed;
    return reply;
  }

 private:
  std::unique_ptr<Connection> inner_;
  std::uint64_t bytes_ = kBytesPerSession;
};

// Invited, certified and endorsed as a registrar's home does it: with sealed objects, and grants of
// them to two registrars, the directory's recipient and the member.
class Enroller {
 public:
  explicit Enroller(ScriptedLog& log) : log_(log) {}

  void Enrol(const std::string& name, Role role) {
    const auto roles = static_cast<std::uint16_t>(role);
    amparo::Certificate certificate = Organisation::CertificateFor(name, roles, {1});
    const ObjectRef secret = Object(ObjectClass::kInviteSecret);
    Say("ria",
        Invite{.invite = certificate.invite,
               .roles = roles,
               .desks = {1},
               .member = {},
               .submit_only = 0,
               .expiry = UnixSeconds{log_.now().value + 3600},
               .ticket_sha256 = Next()},
        {secret}, {Grant(secret, log_.Certificate("ria")), Grant(secret, log_.Certificate("rob"))});
    const ObjectRef attributes = Object(ObjectClass::kAttributes);
    certificate.attributes_sha256 = attributes.payload_sha256;
    const Hash hash = HashOf(certificate);
    Say("ria", Certify{certificate}, {attributes},
        {Grant(attributes, log_.Certificate("rob")), Grant(attributes, hash)});
    if ((roles & kPrivilegedRoles) != 0) Say("rob", Endorse{hash}, {}, {});
  }

 private:
  Hash Next() { return HashNamed(absl::StrCat("bytes that nobody can pack ", ++count_)); }
  ObjectRef Object(ObjectClass object_class) {
    ObjectRef ref;
    ref.object = *ObjectId::From(Next().view().first(ObjectId::kSize));
    ref.object_class = object_class;
    ref.commitment.bytes = Next().bytes;
    ref.payload_length = 2048 + 32;
    ref.payload_sha256 = Next();
    return ref;
  }
  GrantRef Grant(const ObjectRef& object, const Hash& certificate) {
    return {.object = object.object,
            .grantee = *MemberId::From(certificate.view().first(MemberId::kSize)),
            .grantee_certificate = certificate,
            .purpose = Purpose::kDirectory,
            .type = RecipientType::kX25519,
            .length = static_cast<std::uint16_t>(GrantLength(RecipientType::kX25519)),
            .sha256 = Next()};
  }
  void Say(const std::string& name, const Act& act, std::vector<ObjectRef> objects,
           std::vector<GrantRef> grants) {
    std::sort(grants.begin(), grants.end(), [](const GrantRef& left, const GrantRef& right) {
      return left.grantee < right.grantee;
    });
    const auto salted = [&](Statement& said) { said.salt = *Salt::From(Next().view()); };
    log_.Add(log_.Say(name, act, {}, salted, std::move(objects), std::move(grants)));
  }

  ScriptedLog& log_;
  int count_ = 0;
};

TEST(LightCost, FirstContactIsTwoMinutesAt32KilobitPerSecond) {
  ScriptedLog log;
  int strangers = 0;
  const auto fill = [&](int size) {
    for (; static_cast<int>(log.size()) < size; ++strangers) {
      audit::Leaf leaf;
      for (std::size_t byte = 0; byte < 4; ++byte) {
        leaf.statement.bytes[byte] = static_cast<std::uint8_t>(strangers >> (8 * byte));
      }
      log.AddUnseen(leaf);
    }
  };
  // Half fellows, a third translators, every twelfth a reviewer or a coordinator.
  constexpr Role kRoles[] = {Role::kFellow, Role::kTranslator,  Role::kFellow, Role::kTranslator,
                             Role::kFellow, Role::kReviewer,    Role::kFellow, Role::kTranslator,
                             Role::kFellow, Role::kCoordinator, Role::kFellow, Role::kTranslator};
  Enroller enroller(log);
  for (int i = 0; i < kMembers; ++i) {
    fill((i + 1) * (kLeaves / (kMembers + 2)));
    enroller.Enrol(absl::StrCat("member ", i), kRoles[i % std::size(kRoles)]);
  }
  fill(kLeaves - 2000);
  log.OpenCase();
  log.Submit();
  fill(kLeaves - 1000);
  log.Assign();
  fill(kLeaves - 1);
  log.TickTo(UnixSeconds{log.now().value + 61});
  Replica replica(log.org(), log.log_key(), [&] { return log.now(); });
  CountingConnection connection(log.Connect());
  std::size_t recorded = 0;
  const auto status = replica.Sync(
      connection,
      [&](ByteView record) {
        recorded += record.size();
        return absl::OkStatus();
      },
      Reach::kLight);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(replica.directory().Members().size(), kMembers + 7u);
  EXPECT_EQ(replica.documents().size(), 1u);
  EXPECT_LT(connection.bytes(), kBytesMax);
  RecordProperty("bytes", static_cast<int>(connection.bytes()));
  RecordProperty("recorded", static_cast<int>(recorded));
}

}  // namespace
}  // namespace amparo::client
