#include "server/log.h"

#include <nlohmann/json.hpp>

#include "server/refusal.h"

namespace amparo::server {
namespace {

constexpr std::size_t kOrgDigits = 8;

std::string Text(absl::string_view text) { return std::string(text); }

}  // namespace

void Log::Event(absl::string_view event, absl::string_view text) {
  WriteLine(
      nlohmann::ordered_json{{"time", clock_().value}, {"event", Text(event)}, {"text", Text(text)}}
          .dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
}

void Log::Call(const CallRecord& call) {
  nlohmann::ordered_json line{{"time", clock_().value},
                              {"event", "call"},
                              {"method", Text(call.method)},
                              {"outcome", Text(absl::StatusCodeToString(call.outcome.code()))},
                              {"ms", call.duration_ms},
                              {"in", call.bytes_in},
                              {"out", call.bytes_out}};
  if (!call.org.is_zero()) line["org"] = ToHex(call.org).substr(0, kOrgDigits);
  if (!call.outcome.ok()) {
    const auto detail = DetailOf(call.outcome);
    line["reason"] = detail ? detail->reason : "INTERNAL";
    // A fault's text speaks of positions and files; a refusal's is the caller's business.
    const bool is_fault = !detail || call.outcome.code() == absl::StatusCode::kInternal;
    if (is_fault) line["fault"] = Text(call.outcome.message());
  }
  WriteLine(line.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
}

void Log::WriteLine(const std::string& line) {
  const std::lock_guard lock(mutex_);
  std::fwrite(line.data(), 1, line.size(), out_);
  std::fputc('\n', out_);
  std::fflush(out_);
}

}  // namespace amparo::server
