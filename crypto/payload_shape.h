// How the plaintext of one object lies in its chunks, and the chunks in the batches of a
// BatchLine: arithmetic alone. Spec: docs/spec/sealed-object.md, "Payload".
//
// Thread safety: immutable values.

#ifndef AMPARO_CRYPTO_PAYLOAD_SHAPE_H_
#define AMPARO_CRYPTO_PAYLOAD_SHAPE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "crypto/bulk_kernels.h"
#include "crypto/bytes.h"
#include "crypto/sealing_pool.h"

namespace amparo {

struct PayloadShape {
  static constexpr std::uint64_t kBatchPlain = kBatchChunks * kChunkSize;

  std::uint64_t size = 0;         // Of the plaintext.
  std::uint64_t padded_size = 0;  // With the zeros that are added: at least `size`.

  std::uint64_t batches() const {
    return std::max<std::uint64_t>(1, (padded_size + kBatchPlain - 1) / kBatchPlain);
  }
  std::uint64_t last_chunk() const { return padded_size == 0 ? 0 : (padded_size - 1) / kChunkSize; }
  // How many of the first `count` plaintext bytes of a chunk are no padding.
  std::size_t ContentIn(std::uint64_t chunk, std::size_t count) const {
    const std::uint64_t left = size - std::min(size, chunk * kChunkSize);
    return static_cast<std::size_t>(std::min<std::uint64_t>(left, count));
  }

  // Calls visit(index of the chunk, where it is sealed, its plaintext in the same place) for the
  // chunks of a batch, which lie one after the other in `room`; until one call fails.
  template <class Visit>
  absl::Status ForEachChunk(std::uint64_t batch, MutableByteView room, const Visit& visit) const {
    const std::uint64_t end = std::min((batch + 1) * kBatchPlain, padded_size);
    std::uint64_t at = batch * kBatchPlain;
    do {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kChunkSize, end - at));
      const MutableByteView sealed = room.first(count + kChunkTagSize);
      absl::Status status = visit(at / kChunkSize, sealed, sealed.first(count));
      if (!status.ok()) return status;
      room = room.subspan(sealed.size());
      at += count;
    } while (at < end);
    return absl::OkStatus();
  }
};

}  // namespace amparo

#endif  // AMPARO_CRYPTO_PAYLOAD_SHAPE_H_
