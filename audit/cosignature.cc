#include "audit/cosignature.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "statement/codec.h"
#include "statement/text_encoding.h"

namespace amparo::audit {
namespace {

constexpr absl::string_view kCertificatePrefix = "amparo.invalid/certificate/";
constexpr std::size_t kTimestampedSignatureBytes = 8 + Signature::kSize;

absl::Status Malformed(absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat("witness: ", reason));
}

std::string SignedMessage(UnixSeconds time, absl::string_view text) {
  return absl::StrCat("cosignature/v1\ntime ", time.value, "\n", text);
}

// The time of `line`, if it is a cosignature of `key` on `text`.
std::optional<UnixSeconds> TimeIfBy(const VerifyKey& key, const SignatureLine& line,
                                    absl::string_view text) {
  if (line.signature.size() != kTimestampedSignatureBytes) return std::nullopt;
  Reader in(line.signature);
  const UnixSeconds time{in.U64("time")};
  const auto signature = in.Fixed<Signature>("signature");
  if (time.value > kCosignatureTimeMax) return std::nullopt;
  if (!VerifySignature(key, AsBytes(SignedMessage(time, text)), signature)) return std::nullopt;
  return time;
}

struct Counted {
  Cosigned cosigned;
  VerifyKey key;
};

// Keeps one per key, the newest; of one time the first.
void Count(Counted next, std::vector<Counted>& all) {
  const auto same = std::ranges::find(all, next.key, &Counted::key);
  if (same != all.end() && same->cosigned.time >= next.cosigned.time) return;
  if (same != all.end()) all.erase(same);
  all.push_back(std::move(next));
}

}  // namespace

bool IsWitnessName(absl::string_view name) {
  return IsNoteKeyName(name) && name.size() <= kWitnessNameBytesMax && IsUtf8(name) &&
         std::none_of(name.begin(), name.end(), [](char character) {
           const auto byte = static_cast<std::uint8_t>(character);
           return byte < 0x20 || byte == 0x7f;
         });
}

std::string CosignerNameOf(const Hash& certificate) {
  return absl::StrCat(kCertificatePrefix, ToHex(certificate));
}

std::optional<Hash> CertificateOfCosigner(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, kCertificatePrefix)) return std::nullopt;
  const std::optional<Bytes> bytes = FromHex(name);
  return bytes.has_value() ? Hash::From(*bytes) : std::nullopt;
}

NoteKeyId CosignerKeyId(const Witness& witness) {
  return NoteKeyIdOf(witness.name, NoteKeyType::kCosignature, witness.key);
}

std::string FormatWitness(const Witness& witness) {
  Bytes typed = {static_cast<std::uint8_t>(NoteKeyType::kCosignature)};
  AppendTo(typed, witness.key.view());
  return absl::StrCat(witness.name, "+", ToHex(CosignerKeyId(witness)), "+", ToBase64(typed));
}

absl::StatusOr<Witness> ParseWitness(absl::string_view text) {
  // Base64 may hold a '+' of its own.
  const std::vector<absl::string_view> fields = absl::StrSplit(text, absl::MaxSplits('+', 2));
  if (fields.size() != 3) return Malformed("not <name>+<key id>+<key>");
  if (!IsWitnessName(fields[0])) return Malformed("not a name");
  const std::optional<Bytes> typed = FromBase64(fields[2]);
  if (!typed.has_value() || typed->empty()) return Malformed("key is not base64");
  if (typed->front() != static_cast<std::uint8_t>(NoteKeyType::kCosignature)) {
    return Malformed(absl::StrCat("key of algorithm ", typed->front(), ", not ",
                                  static_cast<int>(NoteKeyType::kCosignature)));
  }
  const std::optional<VerifyKey> key = VerifyKey::From(ByteView(*typed).subspan(1));
  if (!key.has_value() || !IsValidVerifyKey(*key)) return Malformed("not an Ed25519 key");
  Witness witness{.name = std::string(fields[0]), .key = *key};
  if (ToHex(CosignerKeyId(witness)) != fields[1]) {
    return Malformed(
        absl::StrCat("key id ", fields[1], " where the key has ", ToHex(CosignerKeyId(witness))));
  }
  return witness;
}

absl::StatusOr<std::string> Cosign(absl::string_view name, const SigningKey& key, UnixSeconds time,
                                   absl::string_view note) {
  if (!IsWitnessName(name)) return Malformed("not a name");
  if (time.value > kCosignatureTimeMax) {
    return Malformed(absl::StrCat("time ", time.value, ", at most ", kCosignatureTimeMax));
  }
  const absl::StatusOr<NoteLines> lines = SplitNote(note);
  if (!lines.ok()) return lines.status();
  Writer out;
  out.U64(time.value);
  out.Fixed(key.Sign(AsBytes(SignedMessage(time, lines->text))));
  const Witness witness{.name = std::string(name), .key = key.verify_key()};
  return FormatSignatureLine(name, CosignerKeyId(witness), out.bytes());
}

absl::StatusOr<std::string> AttachSignature(absl::string_view note, absl::string_view line) {
  const absl::StatusOr<SignatureLine> parsed = ParseSignatureLine(line);
  if (!parsed.ok()) return parsed.status();
  if (const auto before = SplitNote(note); !before.ok()) return before.status();
  std::string out = absl::StrCat(note, line);
  if (const auto after = SplitNote(out); !after.ok()) return after.status();
  return out;
}

absl::StatusOr<std::vector<Cosigned>> VerifyCosignatures(absl::string_view note,
                                                         std::span<const Witness> witnesses) {
  const absl::StatusOr<NoteLines> lines = SplitNote(note);
  if (!lines.ok()) return lines.status();
  std::vector<Counted> counted;
  for (const SignatureLine& line : lines->signatures) {
    bool is_known = false;
    bool is_good = false;
    for (const Witness& witness : witnesses) {
      // The name first: of many witnesses few have signed, and a key id costs a hash.
      if (line.name != witness.name || line.key_id != CosignerKeyId(witness)) continue;
      is_known = true;
      const std::optional<UnixSeconds> time = TimeIfBy(witness.key, line, lines->text);
      if (!time.has_value()) continue;
      is_good = true;
      Count({.cosigned = {.name = witness.name, .time = *time}, .key = witness.key}, counted);
    }
    if (is_known && !is_good) {
      return absl::UnauthenticatedError(
          absl::StrCat("signed note: wrong cosignature of ", line.name));
    }
  }
  std::vector<Cosigned> out;
  for (Counted& one : counted) out.push_back(std::move(one.cosigned));
  return out;
}

absl::StatusOr<std::vector<std::string>> SignerNames(absl::string_view note) {
  const absl::StatusOr<NoteLines> lines = SplitNote(note);
  if (!lines.ok()) return lines.status();
  std::vector<std::string> names;
  for (const SignatureLine& line : lines->signatures) names.emplace_back(line.name);
  return names;
}

}  // namespace amparo::audit
