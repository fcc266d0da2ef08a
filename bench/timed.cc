// Runs a command to its end and writes to a file what it took: seconds from before fork to after
// wait, processor seconds, the largest resident size of it and its children. Small itself, because
// a child's peak begins with its parent's.
//
//   timed FILE COMMAND [ARGUMENT...]      exits as the command did

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

namespace {

double SecondsOf(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const auto start = std::chrono::steady_clock::now();
  const pid_t pid = fork();
  if (pid == 0) {
    execvp(argv[2], argv + 2);
    _exit(127);
  }
  int status = 0;
  rusage usage = {};
  if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) return 127;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::FILE* report = std::fopen(argv[1], "w");
  if (report == nullptr) return 127;
  std::fprintf(report, "{\"seconds\": %.6f, \"cpu_seconds\": %.6f, \"peak_kib\": %ld}\n",
               took.count(), SecondsOf(usage.ru_utime) + SecondsOf(usage.ru_stime),
               usage.ru_maxrss);
  std::fclose(report);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
