// Looking for the blobs that a statement names must stay cheap: anybody who may upload could
// make the server read gigabytes otherwise.

#include <gtest/gtest.h>

#include <atomic>

#include "server/submission.h"
#include "tests/server/scene.h"

namespace amparo::server::testing {
namespace {

// A blob store that counts what is asked of it.
class CountingBlobs : public storage::BlobStore {
 public:
  explicit CountingBlobs(storage::BlobStore* inner) : inner_(inner) {}
  absl::StatusOr<std::unique_ptr<storage::BlobWriter>> BeginWrite(const ObjectId& object,
                                                                  std::uint64_t length,
                                                                  UnixSeconds now) override {
    return inner_->BeginWrite(object, length, now);
  }
  absl::StatusOr<std::optional<storage::BlobState>> Stat(const ObjectId& object) const override {
    ++looked;
    return inner_->Stat(object);
  }
  absl::StatusOr<Bytes> Read(const ObjectId& object, std::uint64_t offset,
                             std::size_t length) const override {
    ++read;
    return inner_->Read(object, offset, length);
  }
  absl::Status Erase(const ObjectId& object) override { return inner_->Erase(object); }
  absl::StatusOr<std::vector<ObjectId>> ChangedBefore(
      UnixSeconds before, std::size_t limit, std::optional<ObjectId> after) const override {
    return inner_->ChangedBefore(before, limit, after);
  }
  absl::Status PutPieces(std::span<const storage::PieceWrite> pieces) override {
    return inner_->PutPieces(pieces);
  }
  absl::StatusOr<std::optional<Bytes>> GetPiece(ByteView key) const override {
    return inner_->GetPiece(key);
  }
  absl::Status ErasePieces(std::span<const Bytes> keys) override {
    return inner_->ErasePieces(keys);
  }

  mutable std::atomic<int> looked = 0;
  mutable std::atomic<int> read = 0;

 private:
  storage::BlobStore* const inner_;
};

// A store of one organisation whose blobs are counted.
class CountingStore : public storage::Store {
 public:
  absl::StatusOr<storage::OrgStorage> Open(const OrgId& org) override {
    auto opened = inner_->Open(org);
    if (!opened.ok()) return opened.status();
    if (blobs == nullptr) blobs = std::make_unique<CountingBlobs>(opened->blobs);
    opened->blobs = blobs.get();
    return opened;
  }
  absl::StatusOr<std::vector<OrgId>> List() const override { return inner_->List(); }
  absl::Status PutSetting(ByteView key, ByteView value) override {
    return inner_->PutSetting(key, value);
  }
  absl::StatusOr<std::optional<Bytes>> GetSetting(ByteView key) const override {
    return inner_->GetSetting(key);
  }
  absl::Status EraseSetting(ByteView key) override { return inner_->EraseSetting(key); }

  std::unique_ptr<CountingBlobs> blobs;

 private:
  const std::unique_ptr<storage::Store> inner_ = storage::OpenMemoryStore();
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
  const auto storage = store.Open(OrgId::Filled(1));
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
  const auto storage = store.Open(OrgId::Filled(1));
  const MadeObject part = SealedIn(*store.blobs);
  Submission submission;
  submission.body.objects = {part.ref};
  ASSERT_TRUE(FindBlobs(*store.blobs, submission).ok());
  EXPECT_TRUE(submission.sealed_blobs.contains(part.ref.object));
  EXPECT_GT(store.blobs->read, 0);
}

TEST(FindBlobs, IsNotAskedForAnAuthorWhoIsNotValid) {
  CountingStore store;
  Scene scene(&store);
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
