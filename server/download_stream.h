// Download: a range of a sealed blob, in messages as large as the link is fast (DownloadPace).
//
// Memory: one message per stream.
// Spec: docs/spec/requests.md, "Streams". Thread safety: gRPC calls it from its own threads;
// what may wait for the disk runs on DiskThreads.

#ifndef AMPARO_SERVER_DOWNLOAD_STREAM_H_
#define AMPARO_SERVER_DOWNLOAD_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <cstdint>

#include "amparo/v1/amparo.pb.h"
#include "server/call.h"
#include "server/download_pace.h"

namespace amparo::server {

inline constexpr std::uint64_t kDownloadIdle_s = 120;  // Without a message taken; then it is ended.

// The reactor of one call; it deletes itself when the call is over.
grpc::ServerWriteReactor<grpc::ByteBuffer>* StartDownload(const ServiceParts& parts,
                                                          grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer& request);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_DOWNLOAD_STREAM_H_
