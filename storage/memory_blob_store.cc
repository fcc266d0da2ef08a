#include "storage/memory_blob_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "storage/limits.h"

namespace amparo::storage {

class MemoryBlobStore::Writer : public BlobWriter {
 public:
  Writer(MemoryBlobStore& store, const ObjectId& object, std::uint64_t stored, UnixSeconds now)
      : store_(store), object_(object), offset_(stored), now_(now) {}
  ~Writer() override {
    const std::lock_guard lock(store_.mutex_);
    if (Blob* blob = Mine(); blob != nullptr) blob->writer = nullptr;
  }

  std::uint64_t offset() const override { return offset_; }
  std::uint64_t durable() const override {
    const std::lock_guard lock(store_.mutex_);
    return offset_ - pending_.size();
  }

  absl::Status Write(ByteView bytes) override {
    const std::lock_guard lock(store_.mutex_);
    Blob* blob = Mine();
    if (blob == nullptr) return Ended();
    if (bytes.size() > blob->length - offset_) {
      return absl::OutOfRangeError(
          absl::StrCat("blob of ", blob->length, " bytes, got ", offset_ + bytes.size()));
    }
    AppendTo(pending_, bytes);
    offset_ += bytes.size();
    if (pending_.size() >= kSegmentBytesMax) Store(*blob);
    return absl::OkStatus();
  }

  absl::StatusOr<std::uint64_t> Flush() override {
    const std::lock_guard lock(store_.mutex_);
    Blob* blob = Mine();
    if (blob == nullptr) return Ended();
    Store(*blob);
    return offset_;
  }

  absl::Status Seal(const Hash& sha256) override {
    const std::lock_guard lock(store_.mutex_);
    Blob* blob = Mine();
    if (blob == nullptr) return Ended();
    Store(*blob);
    if (offset_ != blob->length) {
      return absl::FailedPreconditionError(
          absl::StrCat("blob of ", blob->length, " bytes holds ", offset_));
    }
    blob->writer = nullptr;
    if (const Hash found = Sha256(blob->bytes); found != sha256) {
      store_.blobs_.erase(object_);
      return absl::DataLossError(absl::StrCat("blob ", ToHex(object_), " has sha-256 ",
                                              ToHex(found), ", declared was ", ToHex(sha256)));
    }
    blob->sealed = true;
    return absl::OkStatus();
  }

  // Stores what came and ends this writer. REQUIRES: the store's mutex is held, `blob` is its.
  void HandOver(Blob& blob) {
    Store(blob);
    blob.writer = nullptr;
  }

 private:
  // Nothing if this writer was ended.
  Blob* Mine() {
    const auto found = store_.blobs_.find(object_);
    return found == store_.blobs_.end() || found->second.writer != this ? nullptr : &found->second;
  }
  absl::Status Ended() const {
    return absl::AbortedError(absl::StrCat("blob ", ToHex(object_), ": this writer has ended"));
  }
  void Store(Blob& blob) {
    if (pending_.empty()) return;
    AppendTo(blob.bytes, pending_);
    blob.changed = now_;
    pending_.clear();
  }

  MemoryBlobStore& store_;
  const ObjectId object_;
  Bytes pending_;
  std::uint64_t offset_;
  const UnixSeconds now_;
};

absl::StatusOr<std::unique_ptr<BlobWriter>> MemoryBlobStore::BeginWrite(const ObjectId& object,
                                                                        std::uint64_t length,
                                                                        UnixSeconds now) {
  if (absl::Status status = CheckBlobLength(length); !status.ok()) return status;
  const std::lock_guard lock(mutex_);
  const auto [found, is_new] = blobs_.try_emplace(object);
  Blob& blob = found->second;
  if (is_new) {
    blob.length = length;
    blob.changed = now;
  }
  if (blob.sealed) {
    return absl::AlreadyExistsError(absl::StrCat("blob ", ToHex(object), " is sealed"));
  }
  if (blob.length != length) {
    return absl::FailedPreconditionError(absl::StrCat("blob ", ToHex(object), " was begun with ",
                                                      blob.length, " bytes, now ", length));
  }
  if (blob.writer != nullptr) blob.writer->HandOver(blob);
  auto writer = std::make_unique<Writer>(*this, object, blob.bytes.size(), now);
  blob.writer = writer.get();
  return writer;
}

absl::StatusOr<std::optional<BlobState>> MemoryBlobStore::Stat(const ObjectId& object) const {
  const std::lock_guard lock(mutex_);
  const auto found = blobs_.find(object);
  if (found == blobs_.end()) return std::optional<BlobState>();
  const Blob& blob = found->second;
  return BlobState{.length = blob.length,
                   .stored = blob.bytes.size(),
                   .durable = blob.bytes.size(),
                   .sealed = blob.sealed,
                   .changed = blob.changed};
}

absl::StatusOr<Bytes> MemoryBlobStore::Read(const ObjectId& object, std::uint64_t offset,
                                            std::size_t length) const {
  const std::lock_guard lock(mutex_);
  const auto found = blobs_.find(object);
  if (found == blobs_.end() || !found->second.sealed) {
    return absl::NotFoundError(absl::StrCat("no sealed blob ", ToHex(object)));
  }
  const ByteView bytes = found->second.bytes;
  if (offset >= bytes.size()) return Bytes();
  const ByteView rest = bytes.subspan(static_cast<std::size_t>(offset));
  const ByteView range = rest.first(std::min(length, rest.size()));
  return Bytes(range.begin(), range.end());
}

absl::Status MemoryBlobStore::Erase(const ObjectId& object) {
  const std::lock_guard lock(mutex_);
  blobs_.erase(object);
  return absl::OkStatus();
}

absl::StatusOr<bool> MemoryBlobStore::EraseIfAbandoned(const ObjectId& object,
                                                       const Abandoned& abandoned) {
  const std::lock_guard lock(mutex_);
  const auto found = blobs_.find(object);
  if (found == blobs_.end()) return false;
  const Blob& blob = found->second;
  if (blob.writer != nullptr || !(blob.changed < abandoned.before)) return false;
  if (blob.sealed && !abandoned.may_be_sealed) return false;
  blobs_.erase(found);
  return true;
}

absl::StatusOr<std::vector<ObjectId>> MemoryBlobStore::ChangedBefore(
    UnixSeconds before, std::size_t limit, std::optional<ObjectId> after) const {
  const std::lock_guard lock(mutex_);
  std::vector<ObjectId> out;
  auto at = after.has_value() ? blobs_.upper_bound(*after) : blobs_.begin();
  for (; at != blobs_.end() && out.size() < limit; ++at) {
    if (at->second.changed < before) out.push_back(at->first);
  }
  return out;
}

absl::Status MemoryBlobStore::PutPieces(std::span<const PieceWrite> pieces) {
  if (absl::Status status = CheckPieceLimits(pieces); !status.ok()) return status;
  const std::lock_guard lock(mutex_);
  for (const PieceWrite& piece : pieces) pieces_[piece.key] = piece.value;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Bytes>> MemoryBlobStore::GetPiece(ByteView key) const {
  const std::lock_guard lock(mutex_);
  const auto found = pieces_.find(Bytes(key.begin(), key.end()));
  if (found == pieces_.end()) return std::optional<Bytes>();
  return std::optional<Bytes>(found->second);
}

absl::Status MemoryBlobStore::ErasePieces(std::span<const Bytes> keys) {
  const std::lock_guard lock(mutex_);
  for (const Bytes& key : keys) pieces_.erase(key);
  return absl::OkStatus();
}

}  // namespace amparo::storage
