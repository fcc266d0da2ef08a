// Age headers of any shape, and whole age files: a header parses to one value with one
// spelling, and no proper prefix of it counts as malformed.

#include <algorithm>

#include "crypto/age_file.h"
#include "crypto/age_header.h"
#include "tests/fuzz/round_trip.h"

namespace {

using amparo::ByteView;
using amparo::fuzz::Require;

void CheckHeader(ByteView input) {
  const auto parsed = amparo::ParseAgeHeader(input);
  if (!parsed.ok()) return;
  amparo::fuzz::RequireSame(input.first(parsed->size), amparo::FormatAgeHeader(parsed->header));
  Require(!parsed->header.stanzas.empty() && parsed->mac_covers < parsed->size);
  for (const std::size_t cut : {parsed->size / 2, parsed->mac_covers, parsed->size - 1}) {
    Require(absl::IsOutOfRange(amparo::ParseAgeHeader(input.first(cut)).status()));
  }
}

void CheckBase64(ByteView input) {
  const absl::string_view text = amparo::AsText(input);
  if (const auto bytes = amparo::ParseBase64(text)) {
    amparo::fuzz::RequireSame(text, amparo::FormatBase64(*bytes));
  }
}

void OpenAll(ByteView input) {
  static const auto* const kReader =
      new amparo::Identity(amparo::Identity::FromKey(amparo::Secret<32>()));
  auto reader = amparo::AgeReader::Create(
      [rest = input](amparo::MutableByteView out) mutable {
        const std::size_t count = std::min(rest.size(), out.size());
        std::copy_n(rest.begin(), count, out.begin());
        rest = rest.subspan(count);
        return absl::StatusOr<std::size_t>(count);
      },
      {.identities = {kReader, 1}, .passphrases = {}});
  if (!reader.ok()) return;
  std::size_t opened = 0;
  static_cast<void>(reader->CopyTo([&](ByteView bytes) {
    opened += bytes.size();
    return absl::OkStatus();
  }));
  Require(opened < input.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  CheckHeader(input);
  CheckBase64(input);
  OpenAll(input);
  return 0;
}
