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

class Service final : public v1::Amparo::CallbackService {
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
  grpc::ServerBidiReactor<v1::UploadMessage, v1::UploadReply>* Upload(
      grpc::CallbackServerContext* context) override;
  grpc::ServerWriteReactor<v1::DownloadMessage>* Download(grpc::CallbackServerContext* context,
                                                          const v1::Envelope* request) override;

 private:
  const ServiceParts parts_;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_SERVICE_H_
