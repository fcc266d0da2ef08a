// A whole server in this process, on a free port of the loopback interface, over a memory
// store.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_CLIENT_LIVE_SERVER_H_
#define AMPARO_TESTS_CLIENT_LIVE_SERVER_H_

#include <atomic>
#include <memory>
#include <string>

#include "client/connection.h"
#include "server/running_server.h"

namespace amparo::testing {

class LiveServer {
 public:
  // Keeps its keys in `directory`, which must not exist yet.
  explicit LiveServer(const std::string& directory);
  ~LiveServer();

  client::Endpoint endpoint() const;
  // A founding token's text.
  std::string Token();
  // Lets the time by which sessions end pass.
  void PassSessionTime(std::uint64_t seconds) { passed_s_ += seconds; }
  // Ends the server; nobody listens any more.
  void Stop() { server_.reset(); }

 private:
  server::DataDirectory data_;
  std::string certificate_pem_;
  Secret<32> server_key_;
  std::string address_;
  std::atomic<std::uint64_t> passed_s_ = 0;
  std::FILE* nowhere_;
  server::Log log_;
  std::unique_ptr<server::RunningServer> server_;
};

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_CLIENT_LIVE_SERVER_H_
