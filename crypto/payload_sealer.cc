#include "crypto/payload_sealer.h"

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

#include "crypto/batch_line.h"
#include "crypto/digest.h"
#include "crypto/payload_cipher.h"

namespace amparo {

struct PayloadSealer::Stream {
  Stream(SealingPool& pool, const FileKey& key, const PayloadShape& shape_in, Read read_in,
         bool hashes_in)
      : shape(shape_in),
        read(std::move(read_in)),
        hashes(hashes_in),
        nonce(FreshNonce(key)),
        line(pool, {.enter = [this](Batch& batch) { return Fill(batch); },
                    .work = [this](Batch& batch) { return Seal(batch); },
                    .leave = [this](Batch& batch) { return Leave(batch); }}) {
    assert(shape.padded_size >= shape.size);
    const Secret<32> payload_key = DerivePayloadKey(key, nonce);
    for (std::size_t i = 0; i < std::min<std::uint64_t>(shape.batches(), kBatchesInLine); ++i) {
      ciphers.emplace_back(payload_key);
    }
  }

  // The batches that may be begun are.
  void SubmitMore() {
    for (; submitted < shape.batches() && line.HasRoom(); ++submitted) {
      static_cast<void>(line.Room());
      line.Submit();
    }
  }

  bool IsLast(const Batch& batch) const { return batch.index + 1 == shape.batches(); }
  template <class Visit>
  absl::Status ForEachChunk(const Batch& batch, const Visit& visit) const {
    return shape.ForEachChunk(batch.index, batch.buffer.subspan(kPayloadNonceSize), visit);
  }

  absl::Status Fill(Batch& batch) {
    batch.size = 0;
    batch.content = 0;
    return ForEachChunk(batch, [&](auto index, MutableByteView sealed, MutableByteView plain) {
      const MutableByteView content = plain.first(shape.ContentIn(index, plain.size()));
      if (!content.empty()) {
        if (absl::Status status = read(content); !status.ok()) return status;
      }
      if (hashes) plaintext_hash.Update(content);
      const MutableByteView padding = plain.subspan(content.size());
      std::fill(padding.begin(), padding.end(), std::uint8_t{0});
      batch.content += content.size();
      batch.size += sealed.size();
      return absl::OkStatus();
    });
  }
  absl::Status Seal(Batch& batch) {
    return ForEachChunk(batch, [&](auto index, MutableByteView sealed, MutableByteView plain) {
      ciphers[batch.slot].Seal(index, index == shape.last_chunk(), plain, sealed);
      return absl::OkStatus();
    });
  }
  absl::Status Leave(Batch& batch) {
    if (batch.index == 0) std::copy(nonce.bytes.begin(), nonce.bytes.end(), batch.buffer.begin());
    if (hashes) payload_hash.Update(Payload(batch));
    return absl::OkStatus();
  }

  static ByteView Sealed(const Batch& batch) {
    return batch.buffer.subspan(kPayloadNonceSize, batch.size);
  }
  // What of the payload is in the buffer: the chunks, and in the first batch the nonce before them.
  static ByteView Payload(const Batch& batch) {
    return batch.index > 0 ? Sealed(batch) : batch.buffer.first(kPayloadNonceSize + batch.size);
  }

  const PayloadShape shape;
  const Read read;
  const bool hashes;
  const PayloadNonce nonce;
  std::vector<PayloadCipher> ciphers;  // One for each place in the line.
  Sha256Stream plaintext_hash;
  Sha256Stream payload_hash;
  Hash plaintext_sha256;
  Hash payload_sha256;
  std::uint64_t submitted = 0;
  bool collected = false;  // A batch is with the caller.
  bool done = false;
  BatchLine line;  // Last: it ends first.
};

PayloadSealer::PayloadSealer(SealingPool& pool, const FileKey& key, const PayloadShape& shape,
                             Read read, Options options)
    : stream_(std::make_unique<Stream>(pool, key, shape, std::move(read), options.hashes)) {
  stream_->SubmitMore();
}
PayloadSealer::~PayloadSealer() = default;

absl::StatusOr<SealedBatch> PayloadSealer::Next() {
  Stream& s = *stream_;
  assert(!s.done);
  if (s.collected) s.line.Release();
  s.collected = false;
  s.SubmitMore();
  const absl::StatusOr<Batch*> batch = s.line.Collect();
  if (!batch.ok()) return batch.status();
  s.collected = true;
  if (s.IsLast(**batch)) {
    s.done = true;
    if (s.hashes) s.plaintext_sha256 = s.plaintext_hash.Finish();
    if (s.hashes) s.payload_sha256 = s.payload_hash.Finish();
  }
  return SealedBatch{.bytes = s.Payload(**batch), .content = (*batch)->content, .last = s.done};
}

const Hash& PayloadSealer::plaintext_sha256() const {
  assert(stream_->done && stream_->hashes);
  return stream_->plaintext_sha256;
}
const Hash& PayloadSealer::payload_sha256() const {
  assert(stream_->done && stream_->hashes);
  return stream_->payload_sha256;
}

}  // namespace amparo
