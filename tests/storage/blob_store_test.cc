// What storage/blob_store.h promises, of every engine.

#include "storage/blob_store.h"

#include <algorithm>

#include "crypto/digest.h"
#include "tests/storage/status_matchers.h"
#include "tests/storage/store_fixture.h"

namespace amparo::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kMiB = 1024 * 1024;
constexpr UnixSeconds kNow{1000};

// Writes `bytes` in messages of `step` bytes.
void WriteInSteps(BlobWriter& writer, ByteView bytes, std::size_t step) {
  while (!bytes.empty()) {
    const ByteView message = bytes.first(std::min(step, bytes.size()));
    ASSERT_THAT(writer.Write(message), IsOk());
    bytes = bytes.subspan(message.size());
  }
}

void Store(BlobStore& blobs, const ObjectId& object, const Bytes& bytes, UnixSeconds now = kNow) {
  const std::unique_ptr<BlobWriter> writer = Begin(blobs, object, bytes.size(), now);
  WriteInSteps(*writer, bytes, kMiB);
  ASSERT_THAT(writer->Seal(Sha256(bytes)), IsOk());
}

TEST_P(BlobStoreTest, KeepsABlobOfEveryLengthAroundItsBoundaries) {
  constexpr std::size_t kChunk = 256 * 1024;
  std::uint64_t seed = 0;
  for (const std::size_t length : {std::size_t{0}, std::size_t{1}, kChunk - 1, kChunk, kChunk + 1,
                                   8 * kMiB - 1, 8 * kMiB, 8 * kMiB + 1, 16 * kMiB, 20 * kMiB}) {
    SCOPED_TRACE(length);
    const Bytes bytes = Pattern(length, ++seed);
    const ObjectId object = TestObject(static_cast<std::uint8_t>(seed));
    Store(blobs(), object, bytes);
    const absl::StatusOr<Bytes> read = blobs().Read(object, 0, length + 1);
    ASSERT_THAT(read, IsOk());
    EXPECT_TRUE(*read == bytes);
    const std::optional<BlobState> state = *blobs().Stat(object);
    ASSERT_TRUE(state.has_value());
    EXPECT_EQ(state->length, length);
    EXPECT_EQ(state->stored, length);
    EXPECT_TRUE(state->sealed);
    EXPECT_EQ(state->changed, kNow);
  }
}

// Of a large blob: the end of a segment's row, and a flush of its first row and of the one after.
TEST_P(BlobStoreTest, KeepsALargeBlobOfEveryLengthAroundARow) {
  constexpr std::size_t kRow = 64 * 1024;
  std::uint8_t number = 0;
  for (const std::size_t length : {3 * kMiB + kRow - 1, 3 * kMiB + kRow, 3 * kMiB + kRow + 1}) {
    for (const std::size_t flushed : {std::size_t{0}, 5 * kRow - 1, 5 * kRow, 5 * kRow + 1}) {
      SCOPED_TRACE(testing::Message() << length << ", flushed at " << flushed);
      const Bytes bytes = Pattern(length, ++number);
      const ObjectId object = TestObject(number);
      const std::unique_ptr<BlobWriter> writer = Begin(blobs(), object, length);
      WriteInSteps(*writer, ByteView(bytes).first(flushed), kRow - 1);
      EXPECT_THAT(writer->Flush(), IsOkAndHolds(std::uint64_t{flushed}));
      WriteInSteps(*writer, ByteView(bytes).subspan(flushed), kMiB);
      ASSERT_THAT(writer->Seal(Sha256(bytes)), IsOk());
      EXPECT_TRUE(*blobs().Read(object, 0, length + 1) == bytes);
    }
  }
}

TEST_P(BlobStoreTest, ReadsRangesAcrossEveryBoundary) {
  const Bytes bytes = Pattern(20 * kMiB, 1);
  Store(blobs(), TestObject(), bytes);
  for (const std::size_t boundary :
       {std::size_t{0}, kMiB / 4, kMiB, 8 * kMiB, 16 * kMiB, bytes.size()}) {
    for (const std::size_t before : {0, 1, 1000}) {
      for (const std::size_t length :
           {std::size_t{0}, std::size_t{1}, std::size_t{2000}, 9 * kMiB}) {
        if (before > boundary) continue;
        const std::size_t from = boundary - before;
        const std::size_t to = std::min(bytes.size(), from + length);
        const Bytes expected(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                             bytes.begin() + static_cast<std::ptrdiff_t>(to));
        const absl::StatusOr<Bytes> read = blobs().Read(TestObject(), from, length);
        ASSERT_THAT(read, IsOk());
        EXPECT_TRUE(*read == expected) << "from " << from << ", length " << length;
      }
    }
  }
  EXPECT_THAT(blobs().Read(TestObject(), bytes.size() + 1, 1), IsOkAndHolds(Bytes()));
  EXPECT_THAT(blobs().Read(TestObject(), ~std::uint64_t{0}, 1), IsOkAndHolds(Bytes()));
}

TEST_P(BlobStoreTest, TakesMessagesOfAnySize) {
  const Bytes bytes = Pattern(9 * kMiB + 12'345, 1);
  std::uint8_t number = 0;
  for (const std::size_t step : {std::size_t{4'097}, std::size_t{262'143}, 9 * kMiB}) {
    const ObjectId object = TestObject(++number);
    const std::unique_ptr<BlobWriter> writer = Begin(blobs(), object, bytes.size());
    WriteInSteps(*writer, bytes, step);
    EXPECT_EQ(writer->offset(), bytes.size());
    ASSERT_THAT(writer->Seal(Sha256(bytes)), IsOk());
    EXPECT_TRUE(*blobs().Read(object, 0, bytes.size()) == bytes);
  }
}

TEST_P(BlobStoreTest, MixesFastRunsAndSmallFlushes) {
  const Bytes bytes = Pattern(3 * kMiB, 7);
  const std::unique_ptr<BlobWriter> writer = Begin(blobs(), TestObject(), bytes.size());
  std::size_t at = 0;
  for (const std::size_t run :
       {std::size_t{1}, std::size_t{262'144}, kMiB, std::size_t{100}, std::size_t{262'145}, kMiB}) {
    ASSERT_THAT(writer->Write(ByteView(bytes).subspan(at, run)), IsOk());
    at += run;
    EXPECT_THAT(writer->Flush(), IsOkAndHolds(std::uint64_t{at}));
  }
  ASSERT_THAT(writer->Write(ByteView(bytes).subspan(at)), IsOk());
  ASSERT_THAT(writer->Seal(Sha256(bytes)), IsOk());
  EXPECT_TRUE(*blobs().Read(TestObject(), 0, bytes.size()) == bytes);
  EXPECT_TRUE(*blobs().Read(TestObject(), 262'000, 300) ==
              Bytes(bytes.begin() + 262'000, bytes.begin() + 262'300));
}

TEST_P(BlobStoreTest, ShowsNothingOfABlobBeforeItIsSealed) {
  const std::unique_ptr<BlobWriter> writer = Begin(blobs(), TestObject(), 3);
  ASSERT_THAT(writer->Write(Text("abc")), IsOk());
  ASSERT_THAT(writer->Flush(), IsOk());
  EXPECT_THAT(blobs().Read(TestObject(), 0, 3), HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(blobs().Read(TestObject(2), 0, 3), HasCode(absl::StatusCode::kNotFound));
  EXPECT_FALSE((*blobs().Stat(TestObject()))->sealed);
  EXPECT_FALSE(blobs().Stat(TestObject(2))->has_value());
}

TEST_P(BlobStoreTest, ResumesWhereTheLastFlushStood) {
  const Bytes bytes = Pattern(10 * kMiB, 3);
  std::unique_ptr<BlobWriter> writer = Begin(blobs(), TestObject(), bytes.size());
  ASSERT_THAT(writer->Write(ByteView(bytes).first(9 * kMiB)), IsOk());
  ASSERT_THAT(writer->Flush(), IsOkAndHolds(std::uint64_t{9 * kMiB}));
  ASSERT_THAT(writer->Write(ByteView(bytes).subspan(9 * kMiB, 5)), IsOk());
  writer.reset();
  Reopen();
  const UnixSeconds later{2000};
  writer = Begin(blobs(), TestObject(), bytes.size(), later);
  EXPECT_EQ(writer->offset(), 9 * kMiB);
  EXPECT_EQ((*blobs().Stat(TestObject()))->changed, kNow);
  ASSERT_THAT(writer->Write(ByteView(bytes).subspan(9 * kMiB)), IsOk());
  ASSERT_THAT(writer->Seal(Sha256(bytes)), IsOk());
  EXPECT_TRUE(*blobs().Read(TestObject(), 0, bytes.size()) == bytes);
  EXPECT_EQ((*blobs().Stat(TestObject()))->changed, later);
}

TEST_P(BlobStoreTest, RefusesToResumeUnderAnotherLength) {
  Begin(blobs(), TestObject(), 10);
  EXPECT_THAT(blobs().BeginWrite(TestObject(), 11, kNow),
              HasCode(absl::StatusCode::kFailedPrecondition));
}

TEST_P(BlobStoreTest, RefusesASealedBlob) {
  Store(blobs(), TestObject(), Text("abc"));
  EXPECT_THAT(blobs().BeginWrite(TestObject(), 3, kNow), HasCode(absl::StatusCode::kAlreadyExists));
  Reopen();
  EXPECT_THAT(blobs().BeginWrite(TestObject(), 3, kNow), HasCode(absl::StatusCode::kAlreadyExists));
}

TEST_P(BlobStoreTest, HoldsTheLimitOfABlob) {
  EXPECT_THAT(blobs().BeginWrite(TestObject(), kBlobBytesMax + 1, kNow),
              HasCode(absl::StatusCode::kResourceExhausted));
  EXPECT_FALSE(blobs().Stat(TestObject())->has_value());
}

TEST_P(BlobStoreTest, EndsTheFirstWriterWhenASecondBegins) {
  const Bytes bytes = Text("abcdef");
  const std::unique_ptr<BlobWriter> first = Begin(blobs(), TestObject(), bytes.size());
  ASSERT_THAT(first->Write(ByteView(bytes).first(2)), IsOk());
  ASSERT_THAT(first->Flush(), IsOk());
  const std::unique_ptr<BlobWriter> second = Begin(blobs(), TestObject(), bytes.size());
  EXPECT_EQ(second->offset(), 2u);
  EXPECT_THAT(first->Write(Text("x")), HasCode(absl::StatusCode::kAborted));
  EXPECT_THAT(first->Flush(), HasCode(absl::StatusCode::kAborted));
  EXPECT_THAT(first->Seal(Sha256(bytes)), HasCode(absl::StatusCode::kAborted));
  ASSERT_THAT(second->Write(ByteView(bytes).subspan(2)), IsOk());
  ASSERT_THAT(second->Seal(Sha256(bytes)), IsOk());
  EXPECT_THAT(blobs().Read(TestObject(), 0, 10), IsOkAndHolds(bytes));
}

TEST_P(BlobStoreTest, ErasesABlobOfTheWrongHashSoThatItCanBeSentAgain) {
  const Bytes bytes = Pattern(9 * kMiB, 1);
  std::unique_ptr<BlobWriter> writer = Begin(blobs(), TestObject(), bytes.size());
  WriteInSteps(*writer, bytes, kMiB);
  EXPECT_THAT(writer->Seal(Sha256(Text("another"))), HasCode(absl::StatusCode::kDataLoss));
  EXPECT_FALSE(blobs().Stat(TestObject())->has_value());
  EXPECT_THAT(writer->Write({}), HasCode(absl::StatusCode::kAborted));
  Store(blobs(), TestObject(), bytes);
  EXPECT_TRUE(*blobs().Read(TestObject(), 0, bytes.size()) == bytes);
}

// The hash is of the whole blob, also of what came before a resumption.
TEST_P(BlobStoreTest, ChecksTheHashOverWhatWasStoredBeforeAResumption) {
  const Bytes bytes = Text("abcdef");
  for (const bool is_right : {false, true}) {
    std::unique_ptr<BlobWriter> writer = Begin(blobs(), TestObject(), bytes.size());
    ASSERT_THAT(writer->Write(is_right ? Text("abc") : Text("abX")), IsOk());
    ASSERT_THAT(writer->Flush(), IsOk());
    writer = Begin(blobs(), TestObject(), bytes.size());
    ASSERT_THAT(writer->Write(Text("def")), IsOk());
    EXPECT_THAT(writer->Seal(Sha256(bytes)),
                HasCode(is_right ? absl::StatusCode::kOk : absl::StatusCode::kDataLoss));
  }
}

TEST_P(BlobStoreTest, RefusesToSealWhatIsIncomplete) {
  const std::unique_ptr<BlobWriter> writer = Begin(blobs(), TestObject(), 3);
  ASSERT_THAT(writer->Write(Text("ab")), IsOk());
  EXPECT_THAT(writer->Seal(Sha256(Text("ab"))), HasCode(absl::StatusCode::kFailedPrecondition));
  ASSERT_THAT(writer->Write(Text("c")), IsOk());
  EXPECT_THAT(writer->Seal(Sha256(Text("abc"))), IsOk());
}

TEST_P(BlobStoreTest, RefusesBytesBeyondTheDeclaredLength) {
  const std::unique_ptr<BlobWriter> writer = Begin(blobs(), TestObject(), 3);
  ASSERT_THAT(writer->Write(Text("ab")), IsOk());
  EXPECT_THAT(writer->Write(Text("cd")), HasCode(absl::StatusCode::kOutOfRange));
  EXPECT_EQ(writer->offset(), 2u);
  ASSERT_THAT(writer->Write(Text("c")), IsOk());
  EXPECT_THAT(writer->Seal(Sha256(Text("abc"))), IsOk());
}

TEST_P(BlobStoreTest, ErasesABlobAndEndsItsWriter) {
  Store(blobs(), TestObject(1), Pattern(20 * kMiB, 1));
  ASSERT_THAT(blobs().Erase(TestObject(1)), IsOk());
  EXPECT_THAT(blobs().Read(TestObject(1), 0, 1), HasCode(absl::StatusCode::kNotFound));
  EXPECT_FALSE(blobs().Stat(TestObject(1))->has_value());

  const std::unique_ptr<BlobWriter> writer = Begin(blobs(), TestObject(2), 3);
  ASSERT_THAT(writer->Write(Text("abc")), IsOk());
  ASSERT_THAT(blobs().Erase(TestObject(2)), IsOk());
  EXPECT_THAT(writer->Seal(Sha256(Text("abc"))), HasCode(absl::StatusCode::kAborted));
  EXPECT_THAT(blobs().Erase(TestObject(3)), IsOk());
  Reopen();
  EXPECT_FALSE(blobs().Stat(TestObject(1))->has_value());
  EXPECT_FALSE(blobs().Stat(TestObject(2))->has_value());
}

TEST_P(BlobStoreTest, ErasesOneBlobAndNoneOfItsNeighbours) {
  const Bytes bytes = Pattern(9 * kMiB, 1);
  for (const std::uint8_t number : std::initializer_list<std::uint8_t>{1, 2, 3})
    Store(blobs(), TestObject(number), bytes);
  ASSERT_THAT(blobs().Erase(TestObject(2)), IsOk());
  Reopen();
  for (const std::uint8_t number : std::initializer_list<std::uint8_t>{1, 3}) {
    EXPECT_TRUE(*blobs().Read(TestObject(number), 0, bytes.size()) == bytes);
  }
}

TEST_P(BlobStoreTest, ErasesAnAbandonedBlobOnceItsLastChangeIsBeforeTheLimit) {
  Begin(blobs(), TestObject(), 3, UnixSeconds{10});
  EXPECT_THAT(blobs().EraseIfAbandoned(TestObject(), {.before = {10}}), IsOkAndHolds(false));
  EXPECT_TRUE(blobs().Stat(TestObject())->has_value());
  EXPECT_THAT(blobs().EraseIfAbandoned(TestObject(), {.before = {11}}), IsOkAndHolds(true));
  EXPECT_FALSE(blobs().Stat(TestObject())->has_value());
  EXPECT_THAT(blobs().EraseIfAbandoned(TestObject(), {.before = {11}}), IsOkAndHolds(false));
  Reopen();
  EXPECT_FALSE(blobs().Stat(TestObject())->has_value());
}

// Its last change is an old one until the writer stores something.
TEST_P(BlobStoreTest, DoesNotTakeABlobForAbandonedThatSomebodyWrites) {
  const Bytes bytes = Text("abcdef");
  std::unique_ptr<BlobWriter> writer = Begin(blobs(), TestObject(), bytes.size(), UnixSeconds{10});
  ASSERT_THAT(writer->Write(ByteView(bytes).first(3)), IsOk());
  writer.reset();
  writer = Begin(blobs(), TestObject(), bytes.size(), UnixSeconds{90});
  for (const bool may_be_sealed : {false, true}) {
    EXPECT_THAT(
        blobs().EraseIfAbandoned(TestObject(), {.before = {80}, .may_be_sealed = may_be_sealed}),
        IsOkAndHolds(false));
  }
  ASSERT_THAT(writer->Write(ByteView(bytes).subspan(writer->offset())), IsOk());
  ASSERT_THAT(writer->Seal(Sha256(bytes)), IsOk());
  EXPECT_THAT(blobs().Read(TestObject(), 0, 10), IsOkAndHolds(bytes));
}

// In a run, which has not stored it yet, too.
TEST_P(BlobStoreTest, TakesASealedBlobForAbandonedOnlyWhereThatIsAskedFor) {
  Store(blobs(), TestObject(1), Text("abc"), UnixSeconds{10});
  const std::unique_ptr<BlobRun> run = blobs().BeginRun();
  const std::unique_ptr<BlobWriter> writer = Begin(*run, TestObject(2), 3, UnixSeconds{10});
  ASSERT_THAT(writer->Write(Text("abc")), IsOk());
  ASSERT_THAT(writer->Seal(Sha256(Text("abc"))), IsOk());
  for (const std::uint8_t number : {std::uint8_t{1}, std::uint8_t{2}}) {
    const ObjectId object = TestObject(number);
    EXPECT_THAT(blobs().EraseIfAbandoned(object, {.before = {11}}), IsOkAndHolds(false));
    EXPECT_THAT(blobs().Read(object, 0, 10), IsOkAndHolds(Text("abc")));
    EXPECT_THAT(blobs().EraseIfAbandoned(object, {.before = {10}, .may_be_sealed = true}),
                IsOkAndHolds(false));
    EXPECT_THAT(blobs().EraseIfAbandoned(object, {.before = {11}, .may_be_sealed = true}),
                IsOkAndHolds(true));
    EXPECT_FALSE(blobs().Stat(object)->has_value());
  }
}

TEST_P(BlobStoreTest, ListsWhatChangedBeforeATime) {
  Store(blobs(), TestObject(1), Pattern(9 * kMiB, 1), UnixSeconds{10});
  Begin(blobs(), TestObject(2), 3, UnixSeconds{20});
  Store(blobs(), TestObject(3), Text("c"), UnixSeconds{30});
  EXPECT_THAT(*blobs().ChangedBefore(UnixSeconds{10}, 9), IsEmpty());
  EXPECT_THAT(*blobs().ChangedBefore(UnixSeconds{11}, 9), ElementsAre(TestObject(1)));
  EXPECT_THAT(*blobs().ChangedBefore(UnixSeconds{99}, 9),
              ElementsAre(TestObject(1), TestObject(2), TestObject(3)));
  EXPECT_THAT(*blobs().ChangedBefore(UnixSeconds{99}, 2),
              ElementsAre(TestObject(1), TestObject(2)));
  EXPECT_THAT(*blobs().ChangedBefore(UnixSeconds{99}, 2, TestObject(2)),
              ElementsAre(TestObject(3)));
  EXPECT_THAT(*blobs().ChangedBefore(UnixSeconds{99}, 2, TestObject(3)), IsEmpty());
}

TEST_P(BlobStoreTest, KeepsPieces) {
  const std::vector<PieceWrite> pieces = {{.key = Text("a"), .value = Text("1")},
                                          {.key = Text("b"), .value = {}}};
  ASSERT_THAT(blobs().PutPieces(pieces), IsOk());
  Reopen();
  EXPECT_THAT(blobs().GetPiece(Text("a")), IsOkAndHolds(std::optional<Bytes>(Text("1"))));
  EXPECT_THAT(blobs().GetPiece(Text("b")), IsOkAndHolds(std::optional<Bytes>(Bytes())));
  EXPECT_THAT(blobs().GetPiece(Text("c")), IsOkAndHolds(std::optional<Bytes>()));
  const std::vector<Bytes> erased = {Text("a"), Text("c")};
  ASSERT_THAT(blobs().ErasePieces(erased), IsOk());
  EXPECT_THAT(blobs().GetPiece(Text("a")), IsOkAndHolds(std::optional<Bytes>()));
  EXPECT_THAT(blobs().GetPiece(Text("b")), IsOkAndHolds(std::optional<Bytes>(Bytes())));
}

TEST_P(BlobStoreTest, HoldsTheLimitsOfPiecesAllOrNone) {
  const PieceWrite good = {.key = Bytes(kPieceKeyBytesMax, 'k'), .value = Bytes(kPieceBytesMax)};
  ASSERT_THAT(blobs().PutPieces({&good, 1}), IsOk());
  const std::vector<PieceWrite> long_key = {{.key = Text("a"), .value = {}},
                                            {.key = Bytes(kPieceKeyBytesMax + 1), .value = {}}};
  EXPECT_THAT(blobs().PutPieces(long_key), HasCode(absl::StatusCode::kResourceExhausted));
  const std::vector<PieceWrite> long_value = {
      {.key = Text("a"), .value = {}}, {.key = Text("b"), .value = Bytes(kPieceBytesMax + 1)}};
  EXPECT_THAT(blobs().PutPieces(long_value), HasCode(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(blobs().GetPiece(Text("a")), IsOkAndHolds(std::optional<Bytes>()));
}

}  // namespace
}  // namespace amparo::storage
