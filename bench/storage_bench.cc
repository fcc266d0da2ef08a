// The ledger on RocksDB: what a durable append costs, by the number of entries in one batch. Every
// append is synced to the disk that TMPDIR stands on.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "storage/store.h"

namespace amparo::storage {
namespace {

// A store in a directory of its own, gone with this object.
class TemporaryStore {
 public:
  TemporaryStore() {
    std::string path = (std::filesystem::temp_directory_path() / "amparo-bench-XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr) std::abort();
    directory_ = path;
    store_ = OpenRocksdbStore({.directory = path + "/store"}).value();
  }
  ~TemporaryStore() {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }
  TemporaryStore(const TemporaryStore&) = delete;
  TemporaryStore& operator=(const TemporaryStore&) = delete;

  Ledger& ledger() { return *store_->Open(OrgId::Filled(1)).value().ledger; }

 private:
  std::filesystem::path directory_;
  std::unique_ptr<Store> store_;
};

void AppendDurably(benchmark::State& state) {
  TemporaryStore store;
  Ledger& ledger = store.ledger();
  const std::vector<Bytes> entries(static_cast<std::size_t>(state.range(0)), Bytes(1024));
  const Bytes head(200);
  std::uint64_t size = 0;
  for (auto _ : state) {
    if (ledger.Append({.value = size}, entries, head) != AppendOutcome::kOk) {
      state.SkipWithError("an append was refused");
    }
    size += entries.size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(size));
}
BENCHMARK(AppendDurably)->Arg(1)->Arg(16)->Arg(64)->UseRealTime();

}  // namespace
}  // namespace amparo::storage
