// Certificates, and the requests for one that strangers send.

#include "statement/bodies.h"
#include "statement/certificate_request.h"
#include "tests/fuzz/round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const amparo::ByteView input(data, size);
  if (const auto certificate = amparo::DecodeCertificate(input); certificate.ok()) {
    amparo::fuzz::RequireSame(input, amparo::EncodeCertificate(*certificate));
  }
  static_cast<void>(amparo::DecodeRequest(input));
  static_cast<void>(amparo::CheckRequest(input, amparo::Secret<16>()));
  return 0;
}
