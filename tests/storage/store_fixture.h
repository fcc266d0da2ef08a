// The conformance suite's stage: one store of any engine, with one organisation open. Every
// engine is held against the same tests; *_instances.cc says which engines a program has.

#ifndef AMPARO_TESTS_STORAGE_STORE_FIXTURE_H_
#define AMPARO_TESTS_STORAGE_STORE_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "storage/store.h"

namespace amparo::storage {

// Where a store lives between two openings.
class StoreHome {
 public:
  virtual ~StoreHome() = default;
  virtual Store& store() = 0;
  // Closes and opens again, where the engine keeps anything.
  virtual void Reopen() = 0;
};

struct Engine {
  const char* name;
  std::unique_ptr<StoreHome> (*make)();
  friend std::ostream& operator<<(std::ostream& out, const Engine& engine) {
    return out << engine.name;
  }
};

inline OrgId TestOrg(std::uint8_t number = 1) { return OrgId::Filled(number); }
inline ObjectId TestObject(std::uint8_t number = 1) { return ObjectId::Filled(number); }

// `size` bytes that depend on `seed` and differ along the way.
Bytes Pattern(std::size_t size, std::uint64_t seed);
Bytes Text(absl::string_view text);

// In a store or in a run; a refusal fails the test.
template <class Blobs>
std::unique_ptr<BlobWriter> Begin(Blobs& blobs, const ObjectId& object, std::uint64_t length,
                                  UnixSeconds now = UnixSeconds{1000}) {
  absl::StatusOr<std::unique_ptr<BlobWriter>> writer = blobs.BeginWrite(object, length, now);
  EXPECT_TRUE(writer.ok()) << writer.status();
  return writer.ok() ? *std::move(writer) : nullptr;
}

class StoreTest : public testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    home_ = GetParam().make();
    OpenOrg();
  }
  void Reopen() {
    home_->Reopen();
    OpenOrg();
  }
  Store& store() { return home_->store(); }
  Ledger& ledger() { return *org_.ledger; }
  BlobStore& blobs() { return *org_.blobs; }
  View& view() { return *org_.view; }
  Shelf& shelf() { return *org_.shelf; }
  OrgStorage OpenOther();

 private:
  void OpenOrg();
  std::unique_ptr<StoreHome> home_;
  OrgStorage org_;
};

class LedgerTest : public StoreTest {};
class BlobStoreTest : public StoreTest {};
class ViewTest : public StoreTest {};
class ShelfTest : public StoreTest {};
class StoreSeparationTest : public StoreTest {};

}  // namespace amparo::storage

// Runs the whole suite over `engine`, an Engine, in the program that this line stands in.
#define AMPARO_CONFORMANCE(name, engine)                                  \
  INSTANTIATE_TEST_SUITE_P(name, LedgerTest, testing::Values(engine));    \
  INSTANTIATE_TEST_SUITE_P(name, BlobStoreTest, testing::Values(engine)); \
  INSTANTIATE_TEST_SUITE_P(name, ViewTest, testing::Values(engine));      \
  INSTANTIATE_TEST_SUITE_P(name, ShelfTest, testing::Values(engine));     \
  INSTANTIATE_TEST_SUITE_P(name, StoreSeparationTest, testing::Values(engine))

#endif  // AMPARO_TESTS_STORAGE_STORE_FIXTURE_H_
