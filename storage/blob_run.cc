#include <memory>

#include "storage/blob_store.h"

namespace amparo::storage {
namespace {

class NothingShared final : public BlobRun {
 public:
  explicit NothingShared(BlobStore& store) : store_(store) {}
  absl::StatusOr<std::unique_ptr<BlobWriter>> BeginWrite(const ObjectId& object,
                                                         std::uint64_t length,
                                                         UnixSeconds now) override {
    return store_.BeginWrite(object, length, now);
  }
  absl::Status Flush() override { return absl::OkStatus(); }

 private:
  BlobStore& store_;
};

}  // namespace

std::unique_ptr<BlobRun> BlobStore::BeginRun() { return std::make_unique<NothingShared>(*this); }

}  // namespace amparo::storage
