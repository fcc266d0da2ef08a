#include "tests/client/live_server.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "client/statement_author.h"
#include "server/founding_tokens.h"
#include "storage/store.h"

namespace amparo::testing {
namespace {

template <class T>
T MustHave(absl::StatusOr<T> result) {
  if (!result.ok()) {
    std::cerr << "the scene could not be set: " << result.status() << "\n";
    std::abort();
  }
  return *std::move(result);
}

}  // namespace

LiveServer::LiveServer(const std::string& directory)
    : data_{.path = directory},
      nowhere_(std::fopen("/dev/null", "we")),
      log_(nowhere_, client::SystemNow) {
  server::Settings settings;
  settings.listen = "127.0.0.1:0";
  if (auto status = server::MakeDataDirectory(data_, settings); !status.ok()) {
    std::cerr << status << "\n";
    std::abort();
  }
  server::Identity identity = MustHave(server::LoadIdentity(data_));
  certificate_pem_ = identity.tls.certificate_pem;
  server_key_ = identity.server_key.Duplicate();
  server_ = MustHave(server::RunningServer::Start(
      {.data = data_,
       .identity = std::move(identity),
       .store = storage::OpenMemoryStore(),
       .log = &log_,
       .clock = client::SystemNow,
       .steady = [this] { return UnixSeconds{client::SystemNow().value + passed_s_}; }}));
  address_ = server_->address();
}

LiveServer::~LiveServer() {
  server_.reset();
  std::fclose(nowhere_);
}

client::Endpoint LiveServer::endpoint() const {
  return {.address = address_, .certificate_pem = certificate_pem_};
}

std::string LiveServer::Token() {
  const server::MadeToken token =
      server::MakeToken(address_, certificate_pem_, client::SystemNow());
  if (!server::KeepToken(data_.tokens(), server_key_, token.kept).ok()) std::abort();
  const SecretBuffer text = MustHave(FormatFoundingToken(token.given));
  return std::string(AsText(text.Expose()));
}

}  // namespace amparo::testing
