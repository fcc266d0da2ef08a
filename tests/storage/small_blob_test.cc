// When a blob is on disk: a small one with the append that could name it, a large one when it is
// sealed. Spec: docs/spec/storage.md, "BlobStore".

#include "crypto/digest.h"
#include "tests/storage/status_matchers.h"
#include "tests/storage/store_fixture.h"
#include "tests/storage/temporary_directory.h"

namespace amparo::storage {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;

class SmallBlobTest : public testing::Test {
 protected:
  SmallBlobTest() {
    absl::StatusOr<std::unique_ptr<Store>> store =
        OpenRocksdbStore({.directory = directory_.path(), .reserve_bytes = 0});
    EXPECT_THAT(store, IsOk());
    store_ = *std::move(store);
    org_ = *store_->Open(TestOrg());
  }
  std::unique_ptr<BlobWriter> Begin(std::uint64_t length) {
    return *org_.blobs->BeginWrite(TestObject(), length, UnixSeconds{1});
  }
  std::uint64_t DurableByStat() { return (*org_.blobs->Stat(TestObject()))->durable; }
  void AppendSomething() {
    const std::vector<Bytes> entries = {Text("entry")};
    const Position at{org_.ledger->Size()->value};
    ASSERT_EQ(org_.ledger->Append(at, entries, Text("head")), AppendOutcome::kOk);
  }

  const TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
  OrgStorage org_;
};

TEST_F(SmallBlobTest, IsSealedWithoutASyncAndDurableWithTheNextAppend) {
  const Bytes bytes = Pattern(kSmallBlobBytesMax, 1);
  const std::unique_ptr<BlobWriter> writer = Begin(bytes.size());
  ASSERT_THAT(writer->Write(bytes), IsOk());
  ASSERT_THAT(writer->Seal(Sha256(bytes)), IsOk());
  EXPECT_TRUE((*org_.blobs->Stat(TestObject()))->sealed);
  EXPECT_EQ(writer->durable(), 0u);
  EXPECT_EQ(DurableByStat(), 0u);
  AppendSomething();
  EXPECT_EQ(writer->durable(), bytes.size());
  EXPECT_EQ(DurableByStat(), bytes.size());
  EXPECT_TRUE(*org_.blobs->Read(TestObject(), 0, bytes.size()) == bytes);
}

TEST_F(SmallBlobTest, IsNoneAboveItsLimit) {
  const Bytes bytes = Pattern(kSmallBlobBytesMax + 1, 1);
  const std::unique_ptr<BlobWriter> writer = Begin(bytes.size());
  ASSERT_THAT(writer->Write(bytes), IsOk());
  EXPECT_EQ(writer->durable(), 0u);
  ASSERT_THAT(writer->Seal(Sha256(bytes)), IsOk());
  EXPECT_EQ(DurableByStat(), bytes.size());
}

// What is acknowledged as durable is.
TEST_F(SmallBlobTest, IsDurableAsFarAsItWasFlushed) {
  const Bytes bytes = Pattern(kMiB, 1);
  std::unique_ptr<BlobWriter> writer = Begin(bytes.size());
  ASSERT_THAT(writer->Write(ByteView(bytes).first(300'000)), IsOk());
  EXPECT_THAT(writer->Flush(), IsOkAndHolds(std::uint64_t{300'000}));
  EXPECT_EQ(writer->durable(), 300'000u);
  ASSERT_THAT(writer->Write(ByteView(bytes).subspan(300'000, 600'000)), IsOk());
  EXPECT_EQ(writer->durable(), 300'000u);
  EXPECT_EQ(DurableByStat(), 300'000u);
  writer.reset();
  writer = Begin(bytes.size());  // Goes on after what was stored, durable or not.
  EXPECT_GT(writer->offset(), 300'000u);
  EXPECT_EQ(writer->durable(), 300'000u);
  EXPECT_THAT(writer->Flush(), IsOkAndHolds(writer->offset()));
  EXPECT_EQ(writer->durable(), writer->offset());
}

// Until somebody asks for it nothing of it is stored; from the append that names it on, all of it.
TEST_F(SmallBlobTest, OfARunIsStoredWhenItIsAskedForAndDurableWithTheNextAppend) {
  const Bytes bytes = Pattern(300'000, 1);
  const std::unique_ptr<BlobRun> run = org_.blobs->BeginRun();
  auto writer = *run->BeginWrite(TestObject(), bytes.size(), UnixSeconds{1});
  ASSERT_THAT(writer->Write(bytes), IsOk());
  ASSERT_THAT(writer->Seal(Sha256(bytes)), IsOk());
  AppendSomething();
  EXPECT_EQ(writer->durable(), 0u);
  EXPECT_EQ(DurableByStat(), 0u);
  AppendSomething();
  EXPECT_EQ(writer->durable(), bytes.size());
  EXPECT_EQ(DurableByStat(), bytes.size());
}

// Of two logs a loss of power may take the end of the first alone: then the blob is synced.
TEST_F(SmallBlobTest, IsSyncedWhenItBeganInAnotherLog) {
  const Bytes bytes = Pattern(kMiB, 1);
  const std::unique_ptr<BlobWriter> writer = Begin(bytes.size());
  ASSERT_THAT(writer->Write(ByteView(bytes).first(600'000)), IsOk());
  const PieceWrite piece = {.key = Text("filler"), .value = Bytes(kPieceBytesMax)};
  for (int i = 0; i < 400; ++i) ASSERT_THAT(org_.blobs->PutPieces({&piece, 1}), IsOk());
  ASSERT_THAT(writer->Write(ByteView(bytes).subspan(600'000)), IsOk());
  ASSERT_THAT(writer->Seal(Sha256(bytes)), IsOk());
  EXPECT_EQ(writer->durable(), bytes.size());
}

TEST_F(SmallBlobTest, OfALargeOneTheSegmentsWaitForTheFlush) {
  const Bytes bytes = Pattern(24 * kMiB, 1);
  const std::unique_ptr<BlobWriter> writer = Begin(bytes.size());
  ASSERT_THAT(writer->Write(ByteView(bytes).first(20 * kMiB)), IsOk());
  EXPECT_EQ(writer->durable(), 0u);
  EXPECT_THAT(writer->Flush(), IsOkAndHolds(std::uint64_t{20 * kMiB}));
  EXPECT_EQ(writer->durable(), 20 * kMiB);
  ASSERT_THAT(writer->Write(ByteView(bytes).subspan(20 * kMiB)), IsOk());
  ASSERT_THAT(writer->Seal(Sha256(bytes)), IsOk());
  EXPECT_EQ(DurableByStat(), bytes.size());
  EXPECT_TRUE(*org_.blobs->Read(TestObject(), 0, bytes.size()) == bytes);
}

}  // namespace
}  // namespace amparo::storage
