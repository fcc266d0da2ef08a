// Eight uploads over a bad link, of eight organisations, beside one member with a good one: the
// commands of that one go through while all of the others still send, and those get there too.
// The fast one is tests/network/fast_member.mjs with the real `amparo`, on the server's host.

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "client/connection.h"
#include "crypto/secret.h"
#include "statement/ids.h"
#include "tests/client/memory_payload.h"
#include "tests/client/sole_registrar.h"
#include "tests/network/link.h"
#include "tests/server/amparod_process.h"

namespace amparo::testing {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kSlow = 8;
constexpr LinkQuality kCrowded{
    .bits_per_second = 32'000, .one_way = milliseconds(300), .loss = 0.01, .line_for_each = true};
constexpr std::size_t kPayloadBytes = 100'000;
constexpr char kAddress[] = "10.77.0.1:7443";

std::uint64_t Seed() {
  const char* given = std::getenv("AMPARO_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

// A program with a line to it and a line from it.
class Dialogue {
 public:
  explicit Dialogue(std::vector<std::string> words) {
    std::array<int, 2> to{};
    std::array<int, 2> from{};
    if (pipe2(to.data(), 0) != 0 || pipe2(from.data(), 0) != 0) std::abort();
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGTERM);
      dup2(to[0], STDIN_FILENO);
      dup2(from[1], STDOUT_FILENO);
      for (const int end : {to[0], to[1], from[0], from[1]}) close(end);
      execv(pointers[0], pointers.data());
      _exit(127);
    }
    close(to[0]);
    close(from[1]);
    to_ = fdopen(to[1], "w");
    from_ = fdopen(from[0], "r");
  }
  ~Dialogue() {
    std::fclose(to_);
    std::fclose(from_);
    waitpid(pid_, nullptr, 0);
  }
  Dialogue(const Dialogue&) = delete;
  Dialogue& operator=(const Dialogue&) = delete;

  void Say(const char* line) {
    std::fprintf(to_, "%s\n", line);
    std::fflush(to_);
  }
  // Empty: it said nothing more.
  std::string Listen() {
    std::array<char, 256> line{};
    if (std::fgets(line.data(), line.size(), from_) == nullptr) return "";
    std::string said = line.data();
    return said.substr(0, said.find('\n'));
  }

 private:
  pid_t pid_ = 0;
  FILE* to_ = nullptr;
  FILE* from_ = nullptr;
};

// What the server has of each upload.
class Board {
 public:
  client::UploadProgress Of(std::size_t slow) {
    return [this, slow](std::uint64_t received) {
      const std::lock_guard<std::mutex> lock(mutex_);
      received_[slow] = received;
      changed_.notify_all();
    };
  }
  void End(std::size_t slow) {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_[slow] = true;
    changed_.notify_all();
  }
  // Waits until each has something there; false: one ended before.
  bool AllBegan() {
    std::unique_lock<std::mutex> lock(mutex_);
    const auto some = [&](const auto& of_each) {
      for (const auto& each : of_each)
        if (each != 0) return true;
      return false;
    };
    const auto all = [&] {
      for (const std::uint64_t received : received_)
        if (received == 0) return false;
      return true;
    };
    changed_.wait(lock, [&] { return all() || some(ended_); });
    return !some(ended_);
  }
  std::array<std::uint64_t, kSlow> received() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return received_;
  }
  std::array<bool, kSlow> ended() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return ended_;
  }

 private:
  std::mutex mutex_;  // Guards the rest.
  std::condition_variable changed_;
  std::array<std::uint64_t, kSlow> received_{};
  std::array<bool, kSlow> ended_{};
};

struct Slow {
  std::unique_ptr<SoleRegistrar> registrar;
  std::unique_ptr<client::Connection> connection;
  absl::StatusOr<client::UploadState> state;
};

TEST(Crowd, SlowUploadsStopNobodyAndAllArrive) {
  const std::uint64_t seed = Seed();
  std::printf("AMPARO_SEED=%llu\n", static_cast<unsigned long long>(seed));
  const std::unique_ptr<Link> link = Link::Make(seed);
  server::testing::AmparodProcess server(kAddress);
  link->EnterServer();
  server.Start();
  Dialogue fast({AMPARO_NODE, AMPARO_FAST_MEMBER, AMPARO_BUILD, AMPARO_SOURCE, server.data(),
                 server.address()});
  link->EnterClient();
  std::vector<Slow> crowd(kSlow);
  for (Slow& slow : crowd) {
    auto connection = client::ConnectGrpc(
        {.address = server.address(), .certificate_pem = server.CertificatePem()});
    ASSERT_TRUE(connection.ok()) << connection.status();
    slow.connection = *std::move(connection);
    slow.registrar = std::make_unique<SoleRegistrar>(server.MakeToken());
    const absl::Status founded = slow.registrar->Found(*slow.connection);
    ASSERT_TRUE(founded.ok()) << founded;
    slow.registrar->OpenSessionOver(*slow.connection);
  }
  ASSERT_EQ(fast.Listen(), "ready");

  link->Set(kCrowded);
  const auto started = std::chrono::steady_clock::now();
  Board board;
  std::vector<std::thread> sending;
  for (std::size_t i = 0; i < kSlow; ++i) {
    sending.emplace_back([&, i] {
      Bytes payload(kPayloadBytes);
      FillRandom(payload);
      MemoryPayload source(payload);
      crowd[i].state = crowd[i].connection->Upload(
          {.object = RandomId<ObjectId>(), .length = kPayloadBytes}, source, board.Of(i));
      board.End(i);
    });
  }
  EXPECT_TRUE(board.AllBegan());
  fast.Say("go");
  EXPECT_EQ(fast.Listen(), "done");
  const std::array<bool, kSlow> ended = board.ended();
  const std::array<std::uint64_t, kSlow> then = board.received();
  for (std::thread& thread : sending) thread.join();
  for (std::size_t i = 0; i < kSlow; ++i) {
    SCOPED_TRACE(i);
    EXPECT_FALSE(ended[i]) << "was there before the fast one was: it shows nothing";
    EXPECT_GT(then[i], 0u);
    EXPECT_LT(then[i], board.received()[i]);
    ASSERT_TRUE(crowd[i].state.ok()) << crowd[i].state.status();
    EXPECT_TRUE(crowd[i].state->sealed);
  }
  // Nobody was sent away either, to come back later.
  const std::string log = server::testing::ReadWholeFile(server.log());
  for (const char* refusal : {"SERVER_BUSY", "QUOTA_REACHED", "TOO_MANY", "STORAGE_FULL"}) {
    EXPECT_EQ(log.find(refusal), std::string::npos) << refusal;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  std::printf("%zu slow uploads of %zu bytes in %.1f s\n", kSlow, kPayloadBytes, took.count());
}

}  // namespace
}  // namespace amparo::testing
