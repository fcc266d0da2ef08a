// The order in which a person would lay out numbered files: IMG_2 before IMG_10, and
// WhatsApp's unnumbered first photo before "(1)". Folders first, then names without their
// extension, digits by value, letters without their case.
//
// Thread safety: pure functions.

#ifndef AMPARO_CLIENT_NATURAL_ORDER_H_
#define AMPARO_CLIENT_NATURAL_ORDER_H_

#include "absl/strings/string_view.h"

namespace amparo::client {

// A strict weak order over paths; two different paths are never equal in it.
bool NaturallyBefore(absl::string_view path_a, absl::string_view path_b);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_NATURAL_ORDER_H_
