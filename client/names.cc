#include "client/names.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "statement/labels.h"

namespace amparo::client {
namespace {

constexpr char kMemberNameLabel[] = "amparo/member-name/v1\n";
constexpr char kCaseNameLabel[] = "amparo/case-name/v1\n";
constexpr char kDeviceWordsLabel[] = "amparo/device-words/v1\n";
constexpr char kFingerprintLabel[] = "amparo/fingerprint/v1\n";

std::uint32_t Take16(const Hash& hash, std::size_t at) {
  return static_cast<std::uint32_t>(hash.bytes[at] << 8 | hash.bytes[at + 1]);
}

absl::string_view WordAt(const Hash& hash, std::size_t at) {
  return Words()[Take16(hash, at) % kWords];
}

std::string Digits(std::uint32_t value, int width) {
  char text[16];
  std::snprintf(text, sizeof(text), "%0*u", width, value);
  return text;
}

}  // namespace

std::string MemberCode(const MemberId& member) {
  const Hash hash = Sha256({LabelBytes(kMemberNameLabel), member.view()});
  const std::uint32_t number = Take16(hash, 2) << 16 | Take16(hash, 4);
  return absl::StrCat(WordAt(hash, 0), "-", Digits(number % 10'000, 4));
}

std::string CaseCode(const SubjectId& case_id) {
  const Hash hash = Sha256({LabelBytes(kCaseNameLabel), case_id.view()});
  const std::uint32_t number = Take16(hash, 4) << 16 | Take16(hash, 6);
  return absl::StrCat(WordAt(hash, 0), "-", WordAt(hash, 2), "-", Digits(number % 100, 2));
}

std::string DocumentCode(const SubjectId& case_id, std::uint16_t number) {
  return absl::StrCat(CaseCode(case_id), "/", number);
}

std::string VersionCode(const SubjectId& case_id, std::uint16_t number, std::uint16_t version) {
  return absl::StrCat(DocumentCode(case_id, number), ".", version);
}

std::string Fingerprint(const Hash& hash) {
  const Hash mixed = Sha256({LabelBytes(kFingerprintLabel), hash.view()});
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    absl::StrAppend(&out, i == 0 ? "" : (i % 2 == 0 ? "  " : "-"), WordAt(mixed, 2 * i));
  }
  return out;
}

std::string DeviceWords(const Certificate& certificate) {
  const auto type = static_cast<std::uint8_t>(certificate.recipient.type);
  return Fingerprint(
      Sha256({LabelBytes(kDeviceWordsLabel), certificate.signing.view(),
              certificate.authentication.view(), ByteView(&type, 1), certificate.recipient.key}));
}

}  // namespace amparo::client
