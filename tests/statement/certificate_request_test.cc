// A join request: whoever lacks the invitation's secret, the server too, can neither make nor
// change one.

#include "statement/certificate_request.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "tests/statement/example_invitation.h"
#include "tests/statement/random_bodies.h"

namespace amparo {
namespace {

TEST(CertificateRequest, ComesBackAsItWas) {
  const Bytes bytes = ExampleRequestBytes(SecretNumber(7));
  EXPECT_LE(bytes.size(), kCertificateRequestBytesMax);
  EXPECT_EQ(*DecodeRequest(bytes), ExampleRequest());
  EXPECT_EQ(*CheckPossession(bytes), ExampleRequest());
  EXPECT_EQ(*CheckRequest(bytes, SecretNumber(7)), ExampleRequest());
}

TEST(CertificateRequest, MayHaveNoRecipient) {
  CertificateRequest request = ExampleRequest();
  request.recipient = {};
  const Bytes bytes = MakeRequest(request, KeyNumber(1), KeyNumber(2), SecretNumber(7));
  EXPECT_EQ(*CheckRequest(bytes, SecretNumber(7)), request);
}

TEST(CertificateRequest, IsRefusedUnderAnotherSecret) {
  EXPECT_EQ(CheckRequest(ExampleRequestBytes(SecretNumber(7)), SecretNumber(8)).status().code(),
            absl::StatusCode::kUnauthenticated);
}

TEST(CertificateRequest, IsRefusedAfterAnyBitFlipOrTruncation) {
  const Bytes good = ExampleRequestBytes(SecretNumber(7));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes flipped = good;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_FALSE(CheckRequest(flipped, SecretNumber(7)).ok()) << "bit " << bit;
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(CheckRequest(ByteView(good).first(size), SecretNumber(7)).ok()) << size;
  }
}

// The server sees every request: it must not be able to put its own keys into one.
TEST(CertificateRequest, CannotBeRemadeWithOtherKeysWithoutTheSecret) {
  CertificateRequest swapped = ExampleRequest();
  swapped.signing = KeyNumber(5).verify_key();
  swapped.authentication = KeyNumber(6).verify_key();
  Bytes forged = MakeRequest(swapped, KeyNumber(5), KeyNumber(6), SecretNumber(8));
  const Bytes seen = ExampleRequestBytes(SecretNumber(7));
  std::copy(seen.end() - 32, seen.end(), forged.end() - 32);
  EXPECT_TRUE(CheckPossession(forged).ok());
  EXPECT_EQ(CheckRequest(forged, SecretNumber(7)).status().code(),
            absl::StatusCode::kUnauthenticated);
}

// Somebody who holds the secret must not enrol keys that are another's.
TEST(CertificateRequest, NeedsASignatureByEachOfItsKeys) {
  const Bytes good = ExampleRequestBytes(SecretNumber(7));
  const Bytes other = MakeRequest(
      [] {
        CertificateRequest request = ExampleRequest();
        request.claimed_time.value += 1;
        return request;
      }(),
      KeyNumber(1), KeyNumber(2), SecretNumber(7));
  for (const std::size_t signature : {std::size_t{0}, std::size_t{1}}) {
    Bytes mixed = good;
    const auto at = static_cast<std::ptrdiff_t>(good.size() - 32 - 128 + 64 * signature);
    std::copy(other.begin() + at, other.begin() + at + 64, mixed.begin() + at);
    EXPECT_EQ(CheckPossession(mixed).status().code(), absl::StatusCode::kUnauthenticated);
  }
}

TEST(CertificateRequest, RefusesReservedMembersAndKeysOfLowOrder) {
  CertificateRequest request = ExampleRequest();
  request.member = {};
  EXPECT_EQ(DecodeRequest(MakeRequest(request, KeyNumber(1), KeyNumber(2), SecretNumber(7)))
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
  Bytes bytes = ExampleRequestBytes(SecretNumber(7));
  const auto signing_at = bytes.begin() + 2 + 32 + 16 + 16;
  std::fill(signing_at, signing_at + 32, std::uint8_t{0});
  EXPECT_EQ(DecodeRequest(bytes).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(DecodeRequest(Bytes(kCertificateRequestBytesMax + 1)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(InviteTicket, IsDerivedFromTheSecretAndTellsNothingOfTheMacKey) {
  const Secret<32> ticket = InviteTicketOf(SecretNumber(7));
  Secret<32> mac_key;
  HkdfSha256(SecretNumber(7).Expose(), {}, AsBytes("amparo/v1/invite-mac"),
             mac_key.ExposeMutable());
  EXPECT_FALSE(ticket.EqualTo(mac_key));
  EXPECT_TRUE(ticket.EqualTo(InviteTicketOf(SecretNumber(7))));
  EXPECT_FALSE(ticket.EqualTo(InviteTicketOf(SecretNumber(8))));
  Bytes labelled;
  AppendTo(labelled, AsBytes(absl::string_view("amparo/invite-ticket/v1\n\0", 25)));
  AppendTo(labelled, ticket.Expose());
  EXPECT_EQ(HashOfTicket(ticket.Expose()), Sha256(labelled));
}

}  // namespace
}  // namespace amparo
