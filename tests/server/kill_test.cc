// SIGKILL at any moment of a stream of appends loses nothing that was acknowledged, and makes
// no second root of a size for which one was ever shown.

#include <gtest/gtest.h>
#include <signal.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "audit/checkpoint.h"
#include "audit/cosignature.h"
#include "audit/log_entry.h"
#include "server/call.h"
#include "tests/server/amparod_process.h"
#include "tests/server/test_client.h"

namespace amparo::server::testing {
namespace {

const SubjectId kCase = SubjectId::Filled(0xca);

// Every root that anybody was ever shown for a size, and the newest cosignature that was taken.
// Thread safety: all methods but the last two, from any thread.
class Promises {
 public:
  void Take(const OrgId& org, const VerifyKey& log_key, const std::string& note) {
    const auto checkpoint = audit::OpenCheckpoint(org, log_key, note);
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
    Take(checkpoint->size.value, checkpoint->root);
  }
  void Take(std::uint64_t size, const Hash& root) {
    const std::lock_guard lock(mutex_);
    const auto [known, is_new] = roots_.try_emplace(size, root);
    ASSERT_EQ(known->second, root) << "two roots of size " << size;
  }
  void TakeCosigned(std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    cosigned_ = std::max(cosigned_, size);
  }
  const std::map<std::uint64_t, Hash>& roots() const { return roots_; }
  std::uint64_t cosigned() const { return cosigned_; }

 private:
  std::mutex mutex_;  // Guards what follows.
  std::uint64_t cosigned_ = 0;
  std::map<std::uint64_t, Hash> roots_;
};

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

  static std::string CosignatureBy(const std::string& name, const std::string& note) {
    return *audit::Cosign(audit::CosignerNameOf(People::HashOfCertificate(name)), KeyNamed(name),
                          UnixSeconds{static_cast<std::uint64_t>(time(nullptr))}, note);
  }

  // Asks for heads and cosigns each, so many times.
  void LookOn(std::uint64_t looks, std::uint64_t seed, Promises& promises) {
    std::mt19937_64 random(seed);
    TestClient client(server_.address(), server_.CertificatePem());
    ASSERT_TRUE(client.OpenSession(org_, "ria").ok());
    for (std::uint64_t look = 0; look < looks; ++look) {
      v1::CheckpointRequest request;
      request.set_old_size(1 + random() % 8);
      v1::CheckpointReply head;
      ASSERT_TRUE(client.stub()
                      .Checkpoint(Context().get(), client.Wrap("Checkpoint", request), &head)
                      .ok());
      promises.Take(org_, log_key_, head.checkpoint());
      promises.Take(request.old_size(), *Hash::From(AsBytes(head.old_root())));
      const auto size = audit::OpenCheckpoint(org_, log_key_, head.checkpoint())->size;
      v1::CosignRequest cosign;
      cosign.set_size(size.value);
      cosign.set_signature(CosignatureBy("ria", head.checkpoint()));
      v1::CosignReply taken;
      const auto status =
          client.stub().Cosign(Context().get(), client.Wrap("Cosign", cosign), &taken);
      ASSERT_TRUE(status.ok()) << status.error_message();
      promises.TakeCosigned(size.value);
    }
  }

  // After a restart: what was acknowledged stands where it was said to stand, under every root
  // that was ever shown, and so does the cosignature.
  void CheckEverything(const std::map<std::uint64_t, Bytes>& acknowledged,
                       const std::map<std::uint64_t, Hash>& roots, std::uint64_t cosigned) {
    TestClient client(server_.address(), server_.CertificatePem());
    ASSERT_TRUE(client.OpenSession(org_, "cleo").ok());
    client.Sync(mirror_);
    for (const auto& [position, statement] : acknowledged) {
      ASSERT_LT(position, mirror_.entries.size());
      EXPECT_EQ(mirror_.entries[position].statement(), StringOf(statement)) << position;
    }
    audit::Frontier frontier;
    for (const v1::LogEntry& entry : mirror_.entries) {
      frontier.Append(audit::LeafHash(*audit::DecodeLeaf(AsBytes(entry.leaf()))));
      const auto shown = roots.find(frontier.size().value);
      if (shown == roots.end()) continue;
      EXPECT_EQ(shown->second, frontier.Root()) << shown->first;
    }
    EXPECT_LE(roots.rbegin()->first, frontier.size().value);
    const auto checkpoint = audit::OpenCheckpoint(org_, log_key_, mirror_.checkpoint);
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
    EXPECT_EQ(checkpoint->size, frontier.size());
    EXPECT_EQ(checkpoint->root, frontier.Root());
    v1::CosignedReply reply;
    const auto status = client.stub().Cosigned(
        Context().get(), client.Wrap("Cosigned", v1::CosignedRequest()), &reply);
    ASSERT_TRUE(status.ok()) << status.error_message();
    ASSERT_EQ(reply.checkpoints_size(), 1);
    EXPECT_GE(audit::OpenCheckpoint(org_, log_key_, reply.checkpoints(0))->size.value, cosigned);
  }

  AmparodProcess server_;
  People people_;
  Mirror mirror_;
  VerifyKey log_key_;
  OrgId org_;
  Hash case_head_;
};

// Two people speak and a third looks on, until whatever they are in the middle of is cut off.
TEST_F(KillTest, KeepsEveryPromiseOfACheckpointAfterRestart) {
  const std::uint64_t seed = std::random_device{}();
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  std::mt19937_64 random(seed);
  std::mutex mutex;  // Guards the people and what was acknowledged.
  std::map<std::uint64_t, Bytes> acknowledged;
  Promises promises;
  int number = 0;
  for (int round = 0; round < 6; ++round) {
    const std::uint64_t looks = 3 + random() % 60;
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
        promises.Take(org_, log_key_, reply.checkpoint());
        EXPECT_GT(audit::OpenCheckpoint(org_, log_key_, reply.checkpoint())->size.value,
                  reply.position());
      }
    };
    std::thread cleo(speak, "cleo");
    std::thread carl(speak, "carl");
    std::thread ria([&] {
      LookOn(looks, random(), promises);
      is_killed = true;
      server_.Stop(SIGKILL);
    });
    cleo.join();
    carl.join();
    ria.join();
    server_.Start();
    CheckEverything(acknowledged, promises.roots(), promises.cosigned());
  }
  EXPECT_EQ(server_.Stop(SIGTERM), 0);
}

}  // namespace
}  // namespace amparo::server::testing
