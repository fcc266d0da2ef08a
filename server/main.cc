// amparod: the server's program. `amparod --help` says what it does; docs/guides/operator.md
// says how to run one. Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 the data directory
// is not usable (absent, in use, of a newer build, damaged).

#include <grpc/support/log.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "server/founding_tokens.h"
#include "server/private_file.h"
#include "server/running_server.h"
#include "statement/invitation.h"

namespace amparo::server {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitArguments = 2;
constexpr int kExitData = 3;

struct Arguments {
  DataDirectory data;
  std::string listen;
  std::string address;
  std::string output;
  std::string log_file;
  std::string ready_file;
  std::string org;
  std::string witness;
};

UnixSeconds SecondsOf(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return UnixSeconds{static_cast<std::uint64_t>(now.tv_sec)};
}
UnixSeconds TimeOfDay() { return SecondsOf(CLOCK_REALTIME); }
UnixSeconds SteadyTime() { return SecondsOf(CLOCK_BOOTTIME); }

int Fail(int exit_code, const absl::Status& status, absl::string_view hint) {
  std::fprintf(stderr, "error: %s\n", std::string(status.message()).c_str());
  if (!hint.empty()) std::fprintf(stderr, "hint: %s\n", std::string(hint).c_str());
  return exit_code;
}

// Nothing of this process ends in a file that others can read.
void HardenProcess() {
  umask(077);
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

// A soft limit is for programs that use select(); this one has a descriptor for each connection and
// each file of its store.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int FailLoading(const absl::Status& status, const Arguments& arguments) {
  if (absl::IsNotFound(status)) {
    return Fail(kExitData, absl::NotFoundError(absl::StrCat("no server in ", arguments.data.path)),
                absl::StrCat("make one: amparod init --data ", arguments.data.path));
  }
  return Fail(kExitData, status, "see docs/guides/operator.md, \"The data directory\"");
}

int Init(const Arguments& arguments) {
  Settings settings;
  if (!arguments.listen.empty()) settings.listen = arguments.listen;
  const absl::Status status = MakeDataDirectory(arguments.data, settings);
  if (absl::IsAlreadyExists(status)) {
    return Fail(kExitData, status, "nothing was changed; `amparod serve` runs it");
  }
  if (!status.ok()) return Fail(kExitFailed, status, "choose a folder that you may write to");
  std::printf("made a server in %s, listening on %s\n", arguments.data.path.c_str(),
              settings.listen.c_str());
  return 0;
}

int Token(const Arguments& arguments) {
  auto identity = LoadIdentity(arguments.data);
  if (!identity.ok()) return FailLoading(identity.status(), arguments);
  const std::string address =
      arguments.address.empty() ? identity->settings.listen : arguments.address;
  const MadeToken token = MakeToken(address, identity->tls.certificate_pem, TimeOfDay());
  const auto text = FormatFoundingToken(token.given);
  if (!text.ok()) return Fail(kExitArguments, text.status(), "--address takes HOST:PORT");
  if (access(arguments.output.c_str(), F_OK) == 0) {
    return Fail(kExitArguments,
                absl::AlreadyExistsError(absl::StrCat(arguments.output, " is there already")),
                "give another name");
  }
  absl::Status status = KeepToken(arguments.data.tokens(), identity->server_key, token.kept);
  if (status.ok()) status = WritePrivateFile(arguments.output, text->Expose());
  if (!status.ok()) return Fail(kExitFailed, status, "");
  std::printf("wrote %s: good for one organisation, for 30 days; it is a secret\n",
              arguments.output.c_str());
  return 0;
}

absl::StatusOr<std::unique_ptr<storage::Store>> OpenStore(const Arguments& arguments,
                                                          const Settings& settings) {
  return storage::OpenRocksdbStore(
      {.directory = arguments.data.store(), .reserve_bytes = settings.disk_reserve_mib << 20});
}

int Check(const Arguments& arguments) {
  auto identity = LoadIdentity(arguments.data);
  if (!identity.ok()) return FailLoading(identity.status(), arguments);
  auto store = OpenStore(arguments, identity->settings);
  if (!store.ok()) return Fail(kExitData, store.status(), "stop the server first");
  const auto organizations =
      Organizations::Open(store->get(), &identity->server_key, TimeOfDay, Opening::kToCheck);
  if (!organizations.ok()) {
    return Fail(kExitData, organizations.status(), "restore the newest backup that passes");
  }
  for (const auto& organization : (*organizations)->all()) {
    const auto snapshot = organization->snapshot();
    std::printf("%s: %llu entries, root %s\n", ToHex(organization->id()).c_str(),
                static_cast<unsigned long long>(snapshot->size().value),
                ToHex(snapshot->frontier.Root()).c_str());
  }
  return 0;
}

// Adds, removes or lists the witnesses of one organisation; works while the server runs.
int ChangeWitnesses(const Arguments& arguments, absl::string_view verb) {
  const auto identity = LoadIdentity(arguments.data);
  if (!identity.ok()) return FailLoading(identity.status(), arguments);
  const auto org_bytes = FromHex(arguments.org);
  const auto org = org_bytes ? OrgId::From(*org_bytes) : std::nullopt;
  if (!org) {
    return Fail(
        kExitArguments,
        absl::InvalidArgumentError(absl::StrCat("'", arguments.org, "' is no organisation")),
        "ORG is 64 hex digits, as `amparod check` prints them");
  }
  const WitnessFiles files(arguments.data.witnesses());
  if (verb == "list") {
    const auto witnesses = files.List(*org);
    if (!witnesses.ok()) return Fail(kExitData, witnesses.status(), "remove the file, add again");
    for (const audit::Witness& witness : *witnesses) {
      std::printf("%s\n", audit::FormatWitness(witness).c_str());
    }
    return 0;
  }
  if (verb == "remove") {
    const absl::Status removed = files.Remove(*org, arguments.witness);
    if (removed.ok()) return 0;
    return Fail(kExitFailed, removed, "`amparod witness list` says who there is");
  }
  const auto witness = audit::ParseWitness(arguments.witness);
  if (!witness.ok()) {
    return Fail(kExitArguments, witness.status(), "VKEY is the line that the witness gave you");
  }
  if (const absl::Status added = files.Add(*org, *witness); !added.ok()) {
    return Fail(kExitFailed, added, "`amparod witness list` says who there is");
  }
  std::printf("%s may see the heads of this log now, and cosign them\n", witness->name.c_str());
  return 0;
}

int Run(const Arguments& arguments, RunningServer::Options options, const sigset_t& signals) {
  Log& log = *options.log;
  auto server = RunningServer::Start(std::move(options));
  if (!server.ok()) {
    const bool is_address = absl::IsUnavailable(server.status());
    return Fail(is_address ? kExitFailed : kExitData, server.status(),
                is_address ? "is another server running? --listen takes HOST:PORT"
                           : "see docs/guides/operator.md, \"When it does not start\"");
  }
  log.Event("started", (*server)->address());
  std::printf("amparod listens on %s\n", (*server)->address().c_str());
  std::fflush(stdout);
  if (!arguments.ready_file.empty()) {
    const auto ready =
        WritePrivateFile(arguments.ready_file, AsBytes(absl::StrCat((*server)->address(), "\n")));
    if (!ready.ok()) return Fail(kExitFailed, ready, "");
  }
  int signal_number = 0;
  sigwait(&signals, &signal_number);
  log.Event("stopping", absl::StrCat("signal ", signal_number));
  (*server)->Stop();
  log.Event("stopped", "");
  return 0;
}

int Serve(const Arguments& arguments) {
  AllowTls13Only();
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);    // Before any thread; sigwait takes them.
  gpr_set_log_function([](gpr_log_func_args*) {});  // Its lines name addresses; ours do not.
  auto identity = LoadIdentity(arguments.data);
  if (!identity.ok()) return FailLoading(identity.status(), arguments);
  Settings& settings = identity->settings;
  if (!arguments.listen.empty()) settings.listen = arguments.listen;
  if (!arguments.log_file.empty()) settings.log_file = arguments.log_file;
  std::FILE* out = stderr;
  if (!settings.log_file.empty()) {
    out = std::fopen(settings.log_file.c_str(), "ae");
    if (out == nullptr) {
      return Fail(kExitFailed,
                  absl::FailedPreconditionError(absl::StrCat("cannot write ", settings.log_file)),
                  "--log takes a file that can be appended to");
    }
  }
  auto store = OpenStore(arguments, settings);
  if (!store.ok()) {
    return Fail(kExitData, store.status(),
                "see docs/guides/operator.md, \"When it does not start\"");
  }
  Log log(out, TimeOfDay);
  return Run(arguments,
             {.data = arguments.data,
              .identity = *std::move(identity),
              .store = *std::move(store),
              .log = &log,
              .clock = TimeOfDay,
              .steady = SteadyTime},
             signals);
}

// Or else every buffer of a transfer is given back and comes again from the kernel, which fills it
// with zeros: half of an upload's processor time (docs/performance.md). Few arenas, because each
// keeps what it had at its peak.
void KeepLargeBuffers() {
  mallopt(M_MMAP_THRESHOLD, 16 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  mallopt(M_ARENA_MAX, 4);
}

int Main(int argc, char** argv) {
  HardenProcess();
  RaiseDescriptorLimit();
  // Else libcrypto takes itself down at exit, under gRPC's threads, which still use it.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
  KeepLargeBuffers();
  // Debian's Abseil is built to look for deadlocks at every lock that gRPC takes.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  CLI::App app("The server of Amparo: an ordered log of signed statements, and sealed blobs.");
  app.footer(
      "Example:\n  amparod init --data /var/lib/amparo\n  amparod serve --data "
      "/var/lib/amparo --listen 0.0.0.0:7443\n  amparod token --data /var/lib/amparo "
      "--address amparo.example.org:7443 -o token.txt");
  app.require_subcommand(1);
  Arguments arguments;
  const auto add = [&](const char* name, const char* help) {
    CLI::App* command = app.add_subcommand(name, help);
    command->add_option("--data", arguments.data.path, "The server's data directory")->required();
    return command;
  };
  CLI::App* init = add("init", "Make keys, certificate and settings");
  init->add_option("--listen", arguments.listen, "HOST:PORT (default 127.0.0.1:7443)");
  CLI::App* token = add("token", "Write a founding token; works while the server runs");
  token->add_option("--address", arguments.address, "HOST:PORT as members reach the server");
  token->add_option("-o,--output", arguments.output, "The file to write")->required();
  CLI::App* serve = add("serve", "Run the server until SIGTERM or SIGINT");
  serve->add_option("--listen", arguments.listen,
                    "HOST:PORT instead of the settings'; port 0: any");
  serve->add_option("--log", arguments.log_file, "Append the log here, not to standard error");
  serve->add_option("--ready-file", arguments.ready_file, "Written when it listens: HOST:PORT");
  CLI::App* check = add("check", "Verify every log against its newest checkpoint");
  CLI::App* witness =
      app.add_subcommand("witness", "Partners who may see and cosign a log's heads");
  witness->require_subcommand(1);
  const auto add_witness = [&](const char* name, const char* help, const char* argument) {
    CLI::App* command = witness->add_subcommand(name, help);
    command->add_option("--data", arguments.data.path, "The server's data directory")->required();
    command->add_option("ORG", arguments.org, "The organisation, 64 hex digits")->required();
    if (*argument != '\0') command->add_option(argument, arguments.witness)->required();
  };
  add_witness("add", "Name a witness by its verifier key; works while the server runs", "VKEY");
  add_witness("remove", "Take a witness away, at once", "NAME");
  add_witness("list", "Print the verifier keys of the witnesses", "");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitArguments;
  }
  if (init->parsed()) return Init(arguments);
  if (token->parsed()) return Token(arguments);
  if (check->parsed()) return Check(arguments);
  if (witness->parsed()) {
    return ChangeWitnesses(arguments, witness->get_subcommands().front()->get_name());
  }
  return Serve(arguments);
}

}  // namespace
}  // namespace amparo::server

int main(int argc, char** argv) { return amparo::server::Main(argc, argv); }
