// What the log and its reader exchange: leaves, entries, the stored edge of the tree.

#include "audit/log_entry.h"
#include "audit/merkle.h"
#include "tests/fuzz/round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using amparo::fuzz::RequireSame;
  const auto [which, bytes] = amparo::fuzz::Choose({data, size});
  if (which == 0) {
    const auto leaf = amparo::audit::DecodeLeaf(bytes);
    if (leaf.ok()) RequireSame(bytes, amparo::audit::EncodeLeaf(*leaf));
  } else if (which == 1) {
    const auto entry = amparo::audit::DecodeEntry(bytes);
    if (entry.ok()) RequireSame(bytes, amparo::audit::EncodeEntry(*entry));
  } else if (which == 2) {
    const auto frontier = amparo::audit::Frontier::Decode(bytes);
    if (frontier.ok()) RequireSame(bytes, frontier->Encode());
  }
  return 0;
}
