// The two streams that carry blobs, with messages that stay in gRPC's own buffers
// (proto/raw_messages.h); else they are the generated stub's Upload and Download.
//
// Only client/grpc_connection*.cc include this header.
// Thread safety: the functions are independent; the streams as gRPC's.

#ifndef AMPARO_CLIENT_GRPC_CONNECTION_RAW_H_
#define AMPARO_CLIENT_GRPC_CONNECTION_RAW_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "amparo/v1/amparo.pb.h"

namespace amparo::client {

using RawReader = grpc::ClientReader<grpc::ByteBuffer>;
using RawReaderWriter = grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>;

// `context` outlives the stream.
std::unique_ptr<RawReader> StartDownload(grpc::Channel& channel, grpc::ClientContext& context,
                                         const v1::Envelope& request);
std::unique_ptr<RawReaderWriter> StartUpload(grpc::Channel& channel, grpc::ClientContext& context);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_GRPC_CONNECTION_RAW_H_
