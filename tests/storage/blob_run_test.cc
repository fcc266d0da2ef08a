// The blobs of one run, whether an engine stores small ones together or not. Of every engine.

#include <algorithm>
#include <vector>

#include "crypto/digest.h"
#include "storage/blob_store.h"
#include "tests/storage/status_matchers.h"
#include "tests/storage/store_fixture.h"

namespace amparo::storage {
namespace {

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;
constexpr UnixSeconds kNow{1000};

void Seal(BlobRun& run, std::uint8_t number, const Bytes& bytes) {
  const std::unique_ptr<BlobWriter> writer = Begin(run, TestObject(number), bytes.size());
  ASSERT_THAT(writer->Write(bytes), IsOk());
  ASSERT_THAT(writer->Seal(Sha256(bytes)), IsOk());
}

Bytes Blob(std::uint8_t number) { return Pattern(1000 + 40'000 * std::size_t{number}, number); }

void ExpectSealed(const BlobStore& blobs, std::uint8_t number, const Bytes& bytes) {
  SCOPED_TRACE(int{number});
  const std::optional<BlobState> state = *blobs.Stat(TestObject(number));
  ASSERT_TRUE(state.has_value());
  EXPECT_TRUE(state->sealed);
  EXPECT_EQ(state->stored, bytes.size());
  EXPECT_EQ(state->changed, kNow);
  EXPECT_TRUE(*blobs.Read(TestObject(number), 0, bytes.size() + 1) == bytes);
  const std::size_t middle = bytes.size() / 2;
  EXPECT_TRUE(std::ranges::equal(
      *blobs.Read(TestObject(number), middle, 7),
      ByteView(bytes).subspan(middle, std::min<std::size_t>(7, bytes.size() - middle))));
}

TEST_P(BlobStoreTest, FindsEachBlobOfARunAsSoonAsItIsSealed) {
  const std::unique_ptr<BlobRun> run = blobs().BeginRun();
  for (std::uint8_t i = 1; i <= 20; ++i) {
    Seal(*run, i, Blob(i));
    if (i % 3 == 0) ExpectSealed(blobs(), i, Blob(i));
  }
  for (std::uint8_t i = 1; i <= 20; ++i) ExpectSealed(blobs(), i, Blob(i));
}

// More than one segment holds, large ones among them, and none at all.
TEST_P(BlobStoreTest, KeepsTheBlobsOfARunWhenTheStoreIsOpenedAgain) {
  std::vector<Bytes> all;
  std::uint8_t number = 0;
  for (const std::size_t length :
       {std::size_t{1}, 256 * kKiB, 256 * kKiB + 1, kMiB - 1, kMiB, kMiB + 1, 3 * kMiB, kMiB,
        std::size_t{0}, kMiB, 700 * kKiB, kMiB, kMiB, kMiB, kMiB}) {
    all.push_back(Pattern(length, ++number));
  }
  std::unique_ptr<BlobRun> run = blobs().BeginRun();
  for (number = 0; number < all.size(); ++number) Seal(*run, number, all[number]);
  EXPECT_THAT(run->Flush(), IsOk());
  EXPECT_THAT(run->Flush(), IsOk());
  run.reset();
  Reopen();
  for (number = 0; number < all.size(); ++number) ExpectSealed(blobs(), number, all[number]);
}

TEST_P(BlobStoreTest, FlushesARunThatEnds) {
  Seal(*blobs().BeginRun(), 1, Blob(1));
  Reopen();
  ExpectSealed(blobs(), 1, Blob(1));
}

TEST_P(BlobStoreTest, BeginsNoBlobThatARunHasSealed) {
  const std::unique_ptr<BlobRun> run = blobs().BeginRun();
  for (std::uint8_t i = 1; i <= 3; ++i) Seal(*run, i, Blob(i));
  EXPECT_THAT(blobs().BeginWrite(TestObject(1), Blob(1).size(), kNow),
              HasCode(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(run->BeginWrite(TestObject(2), Blob(2).size(), kNow),
              HasCode(absl::StatusCode::kAlreadyExists));
  Seal(*run, 4, Blob(4));
  for (std::uint8_t i = 1; i <= 4; ++i) ExpectSealed(blobs(), i, Blob(i));
}

// Stored or not, and the others stay.
TEST_P(BlobStoreTest, ErasesOneBlobOfARun) {
  const std::unique_ptr<BlobRun> run = blobs().BeginRun();
  for (std::uint8_t i = 1; i <= 4; ++i) Seal(*run, i, Blob(i));
  ASSERT_THAT(blobs().Erase(TestObject(2)), IsOk());
  EXPECT_FALSE(blobs().Stat(TestObject(2))->has_value());
  ASSERT_THAT(blobs().Erase(TestObject(3)), IsOk());
  ExpectSealed(blobs(), 1, Blob(1));
  ExpectSealed(blobs(), 4, Blob(4));
  Seal(*run, 2, Blob(7));  // Begun anew.
  ExpectSealed(blobs(), 2, Blob(7));
}

TEST_P(BlobStoreTest, ErasesADamagedBlobOfARunAlone) {
  const std::unique_ptr<BlobRun> run = blobs().BeginRun();
  Seal(*run, 1, Blob(1));
  {
    const std::unique_ptr<BlobWriter> writer = Begin(*run, TestObject(2), Blob(2).size());
    ASSERT_THAT(writer->Write(Blob(2)), IsOk());
    EXPECT_THAT(writer->Seal(Sha256(Blob(1))), HasCode(absl::StatusCode::kDataLoss));
  }
  EXPECT_FALSE(blobs().Stat(TestObject(2))->has_value());
  Seal(*run, 2, Blob(2));
  for (std::uint8_t i = 1; i <= 2; ++i) ExpectSealed(blobs(), i, Blob(i));
}

TEST_P(BlobStoreTest, SealsNoBlobOfARunThatIsNotWhole) {
  const std::unique_ptr<BlobRun> run = blobs().BeginRun();
  const std::unique_ptr<BlobWriter> writer = Begin(*run, TestObject(), Blob(2).size());
  ASSERT_THAT(writer->Write(ByteView(Blob(2)).first(100)), IsOk());
  EXPECT_THAT(writer->Seal(Sha256(Blob(2))), HasCode(absl::StatusCode::kFailedPrecondition));
}

// Flushed on the way, by itself or by a second writer, it is a blob like those of no run.
TEST_P(BlobStoreTest, GoesOnWithABlobOfARunThatWasFlushedInBetween) {
  const Bytes bytes = Pattern(900 * kKiB, 1);
  std::uint8_t number = 0;
  for (const std::size_t at : {std::size_t{5}, 256 * kKiB, 256 * kKiB + 1, 700 * kKiB}) {
    SCOPED_TRACE(at);
    const std::unique_ptr<BlobRun> run = blobs().BeginRun();
    const std::unique_ptr<BlobWriter> flushed = Begin(*run, TestObject(++number), bytes.size());
    ASSERT_THAT(flushed->Write(ByteView(bytes).first(at)), IsOk());
    EXPECT_THAT(flushed->Flush(), IsOkAndHolds(at));
    EXPECT_EQ(flushed->durable(), at);
    ASSERT_THAT(flushed->Write(ByteView(bytes).subspan(at)), IsOk());
    ASSERT_THAT(flushed->Seal(Sha256(bytes)), IsOk());
    ExpectSealed(blobs(), number, bytes);
    const std::unique_ptr<BlobWriter> first = Begin(*run, TestObject(++number), bytes.size());
    ASSERT_THAT(first->Write(ByteView(bytes).first(at)), IsOk());
    const std::unique_ptr<BlobRun> other = blobs().BeginRun();
    const std::unique_ptr<BlobWriter> second = Begin(*other, TestObject(number), bytes.size());
    EXPECT_EQ(second->offset(), at);
    EXPECT_THAT(first->Seal(Sha256(bytes)), HasCode(absl::StatusCode::kAborted));
    ASSERT_THAT(second->Write(ByteView(bytes).subspan(at)), IsOk());
    ASSERT_THAT(second->Seal(Sha256(bytes)), IsOk());
    ExpectSealed(blobs(), number, bytes);
  }
}

TEST_P(BlobStoreTest, MakesTheBlobsOfARunDurableWithTheNextAppend) {
  const std::unique_ptr<BlobRun> run = blobs().BeginRun();
  const std::unique_ptr<BlobWriter> writer = Begin(*run, TestObject(1), Blob(1).size());
  ASSERT_THAT(writer->Write(Blob(1)), IsOk());
  ASSERT_THAT(writer->Seal(Sha256(Blob(1))), IsOk());
  ASSERT_TRUE((*blobs().Stat(TestObject(1)))->sealed);  // As the append looks whether it is there.
  const Bytes entry = Text("entry");
  ASSERT_EQ(ledger().Append(Position{0}, {&entry, 1}, Text("head")), AppendOutcome::kOk);
  EXPECT_EQ(writer->durable(), Blob(1).size());
  EXPECT_EQ((*blobs().Stat(TestObject(1)))->durable, Blob(1).size());
}

}  // namespace
}  // namespace amparo::storage
