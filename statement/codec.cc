#include "statement/codec.h"

#include <cassert>

#include "absl/strings/str_cat.h"

namespace amparo {
namespace {

std::uint64_t BigEndian(ByteView bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

void PutBigEndian(Bytes& out, std::uint64_t value, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

}  // namespace

void Writer::U8(std::uint8_t value) { PutBigEndian(out_, value, 1); }
void Writer::U16(std::uint16_t value) { PutBigEndian(out_, value, 2); }
void Writer::U32(std::uint32_t value) { PutBigEndian(out_, value, 4); }
void Writer::U64(std::uint64_t value) { PutBigEndian(out_, value, 8); }
void Writer::Raw(ByteView bytes) { AppendTo(out_, bytes); }

void Writer::Vec8(ByteView bytes) {
  assert(bytes.size() <= 0xff);
  U8(static_cast<std::uint8_t>(bytes.size()));
  Raw(bytes);
}

void Writer::Vec16(ByteView bytes) {
  assert(bytes.size() <= 0xffff);
  U16(static_cast<std::uint16_t>(bytes.size()));
  Raw(bytes);
}

void Writer::Vec32(ByteView bytes) {
  assert(bytes.size() <= 0xffffffff);
  U32(static_cast<std::uint32_t>(bytes.size()));
  Raw(bytes);
}

std::uint8_t Reader::U8(absl::string_view field) {
  return static_cast<std::uint8_t>(BigEndian(Raw(1, field)));
}
std::uint16_t Reader::U16(absl::string_view field) {
  return static_cast<std::uint16_t>(BigEndian(Raw(2, field)));
}
std::uint32_t Reader::U32(absl::string_view field) {
  return static_cast<std::uint32_t>(BigEndian(Raw(4, field)));
}
std::uint64_t Reader::U64(absl::string_view field) { return BigEndian(Raw(8, field)); }

ByteView Reader::Raw(std::size_t size, absl::string_view field) {
  if (!status_.ok()) return {};
  if (size > rest_.size()) {
    Fail(field, absl::StrCat("needs ", size, " bytes, ", rest_.size(), " are left"));
    return {};
  }
  const ByteView taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

ByteView Reader::Prefixed(std::size_t size, std::size_t max, absl::string_view field) {
  if (size > max) {
    Fail(field, absl::StrCat(size, " bytes, at most ", max, " are allowed"));
    return {};
  }
  return Raw(size, field);
}

ByteView Reader::Vec8(std::size_t max, absl::string_view field) {
  return Prefixed(U8(field), max, field);
}
ByteView Reader::Vec16(std::size_t max, absl::string_view field) {
  return Prefixed(U16(field), max, field);
}
ByteView Reader::Vec32(std::size_t max, absl::string_view field) {
  return Prefixed(U32(field), max, field);
}

void Reader::Fail(absl::string_view field, absl::string_view reason) {
  if (status_.ok()) status_ = absl::InvalidArgumentError(absl::StrCat(field, ": ", reason));
}

absl::Status Reader::Finish(absl::string_view what) {
  if (status_.ok() && !rest_.empty()) {
    Fail(what, absl::StrCat(rest_.size(), " bytes are left over"));
  }
  return status_;
}

}  // namespace amparo
