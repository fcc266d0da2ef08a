// View: the server's local index of one organisation, derived from its ledger: a sorted map
// with the position it has applied. Deleting it costs a replay and nothing else.
// Spec: docs/spec/storage.md, "View".
//
// Thread safety: any thread may read; one thread at a time applies. A reader sees whole
// batches only.

#ifndef AMPARO_STORAGE_VIEW_H_
#define AMPARO_STORAGE_VIEW_H_

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "statement/ids.h"

namespace amparo::storage {

struct ViewRow {
  Bytes key;
  Bytes value;
  friend bool operator==(const ViewRow&, const ViewRow&) = default;
};

// A key in both lists stands: what is erased is erased first.
struct ViewBatch {
  std::vector<ViewRow> puts;
  std::vector<Bytes> erased;
};

class View {
 public:
  virtual ~View() = default;

  // Atomic, not synced: after a crash the view may be behind, never ahead of a ledger of the
  // same store, and never torn. `applied` is how many entries the rows now reflect.
  // FAILED_PRECONDITION: fewer than before; nothing changed.
  virtual absl::Status Apply(const ViewBatch& batch, TreeSize applied) = 0;
  virtual absl::StatusOr<TreeSize> Applied() const = 0;
  virtual absl::StatusOr<std::optional<Bytes>> Get(ByteView key) const = 0;
  // Rows whose key starts with `prefix` and is >= `from`, in key order, at most `limit`.
  virtual absl::StatusOr<std::vector<ViewRow>> Scan(ByteView prefix, ByteView from,
                                                    std::size_t limit) const = 0;
  // Every row in key order: for tests and `amparod check`.
  virtual absl::StatusOr<std::vector<ViewRow>> Dump() const = 0;
  // Deletes every row and sets Applied() to zero.
  virtual absl::Status Clear() = 0;
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_VIEW_H_
