// OpenMemoryStore(): the four memory parts, by organisation.

#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "storage/limits.h"
#include "storage/memory_blob_store.h"
#include "storage/memory_ledger.h"
#include "storage/memory_shelf.h"
#include "storage/memory_view.h"
#include "storage/store.h"

namespace amparo::storage {
namespace {

struct MemoryOrg {
  MemoryLedger ledger;
  MemoryBlobStore blobs;
  MemoryView view;
  MemoryShelf shelf;
};

class MemoryStore : public Store {
 public:
  absl::StatusOr<OrgStorage> Open(const OrgId& org) override {
    const std::lock_guard lock(mutex_);
    MemoryOrg& parts = orgs_[org];
    return OrgStorage{
        .ledger = &parts.ledger, .blobs = &parts.blobs, .view = &parts.view, .shelf = &parts.shelf};
  }

  absl::StatusOr<std::vector<OrgId>> List() const override {
    const std::lock_guard lock(mutex_);
    std::vector<OrgId> out;
    for (const auto& [org, parts] : orgs_) {
      const absl::StatusOr<TreeSize> size = parts.ledger.Size();
      if (!size.ok()) return size.status();
      if (size->value > 0) out.push_back(org);
    }
    return out;
  }

  absl::Status PutSetting(ByteView key, ByteView value) override {
    if (absl::Status status = CheckSettingLimits(key, value); !status.ok()) return status;
    const std::lock_guard lock(mutex_);
    settings_[Bytes(key.begin(), key.end())] = Bytes(value.begin(), value.end());
    return absl::OkStatus();
  }

  absl::StatusOr<std::optional<Bytes>> GetSetting(ByteView key) const override {
    const std::lock_guard lock(mutex_);
    const auto found = settings_.find(Bytes(key.begin(), key.end()));
    if (found == settings_.end()) return std::optional<Bytes>();
    return std::optional<Bytes>(found->second);
  }

  absl::Status EraseSetting(ByteView key) override {
    const std::lock_guard lock(mutex_);
    settings_.erase(Bytes(key.begin(), key.end()));
    return absl::OkStatus();
  }

 private:
  mutable std::mutex mutex_;         // Guards what follows.
  std::map<OrgId, MemoryOrg> orgs_;  // A node never moves: what Open returned stays.
  std::map<Bytes, Bytes> settings_;
};

}  // namespace

std::unique_ptr<Store> OpenMemoryStore() { return std::make_unique<MemoryStore>(); }

}  // namespace amparo::storage
