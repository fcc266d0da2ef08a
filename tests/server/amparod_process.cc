#include "tests/server/amparod_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace amparo::server::testing {
namespace {

[[noreturn]] void Abort(const std::string& what) {
  std::fprintf(stderr, "amparod: %s\n", what.c_str());
  std::abort();
}

std::vector<char*> Pointers(std::vector<std::string>& arguments) {
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Starts amparod; its standard output goes to `out` unless that is negative.
pid_t Spawn(std::vector<std::string> arguments, int out) {
  arguments.insert(arguments.begin(), AMPARO_AMPAROD);
  const std::vector<char*> pointers = Pointers(arguments);
  const pid_t pid = fork();
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // No server outlives its test.
  if (out >= 0) dup2(out, STDOUT_FILENO);
  execv(pointers[0], pointers.data());
  _exit(127);
}

int ExitCode(pid_t pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

std::string ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

AmparodProcess::AmparodProcess(const std::string& listen) : data_(directory_.path() + "/data") {
  if (Run({"init", "--data", data_, "--listen", listen}) != 0) Abort("init failed");
}

AmparodProcess::~AmparodProcess() {
  if (pid_ != 0) Stop(SIGKILL);
}

int AmparodProcess::Run(const std::vector<std::string>& arguments) {
  return ExitCode(Spawn(arguments, -1));
}

std::string AmparodProcess::CertificatePem() const { return ReadWholeFile(data_ + "/tls.crt"); }

// It prints one line when it listens.
void AmparodProcess::Start() {
  int ends[2];
  if (pipe(ends) != 0) Abort("no pipe");
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  pid_ = Spawn({"serve", "--data", data_, "--log", log()}, ends[1]);
  close(ends[1]);
  std::string line;
  char c = 0;
  while (read(ends[0], &c, 1) == 1 && c != '\n') line.push_back(c);
  close(ends[0]);
  absl::string_view rest = line;
  if (!absl::ConsumePrefix(&rest, "amparod listens on ")) Abort("did not listen: " + line);
  address_ = std::string(rest);
}

int AmparodProcess::Stop(int signal) {
  kill(pid_, signal);
  const int code = ExitCode(pid_);
  pid_ = 0;
  return code;
}

FoundingToken AmparodProcess::MakeToken() {
  const std::string path = absl::StrCat(directory_.path(), "/token-", ++tokens_);
  if (Run({"token", "--data", data_, "--address", address_, "-o", path}) != 0) {
    Abort("token failed");
  }
  auto token = ParseFoundingToken(ReadWholeFile(path));
  if (!token.ok()) Abort(token.status().ToString());
  return *std::move(token);
}

std::pair<std::string, std::string> AmparodProcess::DescriptorLimits() const {
  std::ifstream limits(absl::StrCat("/proc/", pid_, "/limits"));
  const std::string name = "Max open files";
  std::pair<std::string, std::string> out;
  for (std::string line; std::getline(limits, line);) {
    if (line.starts_with(name))
      std::istringstream(line.substr(name.size())) >> out.first >> out.second;
  }
  return out;
}

std::uint64_t AmparodProcess::PeakKib() const {
  std::ifstream status(absl::StrCat("/proc/", pid_, "/status"));
  std::string word;
  std::uint64_t kib = 0;
  while (status >> word) {
    if (word == "VmHWM:") status >> kib;
  }
  return kib;
}

}  // namespace amparo::server::testing
