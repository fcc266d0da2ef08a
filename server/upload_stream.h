// Upload: blobs, one after the other, each from where the server's durable bytes end. What
// arrived before a connection broke is kept.
//
// Memory: one message of at most 2 MiB in gRPC's buffers, and the blob store's buffer per stream.
// Spec: docs/spec/requests.md, "Streams". Thread safety: gRPC calls it from its own threads;
// what may wait for the disk runs on DiskThreads.

#ifndef AMPARO_SERVER_UPLOAD_STREAM_H_
#define AMPARO_SERVER_UPLOAD_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "amparo/v1/amparo.pb.h"
#include "server/call.h"

namespace amparo::server {

inline constexpr std::size_t kUploadMessageBytesMax = 1024 * 1024;
// Without a message; then it is ended. An outage of 30 s can silence TCP for twice as long.
inline constexpr std::uint64_t kUploadIdle_s = 120;
inline constexpr std::uint64_t kUploadOpening_s = 30;  // For the first one, which says whose it is.
// What was received is said after so many bytes, or after a second.
inline constexpr std::uint64_t kUploadReplyBytes = 256 * 1024;
inline constexpr std::uint64_t kUploadReplyEachBelow = 1024 * 1024;  // Until then, each message.
// What a slow upload brought is made durable so often.
inline constexpr std::chrono::seconds kUploadFlushEvery{5};

// The reactor of one call; it deletes itself when the call is over.
grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StartUpload(
    const ServiceParts& parts, grpc::CallbackServerContext* context);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_UPLOAD_STREAM_H_
