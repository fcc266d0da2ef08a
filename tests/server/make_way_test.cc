// Who learns an object's id may upload other bytes under it before its author does. The author's
// statement is refused then, once, and what is in the way goes; what is named, what is the
// author's own, and what may still become the right bytes never does.
// docs/spec/engine.md, "Blobs that nobody names".

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "server/unnamed_blobs.h"
#include "tests/server/scene.h"

namespace amparo::server::testing {
namespace {

constexpr std::size_t kPartBytes = kSmallObjectBytesMax + 1;

class MakeWayTest : public ::testing::Test {
 protected:
  // Fay's document of a large part, as she says it now; its number is 1.
  AppendInput Letter() { return SubmitOf("fay", "case", "letter", 1, {part_}); }
  AppendInput SubmitOf(const std::string& name, const std::string& case_name,
                       const std::string& document, std::uint16_t number,
                       const std::vector<MadeObject>& parts) {
    const MadeObject manifest =
        ObjectNamed(absl::StrCat(name, document, " manifest"), ObjectClass::kManifest);
    std::vector<MadeObject> objects = {manifest};
    objects.insert(objects.end(), parts.begin(), parts.end());
    return scene_.Compose(name,
                          Submit{.case_id = Scene::SubjectNamed(case_name),
                                 .desk = 1,
                                 .deliver_on_approval = 1,
                                 .number = number,
                                 .version = 1},
                          {.subject = Scene::SubjectNamed(document), .prev = {}}, objects,
                          {GrantNamed(manifest.ref.object, People::CertificateOf("cleo")),
                           GrantNamed(manifest.ref.object, People::CertificateOf("carl"))});
  }

  std::unique_ptr<storage::BlobWriter> Begin(const std::string& member, std::uint64_t length) {
    auto writer = scene_.organization().unnamed_blobs().Begin(
        Organisation::Member(member), part_.ref.object, length, UnixSeconds{scene_.now()});
    EXPECT_TRUE(writer.ok()) << ReasonOf(writer);
    return writer.ok() ? *std::move(writer) : nullptr;
  }
  // The rest of the blob, sealed as the service does.
  void Finish(storage::BlobWriter& writer, const Bytes& bytes) {
    ASSERT_TRUE(writer.Write(ByteView(bytes).subspan(writer.offset())).ok());
    const Hash sha256 = Sha256(bytes);
    ASSERT_TRUE(writer.Seal(sha256).ok());
    ASSERT_TRUE(NoteBlobHash(*scene_.storage().blobs, part_.ref.object, sha256).ok());
  }
  void Upload(const std::string& member, const Bytes& bytes) {
    const auto writer = Begin(member, bytes.size());
    ASSERT_NE(writer, nullptr);
    Finish(*writer, bytes);
  }
  bool IsThere() { return scene_.storage().blobs->Stat(part_.ref.object)->has_value(); }
  // The author's program: refused once, it sends its bytes, and says the same again.
  void ExpectHeals(const AppendInput& letter) {
    EXPECT_EQ(ReasonOf(scene_.Answer(letter)), "BLOB_MISSING");
    EXPECT_FALSE(IsThere());
    Upload("fay", part_.payload);
    EXPECT_EQ(ReasonOf(scene_.Answer(letter)), "OK");
  }

  Scene scene_;
  const MadeObject part_ = ObjectNamed("part", ObjectClass::kPart, kPartBytes);
  const Bytes other_ = Bytes(kPartBytes, 9);
};

TEST_F(MakeWayTest, ForTheAuthorWhereAnotherSealedOtherBytes) {
  Upload("tina", other_);
  ExpectHeals(Letter());
}

TEST_F(MakeWayTest, ForTheAuthorWhereAnotherSealedAnotherLength) {
  Upload("tina", Bytes(kPartBytes + 5, 9));
  ExpectHeals(Letter());
}

// It would never be sealed, and the author's upload would be refused for a month (LENGTH_MISMATCH).
TEST_F(MakeWayTest, ForTheAuthorWhereAnotherBeganAnotherLength) {
  const auto writer = Begin("tina", kPartBytes + 5);
  ASSERT_TRUE(writer->Write(Bytes(1000, 9)).ok());
  ExpectHeals(Letter());
  EXPECT_TRUE(absl::IsAborted(writer->Write(Bytes(1000, 9)))) << "it writes into the author's";
}

// What the author began, another member spoils: then it is that one's.
TEST_F(MakeWayTest, ForTheAuthorWhereAnotherWentOnWithOtherBytes) {
  const auto begun = Begin("fay", kPartBytes);
  ASSERT_TRUE(begun->Write(ByteView(part_.payload).first(1000)).ok());
  const auto spoiling = Begin("tina", kPartBytes);
  EXPECT_EQ(spoiling->offset(), 1000u);
  Finish(*spoiling, [&] {
    Bytes bytes = other_;
    std::copy_n(part_.payload.begin(), 1000, bytes.begin());
    return bytes;
  }());
  ASSERT_TRUE(scene_.Reopen().ok());
  ExpectHeals(Letter());
}

TEST_F(MakeWayTest, NeverOfTheAuthorsOwn) {
  Upload("fay", other_);
  EXPECT_EQ(ReasonOf(scene_.Answer(Letter())), "BLOB_MISSING");
  EXPECT_TRUE(IsThere());
}

// A colleague sends it for the author: its bytes may become the right ones, or are.
TEST_F(MakeWayTest, NeverOfWhatMayBeTheRightBytes) {
  const auto writer = Begin("tina", kPartBytes);
  ASSERT_TRUE(writer->Write(ByteView(part_.payload).first(1000)).ok());
  const AppendInput letter = Letter();
  EXPECT_EQ(ReasonOf(scene_.Answer(letter)), "BLOB_MISSING");
  Finish(*writer, part_.payload);
  auto refused = Prepare(letter);
  ASSERT_TRUE(refused.ok());
  const auto erased = scene_.organization().unnamed_blobs().MakeWay(*refused);
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_EQ(*erased, 0u);
  EXPECT_EQ(ReasonOf(scene_.Answer(letter)), "OK");
}

TEST_F(MakeWayTest, NeverOfWhatAStatementNames) {
  Upload("fay", part_.payload);
  ASSERT_EQ(ReasonOf(scene_.Answer(Letter())), "OK");
  MadeObject claimed = part_;
  claimed.ref.payload_sha256 = HashNamed("other bytes");
  const AppendInput claim = SubmitOf("cleo", "case", "claim", 2, {claimed});
  EXPECT_EQ(ReasonOf(scene_.Answer(claim)), "OBJECT_TAKEN");
  auto refused = Prepare(claim);
  ASSERT_TRUE(refused.ok());
  const auto erased = scene_.organization().unnamed_blobs().MakeWay(*refused);
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_EQ(*erased, 0u);
  EXPECT_TRUE(IsThere());
}

// Nobody makes way for what the rules would not take with the right bytes, either.
TEST_F(MakeWayTest, NeverForAStatementThatIsRefusedAnyway) {
  Upload("fay", part_.payload);
  MadeObject claimed = part_;
  claimed.ref.payload_sha256 = HashNamed("other bytes");
  EXPECT_EQ(ReasonOf(scene_.Answer(SubmitOf("tina", "case", "claim", 1, {claimed}))),
            "ROLE_REQUIRED");
  EXPECT_TRUE(IsThere());
  EXPECT_EQ(ReasonOf(scene_.Answer(Letter())), "OK");
}

// Who claims an id loses what lies there to nobody for good: the author sends it again. And what
// is in the log has its bytes, whatever was erased while its statement waited.
TEST_F(MakeWayTest, LosesNothingThatTheLogNamesToSomebodyWhoClaimsEveryId) {
  constexpr std::uint16_t kDocuments = 40;
  scene_.Must("cleo", OpenCase{.desk = 1, .deliver_on_approval = 1},
              {.subject = Scene::SubjectNamed("other"), .prev = {}});
  std::vector<MadeObject> parts, claimed;
  for (int i = 0; i < kDocuments; ++i) {
    parts.push_back(ObjectNamed(absl::StrCat("part ", i), ObjectClass::kPart, kPartBytes));
    claimed.push_back(parts.back());
    claimed.back().ref.payload_sha256 = HashNamed("other bytes");
  }
  // Those that are said last first: the claim is about one that nobody named yet, until the end.
  std::reverse(claimed.begin(), claimed.end());
  const AppendInput claim = SubmitOf("cleo", "other", "claim", 1, claimed);
  ASSERT_EQ(ReasonOf(scene_.Answer(claim)), "BLOB_MISSING");
  std::atomic<bool> done = false;
  std::thread claiming([&] {
    while (!done) EXPECT_NE(ReasonOf(scene_.Answer(claim)), "OK");
  });
  absl::Cleanup ended = [&] {
    done = true;
    claiming.join();
  };
  UnnamedBlobs& blobs = scene_.organization().unnamed_blobs();
  int uploads = 0;
  for (std::uint16_t number = 1; number <= kDocuments; ++number) {
    const MadeObject& part = parts[number - 1u];
    const AppendInput input = SubmitOf("fay", "case", absl::StrCat("d", number), number, {part});
    for (std::string answer; answer != "OK"; ++uploads) {
      auto writer = blobs.Begin(Organisation::Member("fay"), part.ref.object, kPartBytes,
                                UnixSeconds{scene_.now()});
      if (writer.ok()) {
        ASSERT_TRUE((*writer)->Write(part.payload).ok());
        ASSERT_TRUE((*writer)->Seal(part.ref.payload_sha256).ok());
        ASSERT_TRUE(
            NoteBlobHash(*scene_.storage().blobs, part.ref.object, part.ref.payload_sha256).ok());
      }
      answer = ReasonOf(scene_.Answer(input));
      ASSERT_TRUE(answer == "OK" || answer == "BLOB_MISSING") << answer;
    }
  }
  std::move(ended).Invoke();
  for (const MadeObject& part : parts) {
    const auto state = scene_.storage().blobs->Stat(part.ref.object);
    ASSERT_TRUE(state.ok() && state->has_value()) << "named, and gone";
    EXPECT_TRUE((*state)->sealed);
  }
  EXPECT_GE(uploads, kDocuments);
  std::printf("%d documents, %d uploads\n", kDocuments, uploads);
}

}  // namespace
}  // namespace amparo::server::testing
