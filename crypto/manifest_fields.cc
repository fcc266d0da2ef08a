#include "crypto/manifest_fields.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace amparo {

bool FieldReader::Take(MutableByteView out) {
  if (bytes_.size() < out.size()) return false;
  std::copy_n(bytes_.begin(), out.size(), out.begin());
  bytes_ = bytes_.subspan(out.size());
  return true;
}

bool FieldReader::TakeNumber(std::size_t size, std::uint64_t& value) {
  std::array<std::uint8_t, 8> bytes;
  if (!Take(MutableByteView(bytes).first(size))) return false;
  value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes[i];
  return true;
}

bool FieldReader::TakeU8(std::uint8_t& value) {
  std::uint64_t wide = 0;
  if (!TakeNumber(1, wide)) return false;
  value = static_cast<std::uint8_t>(wide);
  return true;
}

bool FieldReader::TakeU16(std::uint16_t& value) {
  std::uint64_t wide = 0;
  if (!TakeNumber(2, wide)) return false;
  value = static_cast<std::uint16_t>(wide);
  return true;
}

bool FieldReader::TakeU64(std::uint64_t& value) { return TakeNumber(8, value); }

bool FieldReader::TakeText(std::size_t length_size, std::string& text) {
  std::uint64_t size = 0;
  if (!TakeNumber(length_size, size) || size > bytes_.size()) return false;
  text = std::string(AsText(bytes_.first(size)));
  bytes_ = bytes_.subspan(size);
  return true;
}

bool FieldReader::TakeText8(std::string& text) { return TakeText(1, text); }
bool FieldReader::TakeText16(std::string& text) { return TakeText(2, text); }

bool FieldReader::Skip(ByteView expected) {
  if (bytes_.size() < expected.size() ||
      !std::equal(expected.begin(), expected.end(), bytes_.begin())) {
    return false;
  }
  bytes_ = bytes_.subspan(expected.size());
  return true;
}

bool FieldReader::RestIsZero() const {
  return std::all_of(bytes_.begin(), bytes_.end(), [](std::uint8_t byte) { return byte == 0; });
}

namespace {

// The length of the UTF-8 sequence that `text` starts with; 0 for none.
std::size_t SequenceLength(ByteView text) {
  const std::uint8_t lead = text[0];
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  std::size_t length = 0;
  std::uint32_t value = 0;
  std::uint32_t smallest = 0;
  if ((lead & 0xe0) == 0xc0) {
    length = 2, value = lead & 0x1f, smallest = 0x80;
  } else if ((lead & 0xf0) == 0xe0) {
    length = 3, value = lead & 0x0f, smallest = 0x800;
  } else if ((lead & 0xf8) == 0xf0) {
    length = 4, value = lead & 0x07, smallest = 0x10000;
  } else {
    return 0;
  }
  if (text.size() < length) return 0;
  for (const std::uint8_t byte : text.subspan(1, length - 1)) {
    if ((byte & 0xc0) != 0x80) return 0;
    value = value << 6 | (byte & 0x3f);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  return value < smallest || value > 0x10ffff || surrogate ? 0 : length;
}

}  // namespace

bool IsText(absl::string_view text) {
  for (ByteView rest = AsBytes(text); !rest.empty();) {
    const std::size_t length = SequenceLength(rest);
    if (length == 0) return false;
    rest = rest.subspan(length);
  }
  return true;
}

bool IsLine(absl::string_view text) {
  if (!IsText(text)) return false;
  static constexpr std::array<absl::string_view, 4> kMarks = {
      "\xd8\x9c",      // U+061C, Arabic letter mark.
      "\xe2\x80\x8e",  // U+200E, left-to-right mark.
      "\xe2\x80\x8f",  // U+200F, right-to-left mark.
      "\xef\xbb\xbf",  // U+FEFF, byte order mark.
  };
  for (const absl::string_view mark : kMarks) {
    if (absl::StrContains(text, mark)) return false;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = [&](std::size_t at) {
      return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
    };
    if (absl::ascii_iscntrl(static_cast<unsigned char>(text[i]))) return false;
    if (byte(i) == 0xc2 && byte(i + 1) < 0xa0) return false;  // U+0080 to U+009F.
    if (byte(i) != 0xe2) continue;
    // U+2028 to U+202E: separators, embeddings. U+2066 to U+2069: isolates.
    if (byte(i + 1) == 0x80 && byte(i + 2) >= 0xa8 && byte(i + 2) <= 0xae) return false;
    if (byte(i + 1) == 0x81 && byte(i + 2) >= 0xa6 && byte(i + 2) <= 0xa9) return false;
  }
  return true;
}

bool IsPrintableAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 32 && c <= 126; });
}

bool IsLanguageTagOrEmpty(absl::string_view text) {
  if (text.empty()) return true;
  for (const absl::string_view group : absl::StrSplit(text, '-')) {
    if (group.empty() || group.size() > 8) return false;
    for (const char c : group) {
      if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) return false;
    }
  }
  return true;
}

bool IsCalendarDay(absl::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  std::array<int, 3> fields{};  // Year, month, day.
  std::size_t field = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 4 || i == 7) {
      ++field;
    } else if (absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) {
      fields[field] = fields[field] * 10 + (text[i] - '0');
    } else {
      return false;
    }
  }
  const auto [year, month, day] = fields;
  if (month < 1 || month > 12 || day < 1) return false;
  static constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[static_cast<std::size_t>(month - 1)] + (leap && month == 2 ? 1 : 0);
}

}  // namespace amparo
