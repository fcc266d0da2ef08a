// Grants: age headers as others wrote them, and the opening of one by a known identity.

#include "crypto/age_header.h"
#include "crypto/grant.h"
#include "tests/fuzz/round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const amparo::ByteView input(data, size);
  if (const auto parsed = amparo::ParseAgeHeader(input); parsed.ok()) {
    amparo::fuzz::RequireSame(input.first(parsed->size), amparo::FormatAgeHeader(parsed->header));
  }
  static const auto* const kReader =
      new amparo::Identity(amparo::Identity::FromKey(amparo::Secret<32>()));
  static_cast<void>(amparo::OpenGrant(input, *kReader));
  return 0;
}
