// The real amparod, as a child process over a data directory of its own.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_SERVER_AMPAROD_PROCESS_H_
#define AMPARO_TESTS_SERVER_AMPAROD_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "statement/invitation.h"
#include "tests/storage/temporary_directory.h"

namespace amparo::server::testing {

class AmparodProcess {
 public:
  // Makes a server; does not start it. Aborts the test program if it cannot.
  explicit AmparodProcess(const std::string& listen = "127.0.0.1:0");
  ~AmparodProcess();

  // Runs `amparod ARGUMENTS` to its end; returns the exit code.
  static int Run(const std::vector<std::string>& arguments);
  const std::string& data() const { return data_; }
  std::string log() const { return directory_.path() + "/log"; }
  std::string CertificatePem() const;

  // Returns when it listens.
  void Start();
  // The exit code; -1 after a signal.
  int Stop(int signal);
  const std::string& address() const { return address_; }
  FoundingToken MakeToken();
  // What it may have of open files: the soft limit, and the hard one.
  std::pair<std::string, std::string> DescriptorLimits() const;
  // Highest resident size so far, in KiB.
  std::uint64_t PeakKib() const;

 private:
  storage::TemporaryDirectory directory_;
  std::string data_;
  std::string address_;
  pid_t pid_ = 0;
  int tokens_ = 0;
};

std::string ReadWholeFile(const std::string& path);

}  // namespace amparo::server::testing

#endif  // AMPARO_TESTS_SERVER_AMPAROD_PROCESS_H_
