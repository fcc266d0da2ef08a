// The handshake without a socket: what is said to the proxy, and what each of its answers means.
// Bytes are those of RFC 1928 and RFC 1929, written out.

#include "client/socks_dialogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "absl/strings/match.h"
#include "client/connection.h"

namespace amparo::client {
namespace {

const SocksCredentials kCredentials{.user = "us", .password = "pwd"};

SocksDialogue DialogueFor(const std::string& server) {
  return {*ParseProxyUrl("socks5://127.0.0.1:9050"), *ParseHostPort(server), kCredentials};
}

std::string ReasonOf(const absl::Status& status) {
  const auto detail = DetailOf(status);
  return detail.has_value() ? detail->reason : "";
}

// In pieces of `piece` bytes; what was not wanted any more is left in `bytes`.
absl::Status Give(SocksDialogue& dialogue, Bytes& bytes, std::size_t piece) {
  absl::Status status;
  while (status.ok() && !bytes.empty() && dialogue.wanted() > 0) {
    const std::size_t size = std::min({piece, bytes.size(), dialogue.wanted()});
    status = dialogue.Receive(ByteView(bytes.data(), size));
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
  }
  return status;
}
absl::Status GiveAll(SocksDialogue& dialogue, Bytes bytes) { return Give(dialogue, bytes, 512); }

constexpr std::uint8_t kGreeting[] = {5, 2, 0, 2};
const Bytes kOpened = {5, 0, 0, 1, 0, 0, 0, 0, 0, 0};

TEST(SocksDialogue, AsksForANameWithoutLookingItUp) {
  SocksDialogue dialogue = DialogueFor("ab.onion:7443");
  EXPECT_EQ(dialogue.TakeOutgoing(), Bytes(std::begin(kGreeting), std::end(kGreeting)));
  ASSERT_TRUE(GiveAll(dialogue, {5, 0}).ok());
  EXPECT_EQ(dialogue.TakeOutgoing(),
            (Bytes{5, 1, 0, 3, 8, 'a', 'b', '.', 'o', 'n', 'i', 'o', 'n', 0x1D, 0x13}));
  EXPECT_TRUE(dialogue.TakeOutgoing().empty()) << "once";
  ASSERT_TRUE(GiveAll(dialogue, kOpened).ok());
  EXPECT_TRUE(dialogue.is_done());
}

TEST(SocksDialogue, AsksForLiteralAddressesAsWhatTheyAre) {
  SocksDialogue four = DialogueFor("10.1.2.3:80");
  four.TakeOutgoing();
  ASSERT_TRUE(GiveAll(four, {5, 0}).ok());
  EXPECT_EQ(four.TakeOutgoing(), (Bytes{5, 1, 0, 1, 10, 1, 2, 3, 0, 80}));
  SocksDialogue six = DialogueFor("[::1]:256");
  six.TakeOutgoing();
  ASSERT_TRUE(GiveAll(six, {5, 0}).ok());
  EXPECT_EQ(six.TakeOutgoing(),
            (Bytes{5, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0}));
}

// Tor keeps those with other credentials on other circuits.
TEST(SocksDialogue, GivesItsRandomCredentialsToWhoAsks) {
  SocksDialogue dialogue = DialogueFor("a:1");
  dialogue.TakeOutgoing();
  ASSERT_TRUE(GiveAll(dialogue, {5, 2}).ok());
  EXPECT_EQ(dialogue.TakeOutgoing(), (Bytes{1, 2, 'u', 's', 3, 'p', 'w', 'd'}));
  ASSERT_TRUE(GiveAll(dialogue, {1, 0}).ok());
  EXPECT_EQ(dialogue.TakeOutgoing(), (Bytes{5, 1, 0, 3, 1, 'a', 0, 1}));
  const SocksCredentials one = RandomSocksCredentials();
  const SocksCredentials other = RandomSocksCredentials();
  EXPECT_EQ(one.user.size(), 32u);
  EXPECT_NE(one.user, other.user);
  EXPECT_NE(one.password, other.password);
}

TEST(SocksDialogue, NamesWhatTheProxyAnswers) {
  struct Row {
    int code;
    const char* reason;
    const char* words;
  };
  for (const Row& row :
       {Row{1, "SERVER_NOT_REACHED", "general failure"}, Row{2, "PROXY_REFUSED", "rules forbid"},
        Row{3, "SERVER_NOT_REACHED", "network unreachable"},
        Row{4, "SERVER_NOT_REACHED", "host unreachable"},
        Row{5, "SERVER_NOT_REACHED", "connection refused"},
        Row{6, "SERVER_NOT_REACHED", "time to live"}, Row{7, "PROXY_REFUSED", "cannot connect"},
        Row{8, "PROXY_REFUSED", "kind of address"}, Row{9, "PROXY_REFUSED", "reply 9"},
        Row{255, "PROXY_REFUSED", "reply 255"}}) {
    SocksDialogue dialogue = DialogueFor("ab.onion:7443");
    const absl::Status said =
        GiveAll(dialogue, {5, 0, 5, static_cast<std::uint8_t>(row.code), 0, 1});
    EXPECT_TRUE(absl::IsUnavailable(said)) << "waits in the outbox: " << said;
    EXPECT_EQ(ReasonOf(said), row.reason);
    EXPECT_TRUE(absl::StrContains(said.message(), row.words)) << said;
    EXPECT_EQ(dialogue.wanted(), 0u);
    EXPECT_FALSE(dialogue.is_done());
  }
}

TEST(SocksDialogue, KnowsWhatIsNoSocks5Proxy) {
  const Bytes http = {'H', 'T', 'T', 'P', '/', '1'};
  for (const Bytes& answer :
       {http, Bytes{4, 0}, Bytes{0, 90}, Bytes{5, 1}, Bytes{5, 2, 5, 0}, Bytes{5, 0, 4, 0},
        Bytes{5, 0, 5, 0, 0, 2, 1}, Bytes{5, 0, 5, 0, 0, 0, 1}}) {
    SocksDialogue dialogue = DialogueFor("a:1");
    EXPECT_EQ(ReasonOf(GiveAll(dialogue, answer)), "PROXY_NOT_SOCKS5") << ToHex(ByteView(answer));
  }
}

TEST(SocksDialogue, SaysThatAPasswordIsWantedWhichItDoesNotHave) {
  for (const Bytes& answer : {Bytes{5, 0xFF}, Bytes{5, 2, 1, 1}, Bytes{5, 2, 1, 0xFF}}) {
    SocksDialogue dialogue = DialogueFor("a:1");
    EXPECT_EQ(ReasonOf(GiveAll(dialogue, answer)), "PROXY_WANTS_PASSWORD");
  }
}

// The first bytes of the server may come with the last of the proxy.
TEST(SocksDialogue, TakesNoByteThatIsTheServers) {
  for (const Bytes& reply : {kOpened, Bytes{5, 0, 0, 3, 3, 'a', '.', 'b', 0, 1}, [] {
                               Bytes six = {5, 0, 0, 4};
                               six.resize(22);
                               return six;
                             }()}) {
    for (std::size_t piece = 1; piece <= reply.size(); ++piece) {
      SocksDialogue dialogue = DialogueFor("a:1");
      ASSERT_TRUE(GiveAll(dialogue, {5, 0}).ok());
      Bytes all = reply;
      all.push_back('!');
      ASSERT_TRUE(Give(dialogue, all, piece).ok());
      EXPECT_TRUE(dialogue.is_done());
      EXPECT_EQ(all, Bytes{'!'}) << piece;
    }
  }
}

std::uint64_t Seed() {
  const char* given = std::getenv("AMPARO_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

// Answers that are right at first and random then: in whatever pieces they come, they end alike.
TEST(SocksDialogue, JudgesAnAnswerAndNotItsPieces) {
  const std::uint64_t seed = Seed();
  std::printf("AMPARO_SEED=%llu\n", static_cast<unsigned long long>(seed));
  std::mt19937_64 random(seed);
  const auto below = [&](std::uint64_t end) { return static_cast<std::size_t>(random() % end); };
  for (int round = 0; round < 20'000; ++round) {
    Bytes answer = below(2) == 0 ? Bytes{5, 0} : Bytes{5, 2, 1, 0};
    AppendTo(answer, kOpened);
    answer.resize(below(answer.size() + 1));
    for (std::size_t more = below(300); more > 0; --more) {
      answer.push_back(static_cast<std::uint8_t>(below(3) == 0 ? random() : below(6)));
    }
    SocksDialogue whole = DialogueFor("a:1");
    SocksDialogue split = DialogueFor("a:1");
    Bytes left_by_whole = answer;
    Bytes left_by_split = answer;
    const absl::Status of_whole = Give(whole, left_by_whole, answer.size());
    const absl::Status of_split = Give(split, left_by_split, 1 + below(3));
    ASSERT_EQ(of_whole, of_split) << ToHex(ByteView(answer));
    ASSERT_EQ(left_by_whole, left_by_split) << ToHex(ByteView(answer));
    ASSERT_EQ(whole.is_done(), split.is_done()) << ToHex(ByteView(answer));
    ASSERT_EQ(whole.wanted() == 0, whole.is_done() || !of_whole.ok());
    ASSERT_LE(whole.wanted(), 257u);
  }
}

}  // namespace
}  // namespace amparo::client
