// Sessions and what goes wrong: the part of client/grpc_connection.h that every request uses.

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/grpc_connection.h"
#include "client/proxy.h"
#include "crypto/digest.h"
#include "statement/codec.h"
#include "statement/labels.h"

namespace amparo::client {
namespace {

constexpr char kSessionLabel[] = "amparo/session/v1\n";
constexpr char kRequestLabel[] = "amparo/request/v1\n";
constexpr std::chrono::seconds kSessionDeadline{120};
// A first contact that fails sooner was refused, or there is no network at all.
constexpr std::chrono::seconds kSilence{5};
constexpr char kNoAnswer[] = "NO_ANSWER";  // The server is there, and lets a deadline pass.
// The machine is there and nobody listens: a server that is restarted is back soon.
constexpr std::chrono::milliseconds kRestartPatience{10'000};
constexpr std::chrono::seconds kReconnectWait{2};
constexpr std::size_t kServerMessageBytesMax = 512;

using Challenge = FixedBytes<struct ChallengeTag, 32>;
using ClientNonce = FixedBytes<struct ClientNonceTag, 32>;

Bytes SessionMessage(const SessionKeys& keys, const Hash& server_key, ByteView challenge,
                     const ClientNonce& nonce) {
  Bytes message;
  AppendTo(message, LabelBytes(kSessionLabel));
  AppendTo(message, keys.org.view());
  AppendTo(message, server_key.view());
  AppendTo(message, challenge);
  AppendTo(message, nonce.view());
  AppendTo(message, keys.certificate.view());
  return message;
}

}  // namespace

absl::Status GrpcConnection::OpenSession() {
  if (!keys_.has_value()) {
    return absl::FailedPreconditionError("no keys were given to open a session with");
  }
  const auto deadline = std::chrono::system_clock::now() + kSessionDeadline;
  grpc::ClientContext hello_context;
  hello_context.set_deadline(deadline);
  v1::HelloReply hello;
  grpc::Status status = stub_->Hello(&hello_context, v1::HelloRequest(), &hello);
  if (!status.ok()) return StatusFrom(status, hello_context);
  if (hello.challenge().size() != Challenge::kSize) {
    return absl::DataLossError(absl::StrCat("the server's challenge has ", hello.challenge().size(),
                                            " bytes, expected 32"));
  }
  const auto nonce = RandomId<ClientNonce>();
  const Signature signature = keys_->authentication->Sign(
      SessionMessage(*keys_, server_key_, AsBytes(hello.challenge()), nonce));
  v1::OpenSessionRequest request;
  request.set_org(AsString(keys_->org.view()));
  request.set_certificate(AsString(keys_->certificate.view()));
  request.set_challenge(hello.challenge());
  request.set_client_nonce(AsString(nonce.view()));
  request.set_signature(AsString(signature.view()));
  grpc::ClientContext context;
  context.set_deadline(deadline);
  v1::OpenSessionReply reply;
  status = stub_->OpenSession(&context, request, &reply);
  if (!status.ok()) return StatusFrom(status, context);
  if (reply.session().size() != 16 || reply.secret().size() != Secret<32>::kSize) {
    return absl::DataLossError("the server's session id or secret has a wrong length");
  }
  Session session;
  session.id = reply.session();
  std::copy(reply.secret().begin(), reply.secret().end(), session.secret.ExposeMutable().begin());
  Wipe(MutableByteView(reinterpret_cast<std::uint8_t*>(reply.mutable_secret()->data()),
                       reply.secret().size()));
  session_ = std::move(session);
  return absl::OkStatus();
}

void GrpcConnection::UseSession(const SessionKeys& keys) {
  const std::lock_guard<std::mutex> lock(mutex_);
  keys_ = keys;
  session_.reset();
}

void GrpcConnection::ForgetSession() {
  const std::lock_guard<std::mutex> lock(mutex_);
  session_.reset();
}

absl::StatusOr<v1::Envelope> GrpcConnection::Seal(absl::string_view method,
                                                  const std::string& body) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!session_.has_value()) {
    if (auto status = OpenSession(); !status.ok()) return status;
  }
  v1::Envelope envelope;
  envelope.set_session(session_->id);
  envelope.set_counter(++session_->counter);
  Writer head;
  head.Raw(LabelBytes(kRequestLabel));
  head.Raw(AsBytes(session_->id));
  head.U64(session_->counter);
  head.Vec8(AsBytes(method));
  const Hash digest = Sha256(AsBytes(body));
  const Hash mac = HmacSha256(session_->secret.Expose(), {head.bytes(), digest.view()});
  envelope.set_mac(AsString(mac.view()));
  envelope.set_body(body);
  return envelope;
}

absl::Status GrpcConnection::Persist(const Attempt& attempt) {
  bool opened_again = false;
  std::optional<Backoff> backoff;  // Since it first failed.
  while (true) {
    const auto started = std::chrono::steady_clock::now();
    absl::Status status = attempt();
    const auto now = std::chrono::steady_clock::now();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (status.ok()) has_worked_ = true;
      // Also where the session was just opened: between challenge and answer a server may restart.
      if (absl::IsUnauthenticated(status) && !opened_again) {
        opened_again = true;
        session_.reset();
        continue;
      }
      const auto detail = DetailOf(status);
      const bool is_our_proxy = detail.has_value() && detail->reason == kProxySilent;
      const bool may_heal = has_worked_ || (now - started >= kSilence && !is_our_proxy);
      const bool is_mute = detail.has_value() && detail->reason == kNoAnswer;
      if (!absl::IsUnavailable(status) || !may_heal || is_mute) return status;
    }
    if (!backoff.has_value()) {
      const bool is_refused = absl::StrContains(status.message(), "refused");
      backoff.emplace(
          is_refused ? std::min(options_.call_patience, kRestartPatience) : options_.call_patience,
          options_.jitter, now);
    }
    if (backoff->IsOver(now)) return status;
    Wait(status, backoff->Next());
  }
}

void GrpcConnection::Wait(const absl::Status& why, std::chrono::milliseconds pause) {
  if (options_.listener) options_.listener(why, pause);
  std::this_thread::sleep_for(pause);
  // gRPC waits by itself, too: it must not sleep on when there is a link again.
  grpc::experimental::ChannelResetConnectionBackoff(channel_.get());
  channel_->WaitForConnected(std::chrono::system_clock::now() + kReconnectWait);
}

void GrpcConnection::NoteWorked() {
  const std::lock_guard<std::mutex> lock(mutex_);
  has_worked_ = true;
}

namespace {

// Somebody answers, and is not who was pinned: that is not the same as no connection.
absl::Status WrongServer(const std::string& message) {
  absl::Status status = absl::UnavailableError(message);
  AttachDetail(status, {.reason = "WRONG_SERVER", .head = {}, .next_number = 0});
  return status;
}

}  // namespace

absl::Status GrpcConnection::UnavailableFrom(const std::string& said) const {
  // To gRPC the proxy is the server, and what is wrong there a handshake that broke off.
  if (forwarder_ != nullptr) {
    if (absl::Status failure = forwarder_->failure(); !failure.ok()) return failure;
  }
  if (absl::StrContains(said, "CERTIFICATE_VERIFY_FAILED") ||
      absl::StrContains(said, "certificate verify failed") ||
      absl::StrContains(said, "Peer name")) {
    return WrongServer(absl::StrCat(
        "the server at ", address_,
        " has another key than the one pinned (or this computer's clock is years off)"));
  }
  if (absl::StrContains(said, "andshake")) {
    return WrongServer(absl::StrCat("what answers at ", address_, " is no Amparo server: ", said));
  }
  return absl::UnavailableError(
      absl::StrCat("the server at ", address_, " is down or unreachable: ", said));
}

absl::Status GrpcConnection::StatusFrom(const grpc::Status& status,
                                        const grpc::ClientContext& context) const {
  if (status.ok()) return absl::OkStatus();
  const std::string said = status.error_message().substr(0, kServerMessageBytesMax);
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto found = trailers.find("amparo-error-bin");
  v1::ErrorDetail sent;
  const bool has_detail =
      found != trailers.end() &&
      sent.ParseFromString(std::string(found->second.data(), found->second.size()));
  // gRPC itself ends streams of a server that is short of memory, in these words. What came is
  // kept, and another attempt goes on from there.
  const bool is_crowded =
      status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED && said == "Buffers full";
  if (!has_detail && is_crowded) {
    return absl::UnavailableError(
        absl::StrCat("the server at ", address_, " was short of memory and ended a transfer"));
  }
  // It stops, or somebody else gets a turn.
  if (!has_detail && status.error_code() == grpc::StatusCode::CANCELLED) {
    return absl::UnavailableError(absl::StrCat("the server at ", address_, " ended a transfer"));
  }
  if (!has_detail && status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    return UnavailableFrom(said);
  }
  if (!has_detail && status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    absl::Status mute =
        absl::UnavailableError(absl::StrCat("the server at ", address_, " does not answer"));
    AttachDetail(mute, {.reason = kNoAnswer, .head = {}, .next_number = 0});
    return mute;
  }
  // The codes are the same numbers.
  absl::Status out(static_cast<absl::StatusCode>(status.error_code()), said);
  if (has_detail) {
    ErrorDetail detail{.reason = sent.reason(), .head = {}, .next_number = sent.next_number()};
    detail.head = Hash::From(AsBytes(sent.head()));
    AttachDetail(out, detail);
  }
  return out;
}

}  // namespace amparo::client
