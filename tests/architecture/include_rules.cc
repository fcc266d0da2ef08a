#include "tests/architecture/include_rules.h"

#include <functional>
#include <map>
#include <optional>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace amparo::architecture {
namespace {

using Names = std::set<std::string>;

std::string TopFolder(absl::string_view path) {
  return std::string(path.substr(0, path.find('/')));
}

// What a folder may include of ours besides itself. A folder that is not named here (tests, bench,
// examples) is free.
const std::map<std::string, Names>& Below() {
  static const auto* const kBelow = new std::map<std::string, Names>{
      {"crypto", {}},
      {"proto", {"crypto"}},
      {"statement", {"crypto"}},
      {"directory", {"crypto", "statement"}},
      {"workflow", {"crypto", "statement", "directory"}},
      {"audit", {"crypto", "statement", "directory"}},
      {"custody", {"crypto", "statement", "directory", "workflow", "audit"}},
      {"storage", {"crypto", "statement", "directory", "workflow", "audit"}},
      {"server", {"crypto", "statement", "directory", "workflow", "audit", "storage", "proto"}},
      {"client", {"crypto", "statement", "directory", "workflow", "audit", "custody", "proto"}},
      {"witness", {"crypto", "statement", "audit", "custody", "client"}},
  };
  return *kBelow;
}

const Names& OurFolders() {
  static const auto* const kFolders = new Names{
      "crypto", "statement", "directory", "workflow", "audit", "custody", "storage", "proto",
      "server", "client",    "witness",   "tests",    "bench", "demo",    "examples"};
  return *kFolders;
}

bool IsPure(absl::string_view path) {
  return absl::StartsWith(path, "statement/") || absl::StartsWith(path, "directory/") ||
         absl::StartsWith(path, "workflow/") || absl::StartsWith(path, "audit/") ||
         absl::StartsWith(path, "custody/");
}

bool IsSodium(absl::string_view header) {
  return header == "sodium.h" || absl::StartsWith(header, "sodium/");
}
bool IsOpenSsl(absl::string_view header) { return absl::StartsWith(header, "openssl/"); }
bool IsRocksDb(absl::string_view header) { return absl::StartsWith(header, "rocksdb/"); }
bool IsGrpc(absl::string_view header) {
  return absl::StartsWith(header, "grpc") || absl::EndsWith(header, ".grpc.pb.h");
}
bool IsProtobuf(absl::string_view header) {
  return absl::StartsWith(header, "google/protobuf/") || absl::EndsWith(header, ".pb.h");
}

bool IsPosix(absl::string_view header) {
  static const auto* const kHeaders =
      new Names{"aio.h",     "dirent.h",  "dlfcn.h",    "fcntl.h",  "ftw.h",       "glob.h",
                "grp.h",     "ifaddrs.h", "langinfo.h", "libgen.h", "netdb.h",     "poll.h",
                "pthread.h", "pty.h",     "pwd.h",      "sched.h",  "semaphore.h", "signal.h",
                "spawn.h",   "syslog.h",  "termios.h",  "unistd.h", "utime.h",     "wordexp.h"};
  return kHeaders->contains(std::string(header)) || absl::StartsWith(header, "sys/") ||
         absl::StartsWith(header, "netinet/") || absl::StartsWith(header, "arpa/") ||
         absl::StartsWith(header, "net/") || absl::StartsWith(header, "linux/");
}

// Standard and Abseil headers that bring threads, clocks, randomness or files.
bool HasEffects(absl::string_view header) {
  static const auto* const kHeaders = new Names{"barrier",    "chrono",       "condition_variable",
                                                "cstdio",     "ctime",        "filesystem",
                                                "fstream",    "future",       "iostream",
                                                "latch",      "mutex",        "random",
                                                "semaphore",  "shared_mutex", "stdio.h",
                                                "stop_token", "thread",       "time.h"};
  return kHeaders->contains(std::string(header)) ||
         absl::StartsWith(header, "absl/synchronization/") ||
         absl::StartsWith(header, "absl/random/") || header == "absl/time/clock.h";
}

// Why a pure folder may not reach `header`, or nothing.
std::optional<std::string> Impurity(absl::string_view header) {
  if (IsGrpc(header)) return "gRPC";
  if (IsProtobuf(header)) return "protobuf";
  if (IsRocksDb(header)) return "RocksDB";
  if (IsSodium(header)) return "libsodium";
  if (IsOpenSsl(header)) return "OpenSSL";
  if (IsPosix(header)) return "the operating system";
  if (HasEffects(header)) return "threads, clocks, randomness or files";
  return std::nullopt;
}

// crypto/ headers that open what is sealed, or hold the keys that do.
bool OpensThings(absl::string_view header) {
  static const auto* const kHeaders = new Names{
      "crypto/age_file.h", "crypto/file_key.h",      "crypto/grant.h",        "crypto/identity.h",
      "crypto/manifest.h", "crypto/identity_file.h", "crypto/sealed_object.h"};
  return kHeaders->contains(std::string(header));
}

// Calls `visit(include, line, chain)` for all that `path` includes, also through headers of the
// tree. `line` is that of the #include in `path` itself; `chain` names the headers on the way.
void VisitReached(
    const SourceTree& tree, const std::string& path,
    const std::function<void(const std::string&, std::size_t, const std::string&)>& visit) {
  struct Step {
    std::string path;
    std::size_t line;
    std::string chain;
  };
  Names seen;
  std::vector<Step> pending;
  for (const Include& include : Includes(tree.at(path))) {
    pending.push_back({.path = include.path, .line = include.line, .chain = ""});
  }
  while (!pending.empty()) {
    const Step step = pending.back();
    pending.pop_back();
    if (!seen.insert(step.path).second) continue;
    visit(step.path, step.line, step.chain);
    const auto header = tree.find(step.path);
    if (header == tree.end()) continue;
    for (const Include& include : Includes(header->second)) {
      pending.push_back({.path = include.path,
                         .line = step.line,
                         .chain = absl::StrCat(step.chain, " through ", step.path)});
    }
  }
}

}  // namespace

std::vector<Include> Includes(absl::string_view text) {
  std::vector<Include> includes;
  std::size_t number = 0;
  for (absl::string_view line : Lines(text)) {
    ++number;
    if (!absl::ConsumePrefix(&line, "#")) continue;
    line = absl::StripLeadingAsciiWhitespace(line);
    if (!absl::ConsumePrefix(&line, "include")) continue;
    line = absl::StripLeadingAsciiWhitespace(line);
    if (line.empty() || (line[0] != '"' && line[0] != '<')) continue;
    const std::size_t end = line.find(line[0] == '<' ? '>' : '"', 1);
    if (end == absl::string_view::npos) continue;
    includes.push_back({.path = std::string(line.substr(1, end - 1)), .line = number});
  }
  return includes;
}

Violations CheckFolderOrder(const SourceTree& tree) {
  Violations violations;
  for (const auto& [path, text] : tree) {
    const std::string folder = TopFolder(path);
    const auto below = Below().find(folder);
    if (!IsCpp(path) || below == Below().end()) continue;
    for (const Include& include : Includes(text)) {
      const std::string target = TopFolder(include.path);
      if (target == folder || !OurFolders().contains(target) || below->second.contains(target)) {
        continue;
      }
      violations.push_back(
          {.path = path,
           .line = include.line,
           .what = absl::StrCat(folder, "/ may not include ", include.path,
                                "; it may use: ", absl::StrJoin(below->second, " "))});
    }
  }
  return violations;
}

Violations CheckPureFolders(const SourceTree& tree) {
  Violations violations;
  for (const auto& [path, text] : tree) {
    if (!IsCpp(path) || !IsPure(path)) continue;
    VisitReached(
        tree, path,
        [&, &path = path](const std::string& header, std::size_t line, const std::string& chain) {
          if (const std::optional<std::string> reason = Impurity(header)) {
            violations.push_back({.path = path,
                                  .line = line,
                                  .what = absl::StrCat(TopFolder(path), "/ is pure and <", header,
                                                       "> brings in ", *reason, chain)});
          }
        });
  }
  return violations;
}

Violations CheckLibraryPlaces(const SourceTree& tree) {
  struct Place {
    bool (*is_meant)(absl::string_view header);
    bool (*is_allowed)(absl::string_view path);
    absl::string_view rule;
  };
  static constexpr auto kIsProduct = [](absl::string_view path) {
    return Below().contains(TopFolder(path));
  };
  const std::vector<Place> places = {
      {IsRocksDb, [](absl::string_view p) { return absl::StartsWith(p, "storage/rocksdb_"); },
       "RocksDB belongs in storage/rocksdb_* alone"},
      {IsGrpc,
       [](absl::string_view p) {
         return absl::StartsWith(p, "server/") || absl::StartsWith(p, "proto/") ||
                absl::StartsWith(p, "client/grpc_connection");
       },
       "gRPC belongs in server/, proto/ and client/grpc_connection* alone"},
      {IsSodium, [](absl::string_view p) { return absl::StartsWith(p, "crypto/"); },
       "libsodium belongs in crypto/ alone"},
      {IsPosix,
       [](absl::string_view p) {
         return !absl::StartsWith(p, "client/") || absl::StartsWith(p, "client/platform_");
       },
       "POSIX calls of the client belong in client/platform_* alone"},
  };
  Violations violations;
  for (const auto& [path, text] : tree) {
    if (!IsCpp(path) || !kIsProduct(path)) continue;
    for (const Include& include : Includes(text)) {
      for (const Place& place : places) {
        if (!place.is_meant(include.path) || place.is_allowed(path)) continue;
        violations.push_back({.path = path,
                              .line = include.line,
                              .what = absl::StrCat(place.rule, ", not <", include.path, "> here")});
      }
    }
  }
  return violations;
}

Violations CheckServerCannotOpen(const SourceTree& tree) {
  Violations violations;
  for (const auto& [path, text] : tree) {
    if (!IsCpp(path) || (TopFolder(path) != "server" && TopFolder(path) != "storage")) continue;
    VisitReached(
        tree, path,
        [&, &path = path](const std::string& header, std::size_t line, const std::string& chain) {
          if (!OpensThings(header)) return;
          violations.push_back(
              {.path = path,
               .line = line,
               .what = absl::StrCat("the server must not be able to name ", header, chain)});
        });
  }
  return violations;
}

Violations CheckWitnessSeesHeads(const SourceTree& tree) {
  static const auto* const kAllowed =
      new Names{"client/cli/outcomes.h", "client/cli/terminal.h", "client/connection.h",
                "client/org_card.h",     "client/platform.h",     "client/text_file.h"};
  Violations violations;
  for (const auto& [path, text] : tree) {
    if (!IsCpp(path) || TopFolder(path) != "witness") continue;
    for (const Include& include : Includes(text)) {
      if (TopFolder(include.path) != "client" || kAllowed->contains(include.path)) continue;
      violations.push_back(
          {.path = path,
           .line = include.line,
           .what = absl::StrCat("a witness sees heads alone and has no use for ", include.path)});
    }
  }
  return violations;
}

}  // namespace amparo::architecture
