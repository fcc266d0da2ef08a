// Grants: exact, strict, and for one recipient only.

#include "crypto/grant.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "crypto/age_header.h"
#include "crypto/age_stanza.h"
#include "crypto/sealed_object.h"
#include "tests/crypto/vector_files.h"

namespace amparo {
namespace {

absl::StatusCode CodeOf(ByteView grant, const Identity& identity) {
  return OpenGrant(grant, identity).status().code();
}

Bytes AsVector(const std::string& text) {
  return Bytes(AsBytes(text).begin(), AsBytes(text).end());
}

class Grant : public testing::Test {
 protected:
  const Identity identity_ = Identity::Generate();
  const FileKey key_ = FileKey::Random();
  const Bytes grant_ = *MakeGrant(key_, identity_.recipient());
};

TEST_F(Grant, OpensForItsRecipient) {
  EXPECT_EQ(grant_.size(), GrantLength(RecipientType::kX25519));
  const absl::StatusOr<FileKey> key = OpenGrant(grant_, identity_);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_TRUE(key->EqualTo(key_));
}

TEST_F(Grant, IsPermissionDeniedForAnotherRecipient) {
  EXPECT_EQ(CodeOf(grant_, Identity::Generate()), absl::StatusCode::kPermissionDenied);
}

TEST_F(Grant, TwoForOneRecipientDiffer) {
  EXPECT_NE(*MakeGrant(key_, identity_.recipient()), grant_);
}

TEST_F(Grant, EveryFlippedBitIsNoticed) {
  for (std::size_t bit = 0; bit < grant_.size() * 8; ++bit) {
    Bytes flipped = grant_;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(OpenGrant(flipped, identity_).ok()) << bit;
  }
}

TEST_F(Grant, EveryOtherLengthIsNoGrant) {
  for (std::size_t size = 0; size < grant_.size(); ++size) {
    EXPECT_EQ(CodeOf(ByteView(grant_).first(size), identity_), absl::StatusCode::kInvalidArgument);
  }
  Bytes longer = grant_;
  longer.push_back('\n');
  EXPECT_EQ(CodeOf(longer, identity_), absl::StatusCode::kInvalidArgument);
}

TEST_F(Grant, AWrongMacIsDataLoss) {
  ParsedAgeHeader parsed = *ParseAgeHeader(grant_);
  parsed.header.mac.bytes[0] = static_cast<std::uint8_t>(parsed.header.mac.bytes[0] ^ 1);
  EXPECT_EQ(CodeOf(FormatAgeHeader(parsed.header), identity_), absl::StatusCode::kDataLoss);
}

// The length of one X25519 stanza, and yet not one.
TEST_F(Grant, OtherStanzasOfTheSameLengthAreNoGrant) {
  std::vector<AgeStanza> stanzas = ParseAgeHeader(grant_)->header.stanzas;
  stanzas[0].arguments[0] = "x25519";
  EXPECT_EQ(CodeOf(FormatAgeHeader(stanzas, key_), identity_), absl::StatusCode::kInvalidArgument);

  const Bytes scrypt = FormatAgeHeader({WrapScrypt(key_, AsBytes("passphrase"), 1)}, key_);
  EXPECT_EQ(CodeOf(scrypt, identity_), absl::StatusCode::kInvalidArgument);
}

TEST_F(Grant, TwoStanzasAreNoGrant) {
  std::vector<AgeStanza> stanzas = ParseAgeHeader(grant_)->header.stanzas;
  stanzas.push_back(AgeStanza{.arguments = {"grease"}, .body = {}});
  EXPECT_EQ(CodeOf(FormatAgeHeader(stanzas, key_), identity_), absl::StatusCode::kInvalidArgument);
}

TEST_F(Grant, ALowOrderShareIsNoGrant) {
  std::vector<AgeStanza> stanzas = ParseAgeHeader(grant_)->header.stanzas;
  stanzas[0].arguments[1] = FormatBase64(Bytes(32));
  EXPECT_EQ(CodeOf(FormatAgeHeader(stanzas, key_), identity_), absl::StatusCode::kInvalidArgument);
}

TEST_F(Grant, CarriageReturnsAndAByteOrderMarkAreNoGrant) {
  std::string text(AsText(grant_));
  text.insert(text.find('\n'), "\r");
  EXPECT_EQ(CodeOf(AsVector(text), identity_), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(AsVector(absl::StrCat("\xef\xbb\xbf", AsText(grant_))), identity_),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(Grant, IsNotMadeForWhoCanReceiveNothing) {
  EXPECT_EQ(MakeGrant(key_, Recipient{}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(MakeGrant(key_, {.type = RecipientType::kX25519, .key = Bytes(32)}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(AgeHeader, LimitsComeBeforeMemory) {
  // A line without end.
  EXPECT_EQ(ParseAgeHeader(Bytes(kAgeHeaderBytesMax, 'a')).status().code(),
            absl::StatusCode::kInvalidArgument);
  // A million stanzas.
  std::string text = "age-encryption.org/v1\n";
  for (std::size_t i = 0; i < 1'000'000; ++i) text += "-> a\n\n";
  EXPECT_EQ(ParseAgeHeader(AsBytes(text)).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(AgeHeader, EveryProperPrefixWantsMoreBytes) {
  const Bytes grant = *MakeGrant(FileKey::Random(), Identity::Generate().recipient());
  for (std::size_t size = 0; size < grant.size(); ++size) {
    EXPECT_EQ(ParseAgeHeader(ByteView(grant).first(size)).status().code(),
              absl::StatusCode::kOutOfRange)
        << size;
  }
}

TEST(AgeHeader, BodiesOfEveryLengthComeBack) {
  for (std::size_t size = 0; size < 200; ++size) {
    const AgeHeader header{.stanzas = {{.arguments = {"a", "b"}, .body = Bytes(size, 0x5a)}},
                           .mac = AgeMac::Filled(9)};
    const absl::StatusOr<ParsedAgeHeader> parsed = ParseAgeHeader(FormatAgeHeader(header));
    ASSERT_TRUE(parsed.ok()) << parsed.status() << ", size " << size;
    EXPECT_EQ(parsed->header, header);
  }
}

// tests/vectors/grant: one outcome each, written down once and for all.
TEST(GrantVectors, EachEndsAsItSays) {
  const std::string folder = OurVectors("grant") + "/";
  int vectors = 0;
  for (const std::string& name : FilesIn(folder)) {
    if (!name.ends_with(".txt")) continue;
    SCOPED_TRACE(name);
    const auto fields = ReadFields(folder + name);
    const auto field = [&](const char* key) { return fields.find(key)->second; };
    const absl::StatusOr<Identity> identity = Identity::Parse(field("identity"));
    ASSERT_TRUE(identity.ok());
    const absl::StatusOr<FileKey> key = OpenGrant(Hex(field("grant")), *identity);
    EXPECT_EQ(absl::StatusCodeToString(key.status().code()), field("expect")) << key.status();
    ++vectors;
    if (!key.ok()) continue;
    EXPECT_EQ(ToHex(key->Expose()), field("file_key"));
    const auto object = ObjectId::From(Hex(field("object")));
    EXPECT_EQ(ToHex(CommitTo(*key, *object)), field("commitment"));
    const absl::StatusOr<SecretBuffer> text = OpenSmall(*key, Hex(field("payload")));
    ASSERT_TRUE(text.ok()) << text.status();
    EXPECT_EQ(ToHex(text->Expose()), field("plaintext"));
  }
  EXPECT_GE(vectors, 9);
}

}  // namespace
}  // namespace amparo
