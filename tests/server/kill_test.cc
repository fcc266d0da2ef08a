// SIGKILL at any moment of a stream of appends loses nothing that was acknowledged.

#include <gtest/gtest.h>
#include <signal.h>
#include <time.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "absl/strings/str_cat.h"
#include "audit/checkpoint.h"
#include "server/call.h"
#include "tests/server/amparod_process.h"
#include "tests/server/test_client.h"

namespace amparo::server::testing {
namespace {

const SubjectId kCase = SubjectId::Filled(0xca);

// A server with an organisation, two coordinators and an open case.
class KillTest : public ::testing::Test {
 protected:
  KillTest() {
    People::LiveAt(UnixSeconds{static_cast<std::uint64_t>(time(nullptr))});
    server_.Start();
    const FoundingToken token = server_.MakeToken();
    log_key_ = token.log_key;
    const Policy policy = People::FirstPolicy(token.log_key);
    org_ = OrgId{HashOf(policy).bytes};
    TestClient client(server_.address(), server_.CertificatePem());
    v1::AppendReply reply;
    const auto founded = client.Found(token.token.view(), token.secret.Expose(),
                                      People::FoundingStatement(policy), &reply);
    EXPECT_TRUE(founded.ok()) << founded.error_message();
    EXPECT_TRUE(client.OpenSession(org_, "ria").ok());
    const auto say = [&](const std::string& name, const Act& act, const About& about = {}) {
      client.Sync(mirror_);
      const auto status =
          client.Append({.statement = people_.Say(name, act, mirror_.seen(), about).bytes,
                         .grants = {},
                         .objects = {}},
                        &reply);
      ASSERT_TRUE(status.ok()) << name << " " << status.error_message();
    };
    say("ria", RecoveryTested{.proof = HashNamed("challenge")});
    for (const char* name : {"cleo", "carl"}) {
      people_.Enrol(name, RolesOf({Role::kCoordinator}), {1},
                    [&](const char* who, const Act& act) { say(who, act); });
    }
    EXPECT_TRUE(client.OpenSession(org_, "cleo").ok());
    say("cleo", OpenCase{.desk = 1, .deliver_on_approval = 1}, {.subject = kCase, .prev = {}});
    client.Sync(mirror_);
    case_head_ = HashOf(AsBytes(mirror_.entries.back().statement()));
  }

  // A remark on the case.
  AppendInput NoteBy(const std::string& name, int number) {
    const MadeObject note = ObjectNamed(absl::StrCat(name, " notes ", number), ObjectClass::kNote);
    AppendInput input;
    Body body{.act = NoteCase{.type = NoteType::kComment, .in_reply_to = {}},
              .objects = {note.ref},
              .grants = {}};
    input.objects.push_back({.object = note.ref.object, .payload = note.payload});
    for (const char* reader : {"cleo", "carl"}) {
      const MadeGrant grant = GrantNamed(note.ref.object, People::CertificateOf(reader));
      body.grants.push_back(grant.ref);
      input.grants.push_back(
          {.object = grant.ref.object, .grantee = grant.ref.grantee, .grant = grant.bytes});
    }
    input.statement =
        people_.Say(name, body, mirror_.seen(), {.subject = kCase, .prev = case_head_}).bytes;
    return input;
  }

  AmparodProcess server_;
  People people_;
  Mirror mirror_;
  VerifyKey log_key_;
  OrgId org_;
  Hash case_head_;
};

TEST_F(KillTest, FindsEveryAcknowledgedStatementAfterRestart) {
  std::mutex mutex;  // Guards the people and what was acknowledged.
  std::map<std::uint64_t, Bytes> acknowledged;
  int number = 0;
  for (int round = 0; round < 4; ++round) {
    const std::size_t enough = acknowledged.size() + 15 + static_cast<std::size_t>(round) * 7;
    std::atomic<bool> is_killed = false;
    const auto speak = [&](const std::string& name) {
      TestClient client(server_.address(), server_.CertificatePem());
      ASSERT_TRUE(client.OpenSession(org_, name).ok());
      while (!is_killed) {
        std::unique_lock lock(mutex);
        const AppendInput input = NoteBy(name, ++number);
        lock.unlock();
        v1::AppendReply reply;
        grpc::ClientContext context;
        const auto status =
            client.stub().Append(&context, client.Wrap("Append", RequestOf(input)), &reply);
        if (!status.ok()) {
          EXPECT_TRUE(is_killed) << status.error_message() << " " << ReasonIn(context);
          return;
        }
        lock.lock();
        acknowledged[reply.position()] = input.statement;
        if (acknowledged.size() >= enough && !is_killed.exchange(true)) server_.Stop(SIGKILL);
      }
    };
    std::thread cleo(speak, "cleo");
    std::thread carl(speak, "carl");
    cleo.join();
    carl.join();
    server_.Start();
    TestClient client(server_.address(), server_.CertificatePem());
    ASSERT_TRUE(client.OpenSession(org_, "cleo").ok());
    client.Sync(mirror_);
    for (const auto& [position, statement] : acknowledged) {
      ASSERT_LT(position, mirror_.entries.size());
      EXPECT_EQ(mirror_.entries[position].statement(), StringOf(statement)) << position;
    }
    const auto checkpoint = audit::OpenCheckpoint(org_, log_key_, mirror_.checkpoint);
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
    EXPECT_EQ(checkpoint->size, mirror_.frontier.size());
    EXPECT_EQ(checkpoint->root, mirror_.frontier.Root());
  }
  EXPECT_EQ(server_.Stop(SIGTERM), 0);
}

}  // namespace
}  // namespace amparo::server::testing
