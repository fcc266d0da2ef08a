// Names that people say: short codes made of words and digits from an id. They say nothing
// about the person or the case, and can stand on a paper file. A code is a name, never an
// authority: two ids may share one, and whoever looks something up must expect that.
// Spec: docs/spec/names.md. Thread safety: pure functions.

#ifndef AMPARO_CLIENT_NAMES_H_
#define AMPARO_CLIENT_NAMES_H_

#include <cstdint>
#include <span>
#include <string>

#include "absl/strings/string_view.h"
#include "crypto/bytes.h"
#include "statement/bodies.h"
#include "statement/ids.h"

namespace amparo::client {

std::string MemberCode(const MemberId& member);  // "heron-4821"
std::string CaseCode(const SubjectId& case_id);  // "heron-river-48"
// "heron-river-48/3"
std::string DocumentCode(const SubjectId& case_id, std::uint16_t number);
// "heron-river-48/3.2"
std::string VersionCode(const SubjectId& case_id, std::uint16_t number, std::uint16_t version);

// Four groups of two words from a hash: for two people to read to each other. 72 bits.
std::string Fingerprint(const Hash& hash);

// The words of a device, made from its three public keys: the device can show them before it was
// admitted, and a registrar sees them in its certificate. Nobody can certify other keys in its
// place, nor another recipient beside its signing key, and show the same words.
std::string DeviceWords(const Certificate& certificate);

// The words, 512 of them, in the alphabet's order. DO NOT CHANGE: codes stand on paper.
inline constexpr std::size_t kWords = 512;
std::span<const absl::string_view> Words();

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_NAMES_H_
