// home.json: what a home says in clear. Spec: docs/spec/home.md, "home.json"; this file is
// its only reader and writer. Thread safety: pure functions.

#ifndef AMPARO_CLIENT_HOME_JSON_H_
#define AMPARO_CLIENT_HOME_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/home.h"

namespace amparo::client {

inline constexpr int kHomeFormat = 1;

std::string FormatHomeJson(const HomeCard& card);
// DATA_LOSS: not what FormatHomeJson writes. FAILED_PRECONDITION: a newer format.
absl::StatusOr<HomeCard> ParseHomeJson(absl::string_view text);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_HOME_JSON_H_
