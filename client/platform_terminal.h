// The controlling terminal: secrets without echo, the width, whether there is one at all.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_PLATFORM_TERMINAL_H_
#define AMPARO_CLIENT_PLATFORM_TERMINAL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/secret.h"

namespace amparo::client::platform {

// Whether questions can be put to a person: standard input is a terminal.
bool IsInteractive();
bool IsStdoutTerminal();
// Columns of the terminal; 80 when there is none.
std::size_t TerminalColumns();
// Reads a line without echo, into guarded memory, without its newline. At most 1,024 bytes.
// CANCELLED: end of input. FAILED_PRECONDITION: standard input is no terminal.
absl::StatusOr<SecretBuffer> ReadSecretLine(absl::string_view prompt);
// Reads a whole file of at most `max` bytes into guarded memory; "-" is standard input.
absl::StatusOr<SecretBuffer> ReadSecretFile(const std::string& path, std::size_t max);
// RFC 3339 date of today, by this computer's clock and time zone: "2026-11-21".
std::string Today();

}  // namespace amparo::client::platform

#endif  // AMPARO_CLIENT_PLATFORM_TERMINAL_H_
