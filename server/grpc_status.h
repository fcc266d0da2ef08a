// The one place where an absl::Status becomes a gRPC status: the same code, and the detail in
// the trailer `amparo-error-bin`. Total over codes and reasons (tests/server/).
//
// Thread safety: the functions are independent.

#ifndef AMPARO_SERVER_GRPC_STATUS_H_
#define AMPARO_SERVER_GRPC_STATUS_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <string>

#include "absl/status/status.h"

namespace amparo::server {

// Codes have the same numbers on both sides. What carries no detail is a fault of ours: its
// message stays in the server's log, and the caller gets INTERNAL (or UNAVAILABLE,
// RESOURCE_EXHAUSTED and DATA_LOSS, whose meaning is the caller's business).
grpc::Status ToGrpc(const absl::Status& status);
// The serialized ErrorDetail; empty if there is none.
std::string TrailerOf(const absl::Status& status);
// Both at once. REQUIRES: the call has not finished.
grpc::Status FinishWith(const absl::Status& status, grpc::ServerContextBase& context);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_GRPC_STATUS_H_
