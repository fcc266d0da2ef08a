#include "crypto/manifest.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "crypto/manifest_fields.h"

namespace amparo {
namespace {

// The literal's own terminating zero is the label's last byte.
constexpr char kLabelText[] = "amparo/manifest/v1\n";
constexpr absl::string_view kLabel(kLabelText, sizeof kLabelText);

constexpr std::size_t kLanguageBytesMax = 35;
constexpr std::size_t kVarietyBytesMax = 64;
constexpr std::size_t kWarningsMax = 8;
constexpr std::size_t kWarningBytesMax = 64;
constexpr std::size_t kCertificateBytesMax = 16 * 1024;
constexpr std::size_t kMediaTypeBytesMax = 127;

enum Role : std::uint8_t { kSource = 1, kTranslation = 2, kWorkingCopy = 3 };

// Writes the fields in the order of the spec into a Counter or a Writer.
template <class Out>
void PutPart(const ManifestPart& part, Out& out) {
  out.Put(part.object.view());
  out.Put(part.key.Expose());
  out.PutText8(part.name);
  out.PutText8(part.media_type);
  out.PutU64(part.size);
  out.Put(part.sha256.view());
  out.PutU16(part.rotation);
}

template <class Out>
void PutManifest(const Manifest& manifest, Out& out) {
  out.Put(AsBytes(kLabel));
  out.Put(manifest.case_id.view());
  out.Put(manifest.document.view());
  out.Put(manifest.author.view());
  out.PutU16(manifest.version);
  out.PutU8(manifest.role);
  out.PutText8(manifest.language);
  out.PutText8(manifest.variety);
  out.PutText16(manifest.title);
  out.PutU16(manifest.pages);
  out.PutU8(static_cast<std::uint8_t>(manifest.content_warnings.size()));
  for (const std::string& warning : manifest.content_warnings) out.PutText8(warning);
  out.PutText8(manifest.due_date);
  out.Put(manifest.source.view());
  out.PutText16(manifest.certificate);
  out.PutU16(static_cast<std::uint16_t>(manifest.parts.size()));
  for (const ManifestPart& part : manifest.parts) PutPart(part, out);
}

bool TakePart(FieldReader& in, ManifestPart& part) {
  return in.Take(part.object.bytes) && in.Take(part.key.ExposeMutable()) &&
         in.TakeText8(part.name) && in.TakeText8(part.media_type) && in.TakeU64(part.size) &&
         in.Take(part.sha256.bytes) && in.TakeU16(part.rotation);
}

bool TakeHead(FieldReader& in, Manifest& manifest) {
  if (!in.Skip(AsBytes(kLabel)) || !in.Take(manifest.case_id.bytes) ||
      !in.Take(manifest.document.bytes) || !in.Take(manifest.author.bytes) ||
      !in.TakeU16(manifest.version) || !in.TakeU8(manifest.role) ||
      !in.TakeText8(manifest.language) || !in.TakeText8(manifest.variety) ||
      !in.TakeText16(manifest.title) || !in.TakeU16(manifest.pages)) {
    return false;
  }
  std::uint8_t warnings = 0;
  if (!in.TakeU8(warnings)) return false;
  for (std::size_t i = 0; i < warnings; ++i) {
    if (!in.TakeText8(manifest.content_warnings.emplace_back())) return false;
  }
  return in.TakeText8(manifest.due_date) && in.Take(manifest.source.bytes) &&
         in.TakeText16(manifest.certificate);
}

absl::Status Refuse(absl::string_view field, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("manifest: ", field, ": ", why));
}

// A text of UTF-8, without zero bytes, within [min, max] bytes.
absl::Status CheckText(absl::string_view field, absl::string_view text, std::size_t min,
                       std::size_t max) {
  if (text.size() < min || text.size() > max) {
    return Refuse(field, absl::StrCat(text.size(), " bytes, allowed are ", min, " to ", max));
  }
  if (!IsText(text)) return Refuse(field, "not UTF-8, or a zero byte in it");
  return absl::OkStatus();
}

// What a certificate of translation will quote on a line of its own.
absl::Status CheckLine(absl::string_view field, absl::string_view text, std::size_t max) {
  if (absl::Status s = CheckText(field, text, 0, max); !s.ok()) return s;
  if (!IsLine(text)) return Refuse(field, "a control character, a line end or a mark of direction");
  return absl::OkStatus();
}

absl::Status CheckPart(const ManifestPart& part) {
  if (absl::Status s = CheckText("name", part.name, 1, kFileNameBytesMax); !s.ok()) return s;
  if (part.media_type.empty() || part.media_type.size() > kMediaTypeBytesMax ||
      !IsPrintableAscii(part.media_type)) {
    return Refuse("media_type",
                  absl::StrCat("not 1 to ", kMediaTypeBytesMax, " bytes of printable ASCII"));
  }
  if (part.size == 0) return Refuse("size", "0 bytes, at least 1 is needed");
  if (part.rotation % 90 != 0 || part.rotation > 270) {
    return Refuse("rotation", absl::StrCat(part.rotation, ", allowed are 0, 90, 180, 270"));
  }
  return absl::OkStatus();
}

absl::Status CheckParts(const std::vector<ManifestPart>& parts) {
  if (parts.empty() || parts.size() > kPartsMax) {
    return Refuse("parts", absl::StrCat(parts.size(), ", allowed are 1 to ", kPartsMax));
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (absl::Status status = CheckPart(parts[i]); !status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(status.message(), " (part ", i + 1, ")"));
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (parts[i].object == parts[j].object || parts[i].key.EqualTo(parts[j].key)) {
        return Refuse("parts", absl::StrCat("parts ", j + 1, " and ", i + 1,
                                            " have one object id or one file key"));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckRole(const Manifest& manifest) {
  if (manifest.role < kSource || manifest.role > kWorkingCopy) {
    return Refuse("role", absl::StrCat(manifest.role, ", allowed are 1 to 3"));
  }
  if (manifest.role == kTranslation && manifest.source.is_zero()) {
    return Refuse("source", "zeros in a translation");
  }
  if (manifest.role != kTranslation && !manifest.source.is_zero()) {
    return Refuse("source", "not zeros, and not a translation");
  }
  if (manifest.role != kTranslation && !manifest.certificate.empty()) {
    return Refuse("certificate", "present, and not a translation");
  }
  return absl::OkStatus();
}

absl::Status CheckManifest(const Manifest& manifest) {
  if (absl::Status s = CheckRole(manifest); !s.ok()) return s;
  if (manifest.language.size() > kLanguageBytesMax || !IsLanguageTagOrEmpty(manifest.language)) {
    return Refuse("language", "not a BCP 47 tag of at most 35 bytes");
  }
  if (absl::Status s = CheckLine("variety", manifest.variety, kVarietyBytesMax); !s.ok()) return s;
  if (absl::Status s = CheckLine("title", manifest.title, kTitleBytesMax); !s.ok()) return s;
  if (manifest.content_warnings.size() > kWarningsMax) {
    return Refuse("content_warnings", absl::StrCat(manifest.content_warnings.size(),
                                                   ", allowed are at most ", kWarningsMax));
  }
  for (const std::string& warning : manifest.content_warnings) {
    if (absl::Status s = CheckText("content_warnings", warning, 1, kWarningBytesMax); !s.ok()) {
      return s;
    }
  }
  if (!manifest.due_date.empty() && !IsCalendarDay(manifest.due_date)) {
    return Refuse("due_date", "not a date of the form 2026-12-04");
  }
  if (absl::Status s = CheckText("certificate", manifest.certificate, 0, kCertificateBytesMax);
      !s.ok()) {
    return s;
  }
  return CheckParts(manifest.parts);
}

}  // namespace

absl::StatusOr<SecretBuffer> EncodeManifest(const Manifest& manifest) {
  if (absl::Status status = CheckManifest(manifest); !status.ok()) return status;
  FieldCounter counter;
  PutManifest(manifest, counter);
  if (counter.size() > kManifestBytesMax) {
    return Refuse("length", absl::StrCat(counter.size(), " bytes, above ", kManifestBytesMax));
  }
  SecretBuffer out(counter.size());
  FieldWriter writer(out.ExposeMutable());
  PutManifest(manifest, writer);
  return out;
}

absl::StatusOr<Manifest> DecodeManifest(ByteView bytes) {
  if (bytes.size() > kManifestBytesMax) {
    return Refuse("length", absl::StrCat(bytes.size(), " bytes, above ", kManifestBytesMax));
  }
  FieldReader in(bytes);
  Manifest manifest;
  if (!TakeHead(in, manifest)) return Refuse("head", "cut short, or of another format");
  std::uint16_t parts = 0;
  if (!in.TakeU16(parts)) return Refuse("parts", "cut short");
  if (parts > kPartsMax) {
    return Refuse("parts", absl::StrCat(parts, ", allowed are 1 to ", kPartsMax));
  }
  for (std::size_t i = 0; i < parts; ++i) {
    if (!TakePart(in, manifest.parts.emplace_back())) {
      return Refuse("parts", absl::StrCat("cut short in part ", i + 1));
    }
  }
  if (!in.RestIsZero()) return Refuse("padding", "not all zeros");
  if (absl::Status status = CheckManifest(manifest); !status.ok()) return status;
  return manifest;
}

}  // namespace amparo
