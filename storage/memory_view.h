// MemoryView: a view in this process; the reference for the others.
// Thread safety: as storage/view.h asks.

#ifndef AMPARO_STORAGE_MEMORY_VIEW_H_
#define AMPARO_STORAGE_MEMORY_VIEW_H_

#include <map>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "storage/view.h"

namespace amparo::storage {

class MemoryView : public View {
 public:
  absl::Status Apply(const ViewBatch& batch, TreeSize applied) override;
  absl::StatusOr<TreeSize> Applied() const override;
  absl::StatusOr<std::optional<Bytes>> Get(ByteView key) const override;
  absl::StatusOr<std::vector<ViewRow>> Scan(ByteView prefix, ByteView from,
                                            std::size_t limit) const override;
  absl::StatusOr<std::vector<ViewRow>> Dump() const override;
  absl::Status Clear() override;

 private:
  mutable std::shared_mutex mutex_;  // Guards what follows.
  std::map<Bytes, Bytes> rows_;
  TreeSize applied_;
};

}  // namespace amparo::storage

#endif  // AMPARO_STORAGE_MEMORY_VIEW_H_
