// Invitations and founding tokens: files that travel by mail.

#include "statement/invitation.h"
#include "tests/fuzz/round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view text = amparo::AsText({data, size});
  if (const auto invitation = amparo::ParseInvitation(text); invitation.ok()) {
    const auto again = amparo::FormatInvitation(*invitation);
    amparo::fuzz::Require(again.ok());
    amparo::fuzz::RequireSame(text, amparo::AsText(again->Expose()));
  }
  if (const auto token = amparo::ParseFoundingToken(text); token.ok()) {
    const auto again = amparo::FormatFoundingToken(*token);
    amparo::fuzz::Require(again.ok());
    amparo::fuzz::RequireSame(text, amparo::AsText(again->Expose()));
  }
  return 0;
}
