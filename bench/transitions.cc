// Durable transitions per second of a real amparod, by a crowd of clients. One line for each line
// of standard input, which says for how many seconds; so that whoever asks can ask others in turn.
//
//   transitions CLIENTS

#include <cstdio>
#include <cstdlib>

#include "absl/synchronization/mutex.h"
#include "bench/crowd.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: transitions CLIENTS\n");
    return 2;
  }
  // As `amparo` does: see docs/performance.md.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  amparo::bench::Crowd crowd(std::atoi(argv[1]), /*members=*/0);
  std::printf("ready\n");
  std::fflush(stdout);
  double seconds = 0;
  while (std::scanf("%lf", &seconds) == 1) {
    std::printf("%.1f\n", crowd.TurnsPerSecond(seconds));
    std::fflush(stdout);
  }
  return 0;
}
