// The Connection over gRPC: TLS with the pinned certificate as the only root, one session,
// an Envelope per request. Spec: docs/spec/requests.md.
//
// Only client/grpc_connection*.cc include this header.
// Thread safety: as Connection.

#ifndef AMPARO_CLIENT_GRPC_CONNECTION_H_
#define AMPARO_CLIENT_GRPC_CONNECTION_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "amparo/v1/amparo.grpc.pb.h"
#include "client/backoff.h"
#include "client/connection.h"
#include "client/link_options.h"
#include "client/platform_forwarder.h"
#include "client/upload_pace.h"
#include "crypto/secret.h"

namespace amparo::client {

inline std::string AsString(ByteView bytes) { return std::string(AsText(bytes)); }
inline Bytes BytesOf(const std::string& text) { return Bytes(text.begin(), text.end()); }

// Streams without any progress end; keepalive finds a peer that is gone sooner.
inline constexpr std::chrono::seconds kProgressLimit{120};

// When a call that carries `bytes` is given up, though the server is there.
std::chrono::system_clock::time_point DeadlineFor(std::size_t bytes, bool large_reply);

// Ends a stream that makes no progress: cancels `context` when Touch() was not called for
// `limit`. REQUIRES: dies before `context`.
class ProgressWatch {
 public:
  ProgressWatch(grpc::ClientContext& context, std::chrono::milliseconds limit);
  ~ProgressWatch();
  void Touch();
  bool expired() const;

 private:
  void Run(std::chrono::milliseconds limit);

  grpc::ClientContext& context_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t touches_ = 0;  // Guarded by mutex_, as are the next two.
  bool ended_ = false;
  bool expired_ = false;
  std::thread thread_;  // Last: it uses the rest.
};

class GrpcConnection : public Connection {
 public:
  // `forwarder`: what `channel` connects to, if there is a proxy.
  GrpcConnection(std::shared_ptr<grpc::Channel> channel, std::string address,
                 const Hash& server_key, LinkOptions options,
                 std::unique_ptr<platform::Forwarder> forwarder);

  absl::StatusOr<AppendReply> Found(ByteView token_id, ByteView token_secret,
                                    ByteView policy) override;
  absl::Status Join(const OrgId& org, const InviteId& invite, ByteView ticket,
                    ByteView request) override;
  void UseSession(const SessionKeys& keys) override;
  absl::StatusOr<AppendReply> Append(const AppendRequest& request) override;
  absl::StatusOr<SyncReply> Sync(Position from, std::uint32_t limit) override;
  absl::StatusOr<SubjectReply> Subject(SubjectType type, const SubjectId& subject,
                                       std::uint32_t from) override;
  absl::StatusOr<ObjectsReply> Objects(SubjectType type, const SubjectId& subject,
                                       const std::vector<ObjectId>& objects,
                                       const MemberId& grantee) override;
  absl::StatusOr<std::vector<Bytes>> Pending() override;
  absl::StatusOr<CheckpointReply> Checkpoint(TreeSize old_size) override;
  absl::Status Cosign(TreeSize size, const std::string& line) override;
  absl::StatusOr<std::vector<std::string>> Cosigned() override;
  absl::StatusOr<std::vector<std::vector<Hash>>> Prove(
      TreeSize size, const std::vector<Position>& positions) override;
  absl::StatusOr<LightReply> Light(LightWhich which, Position from, TreeSize size) override;
  absl::Status Watch(TreeSize size, const std::function<bool(TreeSize)>& grown) override;
  absl::StatusOr<UploadState> StatUpload(const ObjectId& object, std::uint64_t length) override;
  absl::StatusOr<UploadState> Upload(const UploadRequest& request, PayloadSource& source,
                                     const UploadProgress& progress) override;
  absl::Status UploadAll(const NextUpload& next) override;
  absl::Status Download(SubjectType type, const SubjectId& subject, const ObjectId& object,
                        std::uint64_t offset, std::uint64_t length,
                        const std::function<absl::Status(ByteView)>& sink) override;

 private:
  using Stub = v1::Amparo::Stub;
  struct Session {
    std::string id;
    Secret<32> secret;
    std::uint64_t counter = 0;
  };
  // One attempt at a request in a session. UNAUTHENTICATED, UNAVAILABLE: see Persist.
  using Attempt = std::function<absl::Status()>;

  // Tries again once when the server has forgotten the session, and for as long as the options
  // say when a connection that had worked broke, or met silence instead of a refusal.
  // Every request may be repeated: none has a second effect.
  absl::Status Persist(const Attempt& attempt);
  // An envelope around `body`, in a session that is opened first if there is none.
  absl::StatusOr<v1::Envelope> Seal(absl::string_view method, const std::string& body);
  absl::Status OpenSession();  // REQUIRES: mutex_ is held.
  void ForgetSession();
  // What the server or gRPC said, as a Status with its detail.
  absl::Status StatusFrom(const grpc::Status& status, const grpc::ClientContext& context) const;
  absl::Status UnavailableFrom(const std::string& said) const;

  template <class Request, class Reply>
  absl::Status CallOpen(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Reply*),
                        const Request& request, Reply* reply);
  template <class Body, class Reply>
  absl::Status Call(absl::string_view name,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const v1::Envelope&, Reply*),
                    const Body& body, Reply* reply);
  absl::StatusOr<v1::UploadMessage> UploadOpeningFor(const UploadRequest& request, bool resume);
  // Sleeps, and then waits until the server is reached again, if it is soon.
  void Wait(const absl::Status& why, std::chrono::milliseconds pause);
  void NoteWorked();
  // Of the last upload over this link; that of nobody after one that broke.
  LearnedPace KnownPace();
  void LearnPace(const LearnedPace& pace);

  const std::unique_ptr<platform::Forwarder> forwarder_;  // Or nothing. Ends after channel_.
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<Stub> stub_;
  const std::string address_;
  const Hash server_key_;
  const LinkOptions options_;
  std::mutex mutex_;
  std::optional<SessionKeys> keys_;  // Guarded by mutex_, as is what follows.
  std::optional<Session> session_;
  bool has_worked_ = false;
  LearnedPace pace_;
};

template <class Body, class Reply>
absl::Status GrpcConnection::Call(absl::string_view name,
                                  grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                               const v1::Envelope&, Reply*),
                                  const Body& body, Reply* reply) {
  const std::string bytes = body.SerializeAsString();
  return Persist([&]() -> absl::Status {
    auto envelope = Seal(name, bytes);
    if (!envelope.ok()) return envelope.status();
    grpc::ClientContext context;
    context.set_deadline(DeadlineFor(bytes.size(), true));
    return StatusFrom((stub_.get()->*method)(&context, *envelope, reply), context);
  });
}

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_GRPC_CONNECTION_H_
