// A load for etcd: clients that each commit a transaction of two puts, one after the other: the
// new state of a document of theirs, and an entry of the log. As a transition of ours, without a
// signature. Prints transactions per second.
//
//   etcd_txn ADDRESS CERTIFICATE_PEM CLIENTS SECONDS ENTRY_BYTES

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "etcd_rpc.grpc.pb.h"

namespace amparo::bench {
namespace {

using Time = std::chrono::steady_clock;

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

void Commit(etcdserverpb::KV::Stub& kv, const Load& load, int client, int turn) {
  const std::string document = std::to_string(client);
  etcdserverpb::TxnRequest request;
  AddPut("document/" + document, kStateBytes, turn, request);
  AddPut("log/" + document + "/" + std::to_string(turn), load.entry_bytes, turn, request);
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  etcdserverpb::TxnResponse response;
  const grpc::Status status = kv.Txn(&context, request, &response);
  if (!status.ok() || !response.succeeded()) {
    std::fprintf(stderr, "etcd_txn: %s\n", status.error_message().c_str());
    std::exit(1);
  }
}

double TransactionsPerSecond(const Load& load) {
  std::vector<std::unique_ptr<etcdserverpb::KV::Stub>> connections;
  for (int client = 0; client < load.clients; ++client) {
    connections.push_back(Connect(load));
    Commit(*connections.back(), load, client, 0);
  }
  const auto start = Time::now();
  const auto end = start + std::chrono::duration_cast<Time::duration>(
                               std::chrono::duration<double>(load.seconds));
  std::atomic<int> transactions = 0;
  std::vector<std::thread> threads;
  for (int client = 0; client < load.clients; ++client) {
    threads.emplace_back([&, client] {
      etcdserverpb::KV::Stub& kv = *connections[static_cast<std::size_t>(client)];
      for (int turn = 1; Time::now() < end; ++turn, ++transactions) Commit(kv, load, client, turn);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return transactions / std::chrono::duration<double>(Time::now() - start).count();
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
