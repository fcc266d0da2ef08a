// The gRPC service: takes messages apart, asks who is calling, calls the engine, answers.
// No rule of the domain stands here. Spec: docs/spec/requests.md.
//
// Thread safety: gRPC calls it from its own threads.

#ifndef AMPARO_SERVER_SERVICE_H_
#define AMPARO_SERVER_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "amparo/v1/amparo.grpc.pb.h"
#include "server/call.h"

namespace amparo::server {

// Every method as generated, but for the two that carry blobs: those read and write gRPC's buffers.
template <template <class> class... Methods>
struct Over;
template <template <class> class Method, template <class> class... Methods>
struct Over<Method, Methods...> {
  using Type = Method<typename Over<Methods...>::Type>;
};
template <>
struct Over<> {
  using Type = v1::Amparo::Service;
};
using ServiceBase =
    Over<v1::Amparo::WithCallbackMethod_Hello, v1::Amparo::WithCallbackMethod_OpenSession,
         v1::Amparo::WithCallbackMethod_Found, v1::Amparo::WithCallbackMethod_Join,
         v1::Amparo::WithCallbackMethod_Append, v1::Amparo::WithCallbackMethod_Sync,
         v1::Amparo::WithCallbackMethod_Subject, v1::Amparo::WithCallbackMethod_Objects,
         v1::Amparo::WithCallbackMethod_Pending, v1::Amparo::WithCallbackMethod_Watch,
         v1::Amparo::WithCallbackMethod_Checkpoint, v1::Amparo::WithCallbackMethod_Cosign,
         v1::Amparo::WithCallbackMethod_Cosigned, v1::Amparo::WithCallbackMethod_Prove,
         v1::Amparo::WithCallbackMethod_Light, v1::Amparo::WithRawCallbackMethod_Upload,
         v1::Amparo::WithRawCallbackMethod_Download>::Type;

class Service final : public ServiceBase {
 public:
  explicit Service(ServiceParts parts) : parts_(parts) {}

  grpc::ServerUnaryReactor* Hello(grpc::CallbackServerContext* context,
                                  const v1::HelloRequest* request, v1::HelloReply* reply) override;
  grpc::ServerUnaryReactor* OpenSession(grpc::CallbackServerContext* context,
                                        const v1::OpenSessionRequest* request,
                                        v1::OpenSessionReply* reply) override;
  grpc::ServerUnaryReactor* Found(grpc::CallbackServerContext* context,
                                  const v1::FoundRequest* request, v1::AppendReply* reply) override;
  grpc::ServerUnaryReactor* Join(grpc::CallbackServerContext* context,
                                 const v1::JoinRequest* request, v1::JoinReply* reply) override;
  grpc::ServerUnaryReactor* Append(grpc::CallbackServerContext* context,
                                   const v1::Envelope* request, v1::AppendReply* reply) override;
  grpc::ServerUnaryReactor* Sync(grpc::CallbackServerContext* context, const v1::Envelope* request,
                                 v1::SyncReply* reply) override;
  grpc::ServerUnaryReactor* Subject(grpc::CallbackServerContext* context,
                                    const v1::Envelope* request, v1::SubjectReply* reply) override;
  grpc::ServerUnaryReactor* Objects(grpc::CallbackServerContext* context,
                                    const v1::Envelope* request, v1::ObjectsReply* reply) override;
  grpc::ServerUnaryReactor* Pending(grpc::CallbackServerContext* context,
                                    const v1::Envelope* request, v1::PendingReply* reply) override;
  // service_log.cc: heads, proofs, and what light clients read.
  grpc::ServerUnaryReactor* Checkpoint(grpc::CallbackServerContext* context,
                                       const v1::Envelope* request,
                                       v1::CheckpointReply* reply) override;
  grpc::ServerUnaryReactor* Cosign(grpc::CallbackServerContext* context,
                                   const v1::Envelope* request, v1::CosignReply* reply) override;
  grpc::ServerUnaryReactor* Cosigned(grpc::CallbackServerContext* context,
                                     const v1::Envelope* request,
                                     v1::CosignedReply* reply) override;
  grpc::ServerUnaryReactor* Prove(grpc::CallbackServerContext* context, const v1::Envelope* request,
                                  v1::ProveReply* reply) override;
  grpc::ServerUnaryReactor* Light(grpc::CallbackServerContext* context, const v1::Envelope* request,
                                  v1::LightReply* reply) override;
  grpc::ServerWriteReactor<v1::WatchReply>* Watch(grpc::CallbackServerContext* context,
                                                  const v1::Envelope* request) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Upload(
      grpc::CallbackServerContext* context) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Download(grpc::CallbackServerContext* context,
                                                       const grpc::ByteBuffer* request) override;

 private:
  const ServiceParts parts_;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_SERVICE_H_
