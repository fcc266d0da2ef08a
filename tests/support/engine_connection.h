// The real engine of one organisation, in this process over a memory store, and a client's
// Connection to it: everything but gRPC and sessions. Who calls is taken from the credentials
// that the client names.
//
// Thread safety: all methods, from any thread.

#ifndef AMPARO_TESTS_SUPPORT_ENGINE_CONNECTION_H_
#define AMPARO_TESTS_SUPPORT_ENGINE_CONNECTION_H_

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/statusor.h"
#include "audit/cosignature.h"
#include "client/connection.h"
#include "server/cosignatures.h"
#include "server/organizations.h"
#include "storage/store.h"

namespace amparo::testing {

class Engine {
 public:
  // Founds the organisation that `policy` speaks of. Aborts when it is refused. The log's clock
  // goes after this computer's by `clock_offset_s`.
  Engine(const SigningKey& log_key, const SignedStatement& policy, std::int64_t clock_offset_s);

  server::Organization& organization() { return *organization_; }
  void SetClockOffset(std::int64_t seconds) { offset_s_ = seconds; }
  std::unique_ptr<client::Connection> Connect();
  // As `amparod witness add`: whose session keys name this key as their certificate may cosign.
  void AddWitness(const audit::Witness& witness);

 private:
  UnixSeconds Now() const;
  std::vector<audit::Witness> Witnesses() const;

  std::unique_ptr<storage::Store> store_;
  Secret<32> server_key_;
  std::atomic<std::int64_t> offset_s_;
  mutable std::mutex witnesses_mutex_;  // Guards the next.
  std::vector<audit::Witness> witnesses_;
  server::Cosignatures cosignatures_;
  std::unique_ptr<server::Organizations> organizations_;
  std::shared_ptr<server::Organization> organization_;
};

// A Connection to an organisation that the caller keeps open. Without `cosignatures`, borrowed,
// none is taken and none is given.
std::unique_ptr<client::Connection> ConnectTo(server::Organization& organization,
                                              server::Cosignatures* cosignatures = nullptr);

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_SUPPORT_ENGINE_CONNECTION_H_
