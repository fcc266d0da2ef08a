// The forwarder over real sockets, with a scripted proxy behind it: what is carried, who may use
// it, and what a failure is called.

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <list>
#include <thread>

#include "absl/strings/match.h"
#include "client/connection.h"
#include "client/platform_forwarder.h"
#include "crypto/secret.h"
#include "tests/proxy/scripted_proxy.h"

namespace amparo::client::platform {
namespace {

using amparo::testing::ConnectToTarget;
using amparo::testing::Peer;
using amparo::testing::ScriptedProxy;

constexpr char kServer[] = "ab.onion";

std::unique_ptr<Forwarder> ForwarderTo(const HostPort& proxy,
                                       std::chrono::milliseconds limit = std::chrono::seconds(60)) {
  auto forwarder = StartForwarder(
      {.proxy = proxy, .server = {.host = kServer, .port = 7443}, .handshake_limit = limit});
  EXPECT_TRUE(forwarder.ok()) << forwarder.status();
  return *std::move(forwarder);
}

void LetThrough(const Peer& peer) { ScriptedProxy::LetThrough(peer, std::strlen(kServer)); }

// What the forwarder says of a proxy of this script, once it has cut the connection.
absl::Status FailureWith(const ScriptedProxy::Script& script,
                         std::chrono::milliseconds limit = std::chrono::seconds(60)) {
  ScriptedProxy proxy(script);
  const auto forwarder = ForwarderTo(proxy.at(), limit);
  const Peer grpc = ConnectToTarget(forwarder->target());
  EXPECT_EQ(grpc.ReceiveAll(), "");
  return forwarder->failure();
}

std::string ReasonOf(const absl::Status& status) {
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  const auto detail = DetailOf(status);
  return detail.has_value() ? detail->reason : "";
}

TEST(Forwarder, CarriesBothWaysMoreThanItHolds) {
  Bytes sent(3'000'000);
  FillRandom(sent);
  ScriptedProxy proxy([](const Peer& peer) {
    LetThrough(peer);
    peer.Send(peer.ReceiveAll());
  });
  const auto forwarder = ForwarderTo(proxy.at());
  const Peer grpc = ConnectToTarget(forwarder->target());
  ASSERT_TRUE(grpc.Send(sent));
  grpc.SendNoMore();  // The peer answers only then: the other half stays open.
  EXPECT_TRUE(grpc.ReceiveAll() == std::string(AsText(sent)));
  EXPECT_TRUE(forwarder->failure().ok()) << forwarder->failure();
}

TEST(Forwarder, HandsOnWhatTheServerSaysFirstAndEndsWhenItEnds) {
  ScriptedProxy proxy([](const Peer& peer) {
    peer.Receive(4);
    peer.Send(Bytes{5, 0});
    peer.Receive(7 + std::strlen(kServer));
    Bytes reply = {5, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    AppendTo(reply, AsBytes("hello"));
    peer.Send(reply);
  });
  const auto forwarder = ForwarderTo(proxy.at());
  EXPECT_EQ(ConnectToTarget(forwarder->target()).ReceiveAll(), "hello");
}

TEST(Forwarder, UnderstandsAProxyThatSendsByteByByte) {
  ScriptedProxy proxy([](const Peer& peer) {
    const auto drip = [&](const Bytes& bytes) {
      for (const std::uint8_t byte : bytes) peer.Send(Bytes{byte});
    };
    peer.Receive(4);
    drip({5, 2});
    peer.Receive(1 + 1 + 32 + 1 + 32);
    drip({1, 0});
    peer.Receive(7 + std::strlen(kServer));
    drip({5, 0, 0, 3, 2, 'h', 'i', 0, 1, 'o', 'k'});
  });
  const auto forwarder = ForwarderTo(proxy.at());
  EXPECT_EQ(ConnectToTarget(forwarder->target()).ReceiveAll(), "ok");
}

TEST(Forwarder, GoesOnReadingWhenItsOwnSideReadsNothing) {
  ScriptedProxy proxy([](const Peer& peer) {
    LetThrough(peer);
    peer.Send(std::string(2'000'000, 'x'));
    EXPECT_EQ(peer.Receive(4), "ping");
  });
  const auto forwarder = ForwarderTo(proxy.at());
  const Peer stuck = ConnectToTarget(forwarder->target());
  const Peer lively = ConnectToTarget(forwarder->target());
  EXPECT_EQ(lively.Receive(2'000'000).size(), 2'000'000u) << "one does not hold up the other";
  lively.Send("ping");
  stuck.Send("ping");
  EXPECT_EQ(stuck.Receive(2'000'000).size(), 2'000'000u);
}

TEST(Forwarder, TakesMoreConnectionsWhenEarlierOnesEnd) {
  ScriptedProxy proxy([](const Peer& peer) {
    LetThrough(peer);
    peer.Send(peer.Receive(1));
    peer.ReceiveAll();
  });
  const auto forwarder = ForwarderTo(proxy.at());
  std::list<Peer> open;
  for (std::size_t i = 0; i < Forwarder::kConnectionsMax; ++i) {
    open.push_back(ConnectToTarget(forwarder->target()));
    open.back().Send("a");
    ASSERT_EQ(open.back().Receive(1), "a");
  }
  const Peer waiting = ConnectToTarget(forwarder->target());
  waiting.Send("b");
  for (Peer& peer : open) {
    peer.Send("c");
    EXPECT_EQ(proxy.connections(), Forwarder::kConnectionsMax) << "one more waits";
  }
  open.pop_front();
  EXPECT_EQ(waiting.Receive(1), "b");
}

TEST(Forwarder, NamesEachWayToFail) {
  const auto ends = [](const Peer&) {};
  EXPECT_EQ(ReasonOf(FailureWith(ends)), "PROXY_UNREACHABLE");
  EXPECT_EQ(ReasonOf(FailureWith([](const Peer& peer) {
              peer.Receive(4);
              peer.Send(Bytes{5, 0});
              peer.Receive(7 + std::strlen(kServer));
              peer.Send(Bytes{5, 0, 0, 1, 0});
            })),
            "PROXY_UNREACHABLE")
      << "closed in the middle";
  EXPECT_EQ(ReasonOf(FailureWith([](const Peer& peer) {
              peer.Receive(4);
              peer.Send("HTTP/1.0 400 Bad Request\r\n\r\n");
            })),
            "PROXY_NOT_SOCKS5");
  EXPECT_EQ(ReasonOf(FailureWith([](const Peer& peer) {
              peer.Receive(4);
              peer.Send(Bytes{5, 0xFF});
            })),
            "PROXY_WANTS_PASSWORD");
  EXPECT_EQ(ReasonOf(FailureWith([](const Peer& peer) {
              peer.Receive(4);
              peer.Send(Bytes{5, 0});
              peer.Receive(7 + std::strlen(kServer));
              peer.Send(Bytes{5, 4, 0, 1, 0, 0, 0, 0, 0, 0});
            })),
            "SERVER_NOT_REACHED");
}

TEST(Forwarder, GivesUpAProxyThatSaysNothing) {
  const absl::Status failure =
      FailureWith([](const Peer& peer) { peer.ReceiveAll(); }, std::chrono::milliseconds(100));
  EXPECT_EQ(ReasonOf(failure), "PROXY_SILENT");
}

// Its queue of connections is full, and nobody takes one.
TEST(Forwarder, GivesUpAProxyThatTakesNoConnection) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(at);
  auto* const address = reinterpret_cast<sockaddr*>(&at);
  ASSERT_EQ(bind(listener, address, size), 0);
  ASSERT_EQ(listen(listener, /*backlog=*/0), 0);
  ASSERT_EQ(getsockname(listener, address, &size), 0);
  const int first = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(connect(first, address, size), 0);

  const auto forwarder =
      ForwarderTo({.host = "127.0.0.1", .port = ntohs(at.sin_port), .ip = {127, 0, 0, 1}},
                  std::chrono::milliseconds(100));
  EXPECT_EQ(ConnectToTarget(forwarder->target()).ReceiveAll(), "");
  EXPECT_EQ(ReasonOf(forwarder->failure()), "PROXY_UNREACHABLE");
  EXPECT_TRUE(absl::StrContains(forwarder->failure().message(), "takes no connection"))
      << forwarder->failure();
  close(first);
  close(listener);
}

TEST(Forwarder, GivesUpAProxyThatDoesNotReachTheServer) {
  const absl::Status failure = FailureWith(
      [](const Peer& peer) {
        peer.Receive(4);
        peer.Send(Bytes{5, 0});
        peer.ReceiveAll();
      },
      std::chrono::milliseconds(100));
  EXPECT_EQ(ReasonOf(failure), "PROXY_TIMEOUT");
}

TEST(Forwarder, SaysWhenNobodyListensAndForgetsItOnceSomebodyDoes) {
  HostPort closed;
  {
    const ScriptedProxy proxy([](const Peer&) {});
    closed = proxy.at();
  }
  const auto forwarder = ForwarderTo(closed);
  EXPECT_EQ(ConnectToTarget(forwarder->target()).ReceiveAll(), "");
  EXPECT_EQ(ReasonOf(forwarder->failure()), "PROXY_UNREACHABLE");
  EXPECT_TRUE(absl::StrContains(forwarder->failure().message(), "refused"));
}

TEST(Forwarder, ForgetsAFailureOnceTheProxyConnects) {
  std::atomic<bool> lets_through = false;
  ScriptedProxy proxy([&](const Peer& peer) {
    if (!lets_through) return;
    LetThrough(peer);
    peer.Send("ok");
  });
  const auto forwarder = ForwarderTo(proxy.at());
  EXPECT_EQ(ConnectToTarget(forwarder->target()).ReceiveAll(), "");
  EXPECT_EQ(ReasonOf(forwarder->failure()), "PROXY_UNREACHABLE");
  lets_through = true;
  EXPECT_EQ(ConnectToTarget(forwarder->target()).ReceiveAll(), "ok");
  EXPECT_TRUE(forwarder->failure().ok()) << forwarder->failure();
}

// The socket has a name that everybody on the computer can read. Another process of the same user
// is refused like any other: only this one may go through.
TEST(Forwarder, IsOfNoUseToAnotherProcess) {
  ScriptedProxy proxy([](const Peer& peer) {
    LetThrough(peer);
    peer.Send("secret");
  });
  const auto forwarder = ForwarderTo(proxy.at());
  const std::string name = forwarder->target().substr(std::strlen("unix-abstract:"));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  const pid_t other = fork();
  if (other == 0) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    char byte = 0;
    const bool is_in = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0;
    _exit(!is_in ? 2 : ::recv(fd, &byte, 1, 0) > 0 ? 1 : 0);
  }
  int ended = 0;
  ASSERT_EQ(::waitpid(other, &ended, 0), other);
  ASSERT_TRUE(WIFEXITED(ended));
  EXPECT_EQ(WEXITSTATUS(ended), 0);
  EXPECT_EQ(proxy.connections(), 0u) << "the proxy was not even asked";
  EXPECT_EQ(ConnectToTarget(forwarder->target()).ReceiveAll(), "secret");
}

}  // namespace
}  // namespace amparo::client::platform
