// What storage/ledger.h promises, of every engine.

#include "storage/ledger.h"

#include <vector>

#include "tests/storage/status_matchers.h"
#include "tests/storage/store_fixture.h"

namespace amparo::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Bytes kFirst = Text("first");
const Bytes kSecond = Text("second");
const Bytes kThird = Text("third");
const Bytes kHead = Text("head");
const Bytes kNextHead = Text("next head");

AppendOutcome AppendAt(Ledger& ledger, std::uint64_t position, std::vector<Bytes> entries,
                       const Bytes& head = kHead) {
  return ledger.Append(Position{position}, entries, head);
}

TEST_P(LedgerTest, BeginsEmpty) {
  EXPECT_THAT(ledger().Size(), IsOkAndHolds(TreeSize{0}));
  EXPECT_THAT(ledger().Head(), IsOkAndHolds(Bytes()));
  EXPECT_THAT(ledger().Read(Position{0}, 10), IsOkAndHolds(std::vector<Bytes>()));
}

TEST_P(LedgerTest, KeepsEntriesInTheirOrderAndTheNewestHead) {
  EXPECT_EQ(AppendAt(ledger(), 0, {kFirst, kSecond}), AppendOutcome::kOk);
  EXPECT_EQ(AppendAt(ledger(), 2, {kThird}, kNextHead), AppendOutcome::kOk);
  Reopen();
  EXPECT_THAT(ledger().Size(), IsOkAndHolds(TreeSize{3}));
  EXPECT_THAT(ledger().Head(), IsOkAndHolds(kNextHead));
  EXPECT_THAT(*ledger().Read(Position{0}, 10), ElementsAre(kFirst, kSecond, kThird));
}

TEST_P(LedgerTest, ReadsFromAPositionAndNoMoreThanTheLimit) {
  AppendAt(ledger(), 0, {kFirst, kSecond, kThird});
  EXPECT_THAT(*ledger().Read(Position{1}, 1), ElementsAre(kSecond));
  EXPECT_THAT(*ledger().Read(Position{1}, 2), ElementsAre(kSecond, kThird));
  EXPECT_THAT(*ledger().Read(Position{2}, 9), ElementsAre(kThird));
  EXPECT_THAT(*ledger().Read(Position{0}, 0), IsEmpty());
  EXPECT_THAT(*ledger().Read(Position{3}, 9), IsEmpty());
  EXPECT_THAT(*ledger().Read(Position{~std::uint64_t{0}}, 9), IsEmpty());
}

// Positions above 255 and 65,535 would come in the wrong order under a careless key.
TEST_P(LedgerTest, KeepsTheOrderBeyondTwoBytesOfPosition) {
  constexpr std::uint64_t kCount = 66'000;
  for (std::uint64_t at = 0; at < kCount; at += 100) {
    std::vector<Bytes> entries;
    for (std::uint64_t i = at; i < at + 100; ++i) entries.push_back(Text(std::to_string(i)));
    ASSERT_EQ(ledger().Append(Position{at}, entries, kHead), AppendOutcome::kOk);
  }
  EXPECT_THAT(*ledger().Read(Position{255}, 2), ElementsAre(Text("255"), Text("256")));
  EXPECT_THAT(*ledger().Read(Position{65'535}, 2), ElementsAre(Text("65535"), Text("65536")));
}

TEST_P(LedgerTest, AbortsWhenSomebodyAppendedFirst) {
  AppendAt(ledger(), 0, {kFirst});
  EXPECT_EQ(AppendAt(ledger(), 0, {kSecond}, kNextHead), AppendOutcome::kAborted);
  EXPECT_THAT(*ledger().Read(Position{0}, 10), ElementsAre(kFirst));
  EXPECT_THAT(ledger().Head(), IsOkAndHolds(kHead));
}

TEST_P(LedgerTest, RefusesAPositionBeyondItsEnd) {
  EXPECT_EQ(AppendAt(ledger(), 1, {kFirst}), AppendOutcome::kRefused);
  EXPECT_EQ(AppendAt(ledger(), ~std::uint64_t{0}, {kFirst}), AppendOutcome::kRefused);
  EXPECT_THAT(ledger().Size(), IsOkAndHolds(TreeSize{0}));
}

// How kUnknown is resolved.
TEST_P(LedgerTest, AnswersOkToTheSameBytesAgainAndChangesNothing) {
  AppendAt(ledger(), 0, {kFirst});
  EXPECT_EQ(AppendAt(ledger(), 1, {kSecond, kThird}, kNextHead), AppendOutcome::kOk);
  EXPECT_EQ(AppendAt(ledger(), 1, {kSecond, kThird}, kNextHead), AppendOutcome::kOk);
  EXPECT_THAT(ledger().Size(), IsOkAndHolds(TreeSize{3}));
  EXPECT_THAT(*ledger().Read(Position{0}, 10), ElementsAre(kFirst, kSecond, kThird));
}

TEST_P(LedgerTest, AbortsTheSameBytesOnceTheyDoNotEndTheLog) {
  AppendAt(ledger(), 0, {kFirst});
  AppendAt(ledger(), 1, {kSecond});
  EXPECT_EQ(AppendAt(ledger(), 0, {kFirst}), AppendOutcome::kAborted);
}

TEST_P(LedgerTest, AbortsAPartOfWhatStands) {
  AppendAt(ledger(), 0, {kFirst, kSecond});
  EXPECT_EQ(AppendAt(ledger(), 0, {kFirst}), AppendOutcome::kAborted);
  EXPECT_EQ(AppendAt(ledger(), 0, {kFirst, kSecond, kThird}), AppendOutcome::kAborted);
}

// Two heads for one size would be two checkpoints of one log.
TEST_P(LedgerTest, AbortsTheSameEntriesUnderAnotherHead) {
  AppendAt(ledger(), 0, {kFirst});
  EXPECT_EQ(AppendAt(ledger(), 0, {kFirst}, kNextHead), AppendOutcome::kAborted);
  EXPECT_THAT(ledger().Head(), IsOkAndHolds(kHead));
}

TEST_P(LedgerTest, RefusesAnAppendOfNothing) {
  EXPECT_EQ(AppendAt(ledger(), 0, {}), AppendOutcome::kRefused);
  EXPECT_THAT(ledger().Head(), IsOkAndHolds(Bytes()));
}

TEST_P(LedgerTest, TakesAnEmptyEntry) {
  EXPECT_EQ(AppendAt(ledger(), 0, {Bytes()}), AppendOutcome::kOk);
  EXPECT_THAT(*ledger().Read(Position{0}, 10), ElementsAre(Bytes()));
}

TEST_P(LedgerTest, HoldsTheLimitOfEntries) {
  const std::vector<Bytes> below(kAppendEntriesMax - 1, kFirst);
  const std::vector<Bytes> at(kAppendEntriesMax, kFirst);
  const std::vector<Bytes> above(kAppendEntriesMax + 1, kFirst);
  EXPECT_EQ(ledger().Append(Position{0}, above, kHead), AppendOutcome::kRefused);
  EXPECT_THAT(ledger().Size(), IsOkAndHolds(TreeSize{0}));
  EXPECT_EQ(ledger().Append(Position{0}, at, kHead), AppendOutcome::kOk);
  EXPECT_EQ(ledger().Append(Position{at.size()}, below, kHead), AppendOutcome::kOk);
}

TEST_P(LedgerTest, HoldsTheLimitOfAnEntry) {
  EXPECT_EQ(AppendAt(ledger(), 0, {Bytes(kEntryBytesMax + 1)}), AppendOutcome::kRefused);
  EXPECT_EQ(AppendAt(ledger(), 0, {Bytes(kEntryBytesMax)}), AppendOutcome::kOk);
  EXPECT_EQ(AppendAt(ledger(), 1, {Bytes(kEntryBytesMax - 1)}), AppendOutcome::kOk);
  EXPECT_EQ((*ledger().Read(Position{0}, 1))[0].size(), kEntryBytesMax);
}

TEST_P(LedgerTest, HoldsTheLimitOfAllEntriesTogether) {
  const std::vector<Bytes> at(kAppendBytesMax / kEntryBytesMax, Bytes(kEntryBytesMax));
  std::vector<Bytes> above = at;
  above.push_back(Bytes(1));
  std::vector<Bytes> below = at;
  below.back().pop_back();
  EXPECT_EQ(ledger().Append(Position{0}, above, kHead), AppendOutcome::kRefused);
  EXPECT_EQ(ledger().Append(Position{0}, at, kHead), AppendOutcome::kOk);
  EXPECT_EQ(ledger().Append(Position{at.size()}, below, kHead), AppendOutcome::kOk);
}

TEST_P(LedgerTest, HoldsTheLimitOfTheHead) {
  EXPECT_EQ(AppendAt(ledger(), 0, {kFirst}, Bytes(kHeadBytesMax + 1)), AppendOutcome::kRefused);
  EXPECT_EQ(AppendAt(ledger(), 0, {kFirst}, Bytes(kHeadBytesMax)), AppendOutcome::kOk);
  EXPECT_EQ(AppendAt(ledger(), 1, {kFirst}, Bytes(kHeadBytesMax - 1)), AppendOutcome::kOk);
  EXPECT_THAT(ledger().Head(), IsOkAndHolds(Bytes(kHeadBytesMax - 1)));
}

TEST_P(LedgerTest, EndsAnAnswerAtFourMebibytes) {
  const std::vector<Bytes> entries(kAppendBytesMax / kEntryBytesMax, Bytes(kEntryBytesMax));
  for (std::uint64_t i = 0; i < 5; ++i) {
    ASSERT_EQ(ledger().Append(Position{i * entries.size()}, entries, kHead), AppendOutcome::kOk);
  }
  EXPECT_EQ(ledger().Read(Position{0}, 1000)->size(), kReadBytesMax / kEntryBytesMax);
}

TEST_P(LedgerTest, TellsFollowersTheNewSizeUntilTheyLeave) {
  std::vector<std::uint64_t> heard;
  std::unique_ptr<Ledger::Follower> follower =
      ledger().Follow([&heard](TreeSize size) { heard.push_back(size.value); });
  AppendAt(ledger(), 0, {kFirst, kSecond});
  AppendAt(ledger(), 0, {kThird});
  AppendAt(ledger(), 2, {kThird});
  follower.reset();
  AppendAt(ledger(), 3, {kThird});
  EXPECT_THAT(heard, ElementsAre(2, 3));
}

// A ledger whose answers get lost, before or after the write.
class FaultyLedger {
 public:
  enum class Fault { kNone, kBefore, kAfter };
  explicit FaultyLedger(Ledger& under) : under_(under) {}
  Fault next = Fault::kNone;
  AppendOutcome Append(Position at, std::span<const Bytes> entries, ByteView head) {
    const Fault fault = std::exchange(next, Fault::kNone);
    if (fault == Fault::kBefore) return AppendOutcome::kUnknown;
    const AppendOutcome outcome = under_.Append(at, entries, head);
    return fault == Fault::kAfter ? AppendOutcome::kUnknown : outcome;
  }

 private:
  Ledger& under_;
};

TEST_P(LedgerTest, ResolvesAnUnknownAppendByAppendingAgain) {
  FaultyLedger faulty(ledger());
  const std::vector<Bytes> entries = {kFirst, kSecond};
  std::uint64_t at = 0;
  for (const auto fault : {FaultyLedger::Fault::kBefore, FaultyLedger::Fault::kAfter}) {
    faulty.next = fault;
    EXPECT_EQ(faulty.Append(Position{at}, entries, kHead), AppendOutcome::kUnknown);
    EXPECT_EQ(faulty.Append(Position{at}, entries, kHead), AppendOutcome::kOk);
    at += entries.size();
    EXPECT_THAT(ledger().Size(), IsOkAndHolds(TreeSize{at}));
  }
}

}  // namespace
}  // namespace amparo::storage
