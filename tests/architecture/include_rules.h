// Who may include whom. ARCHITECTURE.md tells the reasons; this is the rule as a program, read by
// include_rules_test.cc.
//
// Thread safety: functions without state.

#ifndef AMPARO_TESTS_ARCHITECTURE_INCLUDE_RULES_H_
#define AMPARO_TESTS_ARCHITECTURE_INCLUDE_RULES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/architecture/source_tree.h"

namespace amparo::architecture {

// One #include line.
struct Include {
  std::string path;
  std::size_t line = 0;
};

// Every #include of `text`, in order.
std::vector<Include> Includes(absl::string_view text);

// Folders use only folders below them: crypto < statement < directory < workflow and audit <
// storage < server; client uses all of these but storage and server.
Violations CheckFolderOrder(const SourceTree& tree);

// statement, directory, workflow and audit reach no gRPC, protobuf, RocksDB, libsodium or OpenSSL
// header, and none for threads, clocks, randomness, files or sockets: neither directly nor through
// a header of ours.
Violations CheckPureFolders(const SourceTree& tree);

// Each foreign library has one place: RocksDB in storage/rocksdb_*, gRPC in server/ and
// client/grpc_connection.*, libsodium in crypto/, POSIX calls of the client in client/platform_*.
Violations CheckLibraryPlaces(const SourceTree& tree);

// server/ and storage/ reach no header that opens what is sealed. To them a grant is opaque bytes.
Violations CheckServerCannotOpen(const SourceTree& tree);

// witness/ uses of client/ what reaches a server, reads a card and talks to a person: nothing that
// knows of members, cases and documents.
Violations CheckWitnessSeesHeads(const SourceTree& tree);

}  // namespace amparo::architecture

#endif  // AMPARO_TESTS_ARCHITECTURE_INCLUDE_RULES_H_
