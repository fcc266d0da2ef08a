// The field types of a manifest's bytes (big-endian, length before text), read and written;
// and what a text in a manifest may look like. Spec: docs/spec/sealed-object.md,
// "Manifest". Used by crypto/manifest.cc, and by the client for what becomes part of one.
//
// Thread safety: one thread at a time per object.

#ifndef AMPARO_CRYPTO_MANIFEST_FIELDS_H_
#define AMPARO_CRYPTO_MANIFEST_FIELDS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "crypto/bytes.h"

namespace amparo {

// The fields in terms of Put(ByteView), which `Out` has: a counter first, then a writer into
// guarded memory of exactly that length, so that no other memory ever holds the keys.
template <class Out>
class FieldSink {
 public:
  void PutU8(std::uint8_t value) { PutNumber(value, 1); }
  void PutU16(std::uint16_t value) { PutNumber(value, 2); }
  void PutU64(std::uint64_t value) { PutNumber(value, 8); }
  // REQUIRES: the text's length fits into 8 or 16 bits.
  void PutText8(absl::string_view text) { PutText(text, 1); }
  void PutText16(absl::string_view text) { PutText(text, 2); }

 private:
  void PutNumber(std::uint64_t value, std::size_t size) {
    std::array<std::uint8_t, 8> bytes;
    for (std::size_t i = 0; i < size; ++i) {
      bytes[i] = static_cast<std::uint8_t>(value >> (8 * (size - 1 - i)));
    }
    static_cast<Out*>(this)->Put(ByteView(bytes).first(size));
  }
  void PutText(absl::string_view text, std::size_t length_size) {
    PutNumber(text.size(), length_size);
    static_cast<Out*>(this)->Put(AsBytes(text));
  }
};

class FieldCounter : public FieldSink<FieldCounter> {
 public:
  void Put(ByteView bytes) { size_ += bytes.size(); }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_ = 0;
};

class FieldWriter : public FieldSink<FieldWriter> {
 public:
  explicit FieldWriter(MutableByteView out) : out_(out) {}
  // REQUIRES: there is room.
  void Put(ByteView bytes) {
    std::copy(bytes.begin(), bytes.end(), out_.first(bytes.size()).begin());
    out_ = out_.subspan(bytes.size());
  }

 private:
  MutableByteView out_;
};

// Each Take is false, and takes nothing, when the bytes are at an end.
class FieldReader {
 public:
  explicit FieldReader(ByteView bytes) : bytes_(bytes) {}

  bool Take(MutableByteView out);
  bool TakeU8(std::uint8_t& value);
  bool TakeU16(std::uint16_t& value);
  bool TakeU64(std::uint64_t& value);
  bool TakeText8(std::string& text);
  bool TakeText16(std::string& text);
  // Takes exactly `expected`.
  bool Skip(ByteView expected);
  bool RestIsZero() const;

 private:
  bool TakeNumber(std::size_t size, std::uint64_t& value);
  bool TakeText(std::size_t length_size, std::string& text);
  ByteView bytes_;
};

// UTF-8 (RFC 3629: shortest form, no surrogates, at most U+10FFFF) without U+0000.
bool IsText(absl::string_view text);
// Also one line that shows as it is stored: no control characters (C0, DEL, C1), no line or
// paragraph separators, no marks that turn the direction of writing.
bool IsLine(absl::string_view text);
bool IsPrintableAscii(absl::string_view text);
// Empty, or letters and digits in groups of 1 to 8 with single hyphens between.
bool IsLanguageTagOrEmpty(absl::string_view text);
// "2026-12-04", a day that exists.
bool IsCalendarDay(absl::string_view text);

}  // namespace amparo

#endif  // AMPARO_CRYPTO_MANIFEST_FIELDS_H_
