// What an organisation may store together, however many members it has.

#include <gtest/gtest.h>

#include "server/pieces.h"
#include "server/submission.h"
#include "server/unnamed_blobs.h"
#include "tests/server/forwarding_store.h"
#include "tests/server/scene.h"

namespace amparo::server::testing {
namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

class TotalsTest : public ::testing::Test {
 protected:
  std::string Begin(UnnamedBlobs& blobs, const std::string& member, std::uint8_t object,
                    std::uint64_t length, std::uint64_t later_s = 0) {
    return ReasonOf(blobs.Begin(Organisation::Member(member), ObjectId::Filled(object), length,
                                UnixSeconds{scene_.now() + later_s}));
  }
  UnnamedBlobs With(const OrganizationLimits& limits) {
    return UnnamedBlobs(scene_.storage().blobs, &scene_.organization().rows(), limits);
  }
  Scene scene_;
};

TEST_F(TotalsTest, OfWhatNoStatementNamesEndAtTheOrganisationsLimit) {
  UnnamedBlobs blobs = With({.unnamed_bytes = 10 * kGiB});
  ASSERT_TRUE(blobs.Load().ok());
  EXPECT_EQ(Begin(blobs, "fay", 1, 4 * kGiB), "OK");
  EXPECT_EQ(Begin(blobs, "tina", 2, 4 * kGiB), "OK");
  EXPECT_EQ(Begin(blobs, "rita", 3, 2 * kGiB + 1), "ORGANIZATION_FULL");
  EXPECT_EQ(Begin(blobs, "rita", 4, 2 * kGiB), "OK");
  EXPECT_EQ(Begin(blobs, "tom", 5, 1), "ORGANIZATION_FULL");
  UnnamedBlobs reopened = With({.unnamed_bytes = 10 * kGiB});
  ASSERT_TRUE(reopened.Load().ok());
  EXPECT_EQ(Begin(reopened, "tom", 5, 1), "ORGANIZATION_FULL");
  // What broke off a day ago makes room, whosever it was.
  EXPECT_EQ(Begin(reopened, "tom", 5, 1, kAbandonedUpload_s), "OK");
}

TEST_F(TotalsTest, OfAllThatIsStoredEndAtTheOperatorsLimit) {
  const OrganizationLimits limits{.stored_bytes = 3 * kGiB};
  UnnamedBlobs blobs = With(limits);
  ASSERT_TRUE(blobs.Load().ok());
  EXPECT_EQ(Begin(blobs, "fay", 1, 2 * kGiB), "OK");
  EXPECT_EQ(Begin(blobs, "tina", 2, kGiB + 1), "ORGANIZATION_FULL");
  EXPECT_EQ(Begin(blobs, "tina", 3, kGiB), "OK");
  UnnamedBlobs reopened = With(limits);
  ASSERT_TRUE(reopened.Load().ok());
  EXPECT_EQ(Begin(reopened, "fay", 4, 1), "ORGANIZATION_FULL");
  ASSERT_TRUE(reopened.Sweep(UnixSeconds{scene_.now() + kUnnamedBlobLifetime_s + 1}).ok());
  EXPECT_EQ(Begin(reopened, "fay", 4, 3 * kGiB), "OK");
  EXPECT_EQ(Begin(reopened, "fay", 5, 1), "ORGANIZATION_FULL");
}

// Blobs that are erased and still take disk.
class UnfreedBlobs final : public ForwardingBlobs {
 public:
  using ForwardingBlobs::ForwardingBlobs;
  std::uint64_t UnfreedBytes() const override { return unfreed_bytes; }
  std::uint64_t unfreed_bytes = 0;
};

TEST_F(TotalsTest, CountWhatIsErasedAndNotFreed) {
  UnfreedBlobs store(*scene_.storage().blobs);
  UnnamedBlobs blobs(&store, &scene_.organization().rows(), {.stored_bytes = 3 * kGiB});
  ASSERT_TRUE(blobs.Load().ok());
  EXPECT_EQ(Begin(blobs, "fay", 1, kGiB), "OK");
  store.unfreed_bytes = kGiB + 1;
  EXPECT_EQ(Begin(blobs, "fay", 2, kGiB), "ORGANIZATION_FULL");
  store.unfreed_bytes = kGiB;
  EXPECT_EQ(Begin(blobs, "fay", 2, kGiB), "OK");
}

// What a blob was sealed with says nothing of the one that is begun after it was lost.
TEST_F(TotalsTest, ForgetTheHashOfABlobThatIsBegunAgain) {
  storage::BlobStore& store = *scene_.storage().blobs;
  UnnamedBlobs blobs = With({});
  ASSERT_TRUE(blobs.Load().ok());
  const ObjectId object = ObjectId::Filled(1);
  ASSERT_EQ(Begin(blobs, "fay", 1, 1000), "OK");
  ASSERT_TRUE(NoteBlobHash(store, object, HashNamed("what was lost")).ok());
  ASSERT_EQ(Begin(blobs, "tina", 1, 1000), "OK");
  EXPECT_FALSE(store.GetPiece(BlobHashKey(object))->has_value());
}

}  // namespace
}  // namespace amparo::server::testing
