// Inclusion proofs in their file form.

#include "audit/tlog_proof.h"
#include "tests/fuzz/round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view text = amparo::AsText({data, size});
  if (const auto proof = amparo::audit::ParseTlogProof(text); proof.ok()) {
    amparo::fuzz::RequireSame(text, amparo::audit::FormatTlogProof(*proof));
  }
  return 0;
}
