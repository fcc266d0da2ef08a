// The RPCs of heads, proofs and cosignatures over a socket, and what a witness is told.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "audit/cosignature.h"
#include "audit/log_entry.h"
#include "audit/merkle.h"
#include "audit/proof.h"
#include "server/call.h"
#include "server/witnesses.h"
#include "tests/server/rpc_fixture.h"

namespace amparo::server::testing {
namespace {

class HeadsRpcTest : public RpcTest {
 protected:
  HeadsRpcTest() {
    FoundWithCast();
    EXPECT_TRUE(client_->OpenSession(org_, "tina").ok());
  }
  grpc::Status Head(std::uint64_t old_size, v1::CheckpointReply* reply) {
    v1::CheckpointRequest request;
    request.set_old_size(old_size);
    return client_->stub().Checkpoint(Context().get(), client_->Wrap("Checkpoint", request), reply);
  }
  v1::CheckpointReply HeadNow() {
    v1::CheckpointReply reply;
    const auto status = Head(mirror_.frontier.size().value, &reply);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return reply;
  }
  // "OK", or the reason of the refusal.
  std::string Cosign(std::uint64_t size, const std::string& line) {
    v1::CosignRequest request;
    request.set_size(size);
    request.set_signature(line);
    v1::CosignReply reply;
    const auto context = Context();
    const auto status =
        client_->stub().Cosign(context.get(), client_->Wrap("Cosign", request), &reply);
    return status.ok() ? "OK" : ReasonIn(*context);
  }
  std::string LineBy(const std::string& name, const SigningKey& key) {
    return *audit::Cosign(name, key, UnixSeconds{now_}, HeadNow().checkpoint());
  }
  // What the server says to a request of this method by the session there is.
  template <class Request, class Reply>
  std::string ReasonOfCall(const std::string& name,
                           grpc::Status (v1::Amparo::Stub::*method)(grpc::ClientContext*,
                                                                    const v1::Envelope&, Reply*),
                           const Request& request) {
    Reply reply;
    const auto context = Context();
    const auto status =
        (client_->stub().*method)(context.get(), client_->Wrap(name, request), &reply);
    return status.ok() ? "OK" : ReasonIn(*context);
  }
  static audit::Witness Partner() {
    return {.name = "witness.example/partner", .key = KeyNamed("partner").verify_key()};
  }
  bool OpensAsPartner() {
    return client_->OpenSession(org_, Hash{Partner().key.bytes}, KeyNamed("partner")).ok();
  }

  WitnessFiles files_{data_.witnesses()};
};

TEST_F(HeadsRpcTest, ProveThatTheLogIsOneLog) {
  const std::uint64_t size = mirror_.frontier.size().value;
  v1::CheckpointReply reply;
  ASSERT_TRUE(Head(4, &reply).ok());
  const auto head = audit::OpenCheckpoint(org_, token_->given.log_key, reply.checkpoint());
  ASSERT_TRUE(head.ok()) << head.status();
  std::vector<Hash> path;
  for (const std::string& hash : reply.consistency()) path.push_back(*Hash::From(AsBytes(hash)));
  std::vector<Hash> leaves;
  for (const v1::LogEntry& entry : mirror_.entries) {
    leaves.push_back(audit::LeafHash(*audit::DecodeLeaf(AsBytes(entry.leaf()))));
  }
  const audit::Checkpoint old{
      .size = TreeSize{4},
      .root = audit::RootOf(std::vector<Hash>(leaves.begin(), leaves.begin() + 4))};
  EXPECT_EQ(reply.old_root(), StringOf(old.root.view()));
  EXPECT_TRUE(audit::VerifyConsistency(old, *head, path).ok());

  v1::ProveRequest request;
  request.set_size(size);
  request.add_positions(2);
  v1::ProveReply proof;
  ASSERT_TRUE(client_->stub().Prove(Context().get(), client_->Wrap("Prove", request), &proof).ok());
  path.clear();
  for (const std::string& hash : proof.paths(0).hashes()) {
    path.push_back(*Hash::From(AsBytes(hash)));
  }
  EXPECT_TRUE(audit::VerifyInclusion(leaves[2], Position{2}, *head, path).ok());

  v1::CheckpointReply beyond;
  ASSERT_TRUE(Head(size + 1, &beyond).ok());
  EXPECT_EQ(beyond.old_root(), "");
  EXPECT_EQ(beyond.consistency_size(), 0);
}

TEST_F(HeadsRpcTest, RefuseAKindOfReadingThatIsNone) {
  for (const int which : {0, 4, -1}) {
    v1::LightRequest request;
    request.set_which(static_cast<v1::LightRequest::Which>(which));
    EXPECT_EQ(ReasonOfCall("Light", &v1::Amparo::Stub::Light, request), "MALFORMED") << which;
  }
}

TEST_F(HeadsRpcTest, KeepAMembersCosignatureAndGiveItToOthers) {
  const std::string name = audit::CosignerNameOf(People::HashOfCertificate("tina"));
  const std::uint64_t size = mirror_.frontier.size().value;
  ASSERT_EQ(Cosign(size, LineBy(name, KeyNamed("tina"))), "OK");
  ASSERT_TRUE(client_->OpenSession(org_, "fay").ok());
  const std::vector<audit::Witness> tina = {{.name = name, .key = KeyNamed("tina").verify_key()}};
  EXPECT_EQ(audit::VerifyCosignatures(HeadNow().checkpoint(), tina)->size(), 1u);
  v1::CosignedReply reply;
  ASSERT_TRUE(
      client_->stub()
          .Cosigned(Context().get(), client_->Wrap("Cosigned", v1::CosignedRequest()), &reply)
          .ok());
  ASSERT_EQ(reply.checkpoints_size(), 1);
  EXPECT_EQ(reply.checkpoints(0), HeadNow().checkpoint());
}

TEST_F(HeadsRpcTest, ToldToAWitnessAreTheLogsOwnAndNothingElse) {
  const std::string tina = audit::CosignerNameOf(People::HashOfCertificate("tina"));
  const std::uint64_t size = mirror_.frontier.size().value;
  ASSERT_EQ(Cosign(size, LineBy(tina, KeyNamed("tina"))), "OK");
  EXPECT_FALSE(OpensAsPartner());
  ASSERT_TRUE(files_.Add(org_, Partner()).ok());
  ASSERT_TRUE(OpensAsPartner());
  const v1::CheckpointReply head = HeadNow();
  EXPECT_EQ(head.checkpoint(), mirror_.checkpoint);
  EXPECT_EQ(head.log_epoch(), "");
  EXPECT_EQ(Cosign(size, LineBy(Partner().name, KeyNamed("partner"))), "OK");
  using Stub = v1::Amparo::Stub;
  EXPECT_EQ(ReasonOfCall("Append", &Stub::Append, v1::AppendRequest()), "SESSION_REFUSED");
  EXPECT_EQ(ReasonOfCall("Sync", &Stub::Sync, v1::SyncRequest()), "SESSION_REFUSED");
  EXPECT_EQ(ReasonOfCall("Subject", &Stub::Subject, v1::SubjectRequest()), "SESSION_REFUSED");
  EXPECT_EQ(ReasonOfCall("Objects", &Stub::Objects, v1::ObjectsRequest()), "SESSION_REFUSED");
  EXPECT_EQ(ReasonOfCall("Pending", &Stub::Pending, v1::PendingRequest()), "SESSION_REFUSED");
  EXPECT_EQ(ReasonOfCall("Cosigned", &Stub::Cosigned, v1::CosignedRequest()), "SESSION_REFUSED");
  EXPECT_EQ(ReasonOfCall("Prove", &Stub::Prove, v1::ProveRequest()), "SESSION_REFUSED");
  EXPECT_EQ(ReasonOfCall("Light", &Stub::Light, v1::LightRequest()), "SESSION_REFUSED");
  std::string payload;
  EXPECT_EQ(client_->Download(DownloadOf(ObjectId::Filled(1)), &payload).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  v1::UploadReply uploaded;
  EXPECT_EQ(client_->Upload(ObjectId::Filled(1), {}, 0, 0, false, &uploaded).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  const auto context = Context();
  const auto watching =
      client_->stub().Watch(context.get(), client_->Wrap("Watch", v1::WatchRequest()));
  EXPECT_EQ(watching->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
  // A member sees who else saw this head.
  ASSERT_TRUE(client_->OpenSession(org_, "fay").ok());
  const auto names = audit::SignerNames(HeadNow().checkpoint());
  ASSERT_TRUE(names.ok());
  EXPECT_EQ(std::vector<std::string>(names->begin() + 1, names->end()),
            (std::vector<std::string>{Partner().name, tina}));
}

TEST_F(HeadsRpcTest, EndForAWitnessWithTheOperatorsWord) {
  ASSERT_TRUE(files_.Add(org_, Partner()).ok());
  ASSERT_TRUE(OpensAsPartner());
  ASSERT_TRUE(files_.Remove(org_, Partner().name).ok());
  v1::CheckpointReply reply;
  EXPECT_EQ(Head(0, &reply).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_FALSE(OpensAsPartner());
}

TEST_F(HeadsRpcTest, AreForTheWitnessesOfThisOrganisation) {
  ASSERT_TRUE(files_.Add(OrgId::Filled(9), Partner()).ok());
  EXPECT_FALSE(OpensAsPartner());
}

TEST(WitnessFiles, HoldsWhomTheOperatorNamed) {
  const storage::TemporaryDirectory directory;
  const WitnessFiles files(directory.path() + "/witnesses");
  const OrgId org = OrgId::Filled(7);
  const auto named = [](int i) {
    return audit::Witness{.name = absl::StrCat("witness.example/", i),
                          .key = KeyNamed(absl::StrCat("witness ", i)).verify_key()};
  };
  EXPECT_TRUE(files.List(org)->empty());
  EXPECT_TRUE(files.source()(org).empty());
  for (std::size_t i = 0; i < kWitnessesMax; ++i) {
    ASSERT_TRUE(files.Add(org, named(static_cast<int>(i))).ok());
  }
  EXPECT_EQ(files.Add(org, named(99)).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(files.Remove(org, "nobody").code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(files.Remove(org, named(3).name).ok());
  ASSERT_EQ(files.List(org)->size(), kWitnessesMax - 1);
  EXPECT_EQ(files.List(org)->at(3), named(4));
  // Nobody under two keys, and no key under two names.
  EXPECT_EQ(files.Add(org, {.name = named(4).name, .key = named(99).key}).code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(files.Add(org, {.name = named(99).name, .key = named(4).key}).code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(files.Add(org, {.name = audit::CosignerNameOf(Hash{}), .key = named(99).key}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(files.List(OrgId::Filled(8))->empty());
}

}  // namespace
}  // namespace amparo::server::testing
