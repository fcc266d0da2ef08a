// What a client's synchronisation costs: an organisation of 300 members and 100,000 leaves on a
// real amparod; a first synchronisation, full and light, and one of 100 new leaves. Bytes are
// those the client's sockets received, TLS included; each measurement is a process of its own.
//
//   TMPDIR=/var/tmp sync_cost [LEAVES [MEMBERS [ROUNDS]]]

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/crowd.h"
#include "bench/rounds.h"
#include "client/replica.h"

namespace amparo::bench {
namespace {

using server::testing::KeyNamed;
using server::testing::People;
using server::testing::ReadWholeFile;

constexpr int kClients = 16;
constexpr int kLeavesDefault = 100'000;
constexpr int kMembersDefault = 300;
constexpr int kRoundsDefault = 3;
constexpr int kNewLeaves = 100;
constexpr char kWho[] = "member 0";  // Of whom no document is: every leaf, and nobody's statements.

struct Measured {
  double seconds = 0;
  double received_kib = 0;
  double peak_mib = 0;
};

// What the TCP sockets of this process received so far.
std::uint64_t ReceivedBytes() {
  std::uint64_t received = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    tcp_info info = {};
    socklen_t length = sizeof(info);
    const int fd = std::atoi(entry.path().filename().c_str());
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0) {
      received += info.tcpi_bytes_received;
    }
  }
  return received;
}

[[noreturn]] void Fail(const absl::Status& status) {
  std::fprintf(stderr, "sync_cost: %s\n", status.ToString().c_str());
  std::exit(1);
}

// The child: ADDRESS PEM_FILE ORG LOG_KEY CERTIFICATE full|light RECORDS
int Synchronise(const std::vector<std::string>& words) {
  const auto org = OrgId::From(*FromHex(words[2]));
  const auto log_key = VerifyKey::From(*FromHex(words[3]));
  const auto certificate = Hash::From(*FromHex(words[4]));
  client::Replica replica(*org, *log_key);
  replica.Expect({.certificate = *certificate, .introduced = std::nullopt});
  const std::string known = ReadWholeFile(words[6]);
  if (!known.empty()) {
    if (auto status = replica.Restore(AsBytes(known)); !status.ok()) Fail(status);
  }
  auto connection =
      client::ConnectGrpc({.address = words[0], .certificate_pem = ReadWholeFile(words[1])});
  if (!connection.ok()) Fail(connection.status());
  const SigningKey authentication = KeyNamed(absl::StrCat(kWho, ", authentication"));
  (*connection)
      ->UseSession({.org = *org, .certificate = *certificate, .authentication = &authentication});
  const auto record = [&](ByteView bytes) {
    std::ofstream(words[6], std::ios::binary | std::ios::app) << AsText(bytes);
    return absl::OkStatus();
  };
  const auto reach = words[5] == "light" ? client::Reach::kLight : client::Reach::kFull;
  const auto start = std::chrono::steady_clock::now();
  if (auto status = replica.Sync(**connection, record, reach); !status.ok()) Fail(status);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%.3f %.1f %.1f\n", took.count(), static_cast<double>(ReceivedBytes()) / 1024,
              static_cast<double>(usage.ru_maxrss) / 1024);
  return 0;
}

Measured Measure(Crowd& crowd, const std::string& pem, const std::string& reach,
                 const std::string& records) {
  const std::string command =
      absl::StrCat("/proc/", getpid(), "/exe --synchronise ", crowd.server().address(), " ", pem,
                   " ", ToHex(crowd.org()), " ", ToHex(crowd.log_key()), " ",
                   ToHex(People::HashOfCertificate(kWho)), " ", reach, " ", records);
  std::FILE* child = popen(command.c_str(), "r");
  Measured measured;
  if (child == nullptr || std::fscanf(child, "%lf %lf %lf", &measured.seconds,
                                      &measured.received_kib, &measured.peak_mib) != 3) {
    Fail(absl::InternalError(absl::StrCat(reach, " synchronisation gave no answer")));
  }
  pclose(child);
  return measured;
}

void Tell(const std::string& what, const std::vector<Measured>& runs) {
  std::vector<double> seconds, received, peak;
  for (const Measured& run : runs) {
    seconds.push_back(run.seconds);
    received.push_back(run.received_kib);
    peak.push_back(run.peak_mib);
  }
  Print(what + ": time", SpreadOf(seconds), "s");
  Print(what + ": received", SpreadOf(received), "KiB");
  Print(what + ": peak memory of the process", SpreadOf(peak), "MiB");
}

int Main(int leaves, int members, int rounds) {
  Crowd crowd(kClients, members);
  const auto missing =
      static_cast<std::int64_t>(leaves) - static_cast<std::int64_t>(crowd.size().value);
  if (missing > 0) crowd.Turns(static_cast<int>(missing / kClients));
  std::printf("%d members, %llu leaves\n", members,
              static_cast<unsigned long long>(crowd.size().value));
  const std::string folder = std::filesystem::path(crowd.server().data()).parent_path().string();
  const std::string pem = folder + "/server.pem";
  std::ofstream(pem) << crowd.server().CertificatePem();
  std::vector<Measured> full, light, full_more, light_more;
  for (int round = 0; round < rounds; ++round) {
    const std::string full_records = absl::StrCat(folder, "/full-", round);
    const std::string light_records = absl::StrCat(folder, "/light-", round);
    full.push_back(Measure(crowd, pem, "full", full_records));
    light.push_back(Measure(crowd, pem, "light", light_records));
    crowd.Turns(kNewLeaves / kClients + 1);
    full_more.push_back(Measure(crowd, pem, "full", full_records));
    light_more.push_back(Measure(crowd, pem, "light", light_records));
  }
  PrintHead();
  Tell("first synchronisation, full", full);
  Tell("first synchronisation, light", light);
  Tell("100 new leaves, full", full_more);
  Tell("100 new leaves, light", light_more);
  return 0;
}

}  // namespace
}  // namespace amparo::bench

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 8 && words[0] == "--synchronise") {
    return amparo::bench::Synchronise({words.begin() + 1, words.end()});
  }
  const auto number = [&](std::size_t i, int otherwise) {
    return words.size() > i ? std::atoi(words[i].c_str()) : otherwise;
  };
  return amparo::bench::Main(number(0, amparo::bench::kLeavesDefault),
                             number(1, amparo::bench::kMembersDefault),
                             number(2, amparo::bench::kRoundsDefault));
}
