#include "server/data_directory.h"

#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/private_file.h"

namespace amparo::server {
namespace {

absl::StatusOr<std::string> ReadText(const std::string& path) {
  auto bytes = ReadPrivateFile(path);
  if (!bytes.ok()) return bytes.status();
  std::string text(AsText(*bytes));
  Wipe(*bytes);
  return text;
}

}  // namespace

// The server key comes last: a directory that has it is complete.
absl::Status MakeDataDirectory(const DataDirectory& data, const Settings& settings) {
  if (access(data.server_key().c_str(), F_OK) == 0) {
    return absl::AlreadyExistsError(absl::StrCat("there is a server in ", data.path));
  }
  const auto tls = MakeTlsCertificate();
  if (!tls.ok()) return tls.status();
  const Secret<32> server_key = Secret<32>::Random();
  absl::Status status = MakePrivateDirectory(data.path);
  if (status.ok()) status = MakePrivateDirectory(data.tokens());
  if (status.ok()) status = WritePrivateFile(data.settings(), AsBytes(FormatSettings(settings)));
  if (status.ok()) status = WritePrivateFile(data.tls_certificate(), AsBytes(tls->certificate_pem));
  if (status.ok()) status = WritePrivateFile(data.tls_key(), AsBytes(tls->key_pem));
  if (status.ok()) status = WritePrivateFile(data.server_key(), server_key.Expose());
  return status;
}

absl::StatusOr<Identity> LoadIdentity(const DataDirectory& data) {
  auto key = ReadPrivateFile(data.server_key());
  if (!key.ok()) return key.status();
  if (key->size() != 32) {
    return absl::DataLossError(
        absl::StrCat(data.server_key(), " has ", key->size(), " bytes, not 32"));
  }
  Identity identity;
  identity.server_key = Secret<32>::CopyOf(std::span<const std::uint8_t, 32>(*key));
  Wipe(*key);
  auto certificate = ReadText(data.tls_certificate());
  if (!certificate.ok()) return certificate.status();
  auto tls_key = ReadText(data.tls_key());
  if (!tls_key.ok()) return tls_key.status();
  identity.tls = {.certificate_pem = *std::move(certificate), .key_pem = *std::move(tls_key)};
  const auto text = ReadText(data.settings());
  if (!text.ok()) return text.status();
  auto settings = ParseSettings(*text);
  if (!settings.ok()) return settings.status();
  identity.settings = *std::move(settings);
  return identity;
}

}  // namespace amparo::server
