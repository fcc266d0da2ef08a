// The text inside an identity file, which is also what the key holder's socket carries.

#include "crypto/identity_file.h"
#include "tests/fuzz/round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const amparo::ByteView input(data, size);
  if (const auto keys = amparo::ParseKeyBundle(input); keys.ok()) {
    amparo::fuzz::RequireSame(input, amparo::FormatKeyBundle(*keys).Expose());
  }
  return 0;
}
