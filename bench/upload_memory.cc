// The server's memory while 64 uploads run at once, eight each of eight members: its largest
// resident size, with what it was before.
//
//   TMPDIR=/var/tmp upload_memory [MIB_OF_EACH]

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "bench/crowd.h"
#include "bench/rounds.h"
#include "crypto/secret.h"

namespace amparo::bench {
namespace {

using server::testing::TestClient;

constexpr int kMembers = 8;
constexpr int kUploadsOfEach = 8;
constexpr int kMibDefault = 8;

double MibOf(std::uint64_t kib) { return static_cast<double>(kib) / 1024; }

std::unique_ptr<TestClient> ConnectAs(Crowd& crowd, const std::string& name) {
  auto client =
      std::make_unique<TestClient>(crowd.server().address(), crowd.server().CertificatePem());
  if (const auto opened = client->OpenSession(crowd.org(), name); !opened.ok()) {
    std::fprintf(stderr, "upload_memory: %s\n", opened.error_message().c_str());
    std::exit(1);
  }
  return client;
}

int Main(int mib) {
  Crowd crowd(kMembers, /*members=*/0);
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < kMembers * kUploadsOfEach; ++i) {
    clients.push_back(ConnectAs(crowd, Crowd::NameOf(i % kMembers)));
  }
  Bytes payload(static_cast<std::size_t>(mib) << 20);
  FillRandom(payload);
  const double before = MibOf(crowd.server().PeakKib());
  std::atomic<int> stored = 0;
  std::vector<std::thread> threads;
  for (const auto& client : clients) {
    threads.emplace_back([&] {
      v1::UploadReply reply;
      const auto status = client->Upload(RandomId<ObjectId>(), payload, /*offset=*/0,
                                         payload.size(), /*seal=*/true, &reply);
      if (status.ok()) ++stored;
      if (!status.ok()) std::fprintf(stderr, "upload: %s\n", status.error_message().c_str());
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double after = MibOf(crowd.server().PeakKib());
  PrintHead();
  Print("server's peak before", SpreadOf({before}), "MiB");
  Print("server's peak with 64 uploads at once", SpreadOf({after}), "MiB");
  return stored == static_cast<int>(clients.size()) ? 0 : 1;
}

}  // namespace
}  // namespace amparo::bench

int main(int argc, char** argv) {
  return amparo::bench::Main(argc > 1 ? std::atoi(argv[1]) : amparo::bench::kMibDefault);
}
