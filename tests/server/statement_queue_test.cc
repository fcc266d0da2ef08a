// The queue before the writer: many who carry little are not kept waiting by one who carries much.

#include "server/statement_queue.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/server/scene.h"

namespace amparo::server::testing {
namespace {

constexpr UnixSeconds kNow{86'400 * 20'000};
constexpr UnixSeconds kTomorrow{kNow.value + 86'400};

MemberId Member(std::uint8_t number) { return MemberId::Filled(number); }

// The reason, or "OK".
std::string Push(StatementQueue<int>& queue, const MemberId& carrier, int item,
                 std::size_t bytes = 1, UnixSeconds now = kNow) {
  return ReasonOf(queue.Push(carrier, bytes, now, std::move(item)));
}

TEST(StatementQueue, ServesCarriersInTurnAndEachInOrder) {
  StatementQueue<int> queue(0);
  for (const int item : {10, 11, 12}) EXPECT_EQ(Push(queue, Member(1), item), "OK");
  EXPECT_EQ(Push(queue, Member(2), 20), "OK");
  EXPECT_EQ(Push(queue, Member(3), 30), "OK");
  EXPECT_EQ(Push(queue, Member(2), 21), "OK");
  std::string served;
  while (!queue.empty()) {
    EXPECT_EQ(queue.Front(), queue.Front());
    served += std::to_string(queue.Pop()) + " ";
  }
  EXPECT_EQ(served, "10 20 30 11 21 12 ");
}

TEST(StatementQueue, LetsOneCarrierWaitWithItsShareAndOthersWithTheirs) {
  StatementQueue<int> queue(0);
  for (std::size_t i = 0; i < kQueueStatementsPerCarrierMax; ++i) {
    EXPECT_EQ(Push(queue, Member(1), 1), "OK");
  }
  EXPECT_EQ(Push(queue, Member(1), 1), "SERVER_BUSY");
  EXPECT_EQ(Push(queue, Member(2), 2), "OK");
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_EQ(Push(queue, Member(1), 1), "OK");
}

TEST(StatementQueue, HoldsItsLimitsOfAll) {
  StatementQueue<int> queue(0);
  for (std::size_t i = 0; i < kQueueStatementsMax; ++i) {
    const auto member = static_cast<std::uint8_t>(1 + i / kQueueStatementsPerCarrierMax);
    EXPECT_EQ(Push(queue, Member(member), 1), "OK");
  }
  EXPECT_EQ(Push(queue, Member(99), 1), "SERVER_BUSY");
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_EQ(Push(queue, Member(99), 1, kQueueBytesMax), "SERVER_BUSY");
  EXPECT_EQ(Push(queue, Member(99), 1, kQueueBytesMax - kQueueStatementsMax + 1), "OK");
}

TEST(StatementQueue, CountsWhatOneCarriesInADay) {
  StatementQueue<int> queue(/*per_day=*/2);
  const auto bring = [&](std::uint8_t member, UnixSeconds now) {
    const std::string reason = Push(queue, Member(member), 1, 1, now);
    if (reason == "OK") queue.Pop();
    return reason;
  };
  EXPECT_EQ(bring(1, kNow), "OK");
  EXPECT_EQ(bring(1, kNow), "OK");
  EXPECT_EQ(bring(1, UnixSeconds{kTomorrow.value - 1}), "QUOTA_REACHED");
  EXPECT_EQ(bring(2, kNow), "OK");
  EXPECT_EQ(bring(1, kTomorrow), "OK");
  EXPECT_EQ(bring(0, kTomorrow), "OK");
  EXPECT_EQ(bring(0, kTomorrow), "OK");
  EXPECT_EQ(bring(0, kTomorrow), "OK") << "the server's own has no quota";
}

TEST(StatementQueue, RefusesOnlyThatStatementOfACarrierWhoReachedTheQuota) {
  Scene scene;
  const AppendInput first = scene.SubmitBy("fay", "letter", 1);
  ASSERT_TRUE(scene.Answer(first).ok());
  StatementQueue<AppendInput> queue(1);
  AppendInput second = first;
  EXPECT_TRUE(queue.Push(Member(1), 1, kNow, AppendInput(first)).ok());
  EXPECT_EQ(ReasonOf(queue.Push(Member(1), 1, kNow, std::move(second))), "QUOTA_REACHED");
  EXPECT_EQ(second.statement, first.statement) << "what is refused stays whole";
}

}  // namespace
}  // namespace amparo::server::testing
