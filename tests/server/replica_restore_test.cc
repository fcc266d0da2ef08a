// A real server that is restored from an older backup, as a client's replica sees it: an alarm
// with evidence, until the roots say where the log goes on.

#include <gtest/gtest.h>
#include <signal.h>
#include <time.h>

#include <filesystem>

#include "client/replica.h"
#include "custody/judge.h"
#include "tests/server/amparod_process.h"
#include "tests/server/correspondent.h"

namespace amparo::server::testing {
namespace {

using client::Reach;
using client::Replica;

constexpr auto kRecursive = std::filesystem::copy_options::recursive;

// A replica of cleo's, and what it gave to be kept.
struct Copy {
  Copy(const OrgId& org, const VerifyKey& log_key) : replica(org, log_key) {
    replica.Expect({.certificate = People::HashOfCertificate("cleo"), .introduced = {}});
  }
  absl::Status Sync(client::Connection& connection, std::optional<Reach> reach = {}) {
    return replica.Sync(connection, Recorder(), reach);
  }
  absl::StatusOr<client::EpochRestart> Restart(client::Connection& connection) {
    return replica.RestartAtEpoch(connection, Recorder());
  }
  std::function<absl::Status(ByteView)> Recorder() {
    return [this](ByteView bytes) {
      records.emplace_back(bytes.begin(), bytes.end());
      return absl::OkStatus();
    };
  }

  Replica replica;
  std::vector<Bytes> records;
};

TEST(ReplicaOfARestoredServer, IsAlarmedUntilTheRootsSayWhereTheLogGoesOn) {
  People::LiveAt(UnixSeconds{static_cast<std::uint64_t>(time(nullptr))});
  AmparodProcess server;
  server.Start();
  const FoundingToken token = server.MakeToken();
  const Policy policy = People::FirstPolicy(token.log_key);
  const OrgId org{HashOf(policy).bytes};
  People people;
  const auto connect = [&] {
    return *client::ConnectGrpc(
        {.address = server.address(), .certificate_pem = server.CertificatePem()});
  };
  auto connection = connect();
  ASSERT_TRUE(connection
                  ->Found(token.token.view(), token.secret.Expose(),
                          People::FoundingStatement(policy).bytes)
                  .ok());
  {
    Correspondent ria(*connection, people, org, token.log_key);
    ria.SetUp();
  }
  connection.reset();
  ASSERT_EQ(server.Stop(SIGTERM), 0);
  const std::string backup = server.data() + "-backup";
  std::filesystem::copy(server.data(), backup, kRecursive);

  // What happens after the backup is lost with the disk, but cleo saw it.
  server.Start();
  connection = connect();
  Correspondent before(*connection, people, org, token.log_key);
  before.Be("cleo");
  const About the_case{.subject = SubjectId::Filled(0xca), .prev = {}};
  ASSERT_EQ(before.Say("cleo", OpenCase{.desk = 1, .deliver_on_approval = 1}, the_case), "OK");
  Copy full(org, token.log_key), light(org, token.log_key);
  ASSERT_EQ(full.Sync(*connection, Reach::kFull), absl::OkStatus());
  ASSERT_EQ(light.Sync(*connection, Reach::kLight), absl::OkStatus());
  const audit::Checkpoint lost = full.replica.head();
  EXPECT_EQ(light.replica.head(), lost);
  EXPECT_EQ(light.replica.cases().size(), 1u);
  connection.reset();
  ASSERT_EQ(server.Stop(SIGTERM), 0);
  std::filesystem::remove_all(server.data());
  std::filesystem::copy(backup, server.data(), kRecursive);

  server.Start();
  connection = connect();
  Correspondent after(*connection, people, org, token.log_key);
  after.Be("cleo");
  after.Sync();
  ASSERT_LT(after.head().size, lost.size);
  for (Copy* copy : {&full, &light}) {
    EXPECT_TRUE(absl::IsDataLoss(copy->Sync(*connection)));
    EXPECT_EQ(copy->replica.head(), lost);
    EXPECT_FALSE(copy->replica.epoch_offer().has_value());
  }
  ASSERT_TRUE(full.replica.evidence().has_value());
  EXPECT_EQ(custody::Judge(*full.replica.evidence()).verdict, custody::Verdict::kReportedRollback);

  const LogEpoch epoch{.epoch = 1, .size = after.head().size, .root = after.head().root};
  ASSERT_EQ(after.SayByRoots({"root-1", "root-2"}, epoch), "OK");
  for (Copy* copy : {&full, &light}) {
    SCOPED_TRACE(copy == &light ? "light" : "full");
    EXPECT_TRUE(absl::IsFailedPrecondition(copy->Sync(*connection)));
    EXPECT_EQ(copy->replica.head(), lost);
    ASSERT_TRUE(copy->replica.epoch_offer().has_value());
    EXPECT_EQ(copy->replica.epoch_offer()->needs_confirmation, copy == &light);
    const auto restart = copy->Restart(*connection);
    ASSERT_TRUE(restart.ok()) << restart.status();
    EXPECT_EQ(restart->epoch, epoch);
    ASSERT_EQ(restart->lost.size(), 1u);
    EXPECT_EQ(restart->lost[0].kind, Kind::kOpenCase);
    EXPECT_TRUE(copy->replica.cases().empty());
  }
  // And on from there, also from the home's records.
  EXPECT_EQ(after.Say("cleo", OpenCase{.desk = 1, .deliver_on_approval = 1}, the_case), "OK");
  for (Copy* copy : {&full, &light}) {
    ASSERT_EQ(copy->Sync(*connection), absl::OkStatus());
    EXPECT_EQ(copy->replica.cases().size(), 1u);
    Copy restored(org, token.log_key);
    for (const Bytes& record : copy->records) {
      ASSERT_EQ(restored.replica.Restore(record), absl::OkStatus());
    }
    EXPECT_EQ(restored.replica.head(), copy->replica.head());
    EXPECT_EQ(restored.replica.cases().size(), 1u);
  }
  connection.reset();
  EXPECT_EQ(server.Stop(SIGTERM), 0);
}

}  // namespace
}  // namespace amparo::server::testing
