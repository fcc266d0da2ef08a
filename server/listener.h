// The listening gRPC server: TLS 1.3 with the server's own certificate, no compression, and
// limits on everything a stranger could grow. Spec: docs/spec/requests.md, "Transport".
//
// Thread safety: all methods, from any thread.

#ifndef AMPARO_SERVER_LISTENER_H_
#define AMPARO_SERVER_LISTENER_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/service.h"
#include "server/settings.h"
#include "server/tls_certificate.h"

namespace amparo::server {

inline constexpr int kMessageBytesMax = 2 * 1024 * 1024;

// Excludes TLS 1.2 for every gRPC server of this process: gRPC 1.51 has no other switch.
// REQUIRES: called before gRPC's first use, while there is one thread.
void AllowTls13Only();

class Listener {
 public:
  // UNAVAILABLE: the address is in use, or no address of this machine. `service` is borrowed.
  static absl::StatusOr<std::unique_ptr<Listener>> Start(const Settings& settings,
                                                         const TlsCertificate& certificate,
                                                         Service* service);
  // The address with the port that was taken.
  const std::string& address() const { return address_; }
  // Takes no new calls, lets those under way end for as long as the settings say, ends them.
  void Stop();

 private:
  Listener() = default;
  std::string address_;
  std::uint64_t grace_s_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_LISTENER_H_
