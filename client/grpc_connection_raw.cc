#include "client/grpc_connection_raw.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "amparo/v1/amparo.grpc.pb.h"

namespace amparo::client {
namespace {

// gRPC offers streams of ByteBuffers only to callers without threads of their own (GenericStub), so
// these are made as the generated stub makes its own.
using grpc::internal::RpcMethod;

grpc::internal::RpcMethod MethodOf(const std::string& path, RpcMethod::RpcType type,
                                   grpc::Channel& channel) {
  return {path.c_str(), type, std::shared_ptr<grpc::ChannelInterface>(&channel, [](auto*) {})};
}

std::string PathOf(absl::string_view method) {
  return absl::StrCat("/", v1::Amparo::service_full_name(), "/", method);
}

}  // namespace

std::unique_ptr<RawReader> StartDownload(grpc::Channel& channel, grpc::ClientContext& context,
                                         const v1::Envelope& request) {
  static const std::string* const kPath = new std::string(PathOf("Download"));
  const RpcMethod method = MethodOf(*kPath, RpcMethod::SERVER_STREAMING, channel);
  return std::unique_ptr<RawReader>(grpc::internal::ClientReaderFactory<grpc::ByteBuffer>::Create(
      &channel, method, &context, request));
}

std::unique_ptr<RawReaderWriter> StartUpload(grpc::Channel& channel, grpc::ClientContext& context) {
  static const std::string* const kPath = new std::string(PathOf("Upload"));
  const RpcMethod method = MethodOf(*kPath, RpcMethod::BIDI_STREAMING, channel);
  return std::unique_ptr<RawReaderWriter>(
      grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
          &channel, method, &context));
}

}  // namespace amparo::client
