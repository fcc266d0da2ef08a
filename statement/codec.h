// Reading and writing in the presentation language of RFC 8446 section 3: big-endian
// integers, length-prefixed vectors. Every format of ours is written with it.
//
// Thread safety: one thread at a time per object.

#ifndef AMPARO_STATEMENT_CODEC_H_
#define AMPARO_STATEMENT_CODEC_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "crypto/bytes.h"

namespace amparo {

class Writer {
 public:
  void U8(std::uint8_t value);
  void U16(std::uint16_t value);
  void U32(std::uint32_t value);
  void U64(std::uint64_t value);
  void Raw(ByteView bytes);
  // Length, then bytes. REQUIRES: the length fits its prefix.
  void Vec8(ByteView bytes);
  void Vec16(ByteView bytes);
  void Vec32(ByteView bytes);
  template <class Tag, std::size_t N>
  void Fixed(const FixedBytes<Tag, N>& value) {
    Raw(value.view());
  }
  // Room for `size` bytes in all, so that writing secrets leaves no copies behind.
  void Reserve(std::size_t size) { out_.reserve(size); }
  const Bytes& bytes() const { return out_; }
  Bytes Take() { return std::move(out_); }

 private:
  Bytes out_;
};

// Never reads beyond its input. The first failure sticks and is what status() says; every
// later read returns zeros or nothing, so callers check once, at Finish().
class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}
  std::uint8_t U8(absl::string_view field);
  std::uint16_t U16(absl::string_view field);
  std::uint32_t U32(absl::string_view field);
  std::uint64_t U64(absl::string_view field);
  // Views into the input. `max` is in bytes; a longer prefix fails before anything is taken.
  ByteView Raw(std::size_t size, absl::string_view field);
  ByteView Vec8(std::size_t max, absl::string_view field);
  ByteView Vec16(std::size_t max, absl::string_view field);
  ByteView Vec32(std::size_t max, absl::string_view field);
  template <class Id>
  Id Fixed(absl::string_view field) {
    ByteView view = Raw(Id::kSize, field);
    Id id;
    if (view.size() == Id::kSize) std::copy(view.begin(), view.end(), id.bytes.begin());
    return id;
  }
  // Makes the reader fail with `reason` unless it has already failed.
  void Fail(absl::string_view field, absl::string_view reason);
  std::size_t remaining() const { return rest_.size(); }
  bool ok() const { return status_.ok(); }
  // INVALID_ARGUMENT: a read failed, or bytes are left over.
  absl::Status Finish(absl::string_view what);

 private:
  ByteView Prefixed(std::size_t size, std::size_t max, absl::string_view field);

  ByteView rest_;
  absl::Status status_;
};

}  // namespace amparo

#endif  // AMPARO_STATEMENT_CODEC_H_
