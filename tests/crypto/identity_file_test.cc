// Identity files and key bundles. The work factor is the least that is accepted, for speed.

#include "crypto/identity_file.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "crypto/age_header.h"
#include "crypto/age_stanza.h"
#include "crypto/sealed_object.h"

namespace amparo {
namespace {

const ByteView kPassphrase = AsBytes("correct horse battery staple");

KeyBundle FullBundle() {
  KeyBundle keys;
  keys.identity = Identity::Generate();
  keys.signing = SigningKey::Generate();
  keys.authentication = SigningKey::Generate();
  keys.home = Secret<32>::Random();
  return keys;
}

std::string TextOf(const KeyBundle& keys) {
  return std::string(AsText(FormatKeyBundle(keys).Expose()));
}

// An age passphrase file around any text.
Bytes FileAround(absl::string_view text, int work_factor) {
  const FileKey key = FileKey::Random();
  Bytes file = FormatAgeHeader({WrapScrypt(key, kPassphrase, work_factor)}, key);
  AppendTo(file, SealSmall(key, AsBytes(text), text.size()));
  return file;
}

absl::StatusCode CodeOf(ByteView file, ByteView passphrase = kPassphrase) {
  return OpenIdentityFile(file, passphrase).status().code();
}

TEST(KeyBundle, ComesBackWhateverItHolds) {
  for (int mask = 0; mask < 16; ++mask) {
    KeyBundle keys = FullBundle();
    if ((mask & 1) == 0) keys.identity.reset();
    if ((mask & 2) == 0) keys.signing.reset();
    if ((mask & 4) == 0) keys.authentication.reset();
    if ((mask & 8) == 0) keys.home.reset();
    const std::string text = TextOf(keys);
    const absl::StatusOr<KeyBundle> parsed = ParseKeyBundle(AsBytes(text));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(TextOf(*parsed), text);
    EXPECT_EQ(parsed->identity.has_value(), keys.identity.has_value());
    EXPECT_EQ(parsed->signing.has_value(), keys.signing.has_value());
    EXPECT_EQ(parsed->authentication.has_value(), keys.authentication.has_value());
    EXPECT_EQ(parsed->home.has_value(), keys.home.has_value());
  }
}

// age refuses an identity file with a line it does not know: all but one are comments.
TEST(KeyBundle, HasOnePlainLineAtMost) {
  const std::string text = TextOf(FullBundle());
  EXPECT_EQ(text.substr(0, 16), "AGE-SECRET-KEY-1");
  int comments = 0;
  for (std::size_t at = text.find('\n'); at + 1 < text.size(); at = text.find('\n', at + 1)) {
    EXPECT_EQ(text[at + 1], '#');
    ++comments;
  }
  EXPECT_EQ(comments, 3);
}

TEST(KeyBundle, RefusesASecondSpellingAndNeverQuotes) {
  const std::string text = TextOf(FullBundle());
  const std::size_t first_end = text.find('\n') + 1;
  std::string upper = text;
  for (char& c : upper) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c;
  for (const std::string& bad :
       {text.substr(0, text.size() - 1), text + "\n", text + "# a note\n", text + text,
        text.substr(first_end) + text.substr(0, first_end), upper, " " + text,
        text.substr(0, text.size() - 3) + "\n", text + std::string(5000, '\n')}) {
    const absl::Status status = ParseKeyBundle(AsBytes(bad)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad.size();
    EXPECT_EQ(status.message().find(text.substr(20, 8)), absl::string_view::npos);
  }
}

TEST(IdentityFile, OpensWithItsPassphraseOnly) {
  const KeyBundle keys = FullBundle();
  const absl::StatusOr<Bytes> file = SealIdentityFile(keys, kPassphrase, kScryptWorkFactorMin);
  ASSERT_TRUE(file.ok()) << file.status();
  const absl::StatusOr<KeyBundle> opened = OpenIdentityFile(*file, kPassphrase);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(TextOf(*opened), TextOf(keys));
  EXPECT_EQ(CodeOf(*file, AsBytes("correct horse battery stapler")),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(CodeOf(*file, {}), absl::StatusCode::kPermissionDenied);
}

TEST(IdentityFile, TheDefaultWorkFactorOpens) {
  const absl::StatusOr<Bytes> file = SealIdentityFile(FullBundle(), kPassphrase);
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE(OpenIdentityFile(*file, kPassphrase).ok());
}

TEST(IdentityFile, DamageIsToldFromAWrongPassphrase) {
  const Bytes file = *SealIdentityFile(FullBundle(), kPassphrase, kScryptWorkFactorMin);
  const std::size_t header_size = ParseAgeHeader(file)->size;
  const auto flipped = [&](std::size_t at) {
    Bytes out = file;
    out[at] = static_cast<std::uint8_t>(out[at] ^ 1);
    return out;
  };
  EXPECT_EQ(CodeOf(flipped(file.size() - 1)), absl::StatusCode::kDataLoss);
  EXPECT_EQ(CodeOf(flipped(header_size)), absl::StatusCode::kDataLoss);
  EXPECT_EQ(CodeOf(flipped(0)), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(ByteView(file).first(file.size() - 1)), absl::StatusCode::kDataLoss);
  EXPECT_EQ(CodeOf(ByteView(file).first(header_size)), absl::StatusCode::kDataLoss);
  EXPECT_EQ(CodeOf(ByteView(file).first(header_size - 1)), absl::StatusCode::kInvalidArgument);
  ParsedAgeHeader parsed = *ParseAgeHeader(file);
  parsed.header.mac = AgeMac::Filled(1);
  Bytes bad_mac = FormatAgeHeader(parsed.header);
  AppendTo(bad_mac, ByteView(file).subspan(header_size));
  EXPECT_EQ(CodeOf(bad_mac), absl::StatusCode::kDataLoss);
}

TEST(IdentityFile, WorkFactorsOutsideTheRangeAreNotComputed) {
  EXPECT_EQ(CodeOf(FileAround("", kScryptWorkFactorMin - 1)),
            absl::StatusCode::kFailedPrecondition);
  Bytes file = FileAround("", kScryptWorkFactorMin);
  const auto with_factor = [&](absl::string_view factor) {
    ParsedAgeHeader parsed = *ParseAgeHeader(file);
    parsed.header.stanzas[0].arguments[2] = std::string(factor);
    return FormatAgeHeader(parsed.header);
  };
  EXPECT_EQ(CodeOf(with_factor("21")), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(CodeOf(with_factor("64")), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(CodeOf(with_factor("015")), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(with_factor("9999999999")), absl::StatusCode::kInvalidArgument);
}

TEST(IdentityFile, OtherFilesAreInvalid) {
  const Identity identity = Identity::Generate();
  const FileKey key = FileKey::Random();
  const AgeStanza stanza = *WrapX25519(key, identity.recipient());
  EXPECT_EQ(CodeOf(FormatAgeHeader({stanza}, key)), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf({}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(Bytes(5000, 'a')), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(FileAround("hello\n", kScryptWorkFactorMin)),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace amparo
