// The proxy's URL and the server's address: what is taken, what is refused, and what a refusal
// does not repeat.

#include <gtest/gtest.h>

#include "client/connection.h"
#include "client/proxy.h"

namespace amparo::client {
namespace {

std::string ReasonOf(const absl::Status& status) {
  const auto detail = DetailOf(status);
  return detail.has_value() ? detail->reason : "";
}

TEST(ParseProxyUrl, TakesALiteralAddressAndAPort) {
  const auto tor = ParseProxyUrl("socks5://127.0.0.1:9050");
  ASSERT_TRUE(tor.ok()) << tor.status();
  EXPECT_EQ(tor->ip, (Bytes{127, 0, 0, 1}));
  EXPECT_EQ(tor->port, 9050);
  const auto six = ParseProxyUrl("socks5h://[::1]:65535/");
  ASSERT_TRUE(six.ok()) << six.status();
  EXPECT_EQ(six->ip.size(), 16u);
  EXPECT_EQ(FormatProxyUrl(*six), "socks5://[::1]:65535");
  const auto local = ParseProxyUrl("socks5://localhost:1");
  ASSERT_TRUE(local.ok()) << local.status();
  EXPECT_EQ(FormatProxyUrl(*local), "socks5://127.0.0.1:1");
}

TEST(ParseProxyUrl, RefusesWhatIsNone) {
  for (const char* url : {"",
                          "none",
                          "127.0.0.1:9050",
                          "http://127.0.0.1:9050",
                          "socks4://127.0.0.1:9050",
                          "socks5://",
                          "socks5://127.0.0.1",
                          "socks5://127.0.0.1:",
                          "socks5://127.0.0.1:0",
                          "socks5://127.0.0.1:65536",
                          "socks5://127.0.0.1:+90",
                          "socks5://127.0.0.1:9050x",
                          "socks5://:9050",
                          "socks5://tor.example:9050",
                          "socks5://::1:9050",
                          "socks5://[::1:9050",
                          "socks5://[127.0.0.1]:9050",
                          "socks5://127.0.0.1:9050//",
                          "socks5://127.1:9050",
                          "SOCKS5://127.0.0.1:9050",
                          " socks5://127.0.0.1:9050"}) {
    const auto parsed = ParseProxyUrl(url);
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << url;
    EXPECT_EQ(ReasonOf(parsed.status()), "PROXY_MALFORMED") << url;
  }
}

// It stands in the list of processes, in a shell's history, and would stand on the screen.
TEST(ParseProxyUrl, DoesNotRepeatAPassword) {
  const auto parsed = ParseProxyUrl("socks5://ana:hunter2@127.0.0.1:9050");
  EXPECT_EQ(ReasonOf(parsed.status()), "PROXY_WITH_PASSWORD");
  EXPECT_EQ(parsed.status().message().find("hunter2"), absl::string_view::npos);
}

TEST(ParseHostPort, TakesWhatAProxyCanBeAskedFor) {
  const std::string longest(255, 'a');
  for (const std::string& text :
       {std::string("amparo.example:7443"), std::string("10.0.0.1:1"),
        std::string("[2001:db8::1]:7443"), longest + ":7443", std::string("a-b_c.onion:443")}) {
    const auto at = ParseHostPort(text);
    ASSERT_TRUE(at.ok()) << at.status();
    EXPECT_EQ(FormatHostPort(*at), text);
  }
  EXPECT_TRUE(ParseHostPort("amparo.example:7443")->ip.empty()) << "a name is no address";
}

TEST(ParseHostPort, RefusesTheRest) {
  const std::string too_long(256, 'a');
  for (const std::string& text :
       {std::string(""), std::string("amparo.example"), std::string(":7443"),
        std::string("dns:///amparo.example:7443"), std::string("unix:/run/amparo:1"),
        std::string("a b:7443"), std::string("a\n:7443"), std::string("a\0b:7443", 8),
        std::string("[amparo.example]:7443"), too_long + ":7443"}) {
    EXPECT_FALSE(ParseHostPort(text).ok()) << text;
  }
}

}  // namespace
}  // namespace amparo::client
