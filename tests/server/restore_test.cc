// An older backup of the whole data directory: the server starts, whoever saw more is told that
// the log is shorter, and the roots' word goes through.

#include <gtest/gtest.h>
#include <signal.h>
#include <time.h>

#include <filesystem>

#include "tests/server/amparod_process.h"
#include "tests/server/correspondent.h"

namespace amparo::server::testing {
namespace {

constexpr auto kRecursive = std::filesystem::copy_options::recursive;

TEST(Restore, OfAnOlderBackupServesAndTakesTheRootsLogEpoch) {
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

  // What happens after the backup is lost with the disk.
  server.Start();
  connection = connect();
  Correspondent before(*connection, people, org, token.log_key);
  before.Be("ria");
  const About case_of_cleo{.subject = SubjectId::Filled(0xca), .prev = {}};
  ASSERT_EQ(before.Say("cleo", OpenCase{.desk = 1, .deliver_on_approval = 1}, case_of_cleo), "OK");
  before.Sync();
  connection.reset();
  ASSERT_EQ(server.Stop(SIGTERM), 0);
  std::filesystem::remove_all(server.data());
  std::filesystem::copy(backup, server.data(), kRecursive);
  ASSERT_EQ(AmparodProcess::Run({"check", "--data", server.data()}), 0);

  server.Start();
  connection = connect();
  Correspondent after(*connection, people, org, token.log_key);
  after.Be("ria");
  // To whoever saw more it is shorter, and it takes nothing that rests on what it lost.
  EXPECT_EQ(connection->Checkpoint(before.head().size)->old_root, std::nullopt);
  EXPECT_EQ(after.Carry(people.Say("carl", OpenCase{.desk = 1, .deliver_on_approval = 1},
                                   before.seen(), {.subject = SubjectId::Filled(1), .prev = {}})),
            "SEEN_HEAD_UNKNOWN");
  after.Sync();
  const audit::Checkpoint head = after.head();
  ASSERT_LT(head.size, before.head().size);
  const std::vector<std::string> roots = {"root-1", "root-2"};
  EXPECT_EQ(
      after.SayByRoots(
          roots, LogEpoch{.epoch = 1, .size = before.head().size, .root = before.head().root}),
      "SEEN_HEAD_UNKNOWN");
  const LogEpoch epoch{.epoch = 1, .size = head.size, .root = head.root};
  EXPECT_EQ(after.SayByRoots({"root-2"}, epoch), "THRESHOLD_NOT_MET");
  ASSERT_EQ(after.SayByRoots(roots, epoch), "OK");
  const auto told = connection->Checkpoint(head.size);
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_EQ(told->old_root, head.root);
  ASSERT_TRUE(told->log_epoch.has_value());
  EXPECT_EQ(after.Say("cleo", OpenCase{.desk = 1, .deliver_on_approval = 1}, case_of_cleo), "OK");
  connection.reset();
  EXPECT_EQ(server.Stop(SIGTERM), 0);
}

}  // namespace
}  // namespace amparo::server::testing
