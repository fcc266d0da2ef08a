// A bad link between two network namespaces: two TUN devices, and a thread that carries the IP
// packets between them with a delay, a rate, a loss and outages. For kernels without netem.
//
// Thread safety: all methods, from any thread, but Make and Enter*, which change the namespace
// of the calling thread and come before any other thread.

#ifndef AMPARO_TESTS_NETWORK_LINK_H_
#define AMPARO_TESTS_NETWORK_LINK_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace amparo::testing {

// Of each direction.
struct LinkQuality {
  std::uint64_t bits_per_second = 0;  // 0: as fast as it goes.
  std::chrono::milliseconds one_way{0};
  double loss = 0;  // Of packets, from 0 to 1.
  // Each TCP connection has a line of that rate to itself, as clients at several places have.
  bool line_for_each = false;
};

class Link {
 public:
  static constexpr char kServer[] = "10.77.0.1";
  static constexpr char kClient[] = "10.77.0.2";

  // Makes both namespaces, with the calling thread in the client's. Ends the program with a hint
  // if this machine lets nobody make any.
  static std::unique_ptr<Link> Make(std::uint64_t seed);
  ~Link();

  // The calling thread, and what it starts, is the server's host; or the client's.
  void EnterServer() const;
  void EnterClient() const;

  // The client's host, for setns; borrowed.
  int client_host() const { return client_namespace_; }

  void Set(const LinkQuality& quality);
  // Nothing passes for so long from now on.
  void Break(std::chrono::milliseconds outage);
  // Gives the client's host another address; the old one is gone.
  void MoveClient(const std::string& address);
  // Bytes of IP packets that the client's host sent into the link, lost ones included.
  std::uint64_t sent_by_client() const { return ways_[0].carried; }
  std::uint64_t sent_by_server() const { return ways_[1].carried; }

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Line {
    Time free;
    std::size_t under_way = 0;  // Packets.
  };
  struct Packet {
    std::uint32_t line = 0;
    std::vector<char> bytes;
  };
  struct Way {
    int from = -1;
    int to = -1;
    std::atomic<std::uint64_t> carried = 0;
    std::map<std::uint32_t, Line> lines;
    std::multimap<Time, Packet> under_way;  // By when they are due.
  };

  explicit Link(std::uint64_t seed) : random_(seed) {}
  void Carry();
  void Take(Way& way, const LinkQuality& quality, bool is_broken);
  static void Deliver(Way& way);

  int server_namespace_ = -1;
  int client_namespace_ = -1;
  std::array<Way, 2> ways_;  // From the client; from the server.
  std::mt19937_64 random_;
  std::mutex mutex_;  // Guards the next two.
  LinkQuality quality_;
  Time broken_until_;
  std::atomic<bool> ending_ = false;
  std::thread carrying_;
};

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_NETWORK_LINK_H_
