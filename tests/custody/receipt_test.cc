// The two files: what is written is read back, and nothing else is.

#include "custody/receipt.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "audit/checkpoint.h"
#include "audit/proof.h"
#include "statement/statement.h"
#include "tests/custody/custody_log.h"
#include "tests/custody/vector_cases.h"

namespace amparo::custody {
namespace {

using testing::CustodyLog;

Placed PlacedAt(std::uint64_t position) {
  return {.position = Position{position}, .statement = {1}, .path = {}};
}

Receipt Smallest() {
  return {.org = OrgId::Filled(1),
          .document = SubjectId::Filled(2),
          .checkpoint = "n",
          .directory = {PlacedAt(0)},
          .ticks = {},
          .history = {},
          .openings = {}};
}

absl::StatusOr<Receipt> ReadBack(const Receipt& receipt) {
  return ParseReceipt(FormatReceipt(receipt));
}

// The formatter asserts its limits, so what is beyond them is written by hand.
absl::Status ReadBytes(const std::function<void(Bytes&)>& edit) {
  Bytes bytes = testing::DecodedOf(FormatReceipt(Smallest()));
  edit(bytes);
  return ParseReceipt(testing::ReceiptTextOf(bytes)).status();
}

TEST(Receipt, IsReadAsItWasWritten) {
  const CustodyLog log = CustodyLog::WholeStory();
  for (const Receipt& receipt : {Smallest(), log.ReceiptOf(), log.ReceiptWithFiles()}) {
    const auto read = ReadBack(receipt);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_TRUE(*read == receipt);
  }
}

TEST(Receipt, HasALimitForEveryLengthAndIsReadAtEach) {
  Receipt receipt = Smallest();
  receipt.checkpoint.assign(audit::kCheckpointBytesMax, 'n');
  receipt.directory[0].statement.assign(kSignedStatementBytesMax, 7);
  receipt.directory[0].path.assign(audit::kPathHashesMax, Hash::Filled(3));
  for (std::size_t i = 0; i < kOpeningsMax; ++i) {
    Opening opening;
    opening.object.bytes[0] = static_cast<std::uint8_t>(i);
    receipt.openings.push_back(opening);
  }
  const auto read = ReadBack(receipt);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(*read == receipt);
}

TEST(Receipt, HoldsAHundredThousandStatementsInAListAndNoMore) {
  Receipt receipt = Smallest();
  for (std::uint64_t i = 0; i < kPlacedMax; ++i) receipt.ticks.push_back(PlacedAt(i + 1));
  EXPECT_TRUE(ReadBack(receipt).ok());
  Bytes bytes = testing::DecodedOf(FormatReceipt(receipt));
  const std::size_t count = 48 + 2 + 1 + 4 + 14;  // Behind the directory.
  ASSERT_EQ(bytes[count + 3], kPlacedMax % 256);
  ++bytes[count + 3];
  // One more after the others: only the count is over its limit.
  const Bytes one = {0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 1, 1, 0};
  bytes.insert(bytes.end() - 6, one.begin(), one.end());
  EXPECT_TRUE(absl::IsInvalidArgument(ParseReceipt(testing::ReceiptTextOf(bytes)).status()));
}

TEST(Receipt, IsRefusedOneBeyondEachLimit) {
  const std::size_t note = 48;
  const std::size_t directory = note + 2 + 1;
  const std::size_t statement = directory + 4 + 8;
  EXPECT_TRUE(ReadBytes([](Bytes&) {}).ok());
  EXPECT_FALSE(ReadBytes([&](Bytes& bytes) {  // 16,385 bytes of note, which are there.
                 bytes[note] = 0x40, bytes[note + 1] = 0x01;
                 bytes.insert(bytes.begin() + note + 2, audit::kCheckpointBytesMax, 'n');
               })
                   .ok());
  EXPECT_FALSE(ReadBytes([&](Bytes& bytes) {
                 bytes[statement + 2] = 0xf0, bytes[statement + 3] = 0x01;
                 bytes.insert(bytes.begin() + statement + 4, kSignedStatementBytesMax, 1);
               }).ok());
  EXPECT_FALSE(ReadBytes([&](Bytes& bytes) {
                 bytes[statement + 5] = 65;
                 bytes.insert(bytes.begin() + statement + 6, 65 * 32, 0);
               }).ok());
  EXPECT_FALSE(ReadBytes([&](Bytes& bytes) {
                 bytes[bytes.size() - 1] = 211;
                 for (std::uint8_t i = 0; i < 211; ++i) {
                   bytes.push_back(i);
                   bytes.insert(bytes.end(), 47, 0);
                 }
               }).ok());
}

TEST(Receipt, SaysOfALongerTextThatItIsTooLongBeforeDecodingIt) {
  std::string text = "amparo-receipt-v1\n";
  text.append(kFileBytesMax, 'A');
  EXPECT_TRUE(absl::IsInvalidArgument(ParseReceipt(text).status()));
}

TEST(Receipt, IsNotDamagedButNewerUnderAnotherNumber) {
  EXPECT_TRUE(absl::IsUnimplemented(ParseReceipt("amparo-receipt-v2\n").status()));
  EXPECT_TRUE(absl::IsUnimplemented(ParseEvidence("amparo-evidence-v17").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ParseReceipt("amparo-receipt-vx\n").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ParseReceipt("amparo-evidence-v2\n").status()));
}

TEST(FileKind, IsToldByTheFirstLineAlone) {
  EXPECT_EQ(FileKindOf("amparo-receipt-v1\n"), FileKind::kReceipt);
  EXPECT_EQ(FileKindOf("amparo-receipt-v99"), FileKind::kReceipt);
  EXPECT_EQ(FileKindOf("amparo-evidence-v1\nrest"), FileKind::kEvidence);
  EXPECT_EQ(FileKindOf("amparo-receipt-v1 \n"), FileKind::kUnknown);
  EXPECT_EQ(FileKindOf("amparo-receipt-v"), FileKind::kUnknown);
  EXPECT_EQ(FileKindOf(""), FileKind::kUnknown);
}

TEST(Evidence, OfEachTypeIsReadAsItWasWritten) {
  const std::vector<Hash> path = {Hash::Filled(1), Hash::Filled(2)};
  const decltype(Evidence::what) kinds[] = {
      Equivocation{.first = "a", .second = "b"},
      Fork{.earlier = "a", .later = "b", .other_root = Hash::Filled(3), .path = path},
      Rollback{.larger = "a", .smaller = "b", .path = path},
      InvalidHistory{.history = Smallest()},
      Withholding{.checkpoint = "a",
                  .position = Position{7},
                  .leaf = {.leaf_class = 1, .tag = LogTag::Filled(4), .statement = Hash::Filled(5)},
                  .path = path,
                  .subject = SubjectId::Filled(6),
                  .previous = Hash::Filled(7)},
  };
  for (const auto& what : kinds) {
    const Evidence evidence{.org = OrgId::Filled(9),
                            .policies = {{1, 2}, {3}},
                            .noticed_at = {1'700'000'000},
                            .what = what};
    const auto read = ParseEvidence(FormatEvidence(evidence));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_TRUE(*read == evidence);
  }
}

TEST(Evidence, HoldsAThousandPoliciesAndNoMore) {
  Evidence evidence{.org = {},
                    .policies = std::vector<Bytes>(kPoliciesMax, Bytes{1}),
                    .noticed_at = {},
                    .what = Equivocation{.first = "a", .second = "b"}};
  EXPECT_TRUE(ParseEvidence(FormatEvidence(evidence)).ok());
  Bytes bytes = testing::DecodedOf(FormatEvidence(evidence));
  bytes[33] = (kPoliciesMax + 1) % 256;
  const Bytes one = {0, 0, 0, 1, 1};
  bytes.insert(bytes.begin() + 34, one.begin(), one.end());
  EXPECT_FALSE(ParseEvidence(testing::EvidenceTextOf(bytes)).ok());
}

}  // namespace
}  // namespace amparo::custody
