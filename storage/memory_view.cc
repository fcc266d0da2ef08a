#include "storage/memory_view.h"

#include <algorithm>
#include <limits>
#include <mutex>

#include "absl/strings/str_cat.h"

namespace amparo::storage {
namespace {

bool StartsWith(const Bytes& key, ByteView prefix) {
  return key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
}

}  // namespace

absl::Status MemoryView::Apply(const ViewBatch& batch, TreeSize applied) {
  const std::unique_lock lock(mutex_);
  if (applied < applied_) {
    return absl::FailedPreconditionError(absl::StrCat("view stands at ", applied_.value,
                                                      ", it cannot step back to ", applied.value));
  }
  for (const Bytes& key : batch.erased) rows_.erase(key);
  for (const ViewRow& row : batch.puts) rows_[row.key] = row.value;
  applied_ = applied;
  return absl::OkStatus();
}

absl::StatusOr<TreeSize> MemoryView::Applied() const {
  const std::shared_lock lock(mutex_);
  return applied_;
}

absl::StatusOr<std::optional<Bytes>> MemoryView::Get(ByteView key) const {
  const std::shared_lock lock(mutex_);
  const auto found = rows_.find(Bytes(key.begin(), key.end()));
  if (found == rows_.end()) return std::optional<Bytes>();
  return std::optional<Bytes>(found->second);
}

absl::StatusOr<std::vector<ViewRow>> MemoryView::Scan(ByteView prefix, ByteView from,
                                                      std::size_t limit) const {
  const std::shared_lock lock(mutex_);
  const Bytes start =
      std::max(Bytes(prefix.begin(), prefix.end()), Bytes(from.begin(), from.end()));
  std::vector<ViewRow> out;
  for (auto row = rows_.lower_bound(start); row != rows_.end() && out.size() < limit; ++row) {
    if (!StartsWith(row->first, prefix)) break;
    out.push_back({.key = row->first, .value = row->second});
  }
  return out;
}

absl::StatusOr<std::vector<ViewRow>> MemoryView::Dump() const {
  return Scan({}, {}, std::numeric_limits<std::size_t>::max());
}

absl::Status MemoryView::Clear() {
  const std::unique_lock lock(mutex_);
  rows_.clear();
  applied_ = TreeSize{};
  return absl::OkStatus();
}

}  // namespace amparo::storage
