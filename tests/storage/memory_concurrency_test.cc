// One writer and several readers at once on the memory store: what the thread sanitizer
// looks at. Each reader also checks that it sees whole appends and whole batches only.

#include <atomic>
#include <thread>
#include <vector>

#include "crypto/digest.h"
#include "tests/storage/status_matchers.h"
#include "tests/storage/store_fixture.h"

namespace amparo::storage {
namespace {

constexpr std::uint64_t kAppends = 500;
constexpr int kReaders = 3;

// Runs `write` once, and `read` on other threads over and over until it is done.
template <class Write, class Read>
void WriteWhileReading(Write write, Read read) {
  std::atomic<bool> is_done{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back([&] {
      do {
        read();
      } while (!is_done.load());
    });
  }
  write();
  is_done.store(true);
  for (std::thread& reader : readers) reader.join();
}

class MemoryConcurrencyTest : public testing::Test {
 protected:
  const std::unique_ptr<Store> store_ = OpenMemoryStore();
  OrgStorage org_ = *store_->Open(TestOrg());
};

TEST_F(MemoryConcurrencyTest, ReadersOfTheLedgerSeeWholeAppends) {
  const std::vector<Bytes> pair = {Text("a"), Text("b")};
  std::atomic<std::uint64_t> heard{0};
  const std::unique_ptr<Ledger::Follower> follower =
      org_.ledger->Follow([&heard](TreeSize size) { heard.store(size.value); });
  WriteWhileReading(
      [&] {
        for (std::uint64_t i = 0; i < kAppends; ++i) {
          ASSERT_EQ(org_.ledger->Append(Position{i * 2}, pair, Text(std::to_string(i))),
                    AppendOutcome::kOk);
        }
      },
      [&] {
        const std::uint64_t size = org_.ledger->Size()->value;
        EXPECT_EQ(size % 2, 0u);
        EXPECT_GE(org_.ledger->Read(Position{0}, 10'000)->size(), size);
        EXPECT_THAT(org_.ledger->Head(), IsOk());
        EXPECT_LE(heard.load(), kAppends * 2);
      });
  EXPECT_EQ(heard.load(), kAppends * 2);
}

TEST_F(MemoryConcurrencyTest, ReadersOfTheViewSeeWholeBatches) {
  WriteWhileReading(
      [&] {
        for (std::uint64_t i = 1; i <= kAppends; ++i) {
          const Bytes value = Text(std::to_string(i));
          ASSERT_THAT(org_.view->Apply({.puts = {{.key = Text("a"), .value = value},
                                                 {.key = Text("b"), .value = value}},
                                        .erased = {}},
                                       TreeSize{i}),
                      IsOk());
        }
      },
      [&] {
        const std::vector<ViewRow> rows = *org_.view->Dump();
        ASSERT_TRUE(rows.empty() || rows.size() == 2);
        EXPECT_TRUE(rows.empty() || rows[0].value == rows[1].value);
        EXPECT_THAT(org_.view->Get(Text("a")), IsOk());
      });
}

TEST_F(MemoryConcurrencyTest, WritersOfOneBlobTakeTurns) {
  const Bytes bytes = Pattern(10'000, 1);
  WriteWhileReading(
      [&] {
        for (int i = 0; i < 50; ++i) {
          ASSERT_THAT(org_.blobs->Erase(TestObject()), IsOk());
          std::this_thread::yield();
        }
      },
      [&] {
        absl::StatusOr<std::unique_ptr<BlobWriter>> writer =
            org_.blobs->BeginWrite(TestObject(), bytes.size(), UnixSeconds{1});
        if (!writer.ok()) return;
        const auto at = static_cast<std::size_t>((*writer)->offset());
        if ((*writer)->Write(ByteView(bytes).subspan(at)).ok()) {
          const absl::Status sealed = (*writer)->Seal(Sha256(bytes));
          EXPECT_TRUE(sealed.ok() || absl::IsAborted(sealed)) << sealed;
        }
        const absl::StatusOr<Bytes> read = org_.blobs->Read(TestObject(), 0, bytes.size());
        EXPECT_TRUE(!read.ok() || *read == bytes);
      });
}

TEST_F(MemoryConcurrencyTest, OrganisationsOpenAndShelvesAnswerFromEveryThread) {
  WriteWhileReading(
      [&] {
        for (std::uint8_t i = 0; i < 100; ++i) {
          ASSERT_THAT(org_.shelf->Add(ShelfKeyId::Filled(i), Secret<32>::Random()), IsOk());
          ASSERT_THAT(store_->PutSetting(Text("k"), Bytes{i}), IsOk());
          ASSERT_THAT(store_->Open(TestOrg(i)), IsOk());
          ASSERT_THAT(org_.shelf->Destroy(ShelfKeyId::Filled(i)), IsOk());
        }
      },
      [&] {
        EXPECT_THAT(store_->List(), IsOk());
        EXPECT_THAT(store_->GetSetting(Text("k")), IsOk());
        const absl::StatusOr<Secret<32>> key = org_.shelf->Find(ShelfKeyId::Filled(1));
        EXPECT_TRUE(key.ok() || absl::IsNotFound(key.status()));
      });
}

}  // namespace
}  // namespace amparo::storage
