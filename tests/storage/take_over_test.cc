// A second writer of a blob goes on with all that the first one took, flushed or not: a client
// whose link broke comes back while the server still holds its old stream. Of every engine.

#include <algorithm>
#include <future>
#include <thread>
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

void ExpectEnded(BlobWriter& writer) {
  EXPECT_THAT(writer.Write(Text("x")), HasCode(absl::StatusCode::kAborted));
  EXPECT_THAT(writer.Flush(), HasCode(absl::StatusCode::kAborted));
  EXPECT_THAT(writer.Seal(Hash()), HasCode(absl::StatusCode::kAborted));
}

// Around each edge of a chunk and a segment, in a small blob and in a large one.
TEST_P(BlobStoreTest, GoesOnWithWhatTheFirstWriterHadNotFlushed) {
  std::uint8_t number = 0;
  for (const std::size_t length : {kMiB, 20 * kMiB}) {
    const Bytes bytes = Pattern(length, ++number);
    for (const std::size_t flushed : {std::size_t{0}, std::size_t{5}}) {
      for (const std::size_t written :
           {std::size_t{5}, 256 * kKiB - 1, 256 * kKiB, 256 * kKiB + 1, kMiB, 8 * kMiB - 1,
            8 * kMiB, 8 * kMiB + 1, 17 * kMiB + 5}) {
        if (written > length) continue;
        SCOPED_TRACE(testing::Message() << written << " of " << length << " after " << flushed);
        const ObjectId object = TestObject(++number);
        std::unique_ptr<BlobWriter> first = Begin(blobs(), object, length);
        ASSERT_THAT(first->Write(ByteView(bytes).first(flushed)), IsOk());
        if (flushed > 0) {
          ASSERT_THAT(first->Flush(), IsOk());
        }
        ASSERT_THAT(first->Write(ByteView(bytes).subspan(flushed, written - flushed)), IsOk());
        const std::unique_ptr<BlobWriter> second = Begin(blobs(), object, length);
        EXPECT_EQ(second->offset(), written);
        EXPECT_EQ(second->durable(), written);
        EXPECT_EQ((*blobs().Stat(object))->stored, written);
        EXPECT_EQ((*blobs().Stat(object))->durable, written);
        ExpectEnded(*first);
        first.reset();
        ASSERT_THAT(second->Write(ByteView(bytes).subspan(written)), IsOk());
        ASSERT_THAT(second->Seal(Sha256(bytes)), IsOk());
        EXPECT_TRUE(*blobs().Read(object, 0, length) == bytes);
      }
    }
  }
}

TEST_P(BlobStoreTest, KeepsWhatWasTakenOverWhenTheStoreIsOpenedAgain) {
  const Bytes bytes = Pattern(10 * kMiB, 1);
  std::unique_ptr<BlobWriter> first = Begin(blobs(), TestObject(), bytes.size());
  ASSERT_THAT(first->Write(ByteView(bytes).first(9 * kMiB)), IsOk());
  std::unique_ptr<BlobWriter> second = Begin(blobs(), TestObject(), bytes.size());
  first.reset();
  second.reset();
  Reopen();
  const std::unique_ptr<BlobWriter> third = Begin(blobs(), TestObject(), bytes.size());
  ASSERT_EQ(third->offset(), 9 * kMiB);
  ASSERT_THAT(third->Write(ByteView(bytes).subspan(9 * kMiB)), IsOk());
  EXPECT_THAT(third->Seal(Sha256(bytes)), IsOk());
}

TEST_P(BlobStoreTest, EndsNobodyWhenTheSecondWriterIsRefused) {
  const Bytes bytes = Text("abcdef");
  const std::unique_ptr<BlobWriter> first = Begin(blobs(), TestObject(), bytes.size());
  ASSERT_THAT(first->Write(ByteView(bytes).first(2)), IsOk());
  EXPECT_THAT(blobs().BeginWrite(TestObject(), 7, kNow),
              HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(blobs().BeginWrite(TestObject(), kBlobBytesMax + 1, kNow),
              HasCode(absl::StatusCode::kResourceExhausted));
  ASSERT_THAT(first->Write(ByteView(bytes).subspan(2)), IsOk());
  EXPECT_THAT(first->Seal(Sha256(bytes)), IsOk());
}

// Each writer is taken over while its own thread writes, or finishes a segment; one that is much
// faster than its successor waits for it at the end of its share.
TEST_P(BlobStoreTest, TakesOverFromWritersAtWork) {
  constexpr std::size_t kWriters = 12;
  constexpr std::size_t kMessage = 64 * kKiB;
  const Bytes bytes = Pattern(40 * kMiB, 1);
  std::vector<std::promise<std::uint64_t>> starts(kWriters);  // With what there has to be then.
  std::vector<std::promise<void>> begun(kWriters);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kWriters; ++i) {
    threads.emplace_back([&, i] {
      const std::uint64_t at_least = starts[i].get_future().get();
      const auto writer = blobs().BeginWrite(TestObject(), bytes.size(), kNow);
      begun[i].set_value();
      const bool is_last = i + 1 == kWriters;
      if (!writer.ok()) {
        ADD_FAILURE() << writer.status();
        if (!is_last) starts[i + 1].set_value(0);
        return;
      }
      EXPECT_GE((*writer)->offset(), at_least);
      // Its successor begins somewhere else in a chunk and in a segment each time.
      const std::uint64_t share_end = bytes.size() * (i + 1) / (kWriters + 1);
      bool has_told = is_last;
      while ((*writer)->offset() < bytes.size()) {
        if (!has_told && (*writer)->offset() + kMiB >= share_end) {
          starts[i + 1].set_value((*writer)->offset());
          has_told = true;
        }
        const bool is_over = !is_last && (*writer)->offset() >= share_end;
        if (is_over) begun[i + 1].get_future().wait();
        const ByteView rest = ByteView(bytes).subspan((*writer)->offset());
        const absl::Status status = (*writer)->Write(rest.first(std::min(kMessage, rest.size())));
        if (!is_last && absl::IsAborted(status)) return;
        EXPECT_THAT(status, IsOk());
        if (!status.ok() || is_over) {
          ADD_FAILURE() << "writer " << i << " was not taken over";
          return;
        }
      }
      EXPECT_THAT((*writer)->Seal(Sha256(bytes)), IsOk());
    });
  }
  starts[0].set_value(0);
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(*blobs().Read(TestObject(), 0, bytes.size()) == bytes);
}

}  // namespace
}  // namespace amparo::storage
