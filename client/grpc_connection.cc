#include "client/grpc_connection.h"

#include <grpc/support/log.h>
#include <grpcpp/security/credentials.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "client/pinned_certificate.h"
#include "client/proxy.h"

namespace amparo::client {
namespace {

constexpr int kMessageBytesMax = 8 * 1024 * 1024;
constexpr int kLookaheadBytes = 2 * 1024 * 1024;
// A peer that is gone is found by keepalive; these are for one that is there and does not answer.
constexpr std::chrono::seconds kCallDeadline{120};
// A request that carries data is given the time of a very bad link besides, and so is an answer
// of 1 MiB.
constexpr std::size_t kSlowestBytesPerSecond = 2 * 1024;
constexpr std::chrono::seconds kReplyAllowance{512};

constexpr int kConnectAttemptMs = 30'000;
// With what the forwarder gives the proxy before: it has to be the first that gives up.
constexpr int kProxiedAttemptMs = 60'000 + kConnectAttemptMs;
constexpr int kKeepaliveTimeMs = 20'000;
constexpr int kKeepaliveTimeoutMs = 30'000;

// What gRPC has to say is in the status. Its own lines on standard error would stand between a
// person and the message that helps them; who debugs asks for them with GRPC_VERBOSITY.
void QuietenGrpc() {
  static const bool done = [] {
    if (std::getenv("GRPC_VERBOSITY") == nullptr) gpr_set_log_function([](gpr_log_func_args*) {});
    return true;
  }();
  static_cast<void>(done);
}

AppendReply FromWire(const v1::AppendReply& reply) {
  return {.position = Position{reply.position()},
          .checkpoint = reply.checkpoint(),
          .storage_signature = BytesOf(reply.storage_signature())};
}

absl::Status BadAnswer(absl::string_view field) {
  return absl::DataLossError(absl::StrCat("the server's answer is malformed: ", field));
}

}  // namespace

std::chrono::system_clock::time_point DeadlineFor(std::size_t bytes, bool large_reply) {
  return std::chrono::system_clock::now() + kCallDeadline +
         std::chrono::seconds(bytes / kSlowestBytesPerSecond) +
         (large_reply ? kReplyAllowance : std::chrono::seconds(0));
}

GrpcConnection::GrpcConnection(std::shared_ptr<grpc::Channel> channel, std::string address,
                               const Hash& server_key, LinkOptions options,
                               std::unique_ptr<platform::Forwarder> forwarder)
    : forwarder_(std::move(forwarder)),
      channel_(std::move(channel)),
      stub_(v1::Amparo::NewStub(channel_)),
      address_(std::move(address)),
      server_key_(server_key),
      options_(std::move(options)) {}

template <class Request, class Reply>
absl::Status GrpcConnection::CallOpen(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                   const Request&, Reply*),
                                      const Request& request, Reply* reply) {
  return Persist([&] {
    grpc::ClientContext context;
    context.set_deadline(DeadlineFor(request.ByteSizeLong(), false));
    return StatusFrom((stub_.get()->*method)(&context, request, reply), context);
  });
}

absl::StatusOr<AppendReply> GrpcConnection::Found(ByteView token_id, ByteView token_secret,
                                                  ByteView policy) {
  v1::FoundRequest request;
  request.set_token_id(AsString(token_id));
  request.set_token_secret(AsString(token_secret));
  request.set_policy(AsString(policy));
  v1::AppendReply reply;
  if (auto status = CallOpen(&Stub::Found, request, &reply); !status.ok()) return status;
  return FromWire(reply);
}

absl::Status GrpcConnection::Join(const OrgId& org, const InviteId& invite, ByteView ticket,
                                  ByteView request) {
  v1::JoinRequest join;
  join.set_org(AsString(org.view()));
  join.set_invite(AsString(invite.view()));
  join.set_ticket(AsString(ticket));
  join.set_request(AsString(request));
  v1::JoinReply reply;
  return CallOpen(&Stub::Join, join, &reply);
}

absl::StatusOr<AppendReply> GrpcConnection::Append(const AppendRequest& request) {
  v1::AppendRequest body;
  body.set_statement(AsString(request.statement));
  for (const GrantBytes& grant : request.grants) {
    auto* out = body.add_grants();
    out->set_object(AsString(grant.object.view()));
    out->set_grantee(AsString(grant.grantee.view()));
    out->set_grant(AsString(grant.grant));
  }
  for (const ObjectBytes& object : request.objects) {
    auto* out = body.add_objects();
    out->set_object(AsString(object.object.view()));
    out->set_payload(AsString(object.payload));
  }
  v1::AppendReply reply;
  if (auto status = Call("Append", &Stub::Append, body, &reply); !status.ok()) return status;
  return FromWire(reply);
}

absl::StatusOr<SyncReply> GrpcConnection::Sync(Position from, std::uint32_t limit) {
  v1::SyncRequest body;
  body.set_from(from.value);
  body.set_limit(limit);
  v1::SyncReply reply;
  if (auto status = Call("Sync", &Stub::Sync, body, &reply); !status.ok()) return status;
  SyncReply out{.entries = {}, .checkpoint = reply.checkpoint()};
  out.entries.reserve(static_cast<std::size_t>(reply.entries_size()));
  for (const v1::LogEntry& entry : reply.entries()) {
    out.entries.push_back({.leaf = BytesOf(entry.leaf()), .statement = BytesOf(entry.statement())});
  }
  return out;
}

absl::StatusOr<SubjectReply> GrpcConnection::Subject(SubjectType type, const SubjectId& subject,
                                                     std::uint32_t from) {
  v1::SubjectRequest body;
  body.set_subject_type(static_cast<std::uint32_t>(type));
  body.set_subject(AsString(subject.view()));
  body.set_from(from);
  v1::SubjectReply reply;
  if (auto status = Call("Subject", &Stub::Subject, body, &reply); !status.ok()) return status;
  SubjectReply out{.statements = {}, .total = reply.total()};
  for (const v1::PositionedStatement& next : reply.statements()) {
    out.statements.push_back(
        {.position = Position{next.position()}, .statement = BytesOf(next.statement())});
  }
  return out;
}

absl::StatusOr<ObjectsReply> GrpcConnection::Objects(SubjectType type, const SubjectId& subject,
                                                     const std::vector<ObjectId>& objects,
                                                     const MemberId& grantee) {
  v1::ObjectsRequest body;
  body.set_subject_type(static_cast<std::uint32_t>(type));
  body.set_subject(AsString(subject.view()));
  for (const ObjectId& object : objects) body.add_objects(AsString(object.view()));
  body.set_grantee(AsString(grantee.view()));
  v1::ObjectsReply reply;
  if (auto status = Call("Objects", &Stub::Objects, body, &reply); !status.ok()) return status;
  ObjectsReply out;
  for (const v1::ObjectBytes& next : reply.objects()) {
    const auto object = ObjectId::From(AsBytes(next.object()));
    if (!object.has_value()) return BadAnswer("object id");
    out.objects.push_back({.object = *object, .payload = BytesOf(next.payload())});
  }
  for (const v1::GrantBytes& next : reply.grants()) {
    const auto object = ObjectId::From(AsBytes(next.object()));
    const auto to = MemberId::From(AsBytes(next.grantee()));
    if (!object.has_value() || !to.has_value()) return BadAnswer("grant");
    out.grants.push_back({.object = *object, .grantee = *to, .grant = BytesOf(next.grant())});
  }
  return out;
}

absl::StatusOr<std::vector<Bytes>> GrpcConnection::Pending() {
  v1::PendingReply reply;
  auto status = Call("Pending", &Stub::Pending, v1::PendingRequest(), &reply);
  if (!status.ok()) return status;
  std::vector<Bytes> out;
  for (const std::string& request : reply.requests()) out.push_back(BytesOf(request));
  return out;
}

absl::StatusOr<std::unique_ptr<Connection>> ConnectGrpc(const Endpoint& endpoint) {
  return ConnectGrpcWith(endpoint, {});
}

namespace {

grpc::ChannelArguments ArgumentsFor(bool is_proxied) {
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride("amparo");
  // A gzip message is inflated completely before its size is checked: nothing is compressed.
  arguments.SetInt(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1);
  arguments.SetCompressionAlgorithm(GRPC_COMPRESS_NONE);
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  arguments.SetMaxSendMessageSize(kMessageBytesMax);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // What the environment names is not ours.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  // gRPC takes this for how long one attempt may last: TLS over a satellite needs seconds.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS,
                   is_proxied ? kProxiedAttemptMs : kConnectAttemptMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // Any number.
  // What may come before it is taken. Left to gRPC it grows with the speed of the link, and a
  // download that waits for the disk takes memory with it.
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kLookaheadBytes);
  return arguments;
}

// Nothing if the endpoint has no proxy.
absl::StatusOr<std::unique_ptr<platform::Forwarder>> ForwarderFor(const Endpoint& endpoint) {
  if (endpoint.proxy.empty()) return std::unique_ptr<platform::Forwarder>();
  auto proxy = ParseProxyUrl(endpoint.proxy);
  if (!proxy.ok()) return proxy.status();
  auto server = ParseHostPort(endpoint.address);
  if (!server.ok()) return server.status();
  return platform::StartForwarder({.proxy = *std::move(proxy), .server = *std::move(server)});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> ConnectGrpcWith(const Endpoint& endpoint,
                                                            LinkOptions options) {
  auto server_key = PublicKeyHashOf(endpoint.certificate_pem);
  if (!server_key.ok()) return server_key.status();
  if (endpoint.address.empty()) return absl::InvalidArgumentError("the server's address is empty");
  auto forwarder = ForwarderFor(endpoint);
  if (!forwarder.ok()) return forwarder.status();
  QuietenGrpc();
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = endpoint.certificate_pem;
  const bool is_proxied = *forwarder != nullptr;
  auto channel = grpc::CreateCustomChannel(is_proxied ? (*forwarder)->target() : endpoint.address,
                                           grpc::SslCredentials(tls), ArgumentsFor(is_proxied));
  return std::unique_ptr<Connection>(
      std::make_unique<GrpcConnection>(std::move(channel), endpoint.address, *server_key,
                                       std::move(options), *std::move(forwarder)));
}

}  // namespace amparo::client
