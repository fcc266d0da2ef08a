// Two organisations of one store do not see each other, whatever ids they share; and the
// server's own settings.

#include "crypto/digest.h"
#include "tests/storage/status_matchers.h"
#include "tests/storage/store_fixture.h"

namespace amparo::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(StoreSeparationTest, KeepsLedgersApart) {
  const std::vector<Bytes> mine = {Text("mine")};
  const std::vector<Bytes> theirs = {Text("theirs"), Text("more")};
  const OrgStorage other = OpenOther();
  ASSERT_EQ(ledger().Append(Position{0}, mine, Text("my head")), AppendOutcome::kOk);
  ASSERT_EQ(other.ledger->Append(Position{0}, theirs, Text("their head")), AppendOutcome::kOk);
  EXPECT_THAT(ledger().Size(), IsOkAndHolds(TreeSize{1}));
  EXPECT_THAT(ledger().Read(Position{0}, 10), IsOkAndHolds(mine));
  EXPECT_THAT(other.ledger->Read(Position{0}, 10), IsOkAndHolds(theirs));
  EXPECT_THAT(ledger().Head(), IsOkAndHolds(Text("my head")));
}

TEST_P(StoreSeparationTest, KeepsViewsApart) {
  const OrgStorage other = OpenOther();
  const ViewBatch batch = {.puts = {{.key = Text("key"), .value = Text("mine")}}, .erased = {}};
  ASSERT_THAT(view().Apply(batch, TreeSize{5}), IsOk());
  EXPECT_THAT(*other.view->Dump(), IsEmpty());
  EXPECT_THAT(other.view->Applied(), IsOkAndHolds(TreeSize{0}));
  ASSERT_THAT(other.view->Clear(), IsOk());
  EXPECT_THAT(*view().Dump(), ElementsAre(batch.puts[0]));
}

TEST_P(StoreSeparationTest, KeepsBlobsAndPiecesApart) {
  const OrgStorage other = OpenOther();
  const Bytes mine = Pattern(1000, 1);
  absl::StatusOr<std::unique_ptr<BlobWriter>> writer =
      blobs().BeginWrite(TestObject(), mine.size(), UnixSeconds{1});
  ASSERT_THAT(writer, IsOk());
  ASSERT_THAT((*writer)->Write(mine), IsOk());
  ASSERT_THAT((*writer)->Seal(Sha256(mine)), IsOk());
  const PieceWrite piece = {.key = Text("k"), .value = Text("mine")};
  ASSERT_THAT(blobs().PutPieces({&piece, 1}), IsOk());

  EXPECT_THAT(other.blobs->Read(TestObject(), 0, 10), HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(other.blobs->GetPiece(piece.key), IsOkAndHolds(std::optional<Bytes>()));
  EXPECT_THAT(*other.blobs->ChangedBefore(UnixSeconds{100}, 10), IsEmpty());
  ASSERT_THAT(other.blobs->Erase(TestObject()), IsOk());
  ASSERT_THAT(other.blobs->ErasePieces({&piece.key, 1}), IsOk());
  EXPECT_THAT(blobs().Read(TestObject(), 0, mine.size()), IsOkAndHolds(mine));
  EXPECT_THAT(blobs().GetPiece(piece.key), IsOkAndHolds(std::optional<Bytes>(piece.value)));
}

TEST_P(StoreSeparationTest, KeepsShelvesApart) {
  const OrgStorage other = OpenOther();
  const ShelfKeyId id = ShelfKeyId::Filled(1);
  const Secret<32> key = Secret<32>::Random();
  ASSERT_THAT(shelf().Add(id, key), IsOk());
  EXPECT_THAT(other.shelf->Find(id), HasCode(absl::StatusCode::kNotFound));
  ASSERT_THAT(other.shelf->Destroy(id), IsOk());
  EXPECT_TRUE(shelf().Find(id)->EqualTo(key));
}

TEST_P(StoreSeparationTest, ListsOrganisationsWhoseLedgerIsNotEmpty) {
  const std::vector<Bytes> entries = {Text("entry")};
  const OrgStorage other = OpenOther();
  EXPECT_THAT(*store().List(), IsEmpty());
  ASSERT_EQ(other.ledger->Append(Position{0}, entries, {}), AppendOutcome::kOk);
  EXPECT_THAT(*store().List(), ElementsAre(TestOrg(2)));
  ASSERT_EQ(ledger().Append(Position{0}, entries, {}), AppendOutcome::kOk);
  Reopen();
  EXPECT_THAT(*store().List(), ElementsAre(TestOrg(1), TestOrg(2)));
}

TEST_P(StoreSeparationTest, OpensTheSamePartsTwice) {
  const std::vector<Bytes> entries = {Text("entry")};
  const OrgStorage first = OpenOther();
  const OrgStorage second = OpenOther();
  ASSERT_EQ(first.ledger->Append(Position{0}, entries, {}), AppendOutcome::kOk);
  EXPECT_THAT(second.ledger->Size(), IsOkAndHolds(TreeSize{1}));
}

TEST_P(StoreSeparationTest, KeepsSettings) {
  ASSERT_THAT(store().PutSetting(Text("a"), Text("1")), IsOk());
  ASSERT_THAT(store().PutSetting(Text("a"), Text("2")), IsOk());
  Reopen();
  EXPECT_THAT(store().GetSetting(Text("a")), IsOkAndHolds(std::optional<Bytes>(Text("2"))));
  ASSERT_THAT(store().EraseSetting(Text("a")), IsOk());
  EXPECT_THAT(store().GetSetting(Text("a")), IsOkAndHolds(std::optional<Bytes>()));
}

TEST_P(StoreSeparationTest, HoldsTheLimitsOfSettings) {
  const Bytes key(kSettingKeyBytesMax, 'k');
  const Bytes value(kSettingBytesMax, 'v');
  EXPECT_THAT(store().PutSetting(key, value), IsOk());
  EXPECT_THAT(store().PutSetting(Bytes(kSettingKeyBytesMax + 1), value),
              HasCode(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(store().PutSetting(key, Bytes(kSettingBytesMax + 1)),
              HasCode(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(store().PutSetting({}, value), HasCode(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace amparo::storage
