// Looking for the blobs that a statement names must stay cheap: anybody who may upload could
// make the server read gigabytes otherwise.

#include <gtest/gtest.h>

#include <atomic>

#include "server/submission.h"
#include "tests/server/forwarding_store.h"
#include "tests/server/scene.h"

namespace amparo::server::testing {
namespace {

// Counts what is asked of it.
class CountingBlobs final : public ForwardingBlobs {
 public:
  using ForwardingBlobs::ForwardingBlobs;
  absl::StatusOr<std::optional<storage::BlobState>> Stat(const ObjectId& object) const override {
    ++looked;
    return ForwardingBlobs::Stat(object);
  }
  absl::StatusOr<Bytes> Read(const ObjectId& object, std::uint64_t offset,
                             std::size_t length) const override {
    ++read;
    return ForwardingBlobs::Read(object, offset, length);
  }

  mutable std::atomic<int> looked = 0;
  mutable std::atomic<int> read = 0;
};

// A store of one organisation whose blobs are counted.
struct CountingStore {
  CountingBlobs* blobs = nullptr;
  ForwardingStore store{[this](storage::BlobStore& inner) {
    auto made = std::make_unique<CountingBlobs>(inner);
    blobs = made.get();
    return made;
  }};
};

MadeObject SealedIn(storage::BlobStore& blobs) {
  MadeObject part = ObjectNamed("part", ObjectClass::kPart, kSmallObjectBytesMax + 1);
  auto writer = blobs.BeginWrite(part.ref.object, part.payload.size(), UnixSeconds{1});
  EXPECT_TRUE((*writer)->Write(part.payload).ok());
  EXPECT_TRUE((*writer)->Seal(part.ref.payload_sha256).ok());
  return part;
}

TEST(FindBlobs, ComparesTheNotedHashAndReadsNothing) {
  CountingStore store;
  ASSERT_TRUE(store.store.Open(OrgId::Filled(1)).ok());
  const MadeObject part = SealedIn(*store.blobs);
  ASSERT_TRUE(NoteBlobHash(*store.blobs, part.ref.object, part.ref.payload_sha256).ok());
  Submission right;
  right.body.objects = {part.ref};
  ASSERT_TRUE(FindBlobs(*store.blobs, right).ok());
  EXPECT_TRUE(right.sealed_blobs.contains(part.ref.object));
  Submission wrong;
  wrong.body.objects = {part.ref};
  wrong.body.objects[0].payload_sha256 = HashNamed("other bytes");
  ASSERT_TRUE(FindBlobs(*store.blobs, wrong).ok());
  EXPECT_TRUE(wrong.sealed_blobs.empty());
  EXPECT_EQ(store.blobs->read, 0);
}

// A crash between the seal and the note.
TEST(FindBlobs, ReadsABlobWhoseHashNobodyNoted) {
  CountingStore store;
  ASSERT_TRUE(store.store.Open(OrgId::Filled(1)).ok());
  const MadeObject part = SealedIn(*store.blobs);
  Submission submission;
  submission.body.objects = {part.ref};
  ASSERT_TRUE(FindBlobs(*store.blobs, submission).ok());
  EXPECT_TRUE(submission.sealed_blobs.contains(part.ref.object));
  EXPECT_GT(store.blobs->read, 0);
}

TEST(FindBlobs, IsNotAskedForAnAuthorWhoIsNotValid) {
  CountingStore store;
  Scene scene(&store.store);
  const MadeObject part = SealedIn(*store.blobs);
  const MadeObject manifest = ObjectNamed("m", ObjectClass::kManifest);
  const auto compose = [&] {
    return scene.Compose(
        "fay", Submit{.case_id = Scene::SubjectNamed("case"), .desk = 1, .deliver_on_approval = 1},
        {.subject = Scene::SubjectNamed("d"), .prev = {}}, {manifest, part}, {});
  };
  store.blobs->looked = 0;
  EXPECT_EQ(ReasonOf(scene.Answer(compose())), "USABLE_GRANT_MISSING");
  EXPECT_EQ(store.blobs->looked, 1);
  scene.Must("ria", Revoke{.member = Organisation::Member("fay"), .certificate = {}});
  store.blobs->looked = 0;
  store.blobs->read = 0;
  EXPECT_EQ(ReasonOf(scene.Answer(compose())), "REVOKED");
  EXPECT_EQ(store.blobs->looked, 0);
  EXPECT_EQ(store.blobs->read, 0);
}

}  // namespace
}  // namespace amparo::server::testing
