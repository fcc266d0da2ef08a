// Signed statements, unsigned ones, and the body inside.

#include "statement/bodies.h"
#include "statement/statement.h"
#include "tests/fuzz/round_trip.h"

namespace {

void TryBody(std::uint16_t kind, amparo::ByteView bytes) {
  const auto body = amparo::DecodeBody(kind, bytes);
  if (!body.ok()) return;
  amparo::fuzz::Require(static_cast<std::uint16_t>(amparo::KindOf(body->act)) == kind);
  amparo::fuzz::RequireSame(bytes, amparo::EncodeBody(*body));
}

void TrySigned(amparo::ByteView bytes) {
  const auto decoded = amparo::DecodeSigned(bytes);
  if (!decoded.ok()) return;
  amparo::fuzz::RequireSame(bytes, decoded->bytes);
  const auto again = amparo::AssembleSigned(decoded->statement, decoded->signatures);
  amparo::fuzz::Require(again.ok());
  amparo::fuzz::RequireSame(bytes, again->bytes);
  TryBody(static_cast<std::uint16_t>(decoded->statement.kind), decoded->statement.body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const amparo::ByteView input(data, size);
  TrySigned(input);
  if (const auto statement = amparo::DecodeStatement(input); statement.ok()) {
    amparo::fuzz::RequireSame(input, amparo::EncodeStatement(*statement));
  }
  if (size >= 2) {
    const auto kind = static_cast<std::uint16_t>(data[0] << 8 | data[1]);
    TryBody(kind, input.subspan(2));
  }
  return 0;
}
