#include "storage/rocksdb_ledger.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/limits.h"

namespace amparo::storage {
namespace {

absl::Status IsMissing(Position at, TreeSize size) {
  return absl::DataLossError(absl::StrCat("entry ", at.value, " of ", size.value, " is missing"));
}

}  // namespace

RocksdbLedger::RocksdbLedger(RocksdbDatabase& database, const OrgId& org)
    : database_(database), org_(org) {}

absl::StatusOr<LedgerHeadRow> RocksdbLedger::ReadHeadRow() const {
  const absl::StatusOr<std::optional<Bytes>> row =
      database_.Get(Family::kLedger, LedgerHeadKey(org_));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return LedgerHeadRow{};
  std::optional<LedgerHeadRow> decoded = DecodeLedgerHeadRow(**row);
  if (!decoded.has_value()) {
    return absl::DataLossError(absl::StrCat("head row of ", (*row)->size(), " bytes"));
  }
  return *std::move(decoded);
}

AppendOutcome RocksdbLedger::Append(Position expected_position, std::span<const Bytes> entries,
                                    ByteView head) {
  if (!IsWithinAppendLimits(entries, head)) return AppendOutcome::kRefused;
  TreeSize size{expected_position.value + entries.size()};
  {
    const std::lock_guard lock(appending_);
    const absl::StatusOr<LedgerHeadRow> standing = ReadHeadRow();
    if (!standing.ok()) return AppendOutcome::kUnknown;
    if (expected_position.value > standing->size.value) return AppendOutcome::kRefused;
    if (expected_position.value < standing->size.value) {
      return CompareWithEnd(*standing, expected_position, entries, head);
    }
    if (!CheckRoom().ok()) return AppendOutcome::kRefused;
    rocksdb::WriteBatch batch;
    rocksdb::ColumnFamilyHandle* const family = database_.family(Family::kLedger);
    std::uint64_t at = expected_position.value;
    for (const Bytes& entry : entries) {
      batch.Put(family, LedgerEntryKey(org_, Position{at++}), AsSlice(entry));
    }
    batch.Put(family, LedgerHeadKey(org_), EncodeLedgerHeadRow(size, head));
    if (!database_.Write(batch, Durability::kSynced).ok()) return AppendOutcome::kUnknown;
  }
  followers_.Notify(size);
  return AppendOutcome::kOk;
}

AppendOutcome RocksdbLedger::CompareWithEnd(const LedgerHeadRow& standing,
                                            Position expected_position,
                                            std::span<const Bytes> entries, ByteView head) const {
  if (standing.size.value - expected_position.value != entries.size() ||
      !std::ranges::equal(standing.head, head)) {
    return AppendOutcome::kAborted;
  }
  std::uint64_t at = expected_position.value;
  for (const Bytes& entry : entries) {
    const absl::StatusOr<std::optional<Bytes>> row =
        database_.Get(Family::kLedger, LedgerEntryKey(org_, Position{at++}));
    if (!row.ok() || !row->has_value()) return AppendOutcome::kUnknown;
    if (**row != entry) return AppendOutcome::kAborted;
  }
  return AppendOutcome::kOk;
}

absl::StatusOr<std::vector<Bytes>> RocksdbLedger::Read(Position from, std::size_t limit) const {
  // The row first: entries beyond its size may stand there and count for nothing.
  const absl::StatusOr<LedgerHeadRow> standing = ReadHeadRow();
  if (!standing.ok()) return standing.status();
  std::vector<Bytes> out;
  if (limit == 0 || from.value >= standing->size.value) return out;
  if (limit == 1) return ReadOne(from, standing->size);
  const std::string end = LedgerEntryKey(org_, Position{standing->size.value});
  const rocksdb::Slice bound(end);
  const std::unique_ptr<rocksdb::Iterator> rows = database_.Iterate(Family::kLedger, &bound);
  std::size_t total = 0;
  std::uint64_t at = from.value;
  for (rows->Seek(LedgerEntryKey(org_, from)); at < standing->size.value; rows->Next(), ++at) {
    if (!rows->Valid() || rows->key() != LedgerEntryKey(org_, Position{at})) {
      if (!rows->status().ok()) return FromRocksdb(rows->status());
      return IsMissing(Position{at}, standing->size);
    }
    const rocksdb::Slice value = rows->value();
    out.emplace_back(value.data(), value.data() + value.size());
    total += value.size();
    if (out.size() >= limit || total >= kReadBytesMax) break;
  }
  return out;
}

// What a subject's replay asks for: a lookup costs half of what an iterator does.
absl::StatusOr<std::vector<Bytes>> RocksdbLedger::ReadOne(Position at, TreeSize size) const {
  absl::StatusOr<std::optional<Bytes>> row =
      database_.Get(Family::kLedger, LedgerEntryKey(org_, at));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return IsMissing(at, size);
  std::vector<Bytes> out;
  out.push_back(*std::move(*row));
  return out;
}

absl::StatusOr<TreeSize> RocksdbLedger::Size() const {
  absl::StatusOr<LedgerHeadRow> row = ReadHeadRow();
  if (!row.ok()) return row.status();
  return row->size;
}

absl::StatusOr<Bytes> RocksdbLedger::Head() const {
  absl::StatusOr<LedgerHeadRow> row = ReadHeadRow();
  if (!row.ok()) return row.status();
  return std::move(row->head);
}

absl::Status RocksdbLedger::CheckRoom() const {
  return database_.CheckRoom(Room::kForStatements, kAppendBytesMax);
}

std::unique_ptr<Ledger::Follower> RocksdbLedger::Follow(std::function<void(TreeSize)> listener) {
  return followers_.Add(std::move(listener));
}

}  // namespace amparo::storage
