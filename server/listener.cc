#include "server/listener.h"

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <stdlib.h>

#include <chrono>

#include "absl/strings/str_cat.h"

namespace amparo::server {
namespace {

constexpr std::size_t kMebibyte = 1024 * 1024;

void SetLimits(const Settings& settings, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMessageBytesMax);
  // A compressed message would be inflated before any limit holds: none is taken.
  builder.SetDefaultCompressionAlgorithm(GRPC_COMPRESS_NONE);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  grpc::ResourceQuota quota("amparod");
  quota.Resize(settings.memory_quota_mib * kMebibyte);
  builder.SetResourceQuota(quota);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             static_cast<int>(settings.streams_per_connection));
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 8 * 1024);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  // An outage of 30 s silences TCP for up to twice as long.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 60'000);
  // Clients ping every 20 s.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 900'000);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

}  // namespace

// TLS 1.2 gets a suite that needs a shared key, which nobody has; TLS 1.3 has suites of its own.
void AllowTls13Only() { setenv("GRPC_SSL_CIPHER_SUITES", "PSK-CHACHA20-POLY1305", 1); }

absl::StatusOr<std::unique_ptr<Listener>> Listener::Start(const Settings& settings,
                                                          const TlsCertificate& certificate,
                                                          Service* service) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::SslServerCredentialsOptions tls(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  tls.pem_key_cert_pairs.push_back(
      {.private_key = certificate.key_pem, .cert_chain = certificate.certificate_pem});
  grpc::ServerBuilder builder;
  SetLimits(settings, builder);
  int port = 0;
  builder.AddListeningPort(settings.listen, grpc::SslServerCredentials(tls), &port);
  builder.RegisterService(service);
  std::unique_ptr<Listener> listener(new Listener);
  listener->server_ = builder.BuildAndStart();
  if (listener->server_ == nullptr || port == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", settings.listen));
  }
  listener->address_ =
      absl::StrCat(settings.listen.substr(0, settings.listen.rfind(':')), ":", port);
  listener->grace_s_ = settings.shutdown_grace_s;
  return listener;
}

void Listener::Stop() {
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(grace_s_));
  server_->Wait();
}

}  // namespace amparo::server
