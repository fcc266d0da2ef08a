#include "crypto/payload_opener.h"

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crypto/batch_line.h"
#include "crypto/digest.h"
#include "crypto/payload_cipher.h"

namespace amparo {
namespace {

constexpr std::uint64_t kBatchSealed = kBatchChunks * kSealedChunkSize;

absl::Status Damaged(std::uint64_t index) {
  return absl::DataLossError(
      absl::StrCat("chunk ", index, " does not open: altered, moved, or of another key"));
}

bool AllZeros(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

struct PayloadOpener::Stream {
  Stream(SealingPool& pool, const FileKey& key_in, const PayloadShape& shape_in, Sink sink_in,
         bool hashes_in)
      : key(key_in.Duplicate()),
        shape(shape_in),
        sink(std::move(sink_in)),
        hashes(hashes_in),
        length(SealedLength(shape.padded_size)),
        line(pool, {.enter = [this](Batch& batch) { return Enter(batch); },
                    .work = [this](Batch& batch) { return Open(batch); },
                    .leave = [this](Batch& batch) { return Leave(batch); }}) {
    assert(shape.padded_size >= shape.size);
  }

  // The first batch has the nonce in front of its chunks.
  static std::size_t Start(const Batch& batch) { return batch.index == 0 ? 0 : kPayloadNonceSize; }
  // Where the bytes of this batch that come next go, up to its end or the payload's.
  MutableByteView RoomIn(const Batch& batch) const {
    const std::uint64_t batch_end = kPayloadNonceSize + (batch.index + 1) * kBatchSealed;
    const std::uint64_t left = std::min(length, batch_end) - taken;
    return batch.buffer.subspan(Start(batch) + batch.size, static_cast<std::size_t>(left));
  }
  template <class Visit>
  absl::Status ForEachChunk(const Batch& batch, const Visit& visit) const {
    return shape.ForEachChunk(batch.index, batch.buffer.subspan(kPayloadNonceSize), visit);
  }

  absl::Status Enter(Batch& batch) {
    if (batch.index == 0) {
      const auto nonce = PayloadNonce::From(batch.buffer.first(kPayloadNonceSize));
      const Secret<32> payload_key = DerivePayloadKey(key, *nonce);
      for (std::size_t i = 0; i < std::min<std::uint64_t>(shape.batches(), kBatchesInLine); ++i) {
        ciphers.emplace_back(payload_key);
      }
    }
    if (hashes) payload_hash.Update(batch.buffer.subspan(Start(batch), batch.size));
    return absl::OkStatus();
  }
  absl::Status Open(Batch& batch) {
    return ForEachChunk(batch, [&](auto index, MutableByteView sealed, MutableByteView plain) {
      const bool last = index == shape.last_chunk();
      const bool opened = ciphers[batch.slot].Open(index, last, sealed, plain);
      return opened ? absl::OkStatus() : Damaged(index);
    });
  }
  absl::Status Leave(Batch& batch) {
    return ForEachChunk(batch, [&](auto index, MutableByteView, MutableByteView plain) {
      const std::size_t content = shape.ContentIn(index, plain.size());
      if (!AllZeros(plain.subspan(content))) {
        return absl::DataLossError("its padding is not zeros");
      }
      if (hashes) plaintext_hash.Update(plain.first(content));
      return sink && content > 0 ? sink(plain.first(content)) : absl::OkStatus();
    });
  }

  // Makes room of what is done, and waits for the oldest batch if nothing is.
  absl::Status MakeRoom() {
    while (line.HasMore() && (line.IsReady() || !line.HasRoom())) {
      if (absl::Status status = Release(); !status.ok()) return status;
    }
    return absl::OkStatus();
  }
  absl::Status Release() {
    const absl::StatusOr<Batch*> batch = line.Collect();
    if (!batch.ok()) return batch.status();
    line.Release();
    return absl::OkStatus();
  }

  const FileKey key;
  const PayloadShape shape;
  const Sink sink;
  const bool hashes;
  const std::uint64_t length;          // Of the payload.
  std::vector<PayloadCipher> ciphers;  // One for each place in the line.
  Sha256Stream payload_hash;
  Sha256Stream plaintext_hash;
  std::uint64_t taken = 0;
  bool started = false;  // The batch that is submitted next has its first bytes, or may.
  absl::Status failed;
  BatchLine line;  // Last: it ends first.
};

PayloadOpener::PayloadOpener(SealingPool& pool, const FileKey& key, const PayloadShape& shape,
                             Sink sink, Options options)
    : stream_(std::make_unique<Stream>(pool, key, shape, std::move(sink), options.hashes)) {}
PayloadOpener::~PayloadOpener() = default;

absl::StatusOr<MutableByteView> PayloadOpener::Room() {
  Stream& s = *stream_;
  if (!s.failed.ok()) return s.failed;
  if (s.taken == s.length) return MutableByteView();
  if (!s.started) {
    s.failed = s.MakeRoom();
    if (!s.failed.ok()) return s.failed;
    s.line.Room().size = 0;
    s.started = true;
  }
  return s.RoomIn(s.line.Room());
}

absl::Status PayloadOpener::Taken(std::size_t count) {
  Stream& s = *stream_;
  if (!s.failed.ok()) return s.failed;
  assert(s.started && count <= s.RoomIn(s.line.Room()).size());
  Batch& batch = s.line.Room();
  batch.size += count;
  s.taken += count;
  if (!s.RoomIn(batch).empty()) return absl::OkStatus();
  s.started = false;
  s.line.Submit();
  return absl::OkStatus();
}

absl::Status PayloadOpener::Take(ByteView piece) {
  while (!piece.empty()) {
    const absl::StatusOr<MutableByteView> room = Room();
    if (!room.ok()) return room.status();
    if (room->empty()) {
      stream_->failed =
          absl::DataLossError(absl::StrCat("more bytes than the ", stream_->length, " it has"));
      return stream_->failed;
    }
    const std::size_t count = std::min(room->size(), piece.size());
    std::copy_n(piece.begin(), count, room->begin());
    piece = piece.subspan(count);
    if (absl::Status status = Taken(count); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<PayloadOpener::Digests> PayloadOpener::Finish() {
  Stream& s = *stream_;
  if (s.failed.ok() && s.taken != s.length) {
    s.failed = absl::DataLossError(absl::StrCat(s.taken, " bytes came of ", s.length));
  }
  while (s.failed.ok() && s.line.HasMore()) s.failed = s.Release();
  if (!s.failed.ok()) return s.failed;
  Digests digests;
  if (s.hashes) {
    digests = {.plaintext_sha256 = s.plaintext_hash.Finish(),
               .payload_sha256 = s.payload_hash.Finish()};
  }
  return digests;
}

}  // namespace amparo
