// What the log costs an append: the engine on RocksDB, 16 clients at once, each with a document
// of its own that it assigns again and again; signatures, rules and one synced batch as in
// amparod. Beside it, the same with the log's own work done once more on the writer's thread: the
// leaf, the tree, the node row's bytes and the signed checkpoint. The difference is what the log
// costs. There is no engine without a log to compare with, and no switch for one.
//
//   TMPDIR=/var/tmp log_cost [ROUNDS]      TMPDIR must stand on a disk

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "audit/checkpoint.h"
#include "audit/log_entry.h"
#include "bench/rounds.h"
#include "server/organization.h"
#include "storage/store.h"
#include "tests/server/scene.h"

namespace amparo::bench {
namespace {

using server::Appended;
using server::testing::About;
using server::testing::KeyNamed;
using server::testing::RolesOf;
using server::testing::Scene;

constexpr int kClients = 16;
constexpr int kTurnsPerClient = 400;
constexpr int kRoundsDefault = 7;

std::string NameOf(int client) { return absl::StrCat("coordinator ", client); }
std::string DocumentOf(int client) { return absl::StrCat("document ", client); }

[[noreturn]] void Stop(const absl::Status& status) {
  std::cerr << "log_cost: " << status << "\n";
  std::exit(1);
}

// The work of the log, done a second time: what Overlay::Admit and Batch::Checkpoint do for it.
class SecondLog {
 public:
  explicit SecondLog(const OrgId& org) : org_(org), key_(KeyNamed("second log")) {}

  // On the writer's thread, for each statement; a checkpoint for each batch, told by its own.
  void Take(const SignedStatement& statement, const Appended& appended) {
    const audit::Leaf leaf = audit::LeafOf(statement);
    Bytes row;
    for (const Hash& node : frontier_.Append(audit::LeafHash(leaf))) AppendTo(row, node.view());
    const Hash root = frontier_.Root();
    AppendTo(row, root.view());
    bytes_ += row.size() + audit::EncodeLeaf(leaf).size();
    if (appended.checkpoint == last_) return;
    last_ = appended.checkpoint;
    bytes_ += audit::SignCheckpoint(org_, {.size = frontier_.size(), .root = root}, key_).size();
  }
  std::size_t bytes() const { return bytes_; }

 private:
  OrgId org_;
  SigningKey key_;
  audit::Frontier frontier_;
  std::string last_;
  std::size_t bytes_ = 0;
};

class Crowd {
 public:
  explicit Crowd(Scene& scene) : scene_(scene) {
    for (int i = 0; i < kClients; ++i) {
      scene_.people().Enrol(NameOf(i), RolesOf({Role::kCoordinator}), {1},
                            [&](const char* who, const Act& act) { scene_.Must(who, act); });
      const auto submitted =
          scene_.Answer(scene_.SubmitBy("fay", DocumentOf(i), static_cast<std::uint16_t>(i + 1)));
      if (!submitted.ok()) Stop(submitted.status());
      const auto assigned = scene_.Answer(scene_.AssignBy(NameOf(i), "tina", DocumentOf(i)));
      if (!assigned.ok()) Stop(assigned.status());
    }
  }

  // Turns signed beforehand, each naming the one before.
  std::vector<SignedStatement> Sign(int client) {
    const auto snapshot = scene_.organization().snapshot();
    About about = scene_.AboutDocument(DocumentOf(client));
    std::vector<SignedStatement> turns;
    for (int i = 0; i < kTurnsPerClient; ++i) {
      turns.push_back(scene_.people().Say(
          NameOf(client), Act(scene_.AssignTo("tina")),
          {.directory = *snapshot->directory, .frontier = snapshot->frontier}, about));
      about.prev = HashOf(turns.back());
    }
    return turns;
  }

 private:
  Scene& scene_;
};

// Every client waits for each answer before its next turn. Turns per second.
double Run(Scene& scene, Crowd& crowd, SecondLog* second) {
  std::vector<std::vector<SignedStatement>> turns;
  for (int i = 0; i < kClients; ++i) turns.push_back(crowd.Sign(i));
  const auto say = [&](const std::vector<SignedStatement>& own) {
    for (const SignedStatement& turn : own) {
      auto submission = server::Prepare({.statement = turn.bytes, .grants = {}, .objects = {}});
      if (!submission.ok()) Stop(submission.status());
      std::promise<absl::Status> answered;
      scene.organization().Submit(*std::move(submission), [&](absl::StatusOr<Appended> appended) {
        if (appended.ok() && second != nullptr) second->Take(turn, *appended);
        answered.set_value(appended.status());
      });
      if (const absl::Status status = answered.get_future().get(); !status.ok()) Stop(status);
    }
  };
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) clients.emplace_back(say, std::cref(turns[i]));
  for (std::thread& client : clients) client.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return kClients * kTurnsPerClient / took.count();
}

int Main(int rounds) {
  const auto folder = std::filesystem::temp_directory_path() / "amparo-log-cost";
  std::filesystem::remove_all(folder);
  auto store = storage::OpenRocksdbStore({.directory = folder.string()});
  if (!store.ok()) Stop(store.status());
  {
    Scene scene(store->get());
    Crowd crowd(scene);
    SecondLog second(scene.organization().id());
    std::vector<double> once, twice;
    Run(scene, crowd, nullptr);
    for (int round = 0; round < rounds; ++round) {
      once.push_back(Run(scene, crowd, nullptr));
      twice.push_back(Run(scene, crowd, &second));
    }
    PrintHead();
    Print("appends per second, 16 clients, with the log", SpreadOf(once), "/s");
    Print("the same, the log's work done twice", SpreadOf(twice), "/s");
    const Spread ratio = RatiosOf(twice, once);
    Print("ratio: what doing it once more leaves", ratio, "");
    std::printf("the log costs %.1f %% of throughput (median)\n", 100 * (1 - ratio.median));
  }
  store->reset();
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace amparo::bench

int main(int argc, char** argv) {
  return amparo::bench::Main(argc > 1 ? std::atoi(argv[1]) : amparo::bench::kRoundsDefault);
}
