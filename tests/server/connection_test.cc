// Every way to reach a server answers alike: the real engine in this process, and the real
// amparod over gRPC. What holds for one of them in a test holds for people too.

#include "client/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <time.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "audit/cosignature.h"
#include "audit/merkle.h"
#include "audit/proof.h"
#include "tests/server/amparod_process.h"
#include "tests/server/correspondent.h"
#include "tests/support/engine_connection.h"

namespace amparo::server::testing {
namespace {

enum class Way { kEngine, kGrpc };

class ConnectionTest : public ::testing::TestWithParam<Way> {
 protected:
  ConnectionTest() {
    People::LiveAt(Now());
    VerifyKey log_key = KeyNamed("log").verify_key();
    std::optional<FoundingToken> token;
    if (GetParam() == Way::kGrpc) {
      server_.emplace();
      server_->Start();
      token = server_->MakeToken();
      log_key = token->log_key;
    }
    const Policy policy = People::FirstPolicy(log_key);
    const SignedStatement founding = People::FoundingStatement(policy);
    org_ = OrgId{HashOf(policy).bytes};
    if (GetParam() == Way::kGrpc) {
      connection_ = *client::ConnectGrpc(
          {.address = server_->address(), .certificate_pem = server_->CertificatePem()});
      const auto founded =
          connection_->Found(token->token.view(), token->secret.Expose(), founding.bytes);
      EXPECT_TRUE(founded.ok()) << founded.status();
    } else {
      engine_ = std::make_unique<amparo::testing::Engine>(KeyNamed("log"), founding, 0);
      connection_ = engine_->Connect();
    }
    ria_.emplace(*connection_, people_, org_, log_key);
    ria_->SetUp();
    EXPECT_EQ(ria_->Say("cleo", OpenCase{.desk = 1, .deliver_on_approval = 1},
                        {.subject = SubjectId::Filled(0xca), .prev = {}}),
              "OK");
    ria_->Sync();
  }

  static UnixSeconds Now() { return UnixSeconds{static_cast<std::uint64_t>(time(nullptr))}; }
  static audit::Witness CosignerNamed(const std::string& name) {
    return {.name = audit::CosignerNameOf(People::HashOfCertificate(name)),
            .key = KeyNamed(name).verify_key()};
  }
  std::string LineBy(const std::string& name, const std::string& note) {
    return *audit::Cosign(CosignerNamed(name).name, KeyNamed(name), Now(), note);
  }

  People people_;
  std::optional<AmparodProcess> server_;
  std::unique_ptr<amparo::testing::Engine> engine_;
  std::unique_ptr<client::Connection> connection_;
  OrgId org_;
  std::optional<Correspondent> ria_;
};

TEST_P(ConnectionTest, ProvesItsNewestHeadFromEverySize) {
  const std::vector<Hash> leaves = ria_->LeafHashes();
  for (std::size_t size = 0; size <= leaves.size(); ++size) {
    const auto reply = connection_->Checkpoint(TreeSize{size});
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_EQ(ria_->Open(reply->checkpoint), ria_->head());
    const audit::Checkpoint old{
        .size = TreeSize{size},
        .root = audit::RootOf(std::vector<Hash>(leaves.begin(), leaves.begin() + size))};
    EXPECT_EQ(reply->old_root, old.root);
    EXPECT_TRUE(audit::VerifyConsistency(old, ria_->head(), reply->consistency).ok()) << size;
    EXPECT_FALSE(reply->log_epoch.has_value());
  }
  const auto beyond = connection_->Checkpoint(TreeSize{leaves.size() + 1});
  ASSERT_TRUE(beyond.ok()) << beyond.status();
  EXPECT_EQ(beyond->old_root, std::nullopt);
  EXPECT_TRUE(beyond->consistency.empty());
}

TEST_P(ConnectionTest, ProvesWhereALeafStands) {
  const std::vector<Hash> leaves = ria_->LeafHashes();
  std::vector<Position> positions;
  for (std::size_t i = leaves.size(); i-- > 0;) positions.push_back(Position{i});
  const auto paths = connection_->Prove(ria_->head().size, positions);
  ASSERT_TRUE(paths.ok()) << paths.status();
  ASSERT_EQ(paths->size(), positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    EXPECT_TRUE(
        audit::VerifyInclusion(leaves[positions[i].value], positions[i], ria_->head(), (*paths)[i])
            .ok());
  }
  const TreeSize beyond{leaves.size() + 1};
  EXPECT_EQ(ReasonGiven(connection_->Prove(beyond, {Position{0}}).status()), "SIZE_UNKNOWN");
  EXPECT_EQ(ReasonGiven(connection_->Prove(TreeSize{2}, {Position{2}}).status()), "MALFORMED");
  EXPECT_EQ(ReasonGiven(
                connection_->Prove(TreeSize{2}, std::vector<Position>(257, Position{0})).status()),
            "TOO_LARGE");
}

TEST_P(ConnectionTest, GivesStatementsWithoutTheLeavesBetween) {
  const TreeSize size = ria_->head().size;
  const auto kind_of = [](const client::PositionedStatement& one) {
    return static_cast<Kind>(DecodeSigned(one.statement)->statement.kind);
  };
  const auto directory = connection_->Light(client::LightWhich::kDirectory, Position{0}, size);
  ASSERT_TRUE(directory.ok()) << directory.status();
  EXPECT_EQ(directory->next, Position{size.value});
  std::size_t expected = 0;
  for (const client::SyncEntry& entry : ria_->entries()) {
    const bool is_tick = !entry.statement.empty() && entry.leaf[0] == 1 &&
                         kind_of({.position = {}, .statement = entry.statement}) == Kind::kTick;
    if (entry.leaf[0] == 1 && !is_tick) ++expected;
  }
  ASSERT_EQ(directory->statements.size(), expected);
  for (const client::PositionedStatement& one : directory->statements) {
    EXPECT_EQ(one.statement, ria_->entries()[one.position.value].statement);
  }
  ria_->Be("cleo");
  const auto visible = connection_->Light(client::LightWhich::kVisible, Position{0}, size);
  ASSERT_TRUE(visible.ok()) << visible.status();
  ASSERT_EQ(visible->statements.size(), 2u);
  EXPECT_EQ(kind_of(visible->statements[0]), Kind::kTick);
  EXPECT_EQ(kind_of(visible->statements[1]), Kind::kOpenCase);
  const auto tick = connection_->Light(client::LightWhich::kTick, Position{0}, size);
  ASSERT_TRUE(tick.ok()) << tick.status();
  ASSERT_EQ(tick->statements.size(), 1u);
  EXPECT_EQ(tick->statements[0].statement, visible->statements[0].statement);
  EXPECT_EQ(ReasonGiven(
                connection_->Light(client::LightWhich::kTick, Position{0}, TreeSize{size.value + 1})
                    .status()),
            "SIZE_UNKNOWN");
}

TEST_P(ConnectionTest, TakesACosignatureFromItsOwnerAndGivesItToAll) {
  const std::string note = connection_->Checkpoint(TreeSize{})->checkpoint;
  const TreeSize size = ria_->head().size;
  EXPECT_EQ(ReasonGiven(connection_->Cosign(size, LineBy("cleo", note))), "BAD_SIGNATURE");
  EXPECT_EQ(ReasonGiven(connection_->Cosign(TreeSize{size.value + 1}, LineBy("ria", note))),
            "SIZE_UNKNOWN");
  EXPECT_EQ(ReasonGiven(connection_->Cosign(size, "no line")), "MALFORMED");
  const std::string late = *audit::Cosign(CosignerNamed("ria").name, KeyNamed("ria"),
                                          UnixSeconds{Now().value + 4000}, note);
  EXPECT_EQ(ReasonGiven(connection_->Cosign(size, late)), "TIME_AHEAD");
  EXPECT_TRUE(connection_->Cosigned()->empty());
  ASSERT_EQ(ReasonGiven(connection_->Cosign(size, LineBy("ria", note))), "OK");
  ria_->Be("cleo");
  const std::vector<audit::Witness> both = {CosignerNamed("ria"), CosignerNamed("cleo")};
  const std::string cosigned = connection_->Checkpoint(size)->checkpoint;
  const auto seen = audit::VerifyCosignatures(cosigned, both);
  ASSERT_TRUE(seen.ok()) << seen.status();
  ASSERT_EQ(seen->size(), 1u);
  EXPECT_EQ(seen->front().name, CosignerNamed("ria").name);
  EXPECT_EQ(*connection_->Cosigned(), std::vector<std::string>{cosigned});
}

TEST_P(ConnectionTest, TellsTheNewestLogEpoch) {
  for (const std::uint32_t epoch : {1u, 2u}) {
    ria_->Sync();
    const audit::Checkpoint head = ria_->head();
    ASSERT_EQ(ria_->SayByRoots({"root-1", "root-2"},
                               LogEpoch{.epoch = epoch, .size = head.size, .root = head.root}),
              "OK");
    const auto reply = connection_->Checkpoint(head.size);
    ASSERT_TRUE(reply.ok()) << reply.status();
    ASSERT_TRUE(reply->log_epoch.has_value());
    ria_->Sync();
    const Position position = reply->log_epoch->position;
    EXPECT_EQ(reply->log_epoch->statement, ria_->entries()[position.value].statement);
    EXPECT_GE(position.value, head.size.value);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryWay, ConnectionTest, ::testing::Values(Way::kEngine, Way::kGrpc),
                         [](const auto& each) {
                           return each.param == Way::kEngine ? "Engine" : "Grpc";
                         });

}  // namespace
}  // namespace amparo::server::testing
