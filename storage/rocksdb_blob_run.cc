#include "storage/rocksdb_blob_run.h"

#include <array>
#include <utility>

namespace amparo::storage {

absl::StatusOr<bool> GatheredBlobs::Add(const ObjectId& object, Bytes&& blob, UnixSeconds now) {
  const std::lock_guard lock(mutex_);
  if (outcome_.has_value()) return false;
  if (segment_ == nullptr) {  // Which has its room already.
    if (absl::Status room = store_.segments_.CheckRoom(blob.size()); !room.ok()) return room;
  }
  bytes_ += blob.size();
  members_.push_back({.object = object,
                      .length = static_cast<std::uint32_t>(blob.size()),
                      .now = now,
                      .blob = std::move(blob)});
  store_.NoteUnstored(object, shared_from_this());
  if (bytes_ < kSharedSegmentBytesMin) return true;
  absl::Status moved = MoveToSegment();
  if (moved.ok()) return true;
  End(moved);
  return moved;
}

absl::Status GatheredBlobs::MoveToSegment() {
  if (segment_ == nullptr) {
    absl::StatusOr<std::unique_ptr<SegmentBuilder>> segment = store_.segments_.Begin();
    if (!segment.ok()) return segment.status();
    segment_ = *std::move(segment);
  }
  for (; in_segment_ < members_.size(); ++in_segment_) {
    Bytes& blob = members_[in_segment_].blob;
    if (absl::Status status = segment_->AddRow(blob); !status.ok()) return status;
    blob = Bytes();
  }
  return absl::OkStatus();
}

absl::Status GatheredBlobs::Store() {
  const std::lock_guard lock(mutex_);
  if (!outcome_.has_value()) End(members_.empty() ? absl::OkStatus() : StoreHeld());
  return *outcome_;
}

void GatheredBlobs::End(const absl::Status& outcome) {
  outcome_ = outcome;
  segment_.reset();
  for (const Member& member : members_) store_.ForgetUnstored(member.object);
  members_ = {};
}

absl::Status GatheredBlobs::StoreHeld() {
  if (segment_ != nullptr) {
    if (absl::Status status = segment_->Finish(); !status.ok()) return status;
    store_.segments_.Share(segment_->number(), store_.org_, members_.size());
  }
  rocksdb::WriteBatch batch;
  for (std::uint32_t row = 0; const Member& member : members_) {
    const BlobState state = {
        .length = member.length, .stored = member.length, .sealed = true, .changed = member.now};
    if (segment_ == nullptr) {
      store_.PutRows(batch, member.object, 0, store_.PutSmall(batch, member.blob), state);
      continue;
    }
    const std::array<BlobPart, 1> part = {{{.place = BlobPart::Place::kShared,
                                            .number = segment_->number(),
                                            .length = member.length,
                                            .row = row++}}};
    store_.PutRows(batch, member.object, 0, part, state);
  }
  // If that fails, the rows may yet be there when the store is opened again; if they are not, the
  // segment is erased then.
  absl::Status status = store_.database_.Write(batch, Durability::kOrdered);
  if (!status.ok()) return status;
  for (const Member& member : members_) store_.NotePending(member.object, 0);
  return status;
}

absl::StatusOr<std::unique_ptr<BlobWriter>> RocksdbBlobRun::BeginWrite(const ObjectId& object,
                                                                       std::uint64_t length,
                                                                       UnixSeconds now) {
  return store_.Begin(object, length, now, this);
}

absl::Status RocksdbBlobRun::Add(const ObjectId& object, Bytes blob, UnixSeconds now) {
  const std::size_t size = blob.size();
  if (open_ != nullptr && open_bytes_ + size > kSegmentBytesMax) {
    if (absl::Status status = BeginStoring(); !status.ok()) return status;
  }
  while (true) {
    if (open_ == nullptr) {
      open_ = std::make_shared<GatheredBlobs>(store_);
      open_bytes_ = 0;
    }
    absl::StatusOr<bool> added = open_->Add(object, std::move(blob), now);
    if (!added.ok()) return added.status();
    if (*added) break;
    // Somebody asked for one of its blobs: it is stored, or could not be.
    if (absl::Status s = std::exchange(open_, nullptr)->Store(); !s.ok()) return s;
  }
  open_bytes_ += size;
  return absl::OkStatus();
}

absl::Status RocksdbBlobRun::BeginStoring() {
  absl::Status status = AwaitStored();
  storing_ =
      std::async(std::launch::async, [gathered = std::move(open_)] { return gathered->Store(); });
  return status;
}

absl::Status RocksdbBlobRun::AwaitStored() {
  return storing_.valid() ? storing_.get() : absl::OkStatus();
}

absl::Status RocksdbBlobRun::Flush() {
  absl::Status status = AwaitStored();
  if (open_ != nullptr) status.Update(std::exchange(open_, nullptr)->Store());
  return status;
}

}  // namespace amparo::storage
