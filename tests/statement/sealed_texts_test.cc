// The texts inside small sealed objects.

#include "statement/sealed_texts.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "crypto/digest.h"
#include "tests/crypto/vector_files.h"
#include "tests/statement/mutations.h"
#include "tests/statement/random_bodies.h"

namespace amparo {
namespace {

Attributes Ana() {
  return {.display_name = "Ana Ixcoy", .languages = {"es", "quc", "mam"}, .capacity = 3};
}

AssignmentMessage Message() {
  return {
      .people = {{.member = MemberId::Filled(1), .display_name = "Ana", .role = Role::kTranslator},
                 {.member = MemberId::Filled(1), .display_name = "Ana", .role = Role::kReviewer}},
      .text = "Thank you!\n",
      .due_date = "2026-12-04",
      .language = "mam",
      .variety = "Todos Santos"};
}

TranslatorCertificate Certificate1() {
  return {.text = "I am competent to translate from Mam (Todos Santos) into English.",
          .legal_name = "Ana Lucía Ixcoy Tz’oc",
          .address = "12 Elm Street, Tucson AZ",
          .telephone = "+1 520 555 0100",
          .date = "2026-11-21",
          .language = "mam",
          .variety = "Todos Santos",
          .covered = {{.title = "Birth certificate",
                       .pages = 2,
                       .source_sha256 = Hash::Filled(1),
                       .translation_sha256 = Hash::Filled(2)}}};
}

template <class Text>
Bytes Encoded(const Text& text, std::size_t padding = 0) {
  const absl::StatusOr<SecretBuffer> encoded = Encode(text);
  EXPECT_TRUE(encoded.ok()) << encoded.status();
  if (!encoded.ok()) return {};
  Bytes bytes(encoded->Expose().begin(), encoded->Expose().end());
  bytes.resize(bytes.size() + padding);
  return bytes;
}

template <class Text>
void ExpectNotEncoded(const Text& text, absl::string_view field) {
  const absl::Status status = Encode(text).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_TRUE(absl::StartsWith(status.message(), field)) << status;
}

// `decode` of what `text` encodes to, padded and mutated. A flip inside the padding is a
// refusal; a truncation inside it is another padding, which is as good.
template <class Text, class Decode>
void ExpectCanonical(const Text& text, const Decode& decode) {
  const Bytes bytes = Encoded(text);
  EXPECT_TRUE(decode(Encoded(text, 100)).ok());
  ExpectCanonicalUnderMutation(bytes, [&decode](ByteView input) -> std::optional<Bytes> {
    const auto decoded = decode(input);
    if (!decoded.ok()) return std::nullopt;
    Bytes again = Encoded(*decoded);
    EXPECT_LE(again.size(), input.size());
    again.resize(input.size());
    return again;
  });
  Bytes padded = Encoded(text, 100);
  padded.back() = 1;
  EXPECT_EQ(decode(padded).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(SealedTexts, AreCanonical) {
  ExpectCanonical(Ana(), DecodeAttributes);
  ExpectCanonical(CaseCard{.title = "Familia López", .note = "Hearing in March"}, DecodeCaseCard);
  ExpectCanonical(NoteText{.text = "¿Qué dice la línea 3?", .page = 2}, DecodeNoteText);
  ExpectCanonical(Message(), DecodeAssignmentMessage);
  ExpectCanonical(Certificate1(), DecodeTranslatorCertificate);
}

TEST(SealedTexts, ComeBackAsTheyWereFromUnderTheirPadding) {
  EXPECT_EQ(*DecodeAttributes(Encoded(Ana(), 1000)), Ana());
  EXPECT_EQ(*DecodeAssignmentMessage(Encoded(Message(), 1000)), Message());
  EXPECT_EQ(*DecodeTranslatorCertificate(Encoded(Certificate1(), 1000)), Certificate1());
}

TEST(SealedTexts, ComeBackWhateverTheTextHolds) {
  Random random(TestSeed());
  for (int i = 0; i < 300; ++i) {
    const NoteText note{.text = random.Text(1, 300),
                        .page = static_cast<std::uint16_t>(random.UpTo(65535))};
    EXPECT_EQ(*DecodeNoteText(Encoded(note, random.UpTo(50))), note);
  }
}

TEST(SealedTexts, OfANewerVersionAreUnimplementedAndNotMalformed) {
  Bytes bytes = Encoded(Ana());
  bytes[0] = 2;
  EXPECT_EQ(DecodeAttributes(bytes).status().code(), absl::StatusCode::kUnimplemented);
  bytes[0] = 0;
  EXPECT_EQ(DecodeAttributes(bytes).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(SealedTexts, OverTheirSizeAreRefusedUnread) {
  EXPECT_TRUE(DecodeNoteText(Encoded(NoteText{.text = "x"}, kSealedTextBytesMax - 6)).ok());
  EXPECT_EQ(DecodeNoteText(Encoded(NoteText{.text = "x"}, kSealedTextBytesMax)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Attributes, KeepTheirLimits) {
  Attributes text = Ana();
  text.display_name = std::string(kDisplayNameBytesMax, 'x');
  EXPECT_TRUE(Encode(text).ok());
  text.display_name += 'x';
  ExpectNotEncoded(text, "display name: ");
  text.display_name = "";
  ExpectNotEncoded(text, "display name: ");
  text.display_name = std::string(70000, 'x');
  ExpectNotEncoded(text, "display name: ");
  text = Ana();
  text.languages.assign(kLanguagesMax, "es");
  EXPECT_TRUE(Encode(text).ok());
  for (const std::size_t count : {kLanguagesMax + 1, std::size_t{256}, std::size_t{300}}) {
    text.languages.assign(count, "es");
    ExpectNotEncoded(text, "languages: ");
  }
}

TEST(Texts, AreUtf8WithoutNul) {
  for (const std::string& bad : {std::string("\xff"), std::string("a\0b", 3)}) {
    ExpectNotEncoded(NoteText{.text = bad}, "text: ");
    ExpectNotEncoded(CaseCard{.title = bad, .note = ""}, "title: ");
  }
}

TEST(NoteText, HoldsThirtyTwoKibibytes) {
  EXPECT_TRUE(Encode(NoteText{.text = std::string(kNoteTextBytesMax, 'x')}).ok());
  ExpectNotEncoded(NoteText{.text = std::string(kNoteTextBytesMax + 1, 'x')}, "text: ");
  ExpectNotEncoded(NoteText{.text = ""}, "text: ");
}

TEST(AssignmentMessage, NamesPeopleInOrderWithOneRoleEach) {
  AssignmentMessage text = Message();
  std::swap(text.people[0], text.people[1]);
  ExpectNotEncoded(text, "people: ");
  text = Message();
  text.people[1] = text.people[0];
  ExpectNotEncoded(text, "people: ");
  for (const int role : {0, 3, 128}) {
    text = Message();
    text.people[0].role = static_cast<Role>(role);
    ExpectNotEncoded(text, "role: ");
  }
}

TEST(TranslatorCertificate, CoversAtLeastOneDocumentAndHasADate) {
  TranslatorCertificate text = Certificate1();
  text.covered.clear();
  ExpectNotEncoded(text, "covered documents: ");
  text = Certificate1();
  text.date = "";
  ExpectNotEncoded(text, "date: ");
  text.date = "2026-11-31";
  ExpectNotEncoded(text, "date: ");
  text = Certificate1();
  text.covered.resize(kCoveredDocumentsMax, text.covered[0]);
  EXPECT_TRUE(Encode(text).ok());
  text.covered.resize(kCoveredDocumentsMax + 1, text.covered[0]);
  ExpectNotEncoded(text, "covered documents: ");
}

TEST(TranslatorCertificate, FitsASmallObjectAtEveryLimit) {
  TranslatorCertificate text = Certificate1();
  text.text = std::string(kCertificateTextBytesMax, 'x');
  text.legal_name = std::string(kLegalNameBytesMax, 'x');
  text.address = std::string(kAddressBytesMax, 'x');
  text.telephone = std::string(kTelephoneBytesMax, 'x');
  text.covered.resize(kCoveredDocumentsMax, text.covered[0]);
  for (auto& covered : text.covered) covered.title = std::string(kCardTitleBytesMax, 'x');
  EXPECT_LE(Encoded(text).size(), kSealedTextBytesMax / 2);
}

TEST(InviteSecret, ComesBackAsItWas) {
  InviteSecret secret;
  secret.secret = Secret<16>::Random();
  secret.intended = Ana();
  const absl::StatusOr<InviteSecret> again = DecodeInviteSecret(Encoded(secret, 64));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->secret.EqualTo(secret.secret));
  EXPECT_EQ(again->intended, Ana());
}

TEST(DirectoryKey, ComesBackAsItWasAndIsNoByteShorter) {
  DirectoryKey key;
  key.identity = Secret<32>::Random();
  Bytes bytes = Encoded(key, 10);
  const absl::StatusOr<DirectoryKey> again = DecodeDirectoryKey(bytes);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->identity.EqualTo(key.identity));
  bytes.resize(32);
  EXPECT_EQ(DecodeDirectoryKey(bytes).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Dates, AreDaysOfTheCalendar) {
  for (const absl::string_view good : {"2026-12-04", "2024-02-29", "2000-02-29", "1970-01-01"}) {
    EXPECT_TRUE(IsDate(good)) << good;
  }
  for (const absl::string_view bad :
       {"", "2026-12-4", "2026-13-01", "2026-00-01", "2026-02-29", "1900-02-29", "2026-04-31",
        "2026-12-00", "12/04/2026", "2026-12-04 ", "+026-12-04", "1969-12-31", "2026-1204-"}) {
    EXPECT_FALSE(IsDate(bad)) << bad;
  }
}

TEST(LanguageTags, HaveTheShapeOfBcp47) {
  for (const absl::string_view good : {"es", "quc", "zh-Hant-TW", "en-US", "mam-x-todos"}) {
    EXPECT_TRUE(IsLanguageTag(good)) << good;
  }
  for (const absl::string_view bad :
       {"", "-", "es-", "-es", "español", "q'eqchi'", "toolonglanguage", "es--MX", "es MX"}) {
    EXPECT_FALSE(IsLanguageTag(bad)) << bad;
  }
}

TEST(DocumentHash, IsTheHashOfTheOnlyFileAndElseOfThemAllInOrder) {
  const Hash a = Hash::Filled(1);
  const Hash b = Hash::Filled(2);
  EXPECT_EQ(DocumentHash(std::vector{a}), a);
  EXPECT_EQ(DocumentHash(std::vector{a, b}), Sha256({a.view(), b.view()}));
  EXPECT_NE(DocumentHash(std::vector{a, b}), DocumentHash(std::vector{b, a}));
}

TEST(SealedTextsPage, HasTheAttributesOfItsExample) {
  const Bytes page = ReadFile(std::string(AMPARO_SOURCE_DIR) + "/docs/spec/sealed-texts.md");
  const std::vector<absl::string_view> parts = absl::StrSplit(AsText(page), "## Worked example");
  ASSERT_EQ(parts.size(), 2U);
  const std::vector<absl::string_view> fences = absl::StrSplit(parts[1], "```\n");
  ASSERT_GE(fences.size(), 3U);
  std::string hex;
  for (const absl::string_view line : absl::StrSplit(fences[1], '\n')) {
    // Bytes in groups, then at least two blanks and words.
    const std::string bytes(line.substr(0, line.find("  ")));
    hex += absl::StrReplaceAll(bytes, {{" ", ""}});
  }
  EXPECT_EQ(hex, ToHex(Encoded(Ana())));
}

}  // namespace
}  // namespace amparo
