#include "tests/server/test_client.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "server/call.h"
#include "server/tls_certificate.h"
#include "statement/codec.h"

namespace amparo::server::testing {
namespace {

constexpr std::uint32_t kSyncEntries = 500;

// A label with its NUL.
template <std::size_t N>
ByteView Label(const char (&label)[N]) {
  return ByteView(reinterpret_cast<const std::uint8_t*>(label), N);
}

}  // namespace

std::unique_ptr<grpc::ClientContext> Context() {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_wait_for_ready(true);
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  return context;
}

std::string ReasonIn(const grpc::ClientContext& context) {
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto found = trailers.find("amparo-error-bin");
  if (found == trailers.end()) return {};
  v1::ErrorDetail detail;
  detail.ParseFromString(std::string(found->second.data(), found->second.size()));
  return detail.reason();
}

v1::AppendRequest RequestOf(const AppendInput& input) {
  v1::AppendRequest request;
  request.set_statement(StringOf(input.statement));
  for (const GrantBytes& grant : input.grants) {
    v1::GrantBytes* message = request.add_grants();
    message->set_object(StringOf(grant.object.view()));
    message->set_grantee(StringOf(grant.grantee.view()));
    message->set_grant(StringOf(grant.grant));
  }
  for (const ObjectBytes& object : input.objects) {
    v1::ObjectBytes* message = request.add_objects();
    message->set_object(StringOf(object.object.view()));
    message->set_payload(StringOf(object.payload));
  }
  return request;
}

TestClient::TestClient(const std::string& address, const std::string& certificate_pem)
    : certificate_pem_(certificate_pem) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = certificate_pem;
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride("amparo");
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  channel_ = grpc::CreateCustomChannel(address, grpc::SslCredentials(tls), arguments);
  stub_ = v1::Amparo::NewStub(channel_);
}

grpc::Status TestClient::Found(ByteView token_id, ByteView token_secret,
                               const SignedStatement& policy, v1::AppendReply* reply) {
  v1::FoundRequest request;
  request.set_token_id(StringOf(token_id));
  request.set_token_secret(StringOf(token_secret));
  request.set_policy(StringOf(policy.bytes));
  return stub_->Found(Context().get(), request, reply);
}

grpc::Status TestClient::OpenSession(const OrgId& org, const std::string& name) {
  return OpenSession(org, People::HashOfCertificate(name),
                     KeyNamed(absl::StrCat(name, ", authentication")));
}

grpc::Status TestClient::OpenSession(const OrgId& org, const Hash& certificate,
                                     const SigningKey& key) {
  v1::HelloReply hello;
  const auto greeted = stub_->Hello(Context().get(), {}, &hello);
  if (!greeted.ok()) return greeted;
  const Hash nonce = RandomId<Hash>();
  Writer writer;
  writer.Raw(Label("amparo/session/v1\n"));
  writer.Fixed(org);
  writer.Fixed(*ServerKeyHash(certificate_pem_));
  writer.Raw(AsBytes(hello.challenge()));
  writer.Fixed(nonce);
  writer.Fixed(certificate);
  v1::OpenSessionRequest request;
  request.set_org(StringOf(org.view()));
  request.set_certificate(StringOf(certificate.view()));
  request.set_challenge(hello.challenge());
  request.set_client_nonce(StringOf(nonce.view()));
  request.set_signature(StringOf(key.Sign(writer.bytes()).view()));
  v1::OpenSessionReply reply;
  const auto opened = stub_->OpenSession(Context().get(), request, &reply);
  session_ = reply.session();
  secret_ = reply.secret();
  counter_ = 0;
  return opened;
}

v1::Envelope TestClient::Wrap(const std::string& method, const google::protobuf::Message& inner) {
  v1::Envelope envelope;
  envelope.set_session(session_);
  envelope.set_counter(++counter_);
  envelope.set_body(inner.SerializeAsString());
  Writer writer;
  writer.Raw(Label("amparo/request/v1\n"));
  writer.Raw(AsBytes(session_));
  writer.U64(counter_);
  writer.Vec8(AsBytes(method));
  writer.Fixed(Sha256(AsBytes(envelope.body())));
  envelope.set_mac(StringOf(HmacSha256(AsBytes(secret_), {writer.bytes()}).view()));
  return envelope;
}

grpc::Status TestClient::Append(const AppendInput& input, v1::AppendReply* reply) {
  return stub_->Append(Context().get(), Wrap("Append", RequestOf(input)), reply);
}

void TestClient::Sync(Mirror& mirror) {
  while (true) {
    v1::SyncRequest request;
    request.set_from(mirror.entries.size());
    request.set_limit(kSyncEntries);
    v1::SyncReply reply;
    const auto status = stub_->Sync(Context().get(), Wrap("Sync", request), &reply);
    if (!status.ok()) {
      std::fprintf(stderr, "sync failed: %s\n", status.error_message().c_str());
      std::abort();
    }
    mirror.checkpoint = reply.checkpoint();
    if (reply.entries().empty()) return;
    for (const v1::LogEntry& entry : reply.entries()) {
      const auto leaf = audit::DecodeLeaf(AsBytes(entry.leaf()));
      if (leaf->leaf_class == 1) {
        (void)mirror.directory.Apply(*DecodeSigned(AsBytes(entry.statement())),
                                     Position{mirror.entries.size()});
      }
      mirror.frontier.Append(audit::LeafHash(*leaf));
      mirror.entries.push_back(entry);
    }
  }
}

grpc::Status TestClient::Upload(const ObjectId& object, ByteView payload, std::uint64_t offset,
                                std::size_t send, bool seal, v1::UploadReply* reply) {
  const auto context = Context();
  const auto writer = stub_->Upload(context.get());
  v1::UploadOpening opening;
  opening.set_object(StringOf(object.view()));
  opening.set_length(payload.size());
  opening.set_offset(offset);
  v1::UploadMessage message;
  *message.mutable_opening() = Wrap("Upload", opening);
  writer->Write(message);
  for (std::size_t sent = 0; sent < send;) {
    const std::size_t piece = std::min<std::size_t>(send - sent, 1024 * 1024);
    message.set_data(StringOf(payload.subspan(offset + sent, piece)));
    writer->Write(message);
    sent += piece;
  }
  if (seal) {
    message.set_seal(StringOf(Sha256(payload).view()));
    writer->Write(message);
  }
  writer->WritesDone();
  while (writer->Read(reply)) {
  }
  return writer->Finish();
}

grpc::Status TestClient::Download(const v1::DownloadRequest& request, std::string* payload) {
  const auto context = Context();
  const auto reader = stub_->Download(context.get(), Wrap("Download", request));
  v1::DownloadMessage message;
  while (reader->Read(&message)) payload->append(message.data());
  return reader->Finish();
}

}  // namespace amparo::server::testing
