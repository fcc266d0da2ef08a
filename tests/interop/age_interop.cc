// Our half of the exchange with npm age-encryption; age_encryption.mjs is the other half and
// calls this program.
//   age_interop write FOLDER   an identity, its passphrase file, and files sealed for it
//   age_interop check FOLDER   opens every from-npm-*.age and compares with its .txt

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "crypto/age_file.h"
#include "crypto/grant.h"
#include "crypto/identity_file.h"
#include "crypto/sealed_object.h"

namespace amparo {
namespace {

constexpr char kPassphrase[] = "correct-horse-battery-staple";
constexpr std::size_t kSizes[] = {0, 1, 65'535, 65'536, 65'537, 131'072, 1'000'000};

Bytes Read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

void Write(const std::string& path, ByteView bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
}

absl::Status WriteAll(const std::string& folder) {
  const Identity identity = Identity::Generate();
  Write(folder + "/identity.txt", identity.Format().Expose());
  Write(folder + "/recipient.txt", AsBytes(FormatRecipient(identity.recipient())));
  Write(folder + "/passphrase.txt", AsBytes(kPassphrase));
  KeyBundle keys;
  keys.identity = identity.Duplicate();
  keys.signing = SigningKey::Generate();
  const absl::StatusOr<Bytes> file =
      SealIdentityFile(keys, AsBytes(kPassphrase), kScryptWorkFactorMin);
  if (!file.ok()) return file.status();
  Write(folder + "/keys.age", *file);
  Write(folder + "/keys.txt", FormatKeyBundle(keys).Expose());
  for (const std::size_t size : kSizes) {
    Bytes text(size);
    FillRandom(text);
    const FileKey key = FileKey::Random();
    absl::StatusOr<Bytes> sealed = MakeGrant(key, identity.recipient());
    if (!sealed.ok()) return sealed.status();
    AppendTo(*sealed, SealSmall(key, text, size));
    const std::string name = absl::StrCat(folder, "/from-amparo-", size);
    Write(name + ".txt", text);
    Write(name + ".age", *sealed);
  }
  return absl::OkStatus();
}

absl::StatusOr<Bytes> Open(const std::string& path, const AgeKeys& keys) {
  std::ifstream in(path, std::ios::binary);
  absl::StatusOr<AgeReader> reader = AgeReader::Create(
      [&in](MutableByteView out) {
        in.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
        return absl::StatusOr<std::size_t>(static_cast<std::size_t>(in.gcount()));
      },
      keys);
  if (!reader.ok()) return reader.status();
  Bytes text;
  const absl::Status status = reader->CopyTo([&](ByteView bytes) {
    AppendTo(text, bytes);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return text;
}

absl::Status CheckAll(const std::string& folder) {
  const absl::StatusOr<Identity> identity = Identity::Parse(AsText(Read(folder + "/identity.txt")));
  if (!identity.ok()) return identity.status();
  const ByteView passphrase = AsBytes(kPassphrase);
  const AgeKeys keys{.identities = {&*identity, 1}, .passphrases = {&passphrase, 1}};
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::filesystem::path path = entry.path();
    if (path.extension() != ".age" || !path.filename().string().starts_with("from-npm-")) continue;
    const absl::StatusOr<Bytes> text = Open(path.string(), keys);
    if (!text.ok()) {
      return absl::Status(text.status().code(),
                          absl::StrCat(path.string(), ": ", text.status().message()));
    }
    if (*text != Read(path.replace_extension(".txt").string())) {
      return absl::DataLossError(absl::StrCat(path.string(), ": another text"));
    }
    ++files;
  }
  if (files == 0) return absl::NotFoundError("no from-npm-*.age");
  std::printf("%d files from npm opened\n", files);
  return absl::OkStatus();
}

}  // namespace
}  // namespace amparo

int main(int argc, char** argv) {
  const std::string verb = argc == 3 ? argv[1] : "";
  if (verb != "write" && verb != "check") {
    std::fputs("usage: age_interop write|check FOLDER\n", stderr);
    return 2;
  }
  const absl::Status status =
      verb == "write" ? amparo::WriteAll(argv[2]) : amparo::CheckAll(argv[2]);
  if (status.ok()) return 0;
  std::fprintf(stderr, "error: %s\n", status.ToString().c_str());
  return 1;
}
