// Witnesses, and notes that they may have cosigned.

#include "audit/cosignature.h"
#include "tests/fuzz/round_trip.h"

namespace {

using amparo::audit::AttachSignature;
using amparo::audit::Cosign;
using amparo::audit::SignerNames;
using amparo::audit::VerifyCosignatures;
using amparo::audit::Witness;

const amparo::SigningKey& Key() {
  static const auto* const kKey =
      new amparo::SigningKey(amparo::SigningKey::FromSeed(amparo::Secret<32>()));
  return *kKey;
}

// A note that is read can be cosigned, up to its limits, and the cosignature found on it.
void RequireCosigned(absl::string_view note) {
  const Witness witness{.name = "w", .key = Key().verify_key()};
  const auto before = VerifyCosignatures(note, {&witness, 1});
  const auto names = SignerNames(note);
  const auto line = Cosign(witness.name, Key(), {1}, note);
  amparo::fuzz::Require(names.ok() == line.ok());
  if (!line.ok()) return;
  const auto more = AttachSignature(note, *line);
  if (!more.ok() || !before.ok()) return;
  const auto after = VerifyCosignatures(*more, {&witness, 1});
  amparo::fuzz::Require(after.ok() && after->size() == 1);
  amparo::fuzz::Require(SignerNames(*more)->size() == names->size() + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [which, bytes] = amparo::fuzz::Choose({data, size});
  const absl::string_view text = amparo::AsText(bytes);
  if (which == 0) {
    const auto witness = amparo::audit::ParseWitness(text);
    if (witness.ok()) amparo::fuzz::RequireSame(text, amparo::audit::FormatWitness(*witness));
  } else if (which == 1) {
    RequireCosigned(text);
  }
  return 0;
}
