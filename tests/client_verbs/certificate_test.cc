// The translator's certificate: each test is one criterion of docs/spec/certificate.md.

#include "client/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_split.h"

namespace amparo::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

CertificateDraft Draft() {
  return {.legal_name = "Ana Mateo Ramírez",
          .address = "12 Oak Street, Tucson, AZ 85701",
          .telephone = "+1 520 555 0100",
          .language = "mam",
          .variety = "Todos Santos",
          .date = "2026-11-21"};
}

std::vector<TranslatorCertificate::Covered> Covered() {
  return {{.title = "Birth certificate",
           .pages = 2,
           .source_sha256 = Hash::Filled(0xab),
           .translation_sha256 = Hash::Filled(0xcd)},
          {.title = "Declaration",
           .pages = 14,
           .source_sha256 = Hash::Filled(0x12),
           .translation_sha256 = Hash::Filled(0x34)}};
}

// Lines are wrapped by nobody, so a sentence can be looked for as it is.
std::string Text(CertificateDraft draft = Draft()) { return CertificateText(draft, Covered()); }

TEST(Certificate, C1IsTypedFromATemplate) {
  EXPECT_EQ(Text(), Text());
  EXPECT_THAT(Text(), HasSubstr("CERTIFICATE OF TRANSLATION\n"));
}

TEST(Certificate, C2NamesTheTranslatorInFull) {
  EXPECT_THAT(Text(), HasSubstr("I, Ana Mateo Ramírez, certify"));
  EXPECT_THAT(Text(), HasSubstr("Name: Ana Mateo Ramírez\n"));
}

TEST(Certificate, C3HasASignatureLine) {
  EXPECT_THAT(Text(), HasSubstr("Signature: /s/ Ana Mateo Ramírez\n"));
}

TEST(Certificate, C4SaysCompetentToTranslateFromTheLanguageIntoEnglish) {
  EXPECT_THAT(Text(),
              HasSubstr("I am competent to translate from Mam (Todos Santos) into English"));
}

TEST(Certificate, C5SaysTrueAndAccurateToTheBestOfTheTranslatorsAbilities) {
  EXPECT_THAT(Text(), HasSubstr("it is true and accurate to the best of my abilities"));
}

TEST(Certificate, C6SaysFullCompleteAndAccurate) {
  EXPECT_THAT(Text(), HasSubstr("full translation, complete and accurate"));
}

TEST(Certificate, C7HasAddressAndTelephone) {
  EXPECT_THAT(Text(), HasSubstr("Address: 12 Oak Street, Tucson, AZ 85701\n"));
  EXPECT_THAT(Text(), HasSubstr("Telephone: +1 520 555 0100\n"));
}

TEST(Certificate, C8ListsEveryDocumentWithTitlePagesAndBothHashes) {
  EXPECT_THAT(Text(), HasSubstr("1. Birth certificate\n     Pages: 2\n"));
  EXPECT_THAT(Text(), HasSubstr("2. Declaration\n     Pages: 14\n"));
  EXPECT_THAT(Text(), HasSubstr("Source document, SHA-256: abababababababab\n"));
  EXPECT_THAT(Text(), HasSubstr("English translation, SHA-256: 3434343434343434\n"));
}

TEST(Certificate, C9HasTheDateOfSigning) { EXPECT_THAT(Text(), HasSubstr("Date: 2026-11-21\n")); }

TEST(Certificate, C10NamesTheLanguageWithItsVariety) {
  EXPECT_EQ(LanguageInWords("mam", "Todos Santos"), "Mam (Todos Santos)");
  EXPECT_EQ(LanguageInWords("quc", ""), "K'iche'");
  EXPECT_EQ(LanguageInWords("pt-BR", ""), "Portuguese (pt-BR)");
  EXPECT_EQ(LanguageInWords("zzz", ""), "zzz");
}

TEST(Certificate, L1AndL2AreTypedSignedAndSayCompetenceAndAccuracy) {
  for (const char* said :
       {"competent to translate", "true and accurate", "best of my abilities", "/s/"}) {
    EXPECT_THAT(Text(), HasSubstr(said));
  }
}

TEST(Certificate, L3SpecifiesTheDocumentsWhenThereAreSeveral) {
  EXPECT_THAT(Text(), HasSubstr("Documents covered by this certificate:"));
  const std::string one = CertificateText(Draft(), {Covered()[0]});
  EXPECT_THAT(one, HasSubstr("Document covered by this certificate:"));
  EXPECT_THAT(one, HasSubstr("Birth certificate"));
}

TEST(Certificate, L4MakesTheFourStatementsOfAnInterpreterWhenAsked) {
  EXPECT_THAT(Text(), Not(HasSubstr("INTERPRETATION")));
  CertificateDraft draft = Draft();
  draft.interpreted = true;
  const std::string text = Text(draft);
  EXPECT_THAT(text, HasSubstr("CERTIFICATE OF INTERPRETATION"));
  EXPECT_THAT(text, HasSubstr("was read to the declarant in Mam (Todos Santos), a language that "
                              "the declarant understands"));
  EXPECT_THAT(text, HasSubstr("the declarant understood it before signing it"));
  EXPECT_THAT(text, HasSubstr("I am competent to interpret"));
  EXPECT_THAT(text,
              HasSubstr("the interpretation was true and accurate to the best of my abilities"));
}

TEST(Certificate, L5CarriesAnElectronicSignatureMark) {
  EXPECT_THAT(Text(), HasSubstr("Signature: /s/"));
}

TEST(Certificate, L6SaysCompleteAndAccurateAndCompetentIntoEnglish) {
  EXPECT_THAT(Text(), HasSubstr("complete and accurate"));
  EXPECT_THAT(Text(), HasSubstr("into English"));
}

TEST(Certificate, IsRefusedWithoutWhatACourtAsksFor) {
  const auto broken = [](auto change) {
    CertificateDraft draft = Draft();
    change(draft);
    return absl::IsInvalidArgument(CheckCertificateDraft(draft));
  };
  EXPECT_TRUE(CheckCertificateDraft(Draft()).ok());
  EXPECT_TRUE(broken([](CertificateDraft& d) { d.legal_name = "  "; }));
  EXPECT_TRUE(broken([](CertificateDraft& d) { d.legal_name = "Ana\nMateo"; }));
  EXPECT_TRUE(broken([](CertificateDraft& d) { d.address.clear(); }));
  EXPECT_TRUE(broken([](CertificateDraft& d) { d.telephone.clear(); }));
  EXPECT_TRUE(broken([](CertificateDraft& d) { d.language.clear(); }));
  EXPECT_TRUE(broken([](CertificateDraft& d) { d.date = "21.11.2026"; }));
  EXPECT_TRUE(broken([](CertificateDraft& d) { d.legal_name = std::string(257, 'x'); }));
}

TEST(Certificate, TellsReviewersAndCoordinatorsNothingOfThePerson) {
  const std::string text = CertificateTextWithoutPerson(Draft(), Covered());
  EXPECT_THAT(text, Not(HasSubstr("Ana")));
  EXPECT_THAT(text, Not(HasSubstr("Oak Street")));
  EXPECT_THAT(text, Not(HasSubstr("555")));
  EXPECT_THAT(text, HasSubstr("competent to translate from Mam (Todos Santos) into English"));
}

}  // namespace
}  // namespace amparo::client
