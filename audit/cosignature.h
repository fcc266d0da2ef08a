// Cosignatures (c2sp.org/tlog-cosignature, cosignature/v1): somebody who is not the log says
// when they saw a checkpoint, having verified that it continues every one they saw before.
// Spec: docs/spec/log.md, "Cosignature".
//
// Thread safety: values; pure functions.

#ifndef AMPARO_AUDIT_COSIGNATURE_H_
#define AMPARO_AUDIT_COSIGNATURE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "audit/note_lines.h"
#include "crypto/bytes.h"
#include "crypto/signature.h"
#include "statement/ids.h"

namespace amparo::audit {

inline constexpr std::size_t kWitnessNameBytesMax = 255;
// What C2SP allows for the time of a cosignature.
inline constexpr std::uint64_t kCosignatureTimeMax = (std::uint64_t{1} << 63) - 1;

// A cosigner and its Ed25519 key.
struct Witness {
  std::string name;  // See IsWitnessName.
  VerifyKey key;
  friend bool operator==(const Witness&, const Witness&) = default;
};
// UTF-8; not empty; no space, no '+', no control character; at most 255 bytes.
bool IsWitnessName(absl::string_view name);
// A member's device: "amparo.invalid/certificate/<certificate hash in hex>", its signing key.
std::string CosignerNameOf(const Hash& certificate);
// The certificate of such a name. Nothing: another witness's name.
std::optional<Hash> CertificateOfCosigner(absl::string_view name);

// SHA-256(name || 0x0A || 0x04 || public key)[0..4]
NoteKeyId CosignerKeyId(const Witness& witness);
// "<name>+<key id in hex>+<base64 of 0x04 || public key>": a verifier key of signed-note.
std::string FormatWitness(const Witness& witness);
// INVALID_ARGUMENT: malformed, another algorithm, or a key id that is not the key's.
absl::StatusOr<Witness> ParseWitness(absl::string_view text);

// The signature line over `note`'s text at `time`, its newline included. Whether the text is a
// checkpoint, and continues what the cosigner saw before, is for the caller to have verified.
// INVALID_ARGUMENT: `note` is no signed note, `name` is no witness's name, or `time` is above
// kCosignatureTimeMax.
absl::StatusOr<std::string> Cosign(absl::string_view name, const SigningKey& key, UnixSeconds time,
                                   absl::string_view note);
// `note` and one line more. INVALID_ARGUMENT: either is malformed, or over a note's limits.
absl::StatusOr<std::string> AttachSignature(absl::string_view note, absl::string_view line);

struct Cosigned {
  std::string name;
  UnixSeconds time;
  friend bool operator==(const Cosigned&, const Cosigned&) = default;
};
// The cosignatures of `witnesses` on `note`, in their order there, one per key: of several the
// newest, also when the key stands in `witnesses` under several names, since a cosignature does
// not say its name. Lines of others are ignored after their form was checked. The log's own
// signature is not looked at: see OpenCheckpoint.
// INVALID_ARGUMENT: not a signed note. UNAUTHENTICATED: a line under a witness's name and key
// id is not that witness's.
absl::StatusOr<std::vector<Cosigned>> VerifyCosignatures(absl::string_view note,
                                                         std::span<const Witness> witnesses);
// The names of all signature lines, in order, for whoever looks up their keys.
absl::StatusOr<std::vector<std::string>> SignerNames(absl::string_view note);

}  // namespace amparo::audit

#endif  // AMPARO_AUDIT_COSIGNATURE_H_
