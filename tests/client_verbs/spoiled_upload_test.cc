// A member who learned the ids of somebody's sealed parts, from a bundle say, uploads other bytes
// under them first. The author's act is stored all the same, whoever sends it.
// docs/spec/engine.md, "Blobs that nobody names".

#include <gtest/gtest.h>

#include <memory>

#include "tests/client/memory_payload.h"
#include "tests/client_verbs/sticks.h"
#include "tests/client_verbs/town.h"

namespace amparo::client {
namespace {

using amparo::testing::Corpus;
using amparo::testing::CutOff;
using amparo::testing::MemoryPayload;
using amparo::testing::ReadAll;
using amparo::testing::Reconnect;
using amparo::testing::Town;

// Flo's act of two files, which waits in her outbox without a link.
class SpoiledUploadTest : public ::testing::Test {
 protected:
  SpoiledUploadTest() {
    const SubjectId case_id = town_.OpenCase();
    EXPECT_TRUE(absl::IsAlreadyExists(town_.As("cleo").ShareCase(case_id, town_.Id("flo"))));
    town_.As("flo");
    CutOff(town_, "flo");
    const auto files = PlanFiles({Corpus("es-declaracion.pdf"), Corpus("ht-photo.jpg")}, {});
    EXPECT_TRUE(files.ok()) << files.status();
    const auto submitted = town_.Stale("flo").Submit(*files, Town::To(case_id), nullptr);
    EXPECT_TRUE(submitted.ok()) << submitted.status();
    document_ = submitted->document;
    parts_ = town_.Stale("flo").OutboxItems().at(0).parts;
    EXPECT_EQ(parts_.size(), 2u);
  }

  // Mal seals this many bytes under the part's id.
  void Spoil(std::size_t part, std::uint64_t length) {
    MemoryPayload other(Bytes(length, 7));
    const auto sealed = town_.Mal().connection->Upload(
        {.object = parts_.at(part).object, .length = length}, other, nullptr);
    ASSERT_TRUE(sealed.ok()) << sealed.status();
    EXPECT_TRUE(sealed->sealed);
  }
  // Mal leaves a part's length begun, and one wrong byte.
  void Begin(std::size_t part) {
    server::Organization& organization = town_.engine().organization();
    const auto writer =
        organization.unnamed_blobs().Begin(town_.Mal().membership.member, parts_.at(part).object,
                                           parts_.at(part).length, organization.now());
    ASSERT_TRUE(writer.ok()) << writer.status();
    ASSERT_TRUE((*writer)->Write(Bytes(1, 0xff)).ok());
    ASSERT_TRUE((*writer)->Flush().ok());
  }
  void ExpectCarlSendsIt(const std::string& acts) {
    const auto sent = town_.As("carl").ImportBundle(acts, "", nullptr);
    ASSERT_TRUE(sent.ok()) << sent.status();
    ASSERT_EQ(sent->acts.size(), 1u);
    EXPECT_TRUE(sent->acts[0].status.ok()) << sent->acts[0].status;
    ExpectOpens();
  }
  void ExpectOpens() {
    ASSERT_TRUE(town_.As("cleo").replica().documents().contains(document_));
    const auto opened = town_.Stale("cleo").Open(document_, Which::kSource, town_.Fresh(), nullptr);
    ASSERT_TRUE(opened.ok()) << opened.status();
    ASSERT_EQ(opened->size(), 2u);
    EXPECT_TRUE(ReadAll(opened->at(0).path) == ReadAll(Corpus("es-declaracion.pdf")));
    EXPECT_TRUE(ReadAll(opened->at(1).path) == ReadAll(Corpus("ht-photo.jpg")));
  }
  void ExpectFloSendsIt() {
    Reconnect(town_, "flo");
    const absl::Status sent = town_.As("flo").SendOutbox({});
    EXPECT_TRUE(sent.ok()) << sent;
    for (const OutboxItem& item : town_.Stale("flo").OutboxItems()) {
      ADD_FAILURE() << ItemStateName(item.state) << " " << item.reason << " " << item.message;
    }
    ExpectOpens();
  }

  Town town_;
  SubjectId document_;
  std::vector<ItemPart> parts_;
};

TEST_F(SpoiledUploadTest, IsSentAgainWhereOtherBytesWereSealed) {
  Spoil(1, parts_[1].length);
  ExpectFloSendsIt();
}

TEST_F(SpoiledUploadTest, IsSentAgainWhereAnotherLengthWasSealed) {
  Spoil(0, parts_[0].length);
  Spoil(1, parts_[1].length + 1);
  ExpectFloSendsIt();
}

TEST_F(SpoiledUploadTest, IsSentAgainWhereAnotherLengthWasBegun) {
  server::Organization& organization = town_.engine().organization();
  const auto writer = organization.unnamed_blobs().Begin(
      town_.Mal().membership.member, parts_[0].object, parts_[0].length - 1, organization.now());
  ASSERT_TRUE(writer.ok()) << writer.status();
  ExpectFloSendsIt();
}

TEST_F(SpoiledUploadTest, IsSentAgainWhereItsLengthWasBegunWithOtherBytes) {
  Begin(0);
  Begin(1);
  ExpectFloSendsIt();
}

TEST_F(SpoiledUploadTest, IsSentOnByAColleagueWhereItsLengthWasBegunWithOtherBytes) {
  const std::string acts = town_.Fresh();
  const auto written = town_.Stale("flo").ExportActs(acts);
  ASSERT_TRUE(written.ok()) << written.status();
  Begin(0);
  Begin(1);
  ExpectCarlSendsIt(acts);
}

TEST_F(SpoiledUploadTest, IsSentOnByAColleagueAllTheSame) {
  const std::string acts = town_.Fresh();
  const auto written = town_.Stale("flo").ExportActs(acts);
  ASSERT_TRUE(written.ok()) << written.status();
  Spoil(0, parts_[0].length);
  Spoil(1, parts_[1].length + 1);
  ExpectCarlSendsIt(acts);
}

// A server that died lost a part after it had called it sealed.
TEST(LostUploadTest, IsSentAgainByWhoSubmitsIt) {
  Town town;
  const SubjectId case_id = town.OpenCase();
  town.As("fay");
  int appended = 0;
  town.Server("fay").append = [&](const AppendRequest&) {
    if (++appended > 1) return absl::OkStatus();
    absl::Status missing = absl::FailedPreconditionError("a part is not there");
    AttachDetail(missing, {.reason = "BLOB_MISSING", .head = {}, .next_number = 0});
    return missing;
  };
  const auto files = PlanFiles({Corpus("ht-photo.jpg")}, {});
  ASSERT_TRUE(files.ok()) << files.status();
  const auto submitted = town.Stale("fay").Submit(*files, Town::To(case_id), nullptr);
  EXPECT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_EQ(appended, 2);
  EXPECT_EQ(town.Stale("fay").OutboxItems().size(), 0u);
}

}  // namespace
}  // namespace amparo::client
