// Which blobs that no statement names make room, and whose they are.
// docs/spec/engine.md, "Blobs that nobody names".

#include "server/unnamed_blobs.h"

#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include "crypto/digest.h"
#include "server/pieces.h"
#include "tests/server/forwarding_store.h"
#include "tests/server/scene.h"

namespace amparo::server::testing {
namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
constexpr std::uint64_t kHalf = kUnnamedBytesPerMemberMax / 2;

// What a test does to a blob just before it is to be erased, when it was looked at already.
class InterposedBlobs final : public ForwardingBlobs {
 public:
  using ForwardingBlobs::ForwardingBlobs;
  absl::Status Erase(const ObjectId& object) override {
    Interpose();
    return ForwardingBlobs::Erase(object);
  }
  absl::StatusOr<bool> EraseIfAbandoned(const ObjectId& object,
                                        const storage::Abandoned& abandoned) override {
    Interpose();
    return ForwardingBlobs::EraseIfAbandoned(object, abandoned);
  }
  absl::StatusOr<std::optional<Bytes>> GetPiece(ByteView key) const override {
    if (!reading.ok()) return reading;
    return ForwardingBlobs::GetPiece(key);
  }
  std::function<void()> before_erasure;
  absl::Status reading;  // Of pieces.

 private:
  void Interpose() {
    if (before_erasure) std::exchange(before_erasure, nullptr)();
  }
};

class UnnamedBlobsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(blobs_.Load().ok()); }
  absl::StatusOr<std::unique_ptr<storage::BlobWriter>> Begin(const std::string& member,
                                                             std::uint8_t object,
                                                             std::uint64_t length,
                                                             std::uint64_t later_s = 0) {
    return blobs_.Begin(Organisation::Member(member), ObjectId::Filled(object), length,
                        UnixSeconds{scene_.now() + later_s});
  }
  bool IsNoted(std::uint8_t object) {
    return store_.GetPiece(BlobOwnerKey(ObjectId::Filled(object)))->has_value();
  }
  bool IsThere(std::uint8_t object) { return store_.Stat(ObjectId::Filled(object))->has_value(); }

  Scene scene_;
  InterposedBlobs store_{*scene_.storage().blobs};
  UnnamedBlobs blobs_{&store_, &scene_.organization().rows(), {}};
};

TEST_F(UnnamedBlobsTest, KeepAnOldUploadThatGoesOnNow) {
  ASSERT_TRUE(Begin("fay", 1, kHalf).ok());
  ASSERT_TRUE(Begin("fay", 2, kHalf).ok());
  const auto writer = Begin("fay", 1, kHalf, kAbandonedUpload_s);
  ASSERT_TRUE(writer.ok());
  EXPECT_EQ(ReasonOf(Begin("fay", 3, kHalf, kAbandonedUpload_s)), "OK");  // The other made room.
  EXPECT_FALSE(IsThere(2));
  EXPECT_EQ(ReasonOf(Begin("fay", 4, 1, kAbandonedUpload_s)), "QUOTA_REACHED");
  EXPECT_TRUE((*writer)->Write(Bytes(1000, 7)).ok());
  EXPECT_TRUE((*writer)->Flush().ok());
}

TEST_F(UnnamedBlobsTest, KeepAnUploadThatGoesOnAsItIsToBeErased) {
  ASSERT_TRUE(Begin("fay", 1, kHalf).ok());
  ASSERT_TRUE(Begin("fay", 2, kHalf, kAbandonedUpload_s).ok());
  std::unique_ptr<storage::BlobWriter> writer;
  store_.before_erasure = [&] {
    writer = *store_.BeginWrite(ObjectId::Filled(1), kHalf, UnixSeconds{scene_.now()});
  };
  EXPECT_EQ(ReasonOf(Begin("fay", 3, 1, kAbandonedUpload_s)), "QUOTA_REACHED");
  ASSERT_NE(writer, nullptr);
  EXPECT_TRUE(writer->Write(Bytes(1000, 7)).ok());
}

// A statement may name it from then on: its bytes would be lost for good.
TEST_F(UnnamedBlobsTest, KeepABlobThatIsSealedAsItIsToBeErased) {
  const Bytes bytes(1000, 7);
  ASSERT_TRUE((*Begin("fay", 1, bytes.size()))->Write(bytes).ok());
  ASSERT_TRUE(Begin("fay", 2, kHalf, kAbandonedUpload_s).ok());
  store_.before_erasure = [&] {
    const auto writer =
        store_.BeginWrite(ObjectId::Filled(1), bytes.size(), UnixSeconds{scene_.now()});
    ASSERT_TRUE((*writer)->Write(ByteView(bytes).subspan((*writer)->offset())).ok());
    ASSERT_TRUE((*writer)->Seal(Sha256(bytes)).ok());
  };
  EXPECT_EQ(ReasonOf(Begin("fay", 3, kHalf, kAbandonedUpload_s)), "QUOTA_REACHED");
  EXPECT_EQ(store_.before_erasure, nullptr);
  EXPECT_TRUE((*store_.Stat(ObjectId::Filled(1)))->sealed);
}

TEST_F(UnnamedBlobsTest, AreNotSweptAwayFromUnderTheirWriter) {
  ASSERT_TRUE(Begin("fay", 1, kGiB).ok());
  ASSERT_TRUE(Begin("fay", 2, kGiB).ok());
  const auto writer = Begin("fay", 1, kGiB, kUnnamedBlobLifetime_s + 1);
  const auto swept = blobs_.Sweep(UnixSeconds{scene_.now() + kUnnamedBlobLifetime_s + 1});
  ASSERT_TRUE(swept.ok()) << swept.status();
  EXPECT_EQ(*swept, 1u);
  EXPECT_TRUE(IsThere(1));
  EXPECT_FALSE(IsThere(2));
  EXPECT_TRUE((*writer)->Write(Bytes(1000, 7)).ok());
}

// Else it would count for nobody, however long it is.
TEST_F(UnnamedBlobsTest, OfNoKnownOwnerAreOfWhoGoesOnWithThem) {
  ASSERT_TRUE(store_.BeginWrite(ObjectId::Filled(1), kHalf, UnixSeconds{scene_.now()}).ok());
  EXPECT_EQ(ReasonOf(Begin("fay", 1, kHalf)), "OK");
  EXPECT_TRUE(IsNoted(1));
  EXPECT_EQ(ReasonOf(Begin("fay", 2, kHalf)), "OK");
  EXPECT_EQ(ReasonOf(Begin("fay", 3, 1)), "QUOTA_REACHED");
  EXPECT_EQ(ReasonOf(Begin("fay", 1, kHalf)), "OK");  // Her own goes on.
  ASSERT_TRUE(store_.BeginWrite(ObjectId::Filled(4), kHalf, UnixSeconds{scene_.now()}).ok());
  EXPECT_EQ(ReasonOf(Begin("fay", 4, kHalf)), "QUOTA_REACHED");
}

TEST_F(UnnamedBlobsTest, AreNotNotedWhenTheyWereNotBegun) {
  EXPECT_TRUE(absl::IsResourceExhausted(Begin("fay", 1, storage::kBlobBytesMax + 1).status()));
  EXPECT_FALSE(IsThere(1));
  EXPECT_FALSE(IsNoted(1));
  EXPECT_EQ(ReasonOf(Begin("fay", 2, kHalf)), "OK");
  EXPECT_EQ(ReasonOf(Begin("fay", 3, kHalf)), "OK");
}

// What was begun before that failed takes its place, and is its member's after a restart, too.
TEST_F(UnnamedBlobsTest, AreNotedWhenBeginningThemFailedAndTheyAreThere) {
  store_.reading = absl::UnavailableError("the disk does not answer");
  EXPECT_TRUE(absl::IsUnavailable(Begin("fay", 1, kHalf).status()));
  store_.reading = absl::OkStatus();
  ASSERT_TRUE(IsThere(1));
  EXPECT_TRUE(IsNoted(1));
  EXPECT_EQ(ReasonOf(Begin("fay", 2, kHalf)), "OK");
  EXPECT_EQ(ReasonOf(Begin("fay", 3, 1)), "QUOTA_REACHED");
}

}  // namespace
}  // namespace amparo::server::testing
