// The memory store in the conformance suite.

#include "tests/storage/store_fixture.h"

namespace amparo::storage {
namespace {

class MemoryHome : public StoreHome {
 public:
  Store& store() override { return *store_; }
  void Reopen() override {}

 private:
  const std::unique_ptr<Store> store_ = OpenMemoryStore();
};

const Engine kMemory = {.name = "memory", .make = []() -> std::unique_ptr<StoreHome> {
                          return std::make_unique<MemoryHome>();
                        }};

}  // namespace

AMPARO_CONFORMANCE(Memory, kMemory);

}  // namespace amparo::storage
