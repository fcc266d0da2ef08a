#include "storage/rocksdb_blob_writer.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"

namespace amparo::storage {
namespace {

constexpr std::size_t kHashedAtOnce = 256 * 1024;

}  // namespace

RocksdbBlobWriter::RocksdbBlobWriter(RocksdbBlobStore& store, const ObjectId& object,
                                     std::shared_ptr<RocksdbBlobStore::Turn> turn,
                                     const BlobState& state, UnixSeconds now, RocksdbBlobRun* run)
    : store_(store),
      object_(object),
      turn_(std::move(turn)),
      now_(now),
      run_(run),
      log_switches_(store.database_.LogSwitches()),
      was_durable_(state.durable == state.stored),
      state_(state),
      offset_(state.stored) {
  if (state.stored == 0) running_.emplace();
}

RocksdbBlobWriter::~RocksdbBlobWriter() {
  const std::lock_guard lock(turn_->mutex);
  const bool is_whole = CheckMine().ok();
  if (turn_->writer == this) turn_->writer = nullptr;
  if (!finishing_.has_value()) return;
  if (is_whole && AwaitFinished(Durability::kOrdered).ok()) return;
  // If its row was tried, the log may have it, whatever the write answered. Opening erases the
  // segment if not.
  if (!finishing_->done.valid()) return;
  // Nobody will name it. What cannot be erased now is erased when the store is opened again.
  finishing_->done.wait();
  const std::array<std::uint64_t, 1> unnamed = {finishing_->number};
  store_.segments_.Erase(unnamed).IgnoreError();
}

std::uint64_t RocksdbBlobWriter::durable() const {
  const std::lock_guard lock(turn_->mutex);
  if (!is_shared_) return store_.DurableOf(object_, state_.stored);
  if (store_.IsUnstored(object_)) return 0;
  const auto state = store_.Stat(object_);
  return state.ok() && state->has_value() ? (*state)->durable : 0;
}

absl::Status RocksdbBlobWriter::CheckMine() const {
  if (turn_->writer == this) return broken_;
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
    if (chunk_.size() == chunk_max()) {
      if (broken_ = SpillChunk(); !broken_.ok()) return broken_;
    }
    if (chunk_.empty()) {  // Not once for all: chunk_max() is less while a segment is open.
      const std::uint64_t rest = state_.length - offset_;
      chunk_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(rest, chunk_max())));
    }
    const std::size_t taken = std::min(bytes.size(), chunk_max() - chunk_.size());
    AppendTo(chunk_, bytes.first(taken));
    bytes = bytes.subspan(taken);
    offset_ += taken;
  }
  return absl::OkStatus();
}

absl::Status RocksdbBlobWriter::SpillChunk() {
  if (is_small()) return StoreSmall(Durability::kOrdered);
  if (segment_ == nullptr) {
    absl::StatusOr<std::unique_ptr<SegmentBuilder>> segment = store_.segments_.Begin();
    if (!segment.ok()) return segment.status();
    segment_ = *std::move(segment);
  }
  if (absl::Status status = segment_->Add(chunk_); !status.ok()) return status;
  // The first one of a segment is larger than those that follow, and makes way for them.
  if (chunk_.size() > kSegmentRowBytes) chunk_ = Bytes();
  chunk_.clear();
  return segment_->size() == kSegmentBytesMax ? BeginFinishing() : absl::OkStatus();
}

absl::Status RocksdbBlobWriter::BeginFinishing() {
  if (absl::Status status = AwaitFinished(Durability::kOrdered); !status.ok()) return status;
  finishing_ = Finishing{.number = segment_->number(),
                         .length = static_cast<std::uint32_t>(segment_->size()),
                         .done = {}};
  finishing_->done =
      std::async(std::launch::async, [segment = std::move(segment_)] { return segment->Finish(); });
  return absl::OkStatus();
}

absl::Status RocksdbBlobWriter::AwaitFinished(Durability durability) {
  if (!finishing_.has_value()) return absl::OkStatus();
  if (absl::Status status = finishing_->done.get(); !status.ok()) return status;
  rocksdb::WriteBatch batch;
  const std::array<BlobPart, 1> part = {{{.place = BlobPart::Place::kSegment,
                                          .number = finishing_->number,
                                          .length = finishing_->length}}};
  absl::Status status = PutRows(batch, part, durability);
  if (status.ok()) finishing_.reset();
  return status;
}

absl::Status RocksdbBlobWriter::StoreSmall(Durability durability) {
  absl::Status room = store_.segments_.CheckRoom(chunk_.size());
  if (!room.ok()) return room;
  rocksdb::WriteBatch batch;
  // More than one part of what was to share a segment, and was flushed before it was whole.
  absl::Status status = PutRows(batch, store_.PutSmall(batch, chunk_), durability);
  if (status.ok()) chunk_.clear();
  return status;
}

absl::Status RocksdbBlobWriter::PutRows(rocksdb::WriteBatch& batch, std::span<const BlobPart> parts,
                                        Durability durability) {
  BlobState next = state_;
  next.changed = now_;
  for (const BlobPart& part : parts) next.stored += part.length;
  store_.PutRows(batch, object_, state_.stored, parts, next);
  const std::uint64_t durable = store_.DurableOf(object_, state_.stored);
  absl::Status status = store_.database_.Write(batch, durability);
  if (!status.ok()) return status;
  if (durability == Durability::kOrdered) store_.NotePending(object_, durable);
  state_ = next;
  return absl::OkStatus();
}

absl::Status RocksdbBlobWriter::PutState(const BlobState& state, Durability durability) {
  rocksdb::WriteBatch batch;
  batch.Put(store_.database_.family(Family::kBlobs), BlobStateKey(store_.org_, object_),
            EncodeBlobState(state));
  return store_.database_.Write(batch, durability);
}

absl::Status RocksdbBlobWriter::StoreRest(Durability durability) {
  if (segment_ != nullptr) {
    if (!chunk_.empty()) {
      if (absl::Status status = segment_->Add(chunk_); !status.ok()) return status;
      chunk_.clear();
    }
    if (absl::Status status = BeginFinishing(); !status.ok()) return status;
  }
  if (absl::Status status = AwaitFinished(chunk_.empty() ? durability : Durability::kOrdered);
      !status.ok()) {
    return status;
  }
  return chunk_.empty() ? absl::OkStatus() : StoreSmall(durability);
}

absl::StatusOr<std::uint64_t> RocksdbBlobWriter::Flush() {
  const std::lock_guard lock(turn_->mutex);
  if (absl::Status status = CheckMine(); !status.ok()) return status;
  if (broken_ = FlushHeld(); !broken_.ok()) return broken_;
  return state_.stored;
}

absl::Status RocksdbBlobWriter::FlushHeld() {
  if (absl::Status status = StoreRest(Durability::kSynced); !status.ok()) return status;
  if (store_.DurableOf(object_, state_.stored) == state_.stored) return absl::OkStatus();
  return PutState(state_, Durability::kSynced);  // Rows of before, and nothing came since.
}

void RocksdbBlobWriter::HandOver() {
  if (broken_.ok()) broken_ = FlushHeld();
  turn_->writer = nullptr;
}

absl::StatusOr<Hash> RocksdbBlobWriter::HashStored() const {
  Sha256Stream stream;
  Bytes bytes;
  for (std::uint64_t at = 0; at < state_.stored; at += bytes.size()) {
    bytes.clear();
    const std::uint64_t length = std::min<std::uint64_t>(kHashedAtOnce, state_.stored - at);
    absl::Status status = store_.ReadStored(object_, at, static_cast<std::size_t>(length), bytes);
    if (!status.ok()) return status;
    stream.Update(bytes);
  }
  return stream.Finish();
}

absl::Status RocksdbBlobWriter::EraseDamaged(const std::string& why) {
  turn_->writer = nullptr;
  if (absl::Status status = store_.EraseHeld(object_); !status.ok()) return status;
  return absl::DataLossError(absl::StrCat("blob ", ToHex(object_), " ", why));
}

absl::Status RocksdbBlobWriter::EraseUnlike(const Hash& found, const Hash& declared) {
  return EraseDamaged(
      absl::StrCat("has sha-256 ", ToHex(found), ", declared was ", ToHex(declared)));
}

absl::Status RocksdbBlobWriter::SealShared(const Hash& sha256) {
  const Hash found = running_->Finish();
  running_.reset();
  if (found != sha256) return EraseUnlike(found, sha256);
  if (broken_ = run_->Add(object_, std::move(chunk_), now_); !broken_.ok()) return broken_;
  chunk_ = Bytes();
  is_shared_ = true;
  turn_->writer = nullptr;
  return absl::OkStatus();
}

absl::Status RocksdbBlobWriter::Seal(const Hash& sha256) {
  std::unique_lock lock(turn_->mutex);
  if (absl::Status status = CheckMine(); !status.ok()) return status;
  if (may_share() && !chunk_.empty() && chunk_.size() == state_.length) return SealShared(sha256);
  if (broken_ = StoreRest(Durability::kOrdered); !broken_.ok()) return broken_;
  if (state_.stored != state_.length) {
    return absl::FailedPreconditionError(
        absl::StrCat("blob of ", state_.length, " bytes holds ", state_.stored));
  }
  absl::StatusOr<Hash> found;
  if (running_.has_value()) {
    found = running_->Finish();
    running_.reset();
  } else {
    // Seconds, in which others may take the blob over or erase it. What is read changes only so.
    lock.unlock();
    found = HashStored();
    lock.lock();
    if (absl::Status status = CheckMine(); !status.ok()) return status;
  }
  // Parts that were in a log whose end a loss of power took.
  if (absl::IsDataLoss(found.status())) return EraseDamaged("lacks bytes that it had");
  if (!found.ok()) return found.status();
  if (*found != sha256) return EraseUnlike(*found, sha256);
  absl::Status status = PutSealed();
  if (status.ok()) turn_->writer = nullptr;
  return status;
}

absl::Status RocksdbBlobWriter::PutSealed() {
  BlobState sealed = state_;
  sealed.sealed = true;
  const auto in_one_log = [&] {
    return was_durable_ && store_.database_.LogSwitches() == log_switches_;
  };
  if (is_small() && in_one_log()) {
    const std::uint64_t durable = store_.DurableOf(object_, state_.stored);
    if (absl::Status status = PutState(sealed, Durability::kOrdered); !status.ok()) return status;
    store_.NotePending(object_, durable);
    if (in_one_log()) return absl::OkStatus();
  }
  return PutState(sealed, Durability::kSynced);
}

}  // namespace amparo::storage
