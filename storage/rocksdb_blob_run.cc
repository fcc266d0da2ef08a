#include "storage/rocksdb_blob_run.h"

#include <utility>

namespace amparo::storage {

SharedSegment::SharedSegment(RocksdbBlobStore& store, std::unique_ptr<SegmentBuilder> builder)
    : store_(store), number_(builder->number()), builder_(std::move(builder)) {}

absl::StatusOr<bool> SharedSegment::Add(const ObjectId& object, ByteView blob, UnixSeconds now) {
  const std::lock_guard lock(mutex_);
  if (outcome_.has_value()) return false;
  absl::Status room = store_.database_.CheckRoom(Room::kForUploads, blob.size());
  if (!room.ok()) return room;
  if (absl::Status status = builder_->AddRow(blob); !status.ok()) return status;
  members_.push_back(
      {.object = object, .length = static_cast<std::uint32_t>(blob.size()), .now = now});
  store_.NoteUnstored(object, shared_from_this());
  return true;
}

absl::Status SharedSegment::Store() {
  const std::lock_guard lock(mutex_);
  if (!outcome_.has_value()) {
    outcome_ = members_.empty() ? absl::OkStatus() : StoreHeld();
    builder_.reset();
    for (const Member& member : members_) store_.ForgetUnstored(member.object);
  }
  return *outcome_;
}

absl::Status SharedSegment::StoreHeld() {
  if (absl::Status status = builder_->Finish(); !status.ok()) return status;
  store_.segments_.Share(number_, members_.size());
  // If that fails, the rows may yet be there when the store is opened again; if they are not, the
  // segment is erased then.
  return WriteRows();
}

absl::Status SharedSegment::WriteRows() {
  rocksdb::WriteBatch batch;
  rocksdb::ColumnFamilyHandle* const family = store_.database_.family(Family::kBlobs);
  for (std::uint32_t row = 0; const Member& member : members_) {
    const BlobPart part = {.place = BlobPart::Place::kShared,
                           .number = number_,
                           .length = member.length,
                           .row = row++};
    const BlobState state = {
        .length = member.length, .stored = member.length, .sealed = true, .changed = member.now};
    batch.Put(family, BlobPartKey(store_.org_, member.object, 0), EncodeBlobPart(part));
    batch.Put(family, BlobStateKey(store_.org_, member.object), EncodeBlobState(state));
  }
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

absl::Status RocksdbBlobRun::Add(const ObjectId& object, ByteView blob, UnixSeconds now) {
  if (open_ != nullptr && open_bytes_ + blob.size() > kSegmentBytesMax) {
    if (absl::Status status = BeginStoring(); !status.ok()) return status;
  }
  while (true) {
    if (open_ == nullptr) {
      absl::StatusOr<std::unique_ptr<SegmentBuilder>> builder = store_.segments_.Begin();
      if (!builder.ok()) return builder.status();
      open_ = std::make_shared<SharedSegment>(store_, *std::move(builder));
      open_bytes_ = 0;
    }
    absl::StatusOr<bool> added = open_->Add(object, blob, now);
    if (!added.ok()) return added.status();
    if (*added) break;
    open_.reset();  // Somebody asked for one of its blobs.
  }
  open_bytes_ += blob.size();
  return absl::OkStatus();
}

absl::Status RocksdbBlobRun::BeginStoring() {
  absl::Status status = AwaitStored();
  storing_ =
      std::async(std::launch::async, [segment = std::move(open_)] { return segment->Store(); });
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
