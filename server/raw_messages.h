// Messages that carry a blob's bytes, read from and written into gRPC's own buffers: as generated
// messages the bytes would be copied twice and held twice, for 64 streams at once.
//
// Spec: docs/spec/requests.md, "Streams"; the fields are those of amparo.proto.
// Thread safety: functions without state.

#ifndef AMPARO_SERVER_RAW_MESSAGES_H_
#define AMPARO_SERVER_RAW_MESSAGES_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <optional>
#include <vector>

#include "amparo/v1/amparo.pb.h"
#include "crypto/bytes.h"

namespace amparo::server {

// The bytes of an UploadMessage that carries `data` and nothing else, in the pieces they came in.
struct RawData {
  std::vector<grpc::Slice> slices;  // They own what `pieces` shows.
  std::vector<ByteView> pieces;
  std::size_t size = 0;
};

// Nothing: the message is another one, or written in another way; it has to be parsed.
std::optional<RawData> ReadRawData(const grpc::ByteBuffer& message);

// A DownloadMessage of these bytes, which it owns.
grpc::ByteBuffer WriteRawData(Bytes data);

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

}  // namespace amparo::server

#endif  // AMPARO_SERVER_RAW_MESSAGES_H_
