// amparo: the program people use. Reads the command line, does one verb, says how it went.

#include <malloc.h>
#include <openssl/crypto.h>

#include <cstdlib>
#include <iostream>

#include "absl/strings/ascii.h"
#include "absl/synchronization/mutex.h"
#include "client/cli/outcomes.h"
#include "client/cli/verbs.h"
#include "client/platform.h"

namespace amparo::cli {
namespace {

// Or else every buffer of a transfer is given back and comes again from the kernel, which fills it
// with zeros: a third of an upload's processor time (docs/performance.md).
void KeepLargeBuffers() {
  mallopt(M_MMAP_THRESHOLD, 16 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  mallopt(M_ARENA_MAX, 4);
}

int Run(int argc, char** argv) {
  CLI::App app{
      "amparo carries documents to translation and back, sealed all the way.\n"
      "Every verb has --help with an example."};
  app.name("amparo");
  app.require_subcommand(1);
  app.set_version_flag("--version", AMPARO_VERSION);
  app.set_help_all_flag("--help-all", "help of every verb");

  Shell shell;
  app.add_option("--home", shell.home, "your home directory of amparo")->envname("AMPARO_HOME");
  app.add_flag("--json", shell.terminal_options.json, "print JSON, for programs");
  app.add_flag("--offline", shell.offline, "try no connection; acts wait in the outbox");
  app.add_flag("--yes", shell.terminal_options.yes, "answer every confirmation with yes");
  app.add_option("--passphrase-file", shell.terminal_options.passphrase_file,
                 "read the passphrase from the first line of this file");
  AddMemberVerbs(app, shell);
  AddProxyVerb(app, shell);
  AddCaseVerbs(app, shell);
  AddSubmitVerb(app, shell);
  AddOutboxVerbs(app, shell);
  AddBundleVerbs(app, shell);
  AddLookingVerbs(app, shell);
  AddAssignmentVerbs(app, shell);
  AddTranslationVerbs(app, shell);
  AddDeliveryVerbs(app, shell);
  AddReceiptVerbs(app, shell);
  AddFoundingVerbs(app, shell);
  AddLogVerbs(app, shell);

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return kExitOk;
  } catch (const CLI::CallForAllHelp&) {
    std::cout << app.help("", CLI::AppFormatMode::All);
    return kExitOk;
  } catch (const CLI::CallForVersion&) {
    std::cout << "amparo " << AMPARO_VERSION << "\n";
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    std::string message = error.what();
    if (!message.empty()) message[0] = absl::ascii_tolower(static_cast<unsigned char>(message[0]));
    Terminal(shell.terminal_options).Error(absl::InvalidArgumentError(message));
    return kExitUsage;
  }
  shell.terminal = std::make_unique<Terminal>(shell.terminal_options);
  const absl::Status status = shell.run();
  if (status.ok()) return kExitOk;
  shell.terminal->Error(status);
  return OutcomeOf(status).code;
}

}  // namespace
}  // namespace amparo::cli

int main(int argc, char** argv) {
  amparo::client::platform::ForbidCoreDumps();
  // Else libcrypto takes itself down at exit, under gRPC's threads, which still use it.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
  amparo::cli::KeepLargeBuffers();
  // Debian's Abseil is built to look for deadlocks at every lock that gRPC takes.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return amparo::cli::Run(argc, argv);
}
