// A bad link around a program: runs COMMAND on the server's host, with AMPARO_CLIENT_HOST in its
// environment, the file by which `nsenter --net=` starts something on the client's host; ends as
// it ended.
//
//   network_carried BITS_PER_SECOND ONE_WAY_MS LOSS_PERCENT SEED COMMAND...

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/network/link.h"

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr, "usage: network_carried BITS ONE_WAY_MS LOSS_PERCENT SEED COMMAND...\n");
    return 2;
  }
  const auto link = amparo::testing::Link::Make(std::strtoull(argv[4], nullptr, 10));
  link->Set({.bits_per_second = std::strtoull(argv[1], nullptr, 10),
             .one_way = std::chrono::milliseconds(std::atoi(argv[2])),
             .loss = std::atof(argv[3]) / 100});
  const std::string host =
      "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(link->client_host());
  setenv("AMPARO_CLIENT_HOST", host.c_str(), 1);
  link->EnterServer();
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    execvp(argv[5], argv + 5);
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
