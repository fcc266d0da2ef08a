// A refusal of this home's own.
//
// Thread safety: pure.

#ifndef AMPARO_CLIENT_REFUSED_H_
#define AMPARO_CLIENT_REFUSED_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace amparo::client {

// With a reason that DetailOf (client/connection.h) gives back.
absl::Status Refused(absl::StatusCode code, absl::string_view reason, absl::string_view message);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_REFUSED_H_
