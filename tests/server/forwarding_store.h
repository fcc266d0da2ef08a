// A store whose blobs a test may look at, or stand in the way of: everything goes on to a store in
// memory.

#ifndef AMPARO_TESTS_SERVER_FORWARDING_STORE_H_
#define AMPARO_TESTS_SERVER_FORWARDING_STORE_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "storage/store.h"

namespace amparo::server::testing {

class ForwardingBlobs : public storage::BlobStore {
 public:
  // Borrowed.
  explicit ForwardingBlobs(storage::BlobStore& inner) : inner_(inner) {}
  absl::StatusOr<std::unique_ptr<storage::BlobWriter>> BeginWrite(const ObjectId& object,
                                                                  std::uint64_t length,
                                                                  UnixSeconds now) override {
    return inner_.BeginWrite(object, length, now);
  }
  absl::StatusOr<std::optional<storage::BlobState>> Stat(const ObjectId& object) const override {
    return inner_.Stat(object);
  }
  absl::StatusOr<Bytes> Read(const ObjectId& object, std::uint64_t offset,
                             std::size_t length) const override {
    return inner_.Read(object, offset, length);
  }
  absl::Status Erase(const ObjectId& object) override { return inner_.Erase(object); }
  absl::StatusOr<bool> EraseIfAbandoned(const ObjectId& object,
                                        const storage::Abandoned& abandoned) override {
    return inner_.EraseIfAbandoned(object, abandoned);
  }
  std::uint64_t UnfreedBytes() const override { return inner_.UnfreedBytes(); }
  absl::StatusOr<std::vector<ObjectId>> ChangedBefore(
      UnixSeconds before, std::size_t limit, std::optional<ObjectId> after) const override {
    return inner_.ChangedBefore(before, limit, after);
  }
  absl::Status PutPieces(std::span<const storage::PieceWrite> pieces) override {
    return inner_.PutPieces(pieces);
  }
  absl::StatusOr<std::optional<Bytes>> GetPiece(ByteView key) const override {
    return inner_.GetPiece(key);
  }
  absl::Status ErasePieces(std::span<const Bytes> keys) override {
    return inner_.ErasePieces(keys);
  }

 private:
  storage::BlobStore& inner_;
};

// Of each organisation the blobs are what `wrap` makes of those in memory.
class ForwardingStore final : public storage::Store {
 public:
  using Wrap = std::function<std::unique_ptr<storage::BlobStore>(storage::BlobStore&)>;
  explicit ForwardingStore(Wrap wrap) : wrap_(std::move(wrap)) {}
  absl::StatusOr<storage::OrgStorage> Open(const OrgId& org) override {
    auto storage = inner_->Open(org);
    if (!storage.ok()) return storage;
    std::unique_ptr<storage::BlobStore>& blobs = blobs_[org];
    if (blobs == nullptr) blobs = wrap_(*storage->blobs);
    storage->blobs = blobs.get();
    return storage;
  }
  absl::StatusOr<std::vector<OrgId>> List() const override { return inner_->List(); }
  absl::Status PutSetting(ByteView key, ByteView value) override {
    return inner_->PutSetting(key, value);
  }
  absl::StatusOr<std::optional<Bytes>> GetSetting(ByteView key) const override {
    return inner_->GetSetting(key);
  }
  absl::Status EraseSetting(ByteView key) override { return inner_->EraseSetting(key); }

 private:
  const Wrap wrap_;
  const std::unique_ptr<storage::Store> inner_ = storage::OpenMemoryStore();
  std::map<OrgId, std::unique_ptr<storage::BlobStore>> blobs_;
};

}  // namespace amparo::server::testing

#endif  // AMPARO_TESTS_SERVER_FORWARDING_STORE_H_
