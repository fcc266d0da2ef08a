#include "statement/sealed_texts.h"

#include <algorithm>
#include <cassert>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "crypto/digest.h"
#include "statement/codec.h"
#include "statement/text_encoding.h"

namespace amparo {
namespace {

constexpr std::uint8_t kVersion = 1;

// ---- Fields. What Read accepts is what the format allows: Encode reads back what it wrote.

void WriteText(Writer& out, absl::string_view text) {
  // What is over every limit is cut just over the largest, and refused when read back.
  out.Vec16(AsBytes(text.substr(0, kNoteTextBytesMax + 1)));
}

std::string ReadText(Reader& in, std::size_t min, std::size_t max, absl::string_view field) {
  const absl::string_view text = AsText(in.Vec16(max, field));
  if (text.size() < min) in.Fail(field, "empty");
  if (!IsUtf8(text) || text.find('\0') != absl::string_view::npos) {
    in.Fail(field, "not UTF-8 without NUL");
  }
  return std::string(text);
}

std::string ReadLanguage(Reader& in, bool may_be_empty) {
  std::string tag = ReadText(in, 0, kLanguageTagBytesMax, "language");
  if (tag.empty() ? !may_be_empty : !IsLanguageTag(tag)) in.Fail("language", "not a BCP 47 tag");
  return tag;
}

std::string ReadDate(Reader& in, bool may_be_empty) {
  std::string date = ReadText(in, 0, 10, "date");
  if (date.empty() ? !may_be_empty : !IsDate(date)) in.Fail("date", "not a day like 2026-12-04");
  return date;
}

std::size_t ReadCount(Reader& in, std::size_t min, std::size_t max, absl::string_view field) {
  const std::size_t count = in.U8(field);
  if (count < min || count > max) {
    in.Fail(field, absl::StrCat(count, ", expected ", min, " to ", max));
  }
  return in.ok() ? count : 0;
}

template <class List>
void WriteCount(Writer& out, const List& list) {
  // As WriteText: a count over the limit is refused when read back.
  out.U8(static_cast<std::uint8_t>(std::min<std::size_t>(list.size(), 0xff)));
}

template <std::size_t N>
Secret<N> ReadSecret(Reader& in, absl::string_view field) {
  const ByteView bytes = in.Raw(N, field);
  return bytes.size() == N ? Secret<N>::CopyOf(bytes.first<N>()) : Secret<N>();
}

// ---- One pair for every format.

void Write(Writer& out, const Attributes& text) {
  WriteText(out, text.display_name);
  WriteCount(out, text.languages);
  for (const std::string& language : text.languages) WriteText(out, language);
  out.U16(text.capacity);
}
void Read(Reader& in, Attributes& text) {
  text.display_name = ReadText(in, 1, kDisplayNameBytesMax, "display name");
  const std::size_t count = ReadCount(in, 0, kLanguagesMax, "languages");
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    text.languages.push_back(ReadLanguage(in, /*may_be_empty=*/false));
  }
  text.capacity = in.U16("capacity");
}

void Write(Writer& out, const CaseCard& text) {
  WriteText(out, text.title);
  WriteText(out, text.note);
}
void Read(Reader& in, CaseCard& text) {
  text.title = ReadText(in, 1, kCardTitleBytesMax, "title");
  text.note = ReadText(in, 0, kMessageBytesMax, "note");
}

void Write(Writer& out, const NoteText& text) {
  WriteText(out, text.text);
  out.U16(text.page);
}
void Read(Reader& in, NoteText& text) {
  text.text = ReadText(in, 1, kNoteTextBytesMax, "text");
  text.page = in.U16("page");
}

void Write(Writer& out, const AssignmentMessage& text) {
  WriteCount(out, text.people);
  for (const AssignmentMessage::Person& person : text.people) {
    out.Fixed(person.member);
    WriteText(out, person.display_name);
    out.U16(static_cast<std::uint16_t>(person.role));
  }
  WriteText(out, text.text);
  WriteText(out, text.due_date);
  WriteText(out, text.language);
  WriteText(out, text.variety);
}
void Read(Reader& in, AssignmentMessage& text) {
  const std::size_t count = ReadCount(in, 0, kPeopleMax, "people");
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    AssignmentMessage::Person next;
    next.member = in.Fixed<MemberId>("person");
    next.display_name = ReadText(in, 1, kDisplayNameBytesMax, "display name");
    const std::uint16_t role = in.U16("role");
    if ((role & (role - 1)) != 0 || role == 0 || role > kAllRoles) {
      in.Fail("role", absl::StrCat(role, " is not one role"));
    }
    next.role = static_cast<Role>(role);
    if (!text.people.empty() && std::tie(text.people.back().member, text.people.back().role) >=
                                    std::tie(next.member, next.role)) {
      in.Fail("people", "do not ascend");
    }
    text.people.push_back(std::move(next));
  }
  text.text = ReadText(in, 0, kMessageBytesMax, "text");
  text.due_date = ReadDate(in, /*may_be_empty=*/true);
  text.language = ReadLanguage(in, /*may_be_empty=*/true);
  text.variety = ReadText(in, 0, kVarietyBytesMax, "variety");
}

void Write(Writer& out, const TranslatorCertificate& text) {
  WriteText(out, text.text);
  WriteText(out, text.legal_name);
  WriteText(out, text.address);
  WriteText(out, text.telephone);
  WriteText(out, text.date);
  WriteText(out, text.language);
  WriteText(out, text.variety);
  WriteCount(out, text.covered);
  for (const TranslatorCertificate::Covered& covered : text.covered) {
    WriteText(out, covered.title);
    out.U16(covered.pages);
    out.Fixed(covered.source_sha256);
    out.Fixed(covered.translation_sha256);
  }
}
void Read(Reader& in, TranslatorCertificate& text) {
  text.text = ReadText(in, 1, kCertificateTextBytesMax, "text");
  text.legal_name = ReadText(in, 1, kLegalNameBytesMax, "legal name");
  text.address = ReadText(in, 0, kAddressBytesMax, "address");
  text.telephone = ReadText(in, 0, kTelephoneBytesMax, "telephone");
  text.date = ReadDate(in, /*may_be_empty=*/false);
  text.language = ReadLanguage(in, /*may_be_empty=*/false);
  text.variety = ReadText(in, 0, kVarietyBytesMax, "variety");
  const std::size_t count = ReadCount(in, 1, kCoveredDocumentsMax, "covered documents");
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    TranslatorCertificate::Covered next;
    next.title = ReadText(in, 1, kCardTitleBytesMax, "title");
    next.pages = in.U16("pages");
    next.source_sha256 = in.Fixed<Hash>("source hash");
    next.translation_sha256 = in.Fixed<Hash>("translation hash");
    text.covered.push_back(std::move(next));
  }
}

void Write(Writer& out, const InviteSecret& secret) {
  out.Raw(secret.secret.Expose());
  Write(out, secret.intended);
}
void Read(Reader& in, InviteSecret& secret) {
  secret.secret = ReadSecret<16>(in, "secret");
  Read(in, secret.intended);
}

void Write(Writer& out, const DirectoryKey& key) { out.Raw(key.identity.Expose()); }
void Read(Reader& in, DirectoryKey& key) { key.identity = ReadSecret<32>(in, "identity"); }

// ---- Version and padding around them.

template <class Text>
absl::StatusOr<Text> DecodeAs(ByteView bytes, absl::string_view what) {
  if (bytes.size() > kSealedTextBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": ", bytes.size(), " bytes, at most ", kSealedTextBytesMax));
  }
  Reader in(bytes);
  const std::uint8_t version = in.U8("version");
  if (in.ok() && version == 0) in.Fail("version", "0");
  if (in.ok() && version != kVersion) {
    return absl::UnimplementedError(
        absl::StrCat(what, ": version ", version, ", this build reads ", kVersion));
  }
  Text text;
  Read(in, text);
  const ByteView padding = in.Raw(in.remaining(), "padding");
  if (std::any_of(padding.begin(), padding.end(), [](std::uint8_t byte) { return byte != 0; })) {
    in.Fail("padding", "not zeros");
  }
  if (absl::Status status = in.Finish(what); !status.ok()) return status;
  return text;
}

template <class Text>
absl::StatusOr<SecretBuffer> EncodeAs(const Text& text, absl::string_view what) {
  Writer out;
  out.Reserve(kSealedTextBytesMax);  // No copy is left behind by growing.
  out.U8(kVersion);
  Write(out, text);
  Bytes bytes = out.Take();
  const absl::Status readable = DecodeAs<Text>(bytes, what).status();
  SecretBuffer encoded = SecretBuffer::CopyOf(bytes);
  Wipe(bytes);
  if (!readable.ok()) return readable;
  return encoded;
}

bool IsLeapYear(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

}  // namespace

absl::StatusOr<SecretBuffer> Encode(const Attributes& text) { return EncodeAs(text, "attributes"); }
absl::StatusOr<SecretBuffer> Encode(const CaseCard& text) { return EncodeAs(text, "case card"); }
absl::StatusOr<SecretBuffer> Encode(const NoteText& text) { return EncodeAs(text, "note"); }
absl::StatusOr<SecretBuffer> Encode(const AssignmentMessage& text) {
  return EncodeAs(text, "assignment message");
}
absl::StatusOr<SecretBuffer> Encode(const TranslatorCertificate& text) {
  return EncodeAs(text, "translator's certificate");
}
absl::StatusOr<SecretBuffer> Encode(const InviteSecret& secret) {
  return EncodeAs(secret, "invite secret");
}
absl::StatusOr<SecretBuffer> Encode(const DirectoryKey& key) {
  return EncodeAs(key, "directory key");
}

absl::StatusOr<Attributes> DecodeAttributes(ByteView bytes) {
  return DecodeAs<Attributes>(bytes, "attributes");
}
absl::StatusOr<CaseCard> DecodeCaseCard(ByteView bytes) {
  return DecodeAs<CaseCard>(bytes, "case card");
}
absl::StatusOr<NoteText> DecodeNoteText(ByteView bytes) {
  return DecodeAs<NoteText>(bytes, "note");
}
absl::StatusOr<AssignmentMessage> DecodeAssignmentMessage(ByteView bytes) {
  return DecodeAs<AssignmentMessage>(bytes, "assignment message");
}
absl::StatusOr<TranslatorCertificate> DecodeTranslatorCertificate(ByteView bytes) {
  return DecodeAs<TranslatorCertificate>(bytes, "translator's certificate");
}
absl::StatusOr<InviteSecret> DecodeInviteSecret(ByteView bytes) {
  return DecodeAs<InviteSecret>(bytes, "invite secret");
}
absl::StatusOr<DirectoryKey> DecodeDirectoryKey(ByteView bytes) {
  return DecodeAs<DirectoryKey>(bytes, "directory key");
}

Hash DocumentHash(std::span<const Hash> files) {
  assert(!files.empty());
  if (files.size() == 1) return files.front();
  Sha256Stream all;
  for (const Hash& file : files) all.Update(file.view());
  return all.Finish();
}

bool IsDate(absl::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (const std::size_t i : {0, 1, 2, 3, 5, 6, 8, 9}) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  int year = 0;
  int month = 0;
  int day = 0;
  if (!absl::SimpleAtoi(text.substr(0, 4), &year) || !absl::SimpleAtoi(text.substr(5, 2), &month) ||
      !absl::SimpleAtoi(text.substr(8, 2), &day)) {
    return false;
  }
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1970 || month < 1 || month > 12 || day < 1) return false;
  return day <= kDays[month - 1] + (month == 2 && IsLeapYear(year) ? 1 : 0);
}

bool IsLanguageTag(absl::string_view text) {
  if (text.size() > kLanguageTagBytesMax) return false;
  for (const absl::string_view part : absl::StrSplit(text, '-')) {
    if (part.empty() || part.size() > 8) return false;
    for (const char character : part) {
      if (!absl::ascii_isalnum(static_cast<unsigned char>(character))) return false;
    }
  }
  return true;
}

}  // namespace amparo
