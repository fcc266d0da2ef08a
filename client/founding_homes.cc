// The homes of roots, recovery and registrars: keys made where they will live.

#include "client/founding_homes.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/founding.h"
#include "client/names.h"
#include "client/statement_author.h"
#include "client/text_file.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

constexpr std::uint8_t kRegistrarFormat = 1;
constexpr std::uint64_t kRegistrarLifetime_s = std::uint64_t{5} * 365 * 24 * 3600;
constexpr std::size_t kNameBytesMax = 128;
constexpr std::size_t kCertificateBytesMax = 4 * 1024;

HomeCard CardOf(absl::string_view kind, std::string member_code) {
  return {.kind = std::string(kind),
          .address = "",
          .member_code = std::move(member_code),
          .documents_waiting = 0};
}

}  // namespace

absl::StatusOr<std::string> CreateRootHome(const std::string& directory, ByteView passphrase) {
  KeyBundle keys;
  keys.signing = SigningKey::Generate();
  keys.home = Secret<32>::Random();
  auto home = Home::Create(directory, CardOf("root", ""), keys, passphrase);
  if (!home.ok()) return home.status();
  return FormatTextFile(kRootKeyHeader, keys.signing->verify_key().view());
}

absl::StatusOr<std::string> CreateRecoveryHome(const std::string& directory, ByteView passphrase) {
  KeyBundle keys;
  keys.identity = Identity::Generate();
  keys.home = Secret<32>::Random();
  auto home = Home::Create(directory, CardOf("recovery", ""), keys, passphrase);
  if (!home.ok()) return home.status();
  return absl::StrCat(FormatRecipient(keys.identity->recipient()), "\n");
}

absl::StatusOr<std::string> CreateRegistrarHome(const std::string& directory, ByteView passphrase,
                                                const std::string& display_name) {
  if (display_name.empty() || display_name.size() > kNameBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("a name of ", display_name.size(), " bytes, expected 1 to ", kNameBytesMax));
  }
  KeyBundle keys;
  keys.identity = Identity::Generate();
  keys.signing = SigningKey::Generate();
  keys.authentication = SigningKey::Generate();
  keys.home = Secret<32>::Random();
  RegistrarSelf self;
  self.certificate.member = RandomId<MemberId>();
  self.certificate.signing = keys.signing->verify_key();
  self.certificate.authentication = keys.authentication->verify_key();
  self.certificate.recipient = keys.identity->recipient();
  self.certificate.roles = static_cast<std::uint16_t>(Role::kRegistrar);
  self.certificate.expiry = UnixSeconds{SystemNow().value + kRegistrarLifetime_s};
  self.display_name = display_name;
  auto home = Home::Create(directory, CardOf("member", MemberCode(self.certificate.member)), keys,
                           passphrase);
  if (!home.ok()) return home.status();
  if (auto status = WriteRegistrarSelf(*home, *keys.home, self); !status.ok()) return status;
  return FormatTextFile(kRegistrarHeader, EncodeCertificate(self.certificate));
}

absl::Status WriteRegistrarSelf(Home& home, const Secret<32>& home_key, const RegistrarSelf& self) {
  Writer out;
  out.U8(kRegistrarFormat);
  out.Vec16(EncodeCertificate(self.certificate));
  out.Vec16(AsBytes(self.display_name));
  return home.WriteSealed(home_key, kRegistrarFile, out.bytes());
}

absl::StatusOr<RegistrarSelf> ReadRegistrarSelf(const Home& home, const Secret<32>& home_key) {
  auto bytes = home.ReadSealed(home_key, kRegistrarFile);
  if (absl::IsNotFound(bytes.status())) {
    return absl::NotFoundError("this is not the home of a registrar");
  }
  if (!bytes.ok()) return bytes.status();
  Reader in(*bytes);
  if (in.U8("format") != kRegistrarFormat) in.Fail("format", "unknown");
  const ByteView encoded = in.Vec16(kCertificateBytesMax, "certificate");
  const std::string name(AsText(in.Vec16(kNameBytesMax, "display name")));
  if (auto status = in.Finish("registrar"); !status.ok()) {
    return absl::DataLossError(absl::StrCat("sealed/registrar: ", status.message()));
  }
  auto certificate = DecodeCertificate(encoded);
  if (!certificate.ok()) return absl::DataLossError(certificate.status().message());
  return RegistrarSelf{.certificate = *std::move(certificate), .display_name = name};
}

absl::StatusOr<Certificate> ParseRegistrarCard(absl::string_view card) {
  auto bytes = ParseTextFile(kRegistrarHeader, card);
  if (!bytes.ok()) return bytes.status();
  return DecodeCertificate(*bytes);
}

}  // namespace amparo::client
