#include "storage/rocksdb_blob_store.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/limits.h"
#include "storage/rocksdb_blob_run.h"
#include "storage/rocksdb_blob_writer.h"

namespace amparo::storage {
namespace {

constexpr std::size_t kPendingKept = 256;  // Before those that are durable are forgotten.

// A sealed blob gone between its row and its bytes was erased meanwhile, not damaged.
absl::Status Absent(const ObjectId& object) {
  return absl::NotFoundError(absl::StrCat("no sealed blob ", ToHex(object)));
}

}  // namespace

RocksdbBlobStore::RocksdbBlobStore(RocksdbDatabase& database, RocksdbSegments& segments,
                                   const OrgId& org)
    : database_(database), segments_(segments), org_(org) {}

std::shared_ptr<RocksdbBlobStore::Turn> RocksdbBlobStore::TurnOf(const ObjectId& object) {
  const std::lock_guard lock(mutex_);
  std::erase_if(turns_, [](const auto& entry) { return entry.second.expired(); });
  std::weak_ptr<Turn>& slot = turns_[object];
  std::shared_ptr<Turn> turn = slot.lock();
  if (turn == nullptr) slot = turn = std::make_shared<Turn>();
  return turn;
}

absl::StatusOr<std::optional<BlobState>> RocksdbBlobStore::CheckBegin(const ObjectId& object,
                                                                      std::uint64_t length) const {
  if (absl::Status status = CheckBlobLength(length); !status.ok()) return status;
  const absl::StatusOr<std::optional<BlobState>> found = Stat(object);
  if (!found.ok()) return found.status();
  const BlobState state = found->value_or(BlobState{.length = length, .changed = {}});
  if (state.sealed) {
    return absl::AlreadyExistsError(absl::StrCat("blob ", ToHex(object), " is sealed"));
  }
  if (state.length != length) {
    return absl::FailedPreconditionError(absl::StrCat("blob ", ToHex(object), " was begun with ",
                                                      state.length, " bytes, now ", length));
  }
  absl::Status room = segments_.CheckRoom(length - state.stored);
  if (!room.ok()) return room;
  return found;
}

std::unique_ptr<BlobRun> RocksdbBlobStore::BeginRun() {
  return std::make_unique<RocksdbBlobRun>(*this);
}

absl::StatusOr<std::unique_ptr<BlobWriter>> RocksdbBlobStore::BeginWrite(const ObjectId& object,
                                                                         std::uint64_t length,
                                                                         UnixSeconds now) {
  return Begin(object, length, now, nullptr);
}

absl::StatusOr<std::unique_ptr<BlobWriter>> RocksdbBlobStore::Begin(const ObjectId& object,
                                                                    std::uint64_t length,
                                                                    UnixSeconds now,
                                                                    RocksdbBlobRun* run) {
  const std::shared_ptr<Turn> turn = TurnOf(object);
  const std::lock_guard lock(turn->mutex);
  absl::StatusOr<std::optional<BlobState>> found = CheckBegin(object, length);
  if (!found.ok()) return found.status();
  if (turn->writer != nullptr) {
    turn->writer->HandOver();
    if (found = Stat(object); !found.ok()) return found.status();
  }
  const BlobState state = found->value_or(BlobState{.length = length, .changed = now});
  if (!found->has_value()) {
    rocksdb::WriteBatch batch;
    batch.Put(database_.family(Family::kBlobs), BlobStateKey(org_, object), EncodeBlobState(state));
    absl::Status status = database_.Write(batch, Durability::kOrdered);
    if (!status.ok()) return status;
  }
  auto writer = std::make_unique<RocksdbBlobWriter>(*this, object, turn, state, now, run);
  turn->writer = writer.get();
  return writer;
}

void RocksdbBlobStore::NoteUnstored(const ObjectId& object,
                                    std::shared_ptr<GatheredBlobs> gathered) {
  const std::lock_guard lock(mutex_);
  unstored_[object] = std::move(gathered);
}

void RocksdbBlobStore::ForgetUnstored(const ObjectId& object) {
  const std::lock_guard lock(mutex_);
  unstored_.erase(object);
}

bool RocksdbBlobStore::IsUnstored(const ObjectId& object) const {
  const std::lock_guard lock(mutex_);
  return unstored_.contains(object);
}

void RocksdbBlobStore::StoreIfUnstored(const ObjectId& object) const {
  std::shared_ptr<GatheredBlobs> gathered;
  {
    const std::lock_guard lock(mutex_);
    const auto found = unstored_.find(object);
    if (found == unstored_.end()) return;
    gathered = found->second;
  }
  // Where that fails the rows say so: the blob was only begun. Its run tells why.
  gathered->Store().IgnoreError();
}

absl::StatusOr<std::optional<BlobState>> RocksdbBlobStore::Stat(const ObjectId& object) const {
  StoreIfUnstored(object);
  const absl::StatusOr<std::optional<Bytes>> row =
      database_.Get(Family::kBlobs, BlobStateKey(org_, object));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return std::optional<BlobState>();
  std::optional<BlobState> state = DecodeBlobState(**row);
  if (!state.has_value()) {
    return absl::DataLossError(absl::StrCat("row of blob ", ToHex(object), " is malformed"));
  }
  state->durable = DurableOf(object, state->stored);
  return state;
}

std::uint64_t RocksdbBlobStore::DurableOf(const ObjectId& object, std::uint64_t stored) const {
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(object);
  if (found == pending_.end() || database_.IsDurable(found->second.mark)) return stored;
  return found->second.durable;
}

void RocksdbBlobStore::NotePending(const ObjectId& object, std::uint64_t durable) {
  const WriteMark mark = database_.Mark();
  const std::lock_guard lock(mutex_);
  if (pending_.size() >= kPendingKept) {
    std::erase_if(pending_,
                  [&](const auto& entry) { return database_.IsDurable(entry.second.mark); });
  }
  pending_[object] = {.mark = mark, .durable = durable};
}

std::vector<BlobPart> RocksdbBlobStore::PutSmall(rocksdb::WriteBatch& batch, ByteView bytes) const {
  std::vector<BlobPart> parts;
  while (!bytes.empty()) {
    const ByteView value = bytes.first(std::min(bytes.size(), kSmallValueBytesMax));
    bytes = bytes.subspan(value.size());
    parts.push_back({.place = BlobPart::Place::kSmall,
                     .number = segments_.NextNumber(),
                     .length = static_cast<std::uint32_t>(value.size())});
    batch.Put(database_.family(Family::kSmall), NumberKey(parts.back().number), AsSlice(value));
  }
  return parts;
}

void RocksdbBlobStore::PutRows(rocksdb::WriteBatch& batch, const ObjectId& object,
                               std::uint64_t start, std::span<const BlobPart> parts,
                               const BlobState& state) const {
  rocksdb::ColumnFamilyHandle* const family = database_.family(Family::kBlobs);
  for (const BlobPart& part : parts) {
    batch.Put(family, BlobPartKey(org_, object, start), EncodeBlobPart(part));
    start += part.length;
  }
  batch.Put(family, BlobStateKey(org_, object), EncodeBlobState(state));
}

absl::StatusOr<Bytes> RocksdbBlobStore::Read(const ObjectId& object, std::uint64_t offset,
                                             std::size_t length) const {
  const absl::StatusOr<std::optional<BlobState>> state = Stat(object);
  if (!state.ok()) return state.status();
  if (!state->has_value() || !(*state)->sealed) return Absent(object);
  if (offset >= (*state)->length) return Bytes();
  const std::uint64_t rest = (*state)->length - offset;
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(length, rest));
  Bytes out;
  out.reserve(taken);
  absl::Status status = ReadStored(object, offset, taken, out);
  if (status.ok()) return out;
  const absl::StatusOr<std::optional<BlobState>> now = Stat(object);
  if (now.ok() && !now->has_value()) return Absent(object);
  return status;
}

absl::Status RocksdbBlobStore::ReadStored(const ObjectId& object, std::uint64_t offset,
                                          std::size_t length, Bytes& out) const {
  const std::string end =
      AfterPrefix(BlobPartKey(org_, object, 0).substr(0, OrgId::kSize + ObjectId::kSize + 1));
  const rocksdb::Slice bound(end);
  const std::size_t key_size = BlobPartKey(org_, object, 0).size();
  const std::unique_ptr<rocksdb::Iterator> rows = database_.Iterate(Family::kBlobs, &bound);
  for (rows->SeekForPrev(BlobPartKey(org_, object, offset)); length > 0; rows->Next()) {
    if (!rows->status().ok()) return FromRocksdb(rows->status());
    const bool is_part =
        rows->Valid() && rows->key().size() == key_size &&
        rows->key().starts_with(rocksdb::Slice(end.data(), OrgId::kSize + ObjectId::kSize));
    const std::optional<BlobPart> part =
        is_part ? DecodeBlobPart(AsView(rows->value())) : std::nullopt;
    const std::uint64_t start = is_part ? ReadU64(AsView(rows->key()).subspan(key_size - 8)) : 0;
    if (!part.has_value() || start > offset || offset - start >= part->length) {
      return absl::DataLossError(
          absl::StrCat("blob ", ToHex(object), " has no part with byte ", offset));
    }
    const auto skip = static_cast<std::uint32_t>(offset - start);
    const std::size_t taken = std::min<std::size_t>(length, part->length - skip);
    if (absl::Status status = ReadPart(*part, skip, taken, out); !status.ok()) return status;
    offset += taken;
    length -= taken;
  }
  return absl::OkStatus();
}

absl::Status RocksdbBlobStore::ReadPart(const BlobPart& part, std::uint32_t offset,
                                        std::size_t length, Bytes& out) const {
  if (part.place != BlobPart::Place::kSmall) return segments_.Read(part, offset, length, out);
  const absl::StatusOr<std::optional<Bytes>> value =
      database_.Get(Family::kSmall, NumberKey(part.number));
  if (!value.ok()) return value.status();
  if (!value->has_value() || (*value)->size() != part.length) {
    return absl::DataLossError(absl::StrCat("small value ", part.number, " is not there"));
  }
  AppendTo(out, ByteView(**value).subspan(offset, length));
  return absl::OkStatus();
}

absl::Status RocksdbBlobStore::Erase(const ObjectId& object) {
  const std::shared_ptr<Turn> turn = TurnOf(object);
  const std::lock_guard lock(turn->mutex);
  turn->writer = nullptr;
  return EraseHeld(object);
}

absl::StatusOr<bool> RocksdbBlobStore::EraseIfAbandoned(const ObjectId& object,
                                                        const Abandoned& abandoned) {
  const std::shared_ptr<Turn> turn = TurnOf(object);
  const std::lock_guard lock(turn->mutex);
  if (turn->writer != nullptr) return false;
  const absl::StatusOr<std::optional<BlobState>> state = Stat(object);
  if (!state.ok()) return state.status();
  if (!state->has_value() || !((*state)->changed < abandoned.before)) return false;
  if ((*state)->sealed && !abandoned.may_be_sealed) return false;
  if (absl::Status status = EraseHeld(object); !status.ok()) return status;
  return true;
}

absl::Status RocksdbBlobStore::EraseHeld(const ObjectId& object) {
  StoreIfUnstored(object);
  const std::string first = BlobPartKey(org_, object, 0);
  const std::string end = AfterPrefix(first.substr(0, OrgId::kSize + ObjectId::kSize + 1));
  const rocksdb::Slice bound(end);
  rocksdb::WriteBatch batch;
  std::vector<std::uint64_t> segments;
  std::vector<BlobPart> shared;
  const std::unique_ptr<rocksdb::Iterator> rows = database_.Iterate(Family::kBlobs, &bound);
  for (rows->Seek(first); rows->Valid(); rows->Next()) {
    const std::optional<BlobPart> part = DecodeBlobPart(AsView(rows->value()));
    if (part.has_value() && part->place == BlobPart::Place::kSmall) {
      batch.Delete(database_.family(Family::kSmall), NumberKey(part->number));
    } else if (part.has_value() && part->place == BlobPart::Place::kShared) {
      shared.push_back(*part);
    } else if (part.has_value()) {
      segments.push_back(part->number);
    }
    batch.Delete(database_.family(Family::kBlobs), rows->key());
  }
  if (!rows->status().ok()) return FromRocksdb(rows->status());
  batch.Delete(database_.family(Family::kBlobs), BlobStateKey(org_, object));
  // The rows first: a crash in between leaves segments that no row names, and opening
  // removes those; the other way round it would leave rows without bytes.
  if (absl::Status status = database_.Write(batch, Durability::kSynced); !status.ok()) {
    return status;
  }
  for (const BlobPart& part : shared) {
    if (segments_.Leave(part.number, part.length)) segments.push_back(part.number);
  }
  return segments_.Erase(segments);
}

absl::StatusOr<std::vector<ObjectId>> RocksdbBlobStore::ChangedBefore(
    UnixSeconds before, std::size_t limit, std::optional<ObjectId> after) const {
  const std::string prefix = BlobPrefix(org_);
  const std::unique_ptr<rocksdb::Iterator> rows = database_.Iterate(Family::kBlobs, nullptr);
  std::vector<ObjectId> out;
  rows->Seek(after.has_value() ? AfterPrefix(BlobStateKey(org_, *after)) : prefix);
  for (; rows->Valid() && rows->key().starts_with(prefix) && out.size() < limit; rows->Next()) {
    const ByteView key = AsView(rows->key());
    if (key.size() != prefix.size() + ObjectId::kSize + 1 || key.back() != kKeyBlobState) continue;
    const std::optional<BlobState> state = DecodeBlobState(AsView(rows->value()));
    if (!state.has_value()) return absl::DataLossError("a blob's row is malformed");
    if (state->changed < before) {
      out.push_back(*ObjectId::From(key.subspan(prefix.size(), ObjectId::kSize)));
    }
  }
  if (!rows->status().ok()) return FromRocksdb(rows->status());
  return out;
}

absl::Status RocksdbBlobStore::PutPieces(std::span<const PieceWrite> pieces) {
  if (absl::Status status = CheckPieceLimits(pieces); !status.ok()) return status;
  std::uint64_t total = 0;
  rocksdb::WriteBatch batch;
  for (const PieceWrite& piece : pieces) {
    batch.Put(database_.family(Family::kPieces), PieceKey(org_, piece.key), AsSlice(piece.value));
    total += piece.value.size();
  }
  absl::Status room = database_.CheckRoom(Room::kForStatements, total);
  if (!room.ok()) return room;
  return database_.Write(batch, Durability::kOrdered);
}

absl::StatusOr<std::optional<Bytes>> RocksdbBlobStore::GetPiece(ByteView key) const {
  return database_.Get(Family::kPieces, PieceKey(org_, key));
}

absl::Status RocksdbBlobStore::ErasePieces(std::span<const Bytes> keys) {
  rocksdb::WriteBatch batch;
  for (const Bytes& key : keys)
    batch.Delete(database_.family(Family::kPieces), PieceKey(org_, key));
  return database_.Write(batch, Durability::kSynced);
}

}  // namespace amparo::storage
