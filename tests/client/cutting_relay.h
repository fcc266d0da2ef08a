// A bad link: relays TCP connections to a server and cuts each after so many bytes.
//
// Thread safety: all methods, from any thread.

#ifndef AMPARO_TESTS_CLIENT_CUTTING_RELAY_H_
#define AMPARO_TESTS_CLIENT_CUTTING_RELAY_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace amparo::testing {

class CuttingRelay {
 public:
  // To "127.0.0.1:port". The nth connection is cut after limits[n] bytes sent by the client; later
  // ones never.
  CuttingRelay(const std::string& upstream, std::vector<std::uint64_t> limits);
  ~CuttingRelay();

  const std::string& address() const { return address_; }
  std::size_t connections() const { return connections_; }

 private:
  void Accept();
  void Serve(int client, std::uint64_t limit);

  std::uint16_t upstream_port_ = 0;
  const std::vector<std::uint64_t> limits_;
  std::string address_;
  int listener_ = -1;
  std::atomic<std::size_t> connections_ = 0;
  std::atomic<bool> ending_ = false;
  std::mutex mutex_;
  std::vector<std::thread> serving_;  // Guarded by mutex_.
  std::thread accepting_;
};

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_CLIENT_CUTTING_RELAY_H_
