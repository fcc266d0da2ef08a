#include "crypto/identity_file.h"

#include <sodium.h>

#include <cassert>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "crypto/age_header.h"
#include "crypto/age_stanza.h"
#include "crypto/sealed_object.h"

namespace amparo {
namespace {

constexpr absl::string_view kSigningLine = "# amparo-signing-key: ";
constexpr absl::string_view kAuthenticationLine = "# amparo-auth-key: ";
constexpr absl::string_view kHomeLine = "# amparo-home-key: ";
constexpr std::size_t kHexSize = 64;
constexpr std::size_t kFileBytesMax = 4096;

using Key = Secret<32>;

// Writes the lines into memory of the right length: counts with an empty buffer first.
class LineWriter {
 public:
  explicit LineWriter(MutableByteView out) : out_(out) {}

  void PutText(ByteView text) {
    if (!out_.empty()) std::copy(text.begin(), text.end(), out_.subspan(size_).begin());
    size_ += text.size();
  }
  void PutHexLine(absl::string_view start, const Key& key) {
    PutText(AsBytes(start));
    SecretBuffer hex(kHexSize + 1);  // libsodium ends it with a zero.
    sodium_bin2hex(reinterpret_cast<char*>(hex.ExposeMutable().data()), hex.size(),
                   key.Expose().data(), Key::kSize);
    PutText(hex.Expose().first(kHexSize));
    PutText(AsBytes("\n"));
  }
  std::size_t size() const { return size_; }

 private:
  MutableByteView out_;
  std::size_t size_ = 0;
};

void PutKeys(const KeyBundle& keys, LineWriter& out) {
  if (keys.identity) {
    const SecretBuffer text = keys.identity->Format();
    out.PutText(text.Expose());
    out.PutText(AsBytes("\n"));
  }
  if (keys.signing) out.PutHexLine(kSigningLine, keys.signing->seed());
  if (keys.authentication) out.PutHexLine(kAuthenticationLine, keys.authentication->seed());
  if (keys.home) out.PutHexLine(kHomeLine, *keys.home);
}

std::optional<Key> ParseHexKey(absl::string_view hex) {
  Key key;
  std::size_t size = 0;
  if (hex.size() != kHexSize ||
      sodium_hex2bin(key.ExposeMutable().data(), Key::kSize, hex.data(), hex.size(),
                     /*ignore=*/nullptr, &size, /*hex_end=*/nullptr) != 0 ||
      size != Key::kSize) {
    return std::nullopt;
  }
  return key;
}

// Stores the key of one line; false if the line is none of ours.
bool ParseLine(absl::string_view line, KeyBundle& keys) {
  if (absl::ConsumePrefix(&line, kSigningLine)) {
    std::optional<Key> key = ParseHexKey(line);
    if (key) keys.signing = SigningKey::FromSeed(*std::move(key));
    return keys.signing.has_value();
  }
  if (absl::ConsumePrefix(&line, kAuthenticationLine)) {
    std::optional<Key> key = ParseHexKey(line);
    if (key) keys.authentication = SigningKey::FromSeed(*std::move(key));
    return keys.authentication.has_value();
  }
  if (absl::ConsumePrefix(&line, kHomeLine)) {
    keys.home = ParseHexKey(line);
    return keys.home.has_value();
  }
  absl::StatusOr<Identity> identity = Identity::Parse(line);
  if (!identity.ok()) return false;
  keys.identity = *std::move(identity);
  return true;
}

}  // namespace

SecretBuffer FormatKeyBundle(const KeyBundle& keys) {
  LineWriter counter{MutableByteView()};
  PutKeys(keys, counter);
  SecretBuffer out(counter.size());
  LineWriter writer(out.ExposeMutable());
  PutKeys(keys, writer);
  return out;
}

absl::StatusOr<KeyBundle> ParseKeyBundle(ByteView text) {
  if (text.size() > kFileBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("key bundle is ", text.size(), " bytes long, above ", kFileBytesMax));
  }
  KeyBundle keys;
  std::size_t line_number = 1;
  for (absl::string_view rest = AsText(text); !rest.empty(); ++line_number) {
    const std::size_t end = rest.find('\n');
    if (end == absl::string_view::npos || !ParseLine(rest.substr(0, end), keys)) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", line_number, " of the key bundle is no key of ours"));
    }
    rest.remove_prefix(end + 1);
  }
  // One spelling only: each key once, in our order, in our case.
  if (!EqualConstantTime(FormatKeyBundle(keys).Expose(), text)) {
    return absl::InvalidArgumentError("key bundle is not in the order or spelling we write");
  }
  return keys;
}

absl::StatusOr<Bytes> SealIdentityFile(const KeyBundle& keys, ByteView passphrase,
                                       int work_factor) {
  assert(!passphrase.empty());
  assert(work_factor >= kScryptWorkFactorMin && work_factor <= kScryptWorkFactorMax);
  const SecretBuffer text = FormatKeyBundle(keys);
  const FileKey key = FileKey::Random();
  Bytes file = FormatAgeHeader({WrapScrypt(key, passphrase, work_factor)}, key);
  AppendTo(file, SealSmall(key, text.Expose(), text.size()));
  return file;
}

absl::StatusOr<KeyBundle> OpenIdentityFile(ByteView file, ByteView passphrase) {
  if (file.size() > kFileBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("identity file is ", file.size(), " bytes long, above ", kFileBytesMax));
  }
  const absl::StatusOr<ParsedAgeHeader> parsed = ParseAgeHeader(file);
  if (!parsed.ok()) return absl::InvalidArgumentError(parsed.status().message());
  const std::vector<AgeStanza>& stanzas = parsed->header.stanzas;
  if (stanzas.size() != 1 || stanzas[0].arguments[0] != kScryptStanzaType) {
    return absl::InvalidArgumentError("not an age passphrase file: no single scrypt stanza");
  }
  const absl::StatusOr<FileKey> key = UnwrapScrypt(
      stanzas[0], passphrase, {.min = kScryptWorkFactorMin, .max = kScryptWorkFactorMax});
  if (!key.ok()) return key.status();
  const AgeMac mac = ComputeAgeMac(*key, file.first(parsed->mac_covers));
  if (!EqualConstantTime(mac.view(), parsed->header.mac.view())) {
    return absl::DataLossError("identity file does not match its MAC");
  }
  const absl::StatusOr<SecretBuffer> text = OpenSmall(*key, file.subspan(parsed->size));
  if (!text.ok()) return text.status();
  return ParseKeyBundle(text->Expose());
}

}  // namespace amparo
