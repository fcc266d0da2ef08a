// What is inside of sealed objects that other members wrote: names, notes, messages, keys.

#include "crypto/identity_file.h"
#include "statement/sealed_texts.h"
#include "tests/fuzz/round_trip.h"

namespace {

// The plaintext may be padded; what stands before the padding is canonical.
template <class Decoded>
void TryText(amparo::ByteView bytes, const Decoded& text) {
  if (!text.ok()) return;
  const auto again = amparo::Encode(*text);
  amparo::fuzz::Require(again.ok() && again->size() <= bytes.size());
  amparo::fuzz::RequireSame(bytes.first(again->size()), again->Expose());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [which, bytes] = amparo::fuzz::Choose({data, size});
  if (which == 0) TryText(bytes, amparo::DecodeAttributes(bytes));
  if (which == 1) TryText(bytes, amparo::DecodeCaseCard(bytes));
  if (which == 2) TryText(bytes, amparo::DecodeNoteText(bytes));
  if (which == 3) TryText(bytes, amparo::DecodeAssignmentMessage(bytes));
  if (which == 4) TryText(bytes, amparo::DecodeTranslatorCertificate(bytes));
  if (which == 5) TryText(bytes, amparo::DecodeInviteSecret(bytes));
  if (which == 6) TryText(bytes, amparo::DecodeDirectoryKey(bytes));
  if (which == 7) static_cast<void>(amparo::ParseKeyBundle(bytes));
  return 0;
}
