// Certificates: their bytes, and the keys that may not stand in them.

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "statement/bodies.h"
#include "tests/statement/mutations.h"
#include "tests/statement/random_bodies.h"

namespace amparo {
namespace {

absl::Status DecodeAgain(const Certificate& certificate) {
  return DecodeCertificate(EncodeCertificate(certificate)).status();
}

void ExpectRefused(const Certificate& certificate, absl::string_view field) {
  const absl::Status status = DecodeAgain(certificate);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_TRUE(absl::StartsWith(status.message(), field)) << status;
}

TEST(Certificate, ComesBackAsItWas) {
  Random random(TestSeed());
  for (int i = 0; i < 200; ++i) {
    const Certificate certificate = random.NextCertificate();
    const absl::StatusOr<Certificate> again = DecodeCertificate(EncodeCertificate(certificate));
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(*again, certificate);
  }
}

TEST(Certificate, IsRefusedOrIdenticalAfterAnyBitFlipOrTruncation) {
  Random random(TestSeed());
  for (int i = 0; i < 4; ++i) {
    ExpectCanonicalUnderMutation(EncodeCertificate(random.NextCertificate()),
                                 [](ByteView bytes) -> std::optional<Bytes> {
                                   const auto certificate = DecodeCertificate(bytes);
                                   if (!certificate.ok()) return std::nullopt;
                                   return EncodeCertificate(*certificate);
                                 });
  }
}

TEST(Certificate, RefusesKeysThatAreNoValidPoints) {
  Certificate certificate = Random(1).NextCertificate();
  certificate.signing = VerifyKey{};  // Low order.
  ExpectRefused(certificate, "signing key: ");
  certificate = Random(1).NextCertificate();
  certificate.authentication = VerifyKey::Filled(0xff);  // Not canonical.
  ExpectRefused(certificate, "authentication key: ");
}

TEST(Certificate, RefusesARecipientOfLowOrderOrOfAnotherLength) {
  Certificate certificate = Random(1).NextCertificate();
  certificate.recipient = {.type = RecipientType::kX25519, .key = Bytes(32, 0)};
  ExpectRefused(certificate, "recipient: ");
  certificate.recipient = {.type = RecipientType::kX25519, .key = Bytes(31, 9)};
  ExpectRefused(certificate, "recipient: ");
  certificate.recipient = {.type = RecipientType::kNone, .key = Bytes(1, 9)};
  ExpectRefused(certificate, "recipient: ");
  certificate.recipient = {.type = static_cast<RecipientType>(2), .key = Bytes(32, 9)};
  ExpectRefused(certificate, "recipient: ");
  certificate.recipient = {.type = RecipientType::kX25519, .key = Bytes(2049, 9)};
  ExpectRefused(certificate, "recipient: 2049");
}

TEST(Certificate, RefusesNoRolesUnknownRolesAndReservedMembers) {
  Certificate certificate = Random(1).NextCertificate();
  certificate.roles = 0;
  ExpectRefused(certificate, "roles: ");
  certificate.roles = kAllRoles + 1;
  ExpectRefused(certificate, "roles: ");
  certificate = Random(1).NextCertificate();
  certificate.member = LogActor();
  ExpectRefused(certificate, "member: ");
}

TEST(Certificate, HoldsAtMostThirtyTwoDesks) {
  Certificate certificate = Random(1).NextCertificate();
  certificate.desks.clear();
  for (Desk desk = 1; desk <= kDesksMax; ++desk) certificate.desks.push_back(desk);
  EXPECT_TRUE(DecodeAgain(certificate).ok());
  Bytes bytes = EncodeCertificate(certificate);
  const std::size_t desks_at = bytes.size() - 16 - 8 - 32 - 2 * kDesksMax - 1;
  ASSERT_EQ(bytes[desks_at], kDesksMax);
  bytes[desks_at] = kDesksMax + 1;
  EXPECT_TRUE(absl::StartsWith(DecodeCertificate(bytes).status().message(), "desks: 33"));
}

TEST(Certificate, HashesDifferWithEveryField) {
  const Certificate certificate = Random(1).NextCertificate();
  Certificate other = certificate;
  other.expiry.value ^= 1;
  EXPECT_EQ(HashOf(certificate), HashOf(certificate));
  EXPECT_NE(HashOf(certificate), HashOf(other));
}

}  // namespace
}  // namespace amparo
