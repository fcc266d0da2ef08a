// How sizes and acts are put into words.
//
// Thread safety: pure functions.

#ifndef AMPARO_CLIENT_CLI_SPELLING_H_
#define AMPARO_CLIENT_CLI_SPELLING_H_

#include <cstdint>
#include <string>

#include "statement/kinds.h"

namespace amparo::cli {

// "54 KiB", "1.5 MiB"
std::string SpellSize(std::uint64_t bytes);
// "hand-in heron-river-48/4"
std::string SpellAct(Kind kind, const std::string& about);

}  // namespace amparo::cli

#endif  // AMPARO_CLIENT_CLI_SPELLING_H_
