#include "storage/rocksdb_blob_writer.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"

namespace amparo::storage {

RocksdbBlobWriter::RocksdbBlobWriter(RocksdbBlobStore& store, const ObjectId& object,
                                     std::shared_ptr<RocksdbBlobStore::Turn> turn,
                                     std::uint64_t number, const BlobState& state, UnixSeconds now)
    : store_(store),
      object_(object),
      turn_(std::move(turn)),
      number_(number),
      now_(now),
      state_(state),
      offset_(state.stored) {
  if (state.stored == 0) running_.emplace();
}

RocksdbBlobWriter::~RocksdbBlobWriter() = default;

absl::Status RocksdbBlobWriter::CheckMine() const {
  if (turn_->writer == number_) return broken_;
  return absl::AbortedError(absl::StrCat("blob ", ToHex(object_), ": this writer has ended"));
}

absl::Status RocksdbBlobWriter::Write(ByteView bytes) {
  const std::lock_guard lock(turn_->mutex);
  if (absl::Status status = CheckMine(); !status.ok()) return status;
  if (bytes.size() > state_.length - offset_) {
    return absl::OutOfRangeError(
        absl::StrCat("blob of ", state_.length, " bytes, got ", offset_ + bytes.size()));
  }
  if (running_.has_value()) running_->Update(bytes);
  while (!bytes.empty()) {
    if (chunk_.size() == kSegmentChunkBytes) {
      if (broken_ = SpillChunk(); !broken_.ok()) return broken_;
    }
    const std::size_t taken = std::min(bytes.size(), kSegmentChunkBytes - chunk_.size());
    AppendTo(chunk_, bytes.first(taken));
    bytes = bytes.subspan(taken);
    offset_ += taken;
  }
  return absl::OkStatus();
}

absl::Status RocksdbBlobWriter::SpillChunk() {
  if (segment_ == nullptr) {
    absl::Status room = store_.database_.CheckRoom(Room::kForUploads, kSegmentBytesMax);
    if (!room.ok()) return room;
    absl::StatusOr<std::unique_ptr<SegmentBuilder>> segment = store_.segments_.Begin();
    if (!segment.ok()) return segment.status();
    segment_ = *std::move(segment);
  }
  if (absl::Status status = segment_->Add(chunk_); !status.ok()) return status;
  chunk_.clear();
  return segment_->size() == kSegmentBytesMax ? FinishSegment() : absl::OkStatus();
}

absl::Status RocksdbBlobWriter::FinishSegment() {
  const std::unique_ptr<SegmentBuilder> segment = std::move(segment_);
  if (absl::Status status = segment->Finish(); !status.ok()) return status;
  rocksdb::WriteBatch batch;
  return PutRows(batch, {.place = BlobPart::Place::kSegment,
                         .number = segment->number(),
                         .length = static_cast<std::uint32_t>(segment->size())});
}

absl::Status RocksdbBlobWriter::StoreSmall() {
  absl::Status room = store_.database_.CheckRoom(Room::kForUploads, kSegmentChunkBytes);
  if (!room.ok()) return room;
  const BlobPart part = {.place = BlobPart::Place::kSmall,
                         .number = store_.segments_.NextNumber(),
                         .length = static_cast<std::uint32_t>(chunk_.size())};
  rocksdb::WriteBatch batch;
  batch.Put(store_.database_.family(Family::kSmall), NumberKey(part.number), AsSlice(chunk_));
  absl::Status status = PutRows(batch, part);
  if (status.ok()) chunk_.clear();
  return status;
}

absl::Status RocksdbBlobWriter::PutRows(rocksdb::WriteBatch& batch, const BlobPart& part) {
  BlobState next = state_;
  next.stored += part.length;
  next.changed = now_;
  rocksdb::ColumnFamilyHandle* const family = store_.database_.family(Family::kBlobs);
  batch.Put(family, BlobPartKey(store_.org_, object_, state_.stored), EncodeBlobPart(part));
  batch.Put(family, BlobStateKey(store_.org_, object_), EncodeBlobState(next));
  absl::Status status = store_.database_.Write(batch, Durability::kSynced);
  if (status.ok()) state_ = next;
  return status;
}

absl::Status RocksdbBlobWriter::FlushHeld() {
  if (segment_ == nullptr) return chunk_.empty() ? absl::OkStatus() : StoreSmall();
  if (!chunk_.empty()) {
    if (absl::Status status = segment_->Add(chunk_); !status.ok()) return status;
    chunk_.clear();
  }
  return FinishSegment();
}

absl::StatusOr<std::uint64_t> RocksdbBlobWriter::Flush() {
  const std::lock_guard lock(turn_->mutex);
  if (absl::Status status = CheckMine(); !status.ok()) return status;
  if (broken_ = FlushHeld(); !broken_.ok()) return broken_;
  return state_.stored;
}

absl::StatusOr<Hash> RocksdbBlobWriter::HashStored() const {
  Sha256Stream stream;
  Bytes bytes;
  for (std::uint64_t at = 0; at < state_.stored; at += bytes.size()) {
    bytes.clear();
    const std::uint64_t length = std::min<std::uint64_t>(kSegmentChunkBytes, state_.stored - at);
    absl::Status status = store_.ReadStored(object_, at, static_cast<std::size_t>(length), bytes);
    if (!status.ok()) return status;
    stream.Update(bytes);
  }
  return stream.Finish();
}

absl::Status RocksdbBlobWriter::Seal(const Hash& sha256) {
  const std::lock_guard lock(turn_->mutex);
  if (absl::Status status = CheckMine(); !status.ok()) return status;
  if (broken_ = FlushHeld(); !broken_.ok()) return broken_;
  if (state_.stored != state_.length) {
    return absl::FailedPreconditionError(
        absl::StrCat("blob of ", state_.length, " bytes holds ", state_.stored));
  }
  const absl::StatusOr<Hash> found =
      running_.has_value() ? absl::StatusOr<Hash>(running_->Finish()) : HashStored();
  running_.reset();
  if (!found.ok()) return found.status();
  if (*found != sha256) {
    turn_->writer = 0;
    if (absl::Status status = store_.EraseHeld(object_); !status.ok()) return status;
    return absl::DataLossError(absl::StrCat("blob ", ToHex(object_), " has sha-256 ", ToHex(*found),
                                            ", declared was ", ToHex(sha256)));
  }
  BlobState sealed = state_;
  sealed.sealed = true;
  rocksdb::WriteBatch batch;
  batch.Put(store_.database_.family(Family::kBlobs), BlobStateKey(store_.org_, object_),
            EncodeBlobState(sealed));
  absl::Status status = store_.database_.Write(batch, Durability::kSynced);
  if (status.ok()) turn_->writer = 0;
  return status;
}

}  // namespace amparo::storage
