// RocksdbLedger: one organisation's ledger in the database. An append is one synced batch
// of its entries and the row of size and head.
// Thread safety: as storage/ledger.h asks.

#ifndef AMPARO_STORAGE_ROCKSDB_LEDGER_H_
#define AMPARO_STORAGE_ROCKSDB_LEDGER_H_

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "storage/followers.h"
#include "storage/ledger.h"
#include "storage/rocksdb_database.h"
#include "storage/rocksdb_keys.h"

namespace amparo::storage {

class RocksdbLedger : public Ledger {
 public:
  // `database` outlives this object.
  RocksdbLedger(RocksdbDatabase& database, const OrgId& org);
  AppendOutcome Append(Position expected_position, std::span<const Bytes> entries,
                       ByteView head) override;
  absl::StatusOr<std::vector<Bytes>> Read(Position from, std::size_t limit) const override;
  absl::StatusOr<TreeSize> Size() const override;
  absl::StatusOr<Bytes> Head() const override;
  absl::Status CheckRoom() const override;
  std::unique_ptr<Follower> Follow(std::function<void(TreeSize)> listener) override;

 private:
  absl::StatusOr<LedgerHeadRow> ReadHeadRow() const;
  absl::StatusOr<std::vector<Bytes>> ReadOne(Position at, TreeSize size) const;
  AppendOutcome CompareWithEnd(const LedgerHeadRow& standing, Position expected_position,
                               std::span<const Bytes> entries, ByteView head) const;

  RocksdbDatabase& database_;
  const OrgId org_;
  std::mutex appending_;
  Followers followers_;
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_ROCKSDB_LEDGER_H_
