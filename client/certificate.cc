#include "client/certificate.h"

#include <array>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "crypto/manifest_fields.h"

namespace amparo::client {
namespace {

constexpr std::array<std::pair<absl::string_view, absl::string_view>, 20> kLanguages = {{
    {"acr", "Achi"},          {"agu", "Awakatek"},  {"ar", "Arabic"},     {"cak", "Kaqchikel"},
    {"caa", "Ch'orti'"},      {"en", "English"},    {"es", "Spanish"},    {"fr", "French"},
    {"ht", "Haitian Kreyòl"}, {"ixl", "Ixil"},      {"kek", "Q'eqchi'"},  {"kjb", "Q'anjob'al"},
    {"mam", "Mam"},           {"poh", "Poqomchi'"}, {"pt", "Portuguese"}, {"quc", "K'iche'"},
    {"ru", "Russian"},        {"tzj", "Tz'utujil"}, {"uk", "Ukrainian"},  {"zh", "Chinese"},
}};

struct Person {
  std::string name, address, telephone;
};

std::string ListCovered(const std::vector<TranslatorCertificate::Covered>& covered) {
  std::string list;
  std::size_t number = 0;
  for (const TranslatorCertificate::Covered& document : covered) {
    absl::StrAppend(&list, "  ", ++number, ". ", document.title, "\n", "     Pages: ",
                    document.pages == 0 ? std::string("not counted") : absl::StrCat(document.pages),
                    "\n", "     Source document, SHA-256: ",
                    ToHex(document.source_sha256).substr(0, kShownHashDigits), "\n",
                    "     English translation, SHA-256: ",
                    ToHex(document.translation_sha256).substr(0, kShownHashDigits), "\n");
  }
  return list;
}

std::string Interpretation(const Person& person, absl::string_view language) {
  return absl::StrCat(
      "\nCERTIFICATE OF INTERPRETATION\n\n", "I, ", person.name,
      ", certify that I am competent to interpret from English into ", language, " and from ",
      language, " into English; that the English text listed above was read to the declarant in ",
      language,
      ", a language that the declarant understands; that the declarant understood it before "
      "signing it; and that the interpretation was true and accurate to the best of my "
      "abilities.\n");
}

std::string SignatureLines(const Person& person, absl::string_view date) {
  return absl::StrCat("\nSignature: /s/ ", person.name, "\n", "Name: ", person.name, "\n",
                      "Address: ", person.address, "\n", "Telephone: ", person.telephone, "\n",
                      "Date: ", date, "\n");
}

std::string Compose(const Person& person, const CertificateDraft& draft,
                    const std::vector<TranslatorCertificate::Covered>& covered) {
  const std::string language = LanguageInWords(draft.language, draft.variety);
  std::string text = absl::StrCat(
      "CERTIFICATE OF TRANSLATION\n\n", "I, ", person.name,
      ", certify that I am competent to translate from ", language,
      " into English; that the translation of each document listed below is a full translation, "
      "complete and accurate; and that it is true and accurate to the best of my abilities.\n\n",
      covered.size() == 1 ? "Document covered by this certificate:\n"
                          : "Documents covered by this certificate:\n",
      ListCovered(covered));
  if (draft.interpreted) absl::StrAppend(&text, Interpretation(person, language));
  absl::StrAppend(&text, SignatureLines(person, draft.date));
  return text;
}

absl::Status Missing(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("the certificate needs ", what, "; a court refuses one without"));
}

// One printable line with something in it.
bool IsFilledLine(absl::string_view text, std::size_t max) {
  return text.size() <= max && !absl::StripAsciiWhitespace(text).empty() && IsLine(text);
}

}  // namespace

std::string LanguageInWords(absl::string_view tag, absl::string_view variety) {
  absl::string_view name = tag;
  const absl::string_view primary = tag.substr(0, tag.find('-'));
  for (const auto& [known, words] : kLanguages) {
    if (known == primary) name = words;
  }
  if (!variety.empty()) return absl::StrCat(name, " (", variety, ")");
  if (primary != tag && name != tag) return absl::StrCat(name, " (", tag, ")");
  return std::string(name);
}

absl::Status CheckCertificateDraft(const CertificateDraft& draft) {
  if (!IsFilledLine(draft.legal_name, kLegalNameBytesMax)) {
    return Missing("the translator's full name, on one line");
  }
  if (!IsFilledLine(draft.address, kAddressBytesMax)) return Missing("an address, on one line");
  if (!IsFilledLine(draft.telephone, kTelephoneBytesMax)) return Missing("a telephone number");
  if (!IsLanguageTag(draft.language)) return Missing("the language of the document");
  if (!draft.variety.empty() && !IsFilledLine(draft.variety, kVarietyBytesMax)) {
    return Missing("the variety of the language on one short line");
  }
  if (!IsDate(draft.date)) return Missing("the date of signing, as 2026-12-04");
  return absl::OkStatus();
}

std::string CertificateText(const CertificateDraft& draft,
                            const std::vector<TranslatorCertificate::Covered>& covered) {
  return Compose({draft.legal_name, draft.address, draft.telephone}, draft, covered);
}

std::string CertificateTextWithoutPerson(
    const CertificateDraft& draft, const std::vector<TranslatorCertificate::Covered>& covered) {
  const std::string sealed = "[sealed to the attorneys]";
  return Compose({sealed, sealed, sealed}, draft, covered);
}

}  // namespace amparo::client
