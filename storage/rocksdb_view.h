// RocksdbView: one organisation's view in the database. Its batches share the ledger's
// write-ahead log and are not synced, so after a crash it is never ahead of the ledger.
// Thread safety: as storage/view.h asks.

#ifndef AMPARO_STORAGE_ROCKSDB_VIEW_H_
#define AMPARO_STORAGE_ROCKSDB_VIEW_H_

#include <mutex>
#include <optional>
#include <vector>

#include "storage/rocksdb_database.h"
#include "storage/view.h"

namespace amparo::storage {

class RocksdbView : public View {
 public:
  // `database` outlives this object.
  RocksdbView(RocksdbDatabase& database, const OrgId& org);
  absl::Status Apply(const ViewBatch& batch, TreeSize applied) override;
  absl::StatusOr<TreeSize> Applied() const override;
  absl::StatusOr<std::optional<Bytes>> Get(ByteView key) const override;
  absl::StatusOr<std::vector<ViewRow>> Scan(ByteView prefix, ByteView from,
                                            std::size_t limit) const override;
  absl::StatusOr<std::vector<ViewRow>> Dump() const override;
  absl::Status Clear() override;

 private:
  RocksdbDatabase& database_;
  const OrgId org_;
  std::mutex applying_;
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_ROCKSDB_VIEW_H_
