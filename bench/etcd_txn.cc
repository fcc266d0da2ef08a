// A load for etcd: clients that each commit a transaction of two puts, one after the other: the
// new state of a document of theirs, and an entry of the log. As a transition of ours, without a
// signature. Prints transactions per second.
//
//   etcd_txn ADDRESS CERTIFICATE_PEM CLIENTS SECONDS ENTRY_BYTES

#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "bench/calls.h"
#include "etcd_rpc.grpc.pb.h"

namespace amparo::bench {
namespace {

constexpr std::size_t kStateBytes = 48;  // The document's newest hash, and a revision.

struct Load {
  std::string address;
  std::string certificate_pem;
  int clients = 1;
  double seconds = 1;
  std::size_t entry_bytes = 0;
};

std::string ReadFile(const char* path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// A connection of its own, as every client of ours has.
std::unique_ptr<etcdserverpb::KV::Stub> Connect(const Load& load) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = load.certificate_pem;
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return etcdserverpb::KV::NewStub(
      grpc::CreateCustomChannel(load.address, grpc::SslCredentials(tls), arguments));
}

void AddPut(std::string key, std::size_t size, int revision, etcdserverpb::TxnRequest& request) {
  auto& put = *request.add_success()->mutable_request_put();
  put.set_key(std::move(key));
  std::string value = std::to_string(revision);
  value.resize(size, 'x');
  put.set_value(std::move(value));
}

class Committer final : public Caller<etcdserverpb::TxnResponse> {
 public:
  Committer(const Load& load, int client)
      : document_(std::to_string(client)), entry_bytes_(load.entry_bytes), kv_(Connect(load)) {}
  Call Begin(grpc::ClientContext& context, grpc::CompletionQueue& queue) override {
    etcdserverpb::TxnRequest request;
    AddPut("document/" + document_, kStateBytes, turn_, request);
    AddPut("log/" + document_ + "/" + std::to_string(turn_), entry_bytes_, turn_, request);
    ++turn_;
    return kv_->AsyncTxn(&context, request, &queue);
  }
  void End(const grpc::Status& status, const etcdserverpb::TxnResponse& response) override {
    if (status.ok() && response.succeeded()) return;
    std::fprintf(stderr, "etcd_txn: %s\n", status.error_message().c_str());
    std::exit(1);
  }

 private:
  const std::string document_;
  const std::size_t entry_bytes_;
  const std::unique_ptr<etcdserverpb::KV::Stub> kv_;
  int turn_ = 0;
};

double TransactionsPerSecond(const Load& load) {
  std::vector<std::unique_ptr<Committer>> committers;
  std::vector<Caller<etcdserverpb::TxnResponse>*> callers;
  for (int client = 0; client < load.clients; ++client) {
    committers.push_back(std::make_unique<Committer>(load, client));
    callers.push_back(committers.back().get());
  }
  CallsPerSecond<etcdserverpb::TxnResponse>(callers, /*seconds=*/0);  // Each connects, with one.
  return CallsPerSecond<etcdserverpb::TxnResponse>(callers, load.seconds);
}

}  // namespace
}  // namespace amparo::bench

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: etcd_txn ADDRESS PEM CLIENTS SECONDS ENTRY_BYTES\n");
    return 2;
  }
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // As our own clients do.
  std::printf("%.1f\n", amparo::bench::TransactionsPerSecond(
                            {.address = argv[1],
                             .certificate_pem = amparo::bench::ReadFile(argv[2]),
                             .clients = std::atoi(argv[3]),
                             .seconds = std::atof(argv[4]),
                             .entry_bytes = static_cast<std::size_t>(std::atoi(argv[5]))}));
  return 0;
}
