#include "storage/rocksdb_view.h"

#include <algorithm>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "storage/rocksdb_keys.h"

namespace amparo::storage {
namespace {

std::string EncodeApplied(TreeSize applied) {
  std::string out;
  AppendU64(out, applied.value);
  return out;
}

// One row of each key, the last that was put. A memtable finds the place of a row that follows
// the one before it at once, and looks for any other from the top.
std::vector<const ViewRow*> NewestInKeyOrder(const std::vector<ViewRow>& puts) {
  std::vector<const ViewRow*> rows;
  rows.reserve(puts.size());
  for (auto put = puts.rbegin(); put != puts.rend(); ++put) rows.push_back(&*put);
  std::ranges::stable_sort(rows, {}, &ViewRow::key);
  const auto is_same = [](const ViewRow* a, const ViewRow* b) { return a->key == b->key; };
  rows.erase(std::unique(rows.begin(), rows.end(), is_same), rows.end());
  return rows;
}

}  // namespace

RocksdbView::RocksdbView(RocksdbDatabase& database, const OrgId& org)
    : database_(database), org_(org) {}

absl::Status RocksdbView::Apply(const ViewBatch& batch, TreeSize applied) {
  const std::lock_guard lock(applying_);
  const absl::StatusOr<TreeSize> standing = Applied();
  if (!standing.ok()) return standing.status();
  if (applied < *standing) {
    return absl::FailedPreconditionError(absl::StrCat("view stands at ", standing->value,
                                                      ", it cannot step back to ", applied.value));
  }
  rocksdb::WriteBatch rows;
  rocksdb::ColumnFamilyHandle* const family = database_.family(Family::kView);
  for (const Bytes& key : batch.erased) rows.Delete(family, ViewRowKey(org_, key));
  for (const ViewRow* row : NewestInKeyOrder(batch.puts)) {
    rows.Put(family, ViewRowKey(org_, row->key), AsSlice(row->value));
  }
  rows.Put(family, ViewAppliedKey(org_), EncodeApplied(applied));
  return database_.Write(rows, Durability::kOrdered);
}

absl::StatusOr<TreeSize> RocksdbView::Applied() const {
  const absl::StatusOr<std::optional<Bytes>> row =
      database_.Get(Family::kView, ViewAppliedKey(org_));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return TreeSize{};
  if ((*row)->size() != 8) return absl::DataLossError("the view's position is malformed");
  return TreeSize{ReadU64(**row)};
}

absl::StatusOr<std::optional<Bytes>> RocksdbView::Get(ByteView key) const {
  return database_.Get(Family::kView, ViewRowKey(org_, key));
}

absl::StatusOr<std::vector<ViewRow>> RocksdbView::Scan(ByteView prefix, ByteView from,
                                                       std::size_t limit) const {
  const std::string first = ViewRowKey(org_, prefix);
  const std::string end = AfterPrefix(first);
  const rocksdb::Slice bound(end);
  const std::size_t skip = ViewRowKey(org_, {}).size();
  const std::unique_ptr<rocksdb::Iterator> rows = database_.Iterate(Family::kView, &bound);
  std::vector<ViewRow> out;
  for (rows->Seek(std::max(first, ViewRowKey(org_, from))); rows->Valid() && out.size() < limit;
       rows->Next()) {
    const ByteView key = AsView(rows->key()).subspan(skip);
    const ByteView value = AsView(rows->value());
    out.push_back(
        {.key = Bytes(key.begin(), key.end()), .value = Bytes(value.begin(), value.end())});
  }
  if (!rows->status().ok()) return FromRocksdb(rows->status());
  return out;
}

absl::StatusOr<std::vector<ViewRow>> RocksdbView::Dump() const {
  return Scan({}, {}, std::numeric_limits<std::size_t>::max());
}

absl::Status RocksdbView::Clear() {
  const std::lock_guard lock(applying_);
  const std::string first = ViewRowKey(org_, {});
  rocksdb::WriteBatch rows;
  rocksdb::ColumnFamilyHandle* const family = database_.family(Family::kView);
  rows.DeleteRange(family, first, AfterPrefix(first));
  rows.Put(family, ViewAppliedKey(org_), EncodeApplied(TreeSize{}));
  return database_.Write(rows, Durability::kOrdered);
}

}  // namespace amparo::storage
