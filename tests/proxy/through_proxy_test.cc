// The real amparod behind the real microsocks, from a network namespace whose only way out is the
// proxy: the server listens on the loopback interface of another one, and its name means this
// namespace's own to whoever looks it up here.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <random>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/connection.h"
#include "client/link_options.h"
#include "crypto/secret.h"
#include "statement/ids.h"
#include "tests/client/memory_payload.h"
#include "tests/client/sole_registrar.h"
#include "tests/network/link.h"
#include "tests/proxy/scripted_proxy.h"
#include "tests/server/amparod_process.h"

namespace amparo::testing {
namespace {

using client::Connection;
using client::Endpoint;
using std::chrono::milliseconds;

constexpr std::uint16_t kProxyPort = 1080;

// microsocks on the server's host, for whoever the link brings.
class Proxy {
 public:
  explicit Proxy(const Link& link) : link_(link) { Start(); }
  ~Proxy() { Stop(); }
  static std::string Url() { return absl::StrCat("socks5://", Link::kServer, ":", kProxyPort); }

  // Returns when it listens.
  void Start() {
    link_.EnterServer();
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (std::freopen("/dev/null", "w", stderr) == nullptr) _exit(126);
      const std::string port = std::to_string(kProxyPort);
      execl(AMPARO_MICROSOCKS, "microsocks", "-i", Link::kServer, "-p", port.c_str(), nullptr);
      _exit(127);
    }
    link_.EnterClient();
    for (int tries = 0; !IsListening(); ++tries) {
      ASSERT_LT(tries, 200) << "microsocks does not start";
      std::this_thread::sleep_for(milliseconds(50));
    }
  }
  void Stop() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  static bool IsListening() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(kProxyPort);
    inet_pton(AF_INET, Link::kServer, &address.sin_addr);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool is_listening =
        connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    close(fd);
    return is_listening;
  }

  const Link& link_;
  pid_t pid_ = 0;
};

std::string ReasonOf(const absl::Status& status) {
  const auto detail = client::DetailOf(status);
  return detail.has_value() ? detail->reason : std::string(status.message());
}

std::string PortOf(const std::string& address) { return address.substr(address.rfind(':') + 1); }

// One link and one server for all tests: a process has one namespace to make gRPC's threads in.
class ThroughProxyTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    // What other programs are told of proxies is not for this one.
    for (const char* name : {"http_proxy", "https_proxy", "grpc_proxy", "ALL_PROXY"}) {
      setenv(name, "http://127.0.0.1:9", 1);
    }
    link_ = Link::Make(std::random_device()()).release();
    server_ = new server::testing::AmparodProcess("127.0.0.1:0");
    StartServer();
    proxy_ = new Proxy(*link_);
    registrar_ = new SoleRegistrar(server_->MakeToken());
    const absl::Status founded = registrar_->Found(*Connect());
    ASSERT_TRUE(founded.ok()) << founded;
  }
  static void TearDownTestSuite() {
    delete registrar_;
    delete proxy_;
    delete server_;
    delete link_;
  }

  static void StartServer() {
    link_->EnterServer();
    server_->Start();
    link_->EnterClient();
  }
  static Endpoint At(const std::string& host) {
    return {.address = absl::StrCat(host, ":", PortOf(server_->address())),
            .certificate_pem = server_->CertificatePem(),
            .proxy = Proxy::Url()};
  }
  static std::unique_ptr<Connection> ConnectTo(const Endpoint& endpoint) {
    auto connection = client::ConnectGrpc(endpoint);
    EXPECT_TRUE(connection.ok()) << connection.status();
    return *std::move(connection);
  }
  static std::unique_ptr<Connection> Connect() { return ConnectTo(At("localhost")); }
  // How a first request ends.
  static absl::Status Ask(const Endpoint& endpoint) {
    const auto connection = ConnectTo(endpoint);
    registrar_->OpenSessionOver(*connection);
    return connection->Sync(Position{0}, 10).status();
  }

  static Link* link_;
  static server::testing::AmparodProcess* server_;
  static Proxy* proxy_;
  static SoleRegistrar* registrar_;
};

Link* ThroughProxyTest::link_ = nullptr;
server::testing::AmparodProcess* ThroughProxyTest::server_ = nullptr;
Proxy* ThroughProxyTest::proxy_ = nullptr;
SoleRegistrar* ThroughProxyTest::registrar_ = nullptr;

TEST_F(ThroughProxyTest, ReachesANameThatOnlyTheProxyCanReach) {
  Endpoint direct = At("localhost");
  direct.proxy.clear();
  EXPECT_TRUE(absl::IsUnavailable(Ask(direct))) << "there is no other way";
  const absl::Status through = Ask(At("localhost"));
  EXPECT_TRUE(through.ok()) << through;
  const absl::Status literal = Ask(At("127.0.0.1"));
  EXPECT_TRUE(literal.ok()) << literal;
}

TEST_F(ThroughProxyTest, NeverGoesDirectWhenTheProxyIsNone) {
  for (const char* proxy : {"none", "socks5://tor.example:9050", "http://127.0.0.1:9"}) {
    Endpoint endpoint = At("localhost");
    endpoint.proxy = proxy;
    EXPECT_TRUE(absl::IsInvalidArgument(client::ConnectGrpc(endpoint).status())) << proxy;
  }
  Endpoint without_port = At("localhost");
  without_port.address = "localhost";
  EXPECT_TRUE(absl::IsInvalidArgument(client::ConnectGrpc(without_port).status()));
}

TEST_F(ThroughProxyTest, SaysWhichOfTheTwoIsDown) {
  EXPECT_EQ(ReasonOf(Ask({.address = "localhost:1",
                          .certificate_pem = server_->CertificatePem(),
                          .proxy = Proxy::Url()})),
            "SERVER_NOT_REACHED");
  Endpoint nowhere = At("localhost");
  nowhere.proxy = absl::StrCat("socks5://", Link::kServer, ":1081");
  EXPECT_EQ(ReasonOf(Ask(nowhere)), "PROXY_UNREACHABLE");
}

// No link is to blame for it: nobody waits for a second attempt.
TEST_F(ThroughProxyTest, AsksAProxyOnThisComputerThatSaysNothingOnce) {
  const ScriptedProxy silent([](const Peer& peer) { peer.ReceiveAll(); });
  Endpoint here = At("localhost");
  here.proxy = client::FormatProxyUrl(silent.at());
  EXPECT_EQ(ReasonOf(Ask(here)), "PROXY_SILENT");
  EXPECT_EQ(silent.connections(), 1u);
}

TEST_F(ThroughProxyTest, KnowsAServerThatIsNotTheOnePinned) {
  const server::testing::AmparodProcess other;
  Endpoint wrong = At("localhost");
  wrong.certificate_pem = other.CertificatePem();
  const absl::Status status = Ask(wrong);
  EXPECT_EQ(ReasonOf(status), "WRONG_SERVER") << status;
}

TEST_F(ThroughProxyTest, AnUploadGoesOnWhenTheProxyComesBack) {
  constexpr std::size_t kSize = 8'000'000;
  link_->Set({.bits_per_second = 20'000'000, .one_way = milliseconds(5)});
  const std::uint64_t sent_before = link_->sent_by_client();
  const auto connection = Connect();
  registrar_->OpenSessionOver(*connection);
  Bytes payload(kSize);
  FillRandom(payload);
  MemoryPayload source(payload);
  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t received = 0;  // Guarded by mutex, as is the next.
  bool is_over = false;
  absl::StatusOr<client::UploadState> state;
  std::thread uploading([&] {
    state = connection->Upload({.object = RandomId<ObjectId>(), .length = kSize}, source,
                               [&](std::uint64_t bytes) {
                                 const std::lock_guard<std::mutex> lock(mutex);
                                 received = bytes;
                                 changed.notify_all();
                               });
    const std::lock_guard<std::mutex> lock(mutex);
    is_over = true;
    changed.notify_all();
  });
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return is_over || received >= kSize / 2; });
    EXPECT_FALSE(is_over) << "too fast to be interrupted";
  }
  proxy_->Stop();
  EXPECT_EQ(ReasonOf(Ask(At("localhost"))), "PROXY_UNREACHABLE");
  proxy_->Start();
  uploading.join();
  link_->Set({});
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_TRUE(state->sealed);
  const std::uint64_t sent = link_->sent_by_client() - sent_before;
  std::printf("%zu bytes, %llu on the link\n", kSize, static_cast<unsigned long long>(sent));
  EXPECT_LT(sent, kSize + kSize / 2 - kSize / 8) << "who began anew would send half of it again";
}

TEST_F(ThroughProxyTest, ACallOutlivesAProxyThatIsRestarted) {
  const auto connection = Connect();
  registrar_->OpenSessionOver(*connection);
  ASSERT_TRUE(connection->Sync(Position{0}, 10).ok());
  proxy_->Stop();
  absl::Status status = absl::UnknownError("");
  std::thread asking([&] { status = connection->Sync(Position{0}, 10).status(); });
  proxy_->Start();
  asking.join();
  EXPECT_TRUE(status.ok()) << status;
}

}  // namespace
}  // namespace amparo::testing
