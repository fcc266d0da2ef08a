// Reads statements out of a ledger: takes entries apart and opens what a shelf key seals.
// Spec: docs/spec/log.md, "Entry".
//
// Thread safety: const; as safe as the ledger and the shelf beneath.

#ifndef AMPARO_SERVER_LOG_READER_H_
#define AMPARO_SERVER_LOG_READER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "audit/log_entry.h"
#include "statement/bodies.h"
#include "statement/statement.h"
#include "storage/ledger.h"
#include "storage/shelf.h"

namespace amparo::server {

struct StoredStatement {
  Position position;
  audit::Leaf leaf;
  ShelfKeyId shelf_key;
  SignedStatement statement;
  Body body;
};

class LogReader {
 public:
  // Both are borrowed.
  LogReader(const storage::Ledger* ledger, const storage::Shelf* shelf)
      : ledger_(ledger), shelf_(shelf) {}

  const storage::Ledger& ledger() const { return *ledger_; }
  // DATA_LOSS: the entry is missing or altered, its shelf key is gone, or it is not what its
  // leaf says.
  absl::StatusOr<StoredStatement> At(Position position) const;
  // The same of an entry that was read already.
  absl::StatusOr<StoredStatement> Open(Position position, const audit::LogEntry& entry) const;

 private:
  absl::StatusOr<Bytes> OpenPayload(Position position, const audit::LogEntry& entry) const;
  const storage::Ledger* ledger_;
  const storage::Shelf* shelf_;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_LOG_READER_H_
