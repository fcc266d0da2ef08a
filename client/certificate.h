// The translator's certificate: a text from a template that says what immigration courts and
// USCIS ask of one. Typed, signed with "/s/" and the name as typed; the device's signature is
// that of the hand-in statement. Spec and criteria: docs/spec/certificate.md.
//
// NOT legal advice, and no notary: the page says what was read where.
// Thread safety: pure functions.

#ifndef AMPARO_CLIENT_CERTIFICATE_H_
#define AMPARO_CLIENT_CERTIFICATE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client/client.h"
#include "statement/sealed_texts.h"

namespace amparo::client {

// How many hexadecimal digits of a hash a certificate shows: 64 bits.
inline constexpr std::size_t kShownHashDigits = 16;

// "Mam (Todos Santos)", from the tag: names of the languages we know, else the tag.
std::string LanguageInWords(absl::string_view tag, absl::string_view variety);

// INVALID_ARGUMENT names what is missing: name, address, telephone, language, date.
absl::Status CheckCertificateDraft(const CertificateDraft& draft);

// The text as it is signed. REQUIRES: CheckCertificateDraft(draft) is OK; `covered` is not
// empty.
std::string CertificateText(const CertificateDraft& draft,
                            const std::vector<TranslatorCertificate::Covered>& covered);

// The same text for those who may not know the translator's legal name and address: reviewers
// and coordinators.
std::string CertificateTextWithoutPerson(
    const CertificateDraft& draft, const std::vector<TranslatorCertificate::Covered>& covered);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_CERTIFICATE_H_
