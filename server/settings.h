// What an operator can set: a JSON file in the data directory, every key optional, an unknown
// one refused. Spec: docs/guides/operator.md, "Settings".
//
// Thread safety: values; the functions are independent.

#ifndef AMPARO_SERVER_SETTINGS_H_
#define AMPARO_SERVER_SETTINGS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace amparo::server {

struct Settings {
  std::string listen = "127.0.0.1:7443";  // "host:port"; port 0: any free one.
  std::string log_file;                   // Empty: standard error.
  std::uint64_t disk_reserve_mib = 256;   // Free disk below which writes are refused.
  std::uint64_t memory_quota_mib = 128;   // For gRPC's buffers.
  std::uint64_t streams_per_connection = 64;
  std::uint64_t watches = 1024;  // At once, of all members.
  std::uint64_t uploads = 64;
  std::uint64_t downloads = 64;
  std::uint64_t shutdown_grace_s = 5;         // For calls under way.
  std::uint64_t statements_per_day = 20'000;  // Of one carrier; 0: no limit.
  std::uint64_t unnamed_uploads_gib = 64;     // Of one organisation, in no document yet.
  std::uint64_t stored_gib = 0;               // Of one organisation; 0: no limit.
};

// INVALID_ARGUMENT: no JSON object, an unknown key, a value of the wrong type or out of range;
// names the key.
absl::StatusOr<Settings> ParseSettings(absl::string_view json);
std::string FormatSettings(const Settings& settings);

}  // namespace amparo::server

#endif  // AMPARO_SERVER_SETTINGS_H_
