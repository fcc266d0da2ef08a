#include "client/refused.h"

#include <optional>
#include <string>

#include "client/connection.h"

namespace amparo::client {

absl::Status Refused(absl::StatusCode code, absl::string_view reason, absl::string_view message) {
  absl::Status status(code, message);
  AttachDetail(status, {.reason = std::string(reason), .head = std::nullopt});
  return status;
}

}  // namespace amparo::client
