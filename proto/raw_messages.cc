#include "proto/raw_messages.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace amparo {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

constexpr auto kLengthDelimited = WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
// One byte of tag, at most five of length.
constexpr std::size_t kHeadBytesMax = 6;

// The length of the one field that a message of `size` bytes with this beginning consists of, and
// how many bytes stand before it. Nothing: it consists of something else.
struct OneField {
  std::size_t head = 0;
  std::size_t length = 0;
};
std::optional<OneField> FindOneField(ByteView beginning, int number, std::size_t size) {
  CodedInputStream in(beginning.data(), static_cast<int>(beginning.size()));
  std::uint32_t length = 0;
  if (in.ReadTag() != WireFormatLite::MakeTag(number, kLengthDelimited)) return std::nullopt;
  if (!in.ReadVarint32(&length)) return std::nullopt;
  const auto head = static_cast<std::size_t>(in.CurrentPosition());
  if (size - head != length) return std::nullopt;
  return OneField{.head = head, .length = length};
}

}  // namespace

std::optional<RawData> ReadRawData(const grpc::ByteBuffer& message, int number) {
  RawData data;
  if (!message.Dump(&data.slices).ok()) return std::nullopt;
  std::array<std::uint8_t, kHeadBytesMax> beginning;
  std::size_t have = 0;
  for (const grpc::Slice& slice : data.slices) {
    const std::size_t taken = std::min(slice.size(), kHeadBytesMax - have);
    std::copy_n(slice.begin(), taken, beginning.begin() + have);
    have += taken;
  }
  const auto field = FindOneField(ByteView(beginning).first(have), number, message.Length());
  if (!field.has_value()) return std::nullopt;
  std::size_t skip = field->head;
  for (const grpc::Slice& slice : data.slices) {
    const ByteView bytes(slice.begin(), slice.size());
    const std::size_t skipped = std::min(skip, bytes.size());
    skip -= skipped;
    if (skipped < bytes.size()) data.pieces.push_back(bytes.subspan(skipped));
  }
  data.size = field->length;
  return data;
}

grpc::ByteBuffer WriteRawData(grpc::Slice data, int number) {
  std::array<std::uint8_t, kHeadBytesMax> head = {};
  std::uint8_t* end = CodedOutputStream::WriteTagToArray(
      WireFormatLite::MakeTag(number, kLengthDelimited), head.data());
  end = CodedOutputStream::WriteVarint32ToArray(static_cast<std::uint32_t>(data.size()), end);
  const std::array<grpc::Slice, 2> slices = {
      grpc::Slice(head.data(), static_cast<std::size_t>(end - head.data())), std::move(data)};
  return grpc::ByteBuffer(slices.data(), slices.size());
}

grpc::Slice SliceOf(Bytes data) {
  auto owned = std::make_unique<Bytes>(std::move(data));
  Bytes* const bytes = owned.release();  // The slice's from here on.
  return grpc::Slice(
      bytes->data(), bytes->size(), [](void* kept) { delete static_cast<Bytes*>(kept); }, bytes);
}

grpc::Slice RawBuffer::Take(std::size_t size) && {
  std::uint8_t* const bytes = bytes_.release();  // The slice's from here on.
  return grpc::Slice(
      bytes, size, [](void* kept) { delete[] static_cast<std::uint8_t*>(kept); }, bytes);
}

}  // namespace amparo
