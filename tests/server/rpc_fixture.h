// A server in this process over a store in memory, with an organisation, for tests of its RPCs
// over a socket.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_SERVER_RPC_FIXTURE_H_
#define AMPARO_TESTS_SERVER_RPC_FIXTURE_H_

#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "server/data_directory.h"
#include "server/running_server.h"
#include "tests/server/test_client.h"
#include "tests/storage/temporary_directory.h"

namespace amparo::server::testing {

inline const SubjectId kCase = SubjectId::Filled(0xca);
inline const SubjectId kDocument = SubjectId::Filled(0xd0);

class RpcTest : public ::testing::Test {
 protected:
  explicit RpcTest(std::unique_ptr<storage::Store> store = storage::OpenMemoryStore())
      : log_file_(std::tmpfile()), log_(log_file_, Now()) {
    Settings settings;
    settings.listen = "127.0.0.1:0";
    EXPECT_TRUE(MakeDataDirectory(data_, settings).ok());
    auto identity = LoadIdentity(data_);
    pem_ = identity->tls.certificate_pem;
    token_.emplace(MakeToken("127.0.0.1:1", pem_, Now()()));
    EXPECT_TRUE(KeepToken(data_.tokens(), identity->server_key, token_->kept).ok());
    auto server = RunningServer::Start({.data = data_,
                                        .identity = *std::move(identity),
                                        .store = std::move(store),
                                        .log = &log_,
                                        .clock = Now(),
                                        .steady = Now()});
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    client_.emplace(server_->address(), pem_);
    policy_ = People::FirstPolicy(token_->given.log_key);
    org_ = OrgId{HashOf(policy_).bytes};
  }
  ~RpcTest() override {
    client_.reset();
    server_.reset();
    std::fclose(log_file_);
  }

  Clock Now() {
    return [this] { return UnixSeconds{now_}; };
  }
  grpc::Status Found(const Policy& policy, v1::AppendReply* reply) {
    return client_->Found(token_->given.token.view(), token_->given.secret.Expose(),
                          People::FoundingStatement(policy), reply);
  }
  void Say(const std::string& name, const Act& act, const About& about = {}) {
    ASSERT_TRUE(client_->OpenSession(org_, name).ok());
    client_->Sync(mirror_);
    v1::AppendReply reply;
    const auto status =
        client_->Append({.statement = people_.Say(name, act, mirror_.seen(), about).bytes,
                         .grants = {},
                         .objects = {}},
                        &reply);
    ASSERT_TRUE(status.ok()) << name << ": " << status.error_message();
    client_->Sync(mirror_);
  }
  void FoundWithCast() {
    v1::AppendReply reply;
    ASSERT_TRUE(Found(policy_, &reply).ok());
    Say("ria", RecoveryTested{.proof = HashNamed("challenge")});
    const auto enrol = [&](const char* name, Role role, std::vector<Desk> desks) {
      people_.Enrol(name, RolesOf({role}), std::move(desks),
                    [&](const char* who, const Act& act) { Say(who, act); });
    };
    enrol("fay", Role::kFellow, {});
    enrol("cleo", Role::kCoordinator, {1});
    enrol("tina", Role::kTranslator, {});
    Say("fay", OpenCase{.desk = 1, .deliver_on_approval = 1}, {.subject = kCase, .prev = {}});
  }
  AppendInput SubmitWith(const MadeObject& part) {
    const MadeObject manifest = ObjectNamed("manifest", ObjectClass::kManifest);
    const MadeGrant grant = GrantNamed(manifest.ref.object, People::CertificateOf("cleo"));
    const Body body{.act = Submit{.case_id = kCase},
                    .objects = {manifest.ref, part.ref},
                    .grants = {grant.ref}};
    return {.statement =
                people_.Say("fay", body, mirror_.seen(), {.subject = kDocument, .prev = {}}).bytes,
            .grants = {{.object = grant.ref.object,
                        .grantee = grant.ref.grantee,
                        .grant = grant.bytes}},
            .objects = {{.object = manifest.ref.object, .payload = manifest.payload}}};
  }
  static v1::DownloadRequest DownloadOf(const ObjectId& object) {
    v1::DownloadRequest request;
    request.set_subject_type(3);
    request.set_subject(StringOf(kDocument.view()));
    request.set_object(StringOf(object.view()));
    return request;
  }

  std::atomic<std::uint64_t> now_ = Organisation::kStartSeconds;
  storage::TemporaryDirectory directory_;
  DataDirectory data_{.path = directory_.path() + "/data"};
  std::FILE* log_file_;
  Log log_;
  std::string pem_;
  std::optional<MadeToken> token_;
  std::unique_ptr<RunningServer> server_;
  std::optional<TestClient> client_;
  Policy policy_;
  OrgId org_;
  People people_;
  Mirror mirror_;
};

}  // namespace amparo::server::testing

#endif  // AMPARO_TESTS_SERVER_RPC_FIXTURE_H_
