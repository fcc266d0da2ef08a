#include "witness/key_file.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/platform.h"
#include "crypto/identity_file.h"

namespace amparo::witness {
namespace {

constexpr std::uint64_t kFileBytesMax = 16 * 1024;

absl::Status WriteNew(const std::string& path, ByteView bytes) {
  auto file = client::platform::CreateExclusive(path);
  if (!file.ok()) return file.status();
  absl::Status written = (*file)->Write(bytes);
  if (written.ok()) written = (*file)->Sync();
  if (!written.ok()) (void)client::platform::Remove(path);
  return written;
}

}  // namespace

std::string PublicPath(const std::string& path) { return path + ".pub"; }

absl::StatusOr<audit::Witness> CreateKeyFile(const std::string& path, const std::string& name,
                                             ByteView passphrase) {
  KeyBundle keys;
  keys.signing = SigningKey::Generate();
  const audit::Witness witness{.name = name, .key = keys.signing->verify_key()};
  const std::string line = audit::FormatWitness(witness);
  // What is written is read again some day: a bad name is refused now.
  auto again = audit::ParseWitness(line);
  if (!again.ok()) return again.status();
  if (audit::CertificateOfCosigner(name).has_value()) {
    return absl::InvalidArgumentError("that is how members' devices are called");
  }
  auto sealed = SealIdentityFile(keys, passphrase);
  if (!sealed.ok()) return sealed.status();
  if (absl::Status s = WriteNew(path, *sealed); !s.ok()) return s;
  absl::Status written = WriteNew(PublicPath(path), AsBytes(absl::StrCat(line, "\n")));
  if (!written.ok()) {
    (void)client::platform::Remove(path);
    return written;
  }
  return witness;
}

absl::StatusOr<Key> OpenKeyFile(const std::string& path, ByteView passphrase) {
  auto line = client::platform::ReadFile(PublicPath(path), kFileBytesMax);
  if (!line.ok()) return line.status();
  auto witness = audit::ParseWitness(absl::StripAsciiWhitespace(AsText(*line)));
  if (!witness.ok()) {
    return absl::DataLossError(absl::StrCat(PublicPath(path), ": ", witness.status().message()));
  }
  auto sealed = client::platform::ReadFile(path, kFileBytesMax);
  if (!sealed.ok()) return sealed.status();
  auto keys = OpenIdentityFile(*sealed, passphrase);
  if (!keys.ok()) return keys.status();
  if (!keys->signing.has_value() || keys->signing->verify_key() != witness->key) {
    return absl::DataLossError(absl::StrCat(path, " does not hold the key of ", PublicPath(path)));
  }
  return Key{.witness = *std::move(witness), .signing = std::move(*keys->signing)};
}

}  // namespace amparo::witness
