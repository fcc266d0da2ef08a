// What every decoder of foreign bytes promises, checked on one good input: each bit flipped
// and each truncation is either refused or decodes to a value that encodes to those bytes.

#ifndef AMPARO_TESTS_STATEMENT_MUTATIONS_H_
#define AMPARO_TESTS_STATEMENT_MUTATIONS_H_

#include <functional>
#include <optional>

#include "crypto/bytes.h"

namespace amparo {

// The bytes that what was decoded encodes to; nothing if decoding was refused.
using DecodeEncode = std::function<std::optional<Bytes>(ByteView)>;

// `every_bits`: flips every so many-th bit only, for inputs that are long.
void ExpectCanonicalUnderMutation(ByteView good, const DecodeEncode& decode_encode,
                                  std::size_t every_bits = 1);

}  // namespace amparo

#endif  // AMPARO_TESTS_STATEMENT_MUTATIONS_H_
