// Text forms and lengths: bech32, recipients, identities, base64, hexadecimal, padding.

#include <gtest/gtest.h>

#include <sstream>

#include "absl/strings/ascii.h"
#include "crypto/age_header.h"
#include "crypto/bech32.h"
#include "crypto/identity.h"
#include "crypto/padding.h"
#include "crypto/recipient.h"
#include "tests/crypto/vector_files.h"

namespace amparo {
namespace {

constexpr char kRecipient[] = "age1k4jyyechefpenc746sqvh477vj0ylrgsc30emjmhqwz3zceskuhqm5an2c";

absl::StatusOr<Bech32Parts> DecodeAll(const std::string& text, Bytes& data) {
  data.resize(text.size());
  absl::StatusOr<Bech32Parts> parts = DecodeBech32(text, data);
  if (parts.ok()) data.resize(parts->data_size);
  return parts;
}

TEST(Bech32, AgreesWithThePublishedList) {
  const std::string folder = ForeignVectors("bech32");
  if (folder.empty()) GTEST_SKIP() << "no vectors: bech32";
  int cases = 0;
  for (const nlohmann::json& vector : ReadJson(folder + "/bech32.json")) {
    const std::string text = vector["str"];
    SCOPED_TRACE(text);
    Bytes data;
    const absl::StatusOr<Bech32Parts> parts = DecodeAll(text, data);
    ASSERT_EQ(parts.ok(), vector["valid"].get<bool>()) << parts.status();
    ++cases;
    if (!parts.ok()) continue;
    Bytes again(Bech32Length(parts->prefix.size(), data.size()));
    EncodeBech32(parts->prefix, data, again);
    EXPECT_EQ(AsText(again), text);
  }
  EXPECT_EQ(cases, 21);
}

TEST(Bech32, RefusesADeleteCharacterInThePrefix) {
  Bytes data;
  EXPECT_FALSE(
      DecodeAll("spl\x7ft1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", data).ok());
}

TEST(Bech32, EveryChangedCharacterIsNoticed) {
  const std::string text = kRecipient;
  Bytes data;
  ASSERT_TRUE(DecodeAll(text, data).ok());
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (int c = 33; c < 127; ++c) {
      if (text[i] == static_cast<char>(c)) continue;
      std::string changed = text;
      changed[i] = static_cast<char>(c);
      EXPECT_FALSE(ParseRecipient(changed).ok()) << changed;
    }
  }
}

TEST(Bech32, RefusesMoreBytesThanThereIsRoomFor) {
  Bytes data(31);
  EXPECT_FALSE(DecodeBech32(kRecipient, data).ok());
}

TEST(Recipient, ParsesAndFormatsAsAgeDoes) {
  const absl::StatusOr<Recipient> recipient = ParseRecipient(kRecipient);
  ASSERT_TRUE(recipient.ok()) << recipient.status();
  EXPECT_EQ(recipient->type, RecipientType::kX25519);
  EXPECT_EQ(FormatRecipient(*recipient), kRecipient);
}

TEST(Recipient, RefusesASecondSpelling) {
  EXPECT_FALSE(ParseRecipient(absl::AsciiStrToUpper(kRecipient)).ok());
  EXPECT_FALSE(ParseRecipient(std::string(kRecipient) + "\n").ok());
  EXPECT_FALSE(ParseRecipient("").ok());
}

TEST(Recipient, RefusesLowOrderAndNonCanonicalPoints) {
  const auto refused = [](const std::string& hex) {
    return !CheckRecipient({.type = RecipientType::kX25519, .key = Hex(hex)}).ok();
  };
  const std::string zeros(62, '0');
  EXPECT_TRUE(refused("00" + zeros));
  EXPECT_TRUE(refused("01" + zeros));
  EXPECT_TRUE(refused("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"));
  EXPECT_TRUE(refused("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"));
  const std::string ones(60, 'f');
  EXPECT_TRUE(refused("ec" + ones + "7f"));  // p - 1, of low order.
  EXPECT_TRUE(refused("ed" + ones + "7f"));  // p
  EXPECT_TRUE(refused("f6" + ones + "7f"));  // p + 9: 9, the base point, in a second spelling.
  EXPECT_TRUE(refused("09" + std::string(60, '0') + "80"));  // 9 with the unused bit set.
  EXPECT_FALSE(refused("09" + zeros));
}

TEST(Recipient, ChecksTypeAndLength) {
  EXPECT_TRUE(CheckRecipient({}).ok());
  EXPECT_FALSE(CheckRecipient({.type = RecipientType::kNone, .key = Bytes(1)}).ok());
  EXPECT_FALSE(CheckRecipient({.type = RecipientType::kX25519, .key = Bytes(31, 9)}).ok());
  EXPECT_FALSE(CheckRecipient({.type = static_cast<RecipientType>(2), .key = Bytes(32, 9)}).ok());
}

TEST(Identity, ParsesAndFormatsAsAgeDoes) {
  const std::string folder = OurVectors("split-grants") + "/";
  const std::string text = FirstLine(folder + "identity_a.txt");
  const absl::StatusOr<Identity> identity = Identity::Parse(text);
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(AsText(identity->Format().Expose()), text);
  EXPECT_EQ(FormatRecipient(identity->recipient()), FirstLine(folder + "recipients.txt"));
}

TEST(Identity, RefusalsNeverQuoteTheInput) {
  const std::string text = FirstLine(OurVectors("split-grants") + "/identity_a.txt");
  for (const std::string& bad :
       {absl::AsciiStrToLower(text), text + "Q", text.substr(1), std::string(kRecipient),
        FirstLine(OurVectors("split-grants") + "/identity_pq.txt")}) {
    const absl::Status status = Identity::Parse(bad).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message().find(bad.substr(16, 8)), absl::string_view::npos);
  }
}

TEST(Base64, IsCanonicalOnly) {
  EXPECT_EQ(FormatBase64(AsBytes("fo")), "Zm8");
  EXPECT_EQ(AsText(*ParseBase64("Zm8")), "fo");
  EXPECT_TRUE(ParseBase64("")->empty());
  for (const char* const bad : {"Zm8=", "Zm9", "Zm8 ", "Zm-_", "Z", "Zm8\n", "=", "Zm8A="}) {
    EXPECT_FALSE(ParseBase64(bad).has_value()) << bad;
  }
}

// libsodium 1.0.18 by itself reads bytes above 127 as slashes.
TEST(Base64, HasSixtyFourCharacters) {
  int accepted = 0;
  for (int c = 0; c < 256; ++c) {
    accepted += ParseBase64(std::string("AA") + static_cast<char>(c) + "A").has_value() ? 1 : 0;
  }
  EXPECT_EQ(accepted, 64);
}

TEST(Hexadecimal, IsLowerCaseOnly) {
  EXPECT_EQ(ToHex(AsBytes("\x01\xfe")), "01fe");
  EXPECT_EQ(*FromHex("01fe"), (Bytes{1, 0xfe}));
  for (const char* const bad : {"0", "0g", "FE", " 0", "0x"}) {
    EXPECT_FALSE(FromHex(bad).has_value()) << bad;
  }
}

TEST(Padme, AgreesWithTheTable) {
  std::istringstream in{std::string(AsText(ReadFile(OurVectors("padme") + "/padme.csv")))};
  std::string line;
  std::getline(in, line);
  int rows = 0;
  while (std::getline(in, line)) {
    const std::size_t comma = line.find(',');
    EXPECT_EQ(Padme(std::stoull(line.substr(0, comma))), std::stoull(line.substr(comma + 1)))
        << line;
    ++rows;
  }
  EXPECT_EQ(rows, 34);
}

TEST(Padme, NeverShortensAndNeverWastesMoreThanItsBound) {
  for (std::uint64_t length = 1; length < 200'000; ++length) {
    const std::uint64_t padded = Padme(length);
    ASSERT_GE(padded, length);
    ASSERT_LE(static_cast<double>(padded), static_cast<double>(length) * 1.12) << length;
    ASSERT_EQ(Padme(padded), padded) << length;
  }
  EXPECT_EQ(Padme(~std::uint64_t{0}), ~std::uint64_t{0});
}

TEST(PaddedLengths, HaveTheirFloors) {
  EXPECT_EQ(PaddedPartLength(1), 65'536U);
  EXPECT_EQ(PaddedPartLength(65'537), Padme(65'537));
  EXPECT_EQ(PaddedSmallLength(0), 2'048U);
  EXPECT_EQ(PaddedSmallLength(2'048), 2'048U);
  EXPECT_EQ(PaddedSmallLength(2'049), 4'096U);
}

}  // namespace
}  // namespace amparo
