#include "tests/network/link.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace amparo::testing {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr char kDevice[] = "amparo0";
constexpr std::size_t kPacketBytesMax = 2'048;
// A router's queue: what comes when it is full is lost.
constexpr std::size_t kQueueMax = 100;

[[noreturn]] void Fail(const char* step) {
  std::fprintf(stderr,
               "network: %s: %s\nhint: run as root, or where `unshare -Urn` works and /dev/net/tun "
               "may be opened\n",
               step, std::strerror(errno));
  std::exit(1);
}
void Must(bool ok, const char* step) {
  if (!ok) Fail(step);
}

void Write(const char* path, const std::string& text) {
  std::ofstream file(path);
  file << text;
}

// Somebody who is not root becomes it in a namespace of their own.
void BecomeRoot() {
  if (geteuid() == 0) return;
  const auto uid = geteuid();
  const auto gid = getegid();
  Must(unshare(CLONE_NEWUSER) == 0, "no user namespace");
  Write("/proc/self/setgroups", "deny");
  Write("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1");
  Write("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1");
}

ifreq RequestFor(const char* device) {
  ifreq request{};
  std::strncpy(request.ifr_name, device, IFNAMSIZ - 1);
  return request;
}

void SetAddress(int control, unsigned long what, const char* address) {
  ifreq request = RequestFor(kDevice);
  sockaddr_in in{};
  in.sin_family = AF_INET;
  inet_pton(AF_INET, address, &in.sin_addr);
  std::memcpy(&request.ifr_addr, &in, sizeof(in));
  Must(ioctl(control, what, &request) == 0, "no address");
}

void BringUp(int control, const char* device) {
  ifreq request = RequestFor(device);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  Must(ioctl(control, SIOCSIFFLAGS, &request) == 0, "the device does not come up");
}

// A namespace with one device, which the calling thread is in then. Returns the namespace.
int MakeHost(const char* address, int& tun) {
  Must(unshare(CLONE_NEWNET) == 0, "no network namespace");
  tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
  Must(tun >= 0, "/dev/net/tun");
  ifreq request = RequestFor(kDevice);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  Must(ioctl(tun, TUNSETIFF, &request) == 0, "no TUN device");
  const int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  SetAddress(control, SIOCSIFADDR, address);
  SetAddress(control, SIOCSIFNETMASK, "255.255.255.0");
  BringUp(control, kDevice);
  BringUp(control, "lo");
  close(control);
  const int made = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  Must(made >= 0, "/proc/thread-self/ns/net");
  return made;
}

// Both ports of an IPv4 packet of TCP, the same number in both directions.
std::uint32_t ConnectionOf(const std::vector<char>& packet) {
  const auto at = [&](std::size_t i) -> std::uint32_t {
    return static_cast<unsigned char>(packet[i]);
  };
  const std::size_t ports = std::size_t{4} * (at(0) & 0x0fu);
  const std::uint32_t from = at(ports) << 8 | at(ports + 1);
  const std::uint32_t to = at(ports + 2) << 8 | at(ports + 3);
  return std::min(from, to) << 16 | std::max(from, to);
}

}  // namespace

std::unique_ptr<Link> Link::Make(std::uint64_t seed) {
  BecomeRoot();
  std::unique_ptr<Link> link(new Link(seed));
  link->server_namespace_ = MakeHost(kServer, link->ways_[1].from);
  link->client_namespace_ = MakeHost(kClient, link->ways_[0].from);
  link->ways_[0].to = link->ways_[1].from;
  link->ways_[1].to = link->ways_[0].from;
  link->carrying_ = std::thread([carrier = link.get()] { carrier->Carry(); });
  return link;
}

Link::~Link() {
  ending_ = true;
  carrying_.join();
  for (const Way& way : ways_) close(way.from);
  close(server_namespace_);
  close(client_namespace_);
}

void Link::EnterServer() const { Must(setns(server_namespace_, CLONE_NEWNET) == 0, "setns"); }
void Link::EnterClient() const { Must(setns(client_namespace_, CLONE_NEWNET) == 0, "setns"); }

void Link::Set(const LinkQuality& quality) {
  const std::lock_guard<std::mutex> lock(mutex_);
  quality_ = quality;
}

void Link::Break(std::chrono::milliseconds outage) {
  const std::lock_guard<std::mutex> lock(mutex_);
  broken_until_ = steady_clock::now() + outage;
}

void Link::MoveClient(const std::string& address) {
  const int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  SetAddress(control, SIOCSIFADDR, address.c_str());
  SetAddress(control, SIOCSIFNETMASK, "255.255.255.0");
  close(control);
}

void Link::Carry() {
  while (!ending_) {
    pollfd wait[2] = {{.fd = ways_[0].from, .events = POLLIN, .revents = 0},
                      {.fd = ways_[1].from, .events = POLLIN, .revents = 0}};
    const bool is_idle = ways_[0].under_way.empty() && ways_[1].under_way.empty();
    poll(wait, 2, is_idle ? 20 : 1);
    LinkQuality quality;
    bool is_broken = false;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      quality = quality_;
      is_broken = steady_clock::now() < broken_until_;
    }
    for (Way& way : ways_) {
      Take(way, quality, is_broken);
      Deliver(way);
    }
  }
}

void Link::Take(Way& way, const LinkQuality& quality, bool is_broken) {
  std::vector<char> buffer(kPacketBytesMax);
  for (ssize_t got = 0; (got = read(way.from, buffer.data(), buffer.size())) > 0;) {
    const auto size = static_cast<std::size_t>(got);
    way.carried += size;
    const double drawn = std::uniform_real_distribution<double>(0, 1)(random_);
    const std::uint32_t number = quality.line_for_each ? ConnectionOf(buffer) : 0;
    Line& line = way.lines[number];
    if (is_broken || drawn < quality.loss || line.under_way >= kQueueMax) continue;
    line.free = std::max(line.free, steady_clock::now());
    if (quality.bits_per_second != 0) {
      line.free += microseconds(size * 8 * 1'000'000 / quality.bits_per_second);
    }
    ++line.under_way;
    way.under_way.emplace(
        line.free + quality.one_way,
        Packet{.line = number, .bytes = std::vector<char>(buffer.begin(), buffer.begin() + got)});
  }
}

void Link::Deliver(Way& way) {
  const auto now = steady_clock::now();
  while (!way.under_way.empty() && way.under_way.begin()->first <= now) {
    const auto& [line, bytes] = way.under_way.begin()->second;
    --way.lines[line].under_way;
    // A device that takes no packet loses it, as a cable does.
    [[maybe_unused]] const ssize_t written = write(way.to, bytes.data(), bytes.size());
    way.under_way.erase(way.under_way.begin());
  }
}

}  // namespace amparo::testing
