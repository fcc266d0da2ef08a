// Checkpoints, signed and bare.

#include "audit/checkpoint.h"
#include "crypto/signature.h"
#include "tests/fuzz/round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto* const kLog =
      new amparo::SigningKey(amparo::SigningKey::FromSeed(amparo::Secret<32>()));
  const absl::string_view text = amparo::AsText({data, size});
  const std::string origin = amparo::audit::OriginOf(amparo::OrgId{});
  if (const auto bare = amparo::audit::ParseCheckpointText(origin, text); bare.ok()) {
    amparo::fuzz::RequireSame(text, amparo::audit::FormatCheckpointText(origin, *bare));
  }
  static_cast<void>(amparo::audit::OpenCheckpoint(amparo::OrgId{}, kLog->verify_key(), text));
  return 0;
}
