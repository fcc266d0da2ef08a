// Watch: the size of the log each time it grows, for at most 10 minutes.
//
// Memory: one small message per stream, however fast the log grows.
// Spec: docs/spec/requests.md, "Streams". Thread safety: gRPC calls it from its own threads.

#ifndef AMPARO_SERVER_WATCH_STREAM_H_
#define AMPARO_SERVER_WATCH_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <cstdint>

#include "amparo/v1/amparo.pb.h"
#include "server/call.h"

namespace amparo::server {

inline constexpr std::uint64_t kWatchLifetime_s = 600;

// The reactor of one call; it deletes itself when the call is over.
grpc::ServerWriteReactor<v1::WatchReply>* StartWatch(const ServiceParts& parts,
                                                     grpc::CallbackServerContext* context,
                                                     const v1::Envelope& envelope);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_WATCH_STREAM_H_
