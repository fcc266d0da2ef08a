// Messages that carry a blob's bytes, read from and written into gRPC's own buffers: as generated
// messages the bytes would be copied twice and held twice, by a server of 64 streams at once and by
// a client of little memory.
//
// Spec: docs/spec/requests.md, "Streams"; the fields are those of amparo.proto.
// Thread safety: functions without state.

#ifndef AMPARO_PROTO_RAW_MESSAGES_H_
#define AMPARO_PROTO_RAW_MESSAGES_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "amparo/v1/amparo.pb.h"
#include "crypto/bytes.h"

namespace amparo {

// The bytes of a message that carries `data` and nothing else, in the pieces they came in.
struct RawData {
  std::vector<grpc::Slice> slices;  // They own what `pieces` shows.
  std::vector<ByteView> pieces;
  std::size_t size = 0;
};

// Of the bytes field of this number. Nothing: the message is another one, or written in another
// way; it has to be parsed.
std::optional<RawData> ReadRawData(const grpc::ByteBuffer& message, int field);
// A message whose only field this is.
grpc::ByteBuffer WriteRawData(grpc::Slice data, int field);

// The same of an UploadMessage or a DownloadMessage.
template <class Message>
std::optional<RawData> ReadRawData(const grpc::ByteBuffer& message) {
  return ReadRawData(message, Message::kDataFieldNumber);
}
template <class Message>
grpc::ByteBuffer WriteRawData(grpc::Slice data) {
  return WriteRawData(std::move(data), Message::kDataFieldNumber);
}

// A slice that owns what `data` held.
grpc::Slice SliceOf(Bytes data);
// Room for bytes that are to become a slice; not zeros.
class RawBuffer {
 public:
  explicit RawBuffer(std::size_t size)
      : bytes_(std::make_unique_for_overwrite<std::uint8_t[]>(size)), size_(size) {}
  MutableByteView view() { return {bytes_.get(), size_}; }
  // The first `size` bytes. REQUIRES: as many at most.
  grpc::Slice Take(std::size_t size) &&;

 private:
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_;
};

// Any other message. False: it is no such message.
template <class Message>
bool ReadRaw(const grpc::ByteBuffer& raw, Message* message) {
  grpc::ByteBuffer buffer = raw;  // Reading takes it; the slices are shared.
  return grpc::SerializationTraits<Message>::Deserialize(&buffer, message).ok();
}
template <class Message>
grpc::ByteBuffer WriteRaw(const Message& message) {
  grpc::ByteBuffer raw;
  bool own = false;
  // Fails for messages over 2 GiB alone.
  (void)grpc::SerializationTraits<Message>::Serialize(message, &raw, &own);
  return raw;
}

}  // namespace amparo

#endif  // AMPARO_PROTO_RAW_MESSAGES_H_
