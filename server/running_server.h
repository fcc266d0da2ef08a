// A whole server, put together by hand from its store to its socket.
//
// Thread safety: all methods, from any thread.

#ifndef AMPARO_SERVER_RUNNING_SERVER_H_
#define AMPARO_SERVER_RUNNING_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/clock.h"
#include "server/cosignatures.h"
#include "server/data_directory.h"
#include "server/disk_threads.h"
#include "server/founding.h"
#include "server/join_requests.h"
#include "server/listener.h"
#include "server/log.h"
#include "server/organizations.h"
#include "server/sessions.h"
#include "server/streams.h"
#include "server/witnesses.h"
#include "storage/store.h"

namespace amparo::server {

class RunningServer {
 public:
  struct Options {
    DataDirectory data;
    Identity identity;
    std::unique_ptr<storage::Store> store;
    Log* log = nullptr;  // Borrowed.
    Clock clock;         // The time of day, for ticks and expiry.
    Clock steady;        // Seconds that never go back, for sessions.
  };
  // Opens every organisation and listens. Errors: those of Organizations::Open and
  // Listener::Start.
  static absl::StatusOr<std::unique_ptr<RunningServer>> Start(Options options);
  ~RunningServer();

  const std::string& address() const { return listener_->address(); }
  const DiskThreads& disk() const { return *disk_; }
  // Answers what is under way, then stops. Nothing acknowledged is lost.
  void Stop();

 private:
  explicit RunningServer(Options options) : options_(std::move(options)) {}

  const Options options_;
  std::unique_ptr<Organizations> organizations_;
  std::unique_ptr<Sessions> sessions_;
  std::unique_ptr<Founding> founding_;
  std::unique_ptr<JoinRequests> join_requests_;
  std::unique_ptr<Cosignatures> cosignatures_;
  std::unique_ptr<Streams> streams_;
  std::unique_ptr<DiskThreads> disk_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<Listener> listener_;  // Last: it goes first.
};

// What the directories of all organisations say now of a certificate, and who their witnesses
// are. `organizations` is borrowed.
CertificateLookup LookupIn(const Organizations* organizations, WitnessSource witnesses);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_RUNNING_SERVER_H_
