// proxy: by which way this home reaches its server.

#include "absl/strings/str_cat.h"
#include "client/cli/verbs.h"
#include "client/membership.h"
#include "client/proxy.h"

namespace amparo::cli {
namespace {

constexpr char kNone[] = "none";

void Say(const Shell& shell, const std::string& proxy) {
  shell.terminal->Line(proxy.empty() ? "no proxy: this computer connects to the server directly"
                                     : absl::StrCat("the server is reached through ", proxy,
                                                    ", and in no other way"));
  shell.terminal->Json({{"proxy", proxy}});
}

absl::Status ShowOrChange(Shell& shell, const std::string& wanted) {
  absl::StatusOr<std::string> proxy = CheckProxy(wanted == kNone ? "" : wanted);
  if (!proxy.ok()) return proxy.status();
  absl::StatusOr<Shell::Unlocked> unlocked = shell.Unlock();
  if (!unlocked.ok()) return unlocked.status();
  if (!unlocked->keys.home.has_value()) {
    return absl::FailedPreconditionError("this home reaches no server");
  }
  auto membership = client::ReadMembership(unlocked->home, *unlocked->keys.home);
  if (!membership.ok()) return membership.status();
  if (!wanted.empty() && membership->server.proxy != *proxy) {
    // An address that no proxy can be asked for is found now, not at the next synchronisation.
    absl::Status usable;
    if (!proxy->empty()) usable = client::ParseHostPort(membership->server.address).status();
    if (!usable.ok()) return usable;
    membership->server.proxy = *proxy;
    absl::Status kept = client::WriteMembership(unlocked->home, *unlocked->keys.home, *membership);
    if (!kept.ok()) return kept;
  }
  Say(shell, membership->server.proxy);
  return absl::OkStatus();
}

}  // namespace

void AddProxyOption(CLI::App* verb, std::string& url) {
  verb->add_option("--proxy", url, "reach the server through socks5://HOST:PORT, as Tor's");
}

absl::StatusOr<std::string> CheckProxy(const std::string& url) {
  if (url.empty()) return std::string();
  absl::StatusOr<client::HostPort> proxy = client::ParseProxyUrl(url);
  if (!proxy.ok()) return proxy.status();
  return client::FormatProxyUrl(*proxy);
}

void AddProxyVerb(CLI::App& app, Shell& shell) {
  auto url = std::make_shared<std::string>();
  CLI::App* verb = AddVerb(app, "proxy", "show or change the proxy to the server, as Tor's",
                           "amparo proxy socks5://127.0.0.1:9050");
  verb->add_option("url", *url, "socks5://HOST:PORT; none: connect directly; nothing: show it");
  SetWork(verb, shell, [&shell, url] { return ShowOrChange(shell, *url); });
}

}  // namespace amparo::cli
