// Upload: one blob, from where the server's durable bytes end. What arrived before a
// connection broke is kept.
//
// Memory: one message of at most 2 MiB and the blob store's buffer per stream.
// Spec: docs/spec/requests.md, "Streams". Thread safety: gRPC calls it from its own threads.

#ifndef AMPARO_SERVER_UPLOAD_STREAM_H_
#define AMPARO_SERVER_UPLOAD_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <cstdint>

#include "amparo/v1/amparo.pb.h"
#include "server/call.h"

namespace amparo::server {

inline constexpr std::size_t kUploadMessageBytesMax = 1024 * 1024;
inline constexpr std::uint64_t kUploadIdle_s = 60;     // Without a message; then it is ended.
inline constexpr std::uint64_t kUploadOpening_s = 10;  // For the first one, which says whose it is.

// The reactor of one call; it deletes itself when the call is over.
grpc::ServerReadReactor<v1::UploadMessage>* StartUpload(const ServiceParts& parts,
                                                        grpc::CallbackServerContext* context,
                                                        v1::UploadReply* reply);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_UPLOAD_STREAM_H_
