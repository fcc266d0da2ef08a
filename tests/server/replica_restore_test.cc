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

class ReplicaOfARestoredServer : public ::testing::Test {
 protected:
  // Founded, and cleo is a coordinator; the server has stopped, and a copy of its data is made.
  ReplicaOfARestoredServer() {
    People::LiveAt(UnixSeconds{static_cast<std::uint64_t>(time(nullptr))});
    server_.Start();
    const FoundingToken token = server_.MakeToken();
    log_key_ = token.log_key;
    const Policy policy = People::FirstPolicy(log_key_);
    org_.bytes = HashOf(policy).bytes;
    Connect();
    EXPECT_TRUE(connection_
                    ->Found(token.token.view(), token.secret.Expose(),
                            People::FoundingStatement(policy).bytes)
                    .ok());
    Talk("ria").SetUp();
    Stop();
    std::filesystem::copy(server_.data(), Backup(), kRecursive);
  }
  void Connect() {
    connection_ = *client::ConnectGrpc(
        {.address = server_.address(), .certificate_pem = server_.CertificatePem()});
  }
  void Start() {
    server_.Start();
    Connect();
  }
  void Stop() {
    connection_.reset();
    EXPECT_EQ(server_.Stop(SIGTERM), 0);
  }
  void Restore() {
    std::filesystem::remove_all(server_.data());
    std::filesystem::copy(Backup(), server_.data(), kRecursive);
  }
  std::string Backup() const { return server_.data() + "-backup"; }
  // The connection borrows its key.
  Correspondent& Talk(const std::string& name) {
    talk_ = std::make_unique<Correspondent>(*connection_, people_, org_, log_key_);
    talk_->Be(name);
    return *talk_;
  }
  std::string OpenTheCase() {
    return Talk("cleo").Say("cleo", OpenCase{.desk = 1, .deliver_on_approval = 1},
                            {.subject = SubjectId::Filled(0xca), .prev = {}});
  }

  AmparodProcess server_;
  People people_;
  OrgId org_;
  VerifyKey log_key_;
  std::unique_ptr<client::Connection> connection_;
  std::unique_ptr<Correspondent> talk_;
};

TEST_F(ReplicaOfARestoredServer, IsAlarmedUntilTheRootsSayWhereTheLogGoesOn) {
  // What happens after the backup is lost with the disk, but cleo saw it.
  Start();
  ASSERT_EQ(OpenTheCase(), "OK");
  Copy full(org_, log_key_), light(org_, log_key_);
  ASSERT_EQ(full.Sync(*connection_, Reach::kFull), absl::OkStatus());
  ASSERT_EQ(light.Sync(*connection_, Reach::kLight), absl::OkStatus());
  const audit::Checkpoint lost = full.replica.head();
  EXPECT_EQ(light.replica.head(), lost);
  EXPECT_EQ(light.replica.cases().size(), 1u);
  Stop();
  Restore();

  Start();
  Correspondent& after = Talk("cleo");
  after.Sync();
  ASSERT_LT(after.head().size, lost.size);
  for (Copy* copy : {&full, &light}) {
    EXPECT_TRUE(absl::IsDataLoss(copy->Sync(*connection_)));
    EXPECT_EQ(copy->replica.head(), lost);
    EXPECT_FALSE(copy->replica.epoch_offer().has_value());
  }
  ASSERT_TRUE(full.replica.evidence().has_value());
  EXPECT_EQ(custody::Judge(*full.replica.evidence()).verdict, custody::Verdict::kReportedRollback);

  const LogEpoch epoch{.epoch = 1, .size = after.head().size, .root = after.head().root};
  ASSERT_EQ(after.SayByRoots({"root-1", "root-2"}, epoch), "OK");
  for (Copy* copy : {&full, &light}) {
    SCOPED_TRACE(copy == &light ? "light" : "full");
    EXPECT_TRUE(absl::IsFailedPrecondition(copy->Sync(*connection_)));
    EXPECT_EQ(copy->replica.head(), lost);
    ASSERT_TRUE(copy->replica.epoch_offer().has_value());
    EXPECT_EQ(copy->replica.epoch_offer()->needs_confirmation, copy == &light);
    const auto restart = copy->Restart(*connection_);
    ASSERT_TRUE(restart.ok()) << restart.status();
    EXPECT_EQ(restart->epoch, epoch);
    ASSERT_EQ(restart->lost.size(), 1u);
    EXPECT_EQ(restart->lost[0].kind, Kind::kOpenCase);
    EXPECT_TRUE(copy->replica.cases().empty());
  }
  // And on from there, also from the home's records.
  EXPECT_EQ(OpenTheCase(), "OK");
  for (Copy* copy : {&full, &light}) {
    ASSERT_EQ(copy->Sync(*connection_), absl::OkStatus());
    EXPECT_EQ(copy->replica.cases().size(), 1u);
    Copy restored(org_, log_key_);
    for (const Bytes& record : copy->records) {
      ASSERT_EQ(restored.replica.Restore(record), absl::OkStatus());
    }
    EXPECT_EQ(restored.replica.head(), copy->replica.head());
    EXPECT_EQ(restored.replica.cases().size(), 1u);
  }
  Stop();
}

}  // namespace
}  // namespace amparo::server::testing
