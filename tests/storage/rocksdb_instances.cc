// The RocksDB store in the conformance suite.

#include "tests/storage/store_fixture.h"
#include "tests/storage/temporary_directory.h"

namespace amparo::storage {
namespace {

class RocksdbHome : public StoreHome {
 public:
  RocksdbHome() { Open(); }
  Store& store() override { return *store_; }
  void Reopen() override {
    store_.reset();
    Open();
  }

 private:
  void Open() {
    absl::StatusOr<std::unique_ptr<Store>> store =
        OpenRocksdbStore({.directory = directory_.path(), .reserve_bytes = 0});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  const TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
};

const Engine kRocksdb = {.name = "rocksdb", .make = []() -> std::unique_ptr<StoreHome> {
                           return std::make_unique<RocksdbHome>();
                         }};

}  // namespace

AMPARO_CONFORMANCE(Rocksdb, kRocksdb);

}  // namespace amparo::storage
