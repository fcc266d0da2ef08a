// Names of the files we write: from the order and a safe form of what the author called them.
// What others chose never decides where bytes go.
//
// Thread safety: pure functions.

#ifndef AMPARO_CLIENT_OUTPUT_NAME_H_
#define AMPARO_CLIENT_OUTPUT_NAME_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace amparo::client {

// "03-IMG_0042.jpeg" for the third of up to 200: letters, digits, '-', '_' and '.' of `name`,
// at most 64 of them, never a dot at either end; the extension follows `media_type`, where
// that is a type we know. `prefix` stands in front: "source-".
std::string OutputName(absl::string_view prefix, std::size_t number, absl::string_view name,
                       absl::string_view media_type);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_OUTPUT_NAME_H_
