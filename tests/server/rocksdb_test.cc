// The engine over the real store: what must survive, and what must stay apart.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <fstream>

#include "server/reading.h"
#include "tests/server/scene.h"
#include "tests/storage/temporary_directory.h"

namespace amparo::server::testing {
namespace {

std::unique_ptr<storage::Store> Open(const storage::TemporaryDirectory& directory,
                                     std::uint64_t reserve_bytes = 0) {
  auto store = storage::OpenRocksdbStore(
      {.directory = directory.path() + "/store", .reserve_bytes = reserve_bytes});
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

Caller As(const std::string& name, const OrgId& org) {
  return {.org = org,
          .member = Organisation::Member(name),
          .certificate = People::HashOfCertificate(name)};
}

TEST(EngineOverRocksdb, DerivesTheSameViewFromTheLogAfterItsViewWasDeleted) {
  const storage::TemporaryDirectory directory;
  const auto store = Open(directory);
  Scene scene(store.get());
  ASSERT_TRUE(scene.Answer(scene.SubmitBy("fay", "letter", 1)).ok());
  scene.Pass(3600);
  ASSERT_TRUE(scene.Answer(scene.AssignBy("cleo", "tina", "letter")).ok());
  scene.Must("tina", Decline{}, scene.AboutDocument("letter"));
  ASSERT_TRUE(scene.Answer(scene.SubmitBy("fay", "second", 2)).ok());
  const auto before = scene.storage().view->Dump();
  ASSERT_TRUE(before.ok());
  ASSERT_TRUE(scene.storage().view->Clear().ok());
  ASSERT_TRUE(scene.Reopen().ok());
  EXPECT_EQ(*scene.storage().view->Dump(), *before);
  EXPECT_EQ(ReasonOf(scene.Answer(scene.SubmitBy("fay", "third", 3))), "OK");
}

TEST(EngineOverRocksdb, MakesAViewOfAnotherTreeAgain) {
  const storage::TemporaryDirectory directory;
  const auto store = Open(directory);
  Scene scene(store.get());
  const auto before = scene.storage().view->Dump();
  const auto size = scene.storage().view->Applied();
  storage::ViewBatch lie;
  RowWriter writer;
  const std::vector<Hash> subtrees(1 + std::countr_zero(size->value), HashNamed("a subtree"));
  writer.PutTree(*size, HashNamed("another root"), subtrees);
  ASSERT_TRUE(scene.storage().view->Apply(writer.batch(), *size).ok());
  ASSERT_TRUE(scene.Reopen().ok());
  EXPECT_EQ(*scene.storage().view->Dump(), *before);
}

// Before there were proofs, a row of the tree had a root and nothing more, and no row told the
// format.
TEST(EngineOverRocksdb, MakesAViewOfAnEarlierFormatAgain) {
  const storage::TemporaryDirectory directory;
  const auto store = Open(directory);
  Scene scene(store.get());
  const auto before = scene.storage().view->Dump();
  const auto size = scene.storage().view->Applied();
  storage::ViewBatch earlier;
  for (const storage::ViewRow& row : *before) {
    if (row.key[0] == 0 || row.key[0] > 11) earlier.erased.push_back(row.key);
    if (row.key[0] != 10) continue;
    earlier.puts.push_back(
        {.key = row.key, .value = Bytes(row.value.begin(), row.value.begin() + Hash::kSize)});
  }
  ASSERT_TRUE(scene.storage().view->Apply(earlier, *size).ok());
  ASSERT_NE(*scene.storage().view->Dump(), *before);
  ASSERT_TRUE(scene.Reopen().ok());
  EXPECT_EQ(*scene.storage().view->Dump(), *before);
}

TEST(EngineOverRocksdb, KeepsTwoOrganisationsApart) {
  const storage::TemporaryDirectory directory;
  const auto store = Open(directory);
  Scene here(store.get());
  Scene there(store.get(), " of the other");
  ASSERT_NE(here.organization().id(), there.organization().id());
  const AppendInput submit = here.SubmitBy("fay", "letter", 1);
  ASSERT_EQ(ReasonOf(here.Answer(submit)), "OK");
  // The same people, the same subject: a statement of the one is nothing to the other.
  EXPECT_EQ(ReasonOf(there.Answer(submit)), "SEEN_HEAD_UNKNOWN");
  const Subject letter{.type = SubjectType::kDocument, .id = Scene::SubjectNamed("letter")};
  const Caller cleo = As("cleo", there.organization().id());
  EXPECT_EQ(ReasonOf(ReadChain(there.organization(), cleo, letter, 0)), "NOT_VISIBLE");
  const ObjectId manifest = ObjectNamed("letter manifest", ObjectClass::kManifest).ref.object;
  EXPECT_EQ(*there.organization().rows().FindObject(manifest), std::nullopt);
  const auto own = here.storage().ledger->Size();
  ASSERT_EQ(ReasonOf(there.Answer(there.SubmitBy("fay", "letter", 1))), "OK");
  EXPECT_EQ(*here.storage().ledger->Size(), *own);
}

TEST(EngineOverRocksdb, RefusesToOpenALogShorterThanItsCheckpoint) {
  const auto store = storage::OpenMemoryStore();
  Scene scene(store.get());
  const OrgId copy = OrgId::Filled(5);
  const auto target = store->Open(copy);
  const auto entries = scene.storage().ledger->Read(Position{0}, 100);
  ASSERT_GT(entries->size(), 3u);
  const std::vector<Bytes> shorter(entries->begin(), entries->end() - 1);
  const auto head = scene.storage().ledger->Head();
  ASSERT_EQ(target->ledger->Append(Position{0}, shorter, *head), storage::AppendOutcome::kOk);
  storage::OrgStorage mixed = *target;
  mixed.shelf = scene.storage().shelf;
  const auto opened = Organization::Open(
      {.org = scene.organization().id(), .storage = mixed, .log_key = KeyNamed("log"), .clock = [] {
         return UnixSeconds{};
       }});
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(EngineOverRocksdb, RefusesToOpenALogWhoseRootDiffers) {
  const auto store = storage::OpenMemoryStore();
  Scene scene(store.get());
  const auto entries = scene.storage().ledger->Read(Position{0}, 100);
  const auto head = scene.storage().ledger->Head();
  // Two leaves of class 0 change places: each is sound, the order is another.
  std::vector<Bytes> altered(entries->begin(), entries->end());
  altered.back()[30] ^= 1;
  const auto target = store->Open(OrgId::Filled(5));
  ASSERT_EQ(target->ledger->Append(Position{0}, altered, *head), storage::AppendOutcome::kOk);
  storage::OrgStorage mixed = *target;
  mixed.shelf = scene.storage().shelf;
  EXPECT_FALSE(Organization::Open({.org = scene.organization().id(),
                                   .storage = mixed,
                                   .log_key = KeyNamed("log"),
                                   .clock = [] { return UnixSeconds{}; }})
                   .ok());
}

TEST(EngineOverRocksdb, NamesAFullDiskAndChangesNothing) {
  const storage::TemporaryDirectory directory;
  auto store = Open(directory);
  auto scene = std::make_unique<Scene>(store.get());
  const OrgId org = scene->organization().id();
  const AppendInput submit = scene->SubmitBy("fay", "letter", 1);
  const auto size = *scene->storage().ledger->Size();
  scene.reset();
  store.reset();
  store = Open(directory, ~std::uint64_t{0} / 2);  // No disk has that much to spare.
  auto organization = Organization::Open(
      {.org = org, .storage = *store->Open(org), .log_key = KeyNamed("log"), .clock = [] {
         return UnixSeconds{};
       }});
  ASSERT_TRUE(organization.ok()) << organization.status();
  absl::Status answer;
  (*organization)->Submit(*Prepare(submit), [&](const absl::StatusOr<Appended>& appended) {
    answer = appended.status();
  });
  (*organization)->Stop();
  EXPECT_EQ(ReasonOf(answer), "STORAGE_FULL");
  EXPECT_EQ(*(*organization)->storage().ledger->Size(), size);
}

}  // namespace
}  // namespace amparo::server::testing
