// What small sealed objects say once they are open: names, notes, messages, the translator's
// certificate, and the two keys that travel sealed. Manifests: crypto/manifest.h.
// Spec: docs/spec/sealed-texts.md; this file is their only reader and writer.
//
// Every format is a version byte, fields, and zeros to the end (padding; the sealer chooses
// its length). Encode returns the unpadded bytes: INVALID_ARGUMENT names the field that is
// over its limit or no UTF-8. Decode refuses whatever Encode would not have written:
// INVALID_ARGUMENT names the field, UNIMPLEMENTED says a newer version. Texts come from
// others: they are UTF-8 without NUL and may hold anything else, so escape before showing.
//
// Thread safety: values; the functions are independent.

#ifndef AMPARO_STATEMENT_SEALED_TEXTS_H_
#define AMPARO_STATEMENT_SEALED_TEXTS_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/bytes.h"
#include "crypto/secret.h"
#include "statement/bodies.h"
#include "statement/ids.h"

namespace amparo {

// Limits of the formats, in bytes of UTF-8 unless they count.
inline constexpr std::size_t kDisplayNameBytesMax = 128;
inline constexpr std::size_t kLanguageTagBytesMax = 35;
inline constexpr std::size_t kLanguagesMax = 16;
inline constexpr std::size_t kVarietyBytesMax = 64;
inline constexpr std::size_t kCardTitleBytesMax = 512;
inline constexpr std::size_t kMessageBytesMax = 8 * 1024;
inline constexpr std::size_t kNoteTextBytesMax = 32 * 1024;
inline constexpr std::size_t kPeopleMax = 64;
inline constexpr std::size_t kCertificateTextBytesMax = 16 * 1024;
inline constexpr std::size_t kLegalNameBytesMax = 256;
inline constexpr std::size_t kAddressBytesMax = 512;
inline constexpr std::size_t kTelephoneBytesMax = 64;
inline constexpr std::size_t kCoveredDocumentsMax = 16;
inline constexpr std::size_t kSealedTextBytesMax = 64 * 1024;  // With padding.

// Class kAttributes: what a registrar wrote about a member.
struct Attributes {
  std::string display_name;            // At least one byte.
  std::vector<std::string> languages;  // BCP 47 tags, in the member's order.
  std::uint16_t capacity = 0;          // Documents at a time; 0: not said.
  friend bool operator==(const Attributes&, const Attributes&) = default;
};

// Class kCaseCard.
struct CaseCard {
  std::string title;  // At least one byte.
  std::string note;   // At most kMessageBytesMax.
  friend bool operator==(const CaseCard&, const CaseCard&) = default;
};

// Class kNote: a comment, a question, an answer, a reason.
struct NoteText {
  std::string text;        // At least one byte.
  std::uint16_t page = 0;  // From 1; 0: the whole document.
  friend bool operator==(const NoteText&, const NoteText&) = default;
};

// Class kMessage: what an assignment tells those on the document.
struct AssignmentMessage {
  struct Person {
    MemberId member;
    std::string display_name;
    Role role = Role::kTranslator;  // On this document.
    friend bool operator==(const Person&, const Person&) = default;
  };
  std::vector<Person> people;  // By member, then role; ascending.
  std::string text;            // At most kMessageBytesMax.
  std::string due_date;        // "2026-12-04", or empty.
  std::string language;        // BCP 47 tag of the source, or empty for unknown.
  std::string variety;         // "Todos Santos", or empty.
  friend bool operator==(const AssignmentMessage&, const AssignmentMessage&) = default;
};

// Class kCertificate: the certification of a translation as the attorney files it, with the
// legal name and address that stand nowhere else.
struct TranslatorCertificate {
  struct Covered {
    std::string title;
    std::uint16_t pages = 0;  // 0: not counted.
    Hash source_sha256;       // DocumentHash of the files.
    Hash translation_sha256;
    friend bool operator==(const Covered&, const Covered&) = default;
  };
  std::string text;        // As it is printed; at least one byte.
  std::string legal_name;  // As typed by the translator; at least one byte.
  std::string address;
  std::string telephone;
  std::string date;  // "2026-11-21".
  std::string language;
  std::string variety;
  std::vector<Covered> covered;  // At least one.
  friend bool operator==(const TranslatorCertificate&, const TranslatorCertificate&) = default;
};

// Class kInviteSecret: for every registrar, so that each verifies a join request alone.
struct InviteSecret {
  Secret<16> secret;
  Attributes intended;
};

// Class kDirectoryKey: the identity that opens attributes of one epoch.
struct DirectoryKey {
  Secret<32> identity;  // The X25519 scalar of the epoch's recipient.
};

absl::StatusOr<SecretBuffer> Encode(const Attributes& text);
absl::StatusOr<SecretBuffer> Encode(const CaseCard& text);
absl::StatusOr<SecretBuffer> Encode(const NoteText& text);
absl::StatusOr<SecretBuffer> Encode(const AssignmentMessage& text);
absl::StatusOr<SecretBuffer> Encode(const TranslatorCertificate& text);
absl::StatusOr<SecretBuffer> Encode(const InviteSecret& secret);
absl::StatusOr<SecretBuffer> Encode(const DirectoryKey& key);

absl::StatusOr<Attributes> DecodeAttributes(ByteView bytes);
absl::StatusOr<CaseCard> DecodeCaseCard(ByteView bytes);
absl::StatusOr<NoteText> DecodeNoteText(ByteView bytes);
absl::StatusOr<AssignmentMessage> DecodeAssignmentMessage(ByteView bytes);
absl::StatusOr<TranslatorCertificate> DecodeTranslatorCertificate(ByteView bytes);
absl::StatusOr<InviteSecret> DecodeInviteSecret(ByteView bytes);
absl::StatusOr<DirectoryKey> DecodeDirectoryKey(ByteView bytes);

// One hash for a document of one or several files, given each file's SHA-256 in order: that
// of a single file as it is, so that anybody can check it, else SHA-256 of them all.
// REQUIRES: at least one.
Hash DocumentHash(std::span<const Hash> files);

// "2026-12-04": a day of the calendar, 1970 to 9999.
bool IsDate(absl::string_view text);
// The shape of a BCP 47 tag: letters and digits in parts of 1 to 8, joined by hyphens.
bool IsLanguageTag(absl::string_view text);

}  // namespace amparo

#endif  // AMPARO_STATEMENT_SEALED_TEXTS_H_
