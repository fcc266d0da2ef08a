// A manifest: the sealed list of a version's parts, in order, with their file keys, and
// all that is said about the version. Only the manifest is granted.
// Spec: docs/spec/sealed-object.md, "Manifest".
//
// server/ may not include this header (a test reads the sources).
// Thread safety: values.

#ifndef AMPARO_CRYPTO_MANIFEST_H_
#define AMPARO_CRYPTO_MANIFEST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/file_key.h"

namespace amparo {

// Limits of the format. A manifest beyond one of them is neither written nor read.
inline constexpr std::size_t kPartsMax = 200;
inline constexpr std::size_t kFileNameBytesMax = 255;
inline constexpr std::size_t kTitleBytesMax = 512;
inline constexpr std::size_t kManifestBytesMax = 128 * 1024;  // Padded plaintext.

struct ManifestPart {
  ObjectId object;
  FileKey key;
  std::string name;            // As the author's system called it; UTF-8, untrusted, 1-255 bytes.
  std::string media_type;      // "image/jpeg"; 1-127 bytes of printable ASCII.
  std::uint64_t size = 0;      // Plaintext bytes without padding; at least 1.
  Hash sha256;                 // Of the plaintext without padding.
  std::uint16_t rotation = 0;  // Clockwise degrees to show it upright: 0, 90, 180, 270.
};

struct Manifest {
  FixedBytes<struct CaseTag, 16> case_id;
  FixedBytes<struct DocumentTag, 16> document;
  FixedBytes<struct AuthorTag, 16> author;    // Must equal the outer statement's actor.
  std::uint16_t version = 0;                  // Must equal the outer statement's.
  std::uint8_t role = 0;                      // 1 source, 2 translation, 3 working copy.
  std::string language;                       // BCP 47, or empty for unknown.
  std::string variety;                        // "Todos Santos", or empty. At most 64 bytes.
  std::string title;                          // At most kTitleBytesMax bytes.
  std::uint16_t pages = 0;                    // 0: not counted.
  std::vector<std::string> content_warnings;  // At most 8 of at most 64 bytes.
  std::string due_date;                       // "2026-12-04", or empty.
  Hash source;              // For a translation: the statement hash of its source; else zeros.
  std::string certificate;  // For a translation: the certificate text. At most 16 KiB.
  std::vector<ManifestPart> parts;
};

// The canonical bytes, unpadded. INVALID_ARGUMENT names the field over its limit.
absl::StatusOr<SecretBuffer> EncodeManifest(const Manifest& manifest);
// `bytes` may carry padding, which must be all zeros. Refuses whatever EncodeManifest would
// not have written. INVALID_ARGUMENT says which field.
absl::StatusOr<Manifest> DecodeManifest(ByteView bytes);

}  // namespace amparo

#endif  // AMPARO_CRYPTO_MANIFEST_H_
