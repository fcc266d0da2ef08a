// Manifests: padding may follow, and it is zeros.

#include <algorithm>

#include "crypto/manifest.h"
#include "tests/fuzz/round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using amparo::fuzz::Require;
  const amparo::ByteView input(data, size);
  const auto manifest = amparo::DecodeManifest(input);
  if (!manifest.ok()) return 0;
  const auto again = amparo::EncodeManifest(*manifest);
  Require(again.ok() && again->size() <= size);
  amparo::fuzz::RequireSame(input.first(again->size()), again->Expose());
  Require(std::ranges::all_of(input.subspan(again->size()), [](auto byte) { return byte == 0; }));
  return 0;
}
