// How patient a connection is with its link. Spec: docs/spec/requests.md, "Broken links".
//
// Thread safety: a value.

#ifndef AMPARO_CLIENT_LINK_OPTIONS_H_
#define AMPARO_CLIENT_LINK_OPTIONS_H_

#include <chrono>
#include <memory>

#include "absl/status/statusor.h"
#include "client/backoff.h"
#include "client/connection.h"

namespace amparo::client {

struct LinkOptions {
  // Both without any progress. A transfer outlives a broken link and a server's restart.
  std::chrono::milliseconds call_patience{90'000};
  std::chrono::milliseconds transfer_patience{300'000};
  Jitter jitter = RandomJitter();
};
// As ConnectGrpc.
absl::StatusOr<std::unique_ptr<Connection>> ConnectGrpcWith(const Endpoint& endpoint,
                                                            LinkOptions options);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_LINK_OPTIONS_H_
