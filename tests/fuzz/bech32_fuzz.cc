// Bech32 as age uses it, and the recipients and identities written in it.

#include "crypto/bech32.h"
#include "crypto/identity.h"
#include "crypto/recipient.h"
#include "tests/fuzz/round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using amparo::fuzz::RequireSame;
  const absl::string_view text = amparo::AsText({data, size});
  amparo::Bytes decoded(size);
  if (const auto parts = amparo::DecodeBech32(text, decoded); parts.ok()) {
    amparo::Bytes again(amparo::Bech32Length(parts->prefix.size(), parts->data_size));
    amparo::EncodeBech32(parts->prefix, amparo::ByteView(decoded).first(parts->data_size), again);
    RequireSame(text, amparo::AsText(again));
  }
  if (const auto recipient = amparo::ParseRecipient(text); recipient.ok()) {
    RequireSame(text, amparo::FormatRecipient(*recipient));
  }
  if (const auto identity = amparo::Identity::Parse(text); identity.ok()) {
    RequireSame(text, amparo::AsText(identity->Format().Expose()));
  }
  return 0;
}
