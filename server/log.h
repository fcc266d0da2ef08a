// The server's log: a JSON object a line. It names the kind of a request, its outcome,
// duration and sizes, and the first 8 hex digits of an organisation's id; never a person, a
// subject, an object, or any content. Spec: docs/guides/operator.md, "The log".
//
// Thread safety: all methods, from any thread.

#ifndef AMPARO_SERVER_LOG_H_
#define AMPARO_SERVER_LOG_H_

#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/clock.h"
#include "statement/ids.h"

namespace amparo::server {

struct CallRecord {
  absl::string_view method;
  absl::Status outcome;
  std::uint64_t duration_ms = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  OrgId org;  // Zeros: not known.
};

class Log {
 public:
  // To standard error.
  explicit Log(Clock clock) : Log(stderr, std::move(clock)) {}
  // `out` is borrowed.
  Log(std::FILE* out, Clock clock) : out_(out), clock_(std::move(clock)) {}

  void Event(absl::string_view event, absl::string_view text);
  void Call(const CallRecord& call);

 private:
  void WriteLine(const std::string& line);
  std::FILE* const out_;
  const Clock clock_;
  std::mutex mutex_;  // Guards the stream.
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_LOG_H_
