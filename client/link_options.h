// How patient a connection is with its link. Spec: docs/spec/requests.md, "Broken links".
//
// Thread safety: a value.

#ifndef AMPARO_CLIENT_LINK_OPTIONS_H_
#define AMPARO_CLIENT_LINK_OPTIONS_H_

#include <chrono>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/backoff.h"
#include "client/connection.h"

namespace amparo::client {

// Told when something failed on the link and will be tried again after `pause`: for people, who
// would think that nothing happens. From any thread, several at once.
using LinkListener = std::function<void(const absl::Status& why, std::chrono::milliseconds pause)>;

struct LinkOptions {
  // Both without any progress. A transfer outlives a broken link and a server's restart.
  std::chrono::milliseconds call_patience{90'000};
  std::chrono::milliseconds transfer_patience{300'000};
  Jitter jitter = RandomJitter();
  LinkListener listener = nullptr;
};
// As ConnectGrpc.
absl::StatusOr<std::unique_ptr<Connection>> ConnectGrpcWith(const Endpoint& endpoint,
                                                            LinkOptions options);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_LINK_OPTIONS_H_
