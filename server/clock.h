// Time, as an argument. The engine asks for it and never looks for itself.
// Thread safety: a clock may be asked from any thread.

#ifndef AMPARO_SERVER_CLOCK_H_
#define AMPARO_SERVER_CLOCK_H_

#include <functional>

#include "statement/ids.h"

namespace amparo::server {

using Clock = std::function<UnixSeconds()>;

}  // namespace amparo::server

#endif  // AMPARO_SERVER_CLOCK_H_
