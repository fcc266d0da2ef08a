// Looking at an outbox while another process works on it. docs/spec/outbox.md, "Looking".

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <thread>

#include "client/home.h"
#include "client/outbox.h"
#include "tests/client_verbs/scratch_directory.h"

namespace amparo::client {
namespace {

using ::amparo::testing::NamesIn;

constexpr char kPassphrase[] = "six words that nobody says aloud";
constexpr int kItems = 60;
constexpr int kLongItemUpdates = 5;  // For each of the others.

OutboxItem Waiting(std::uint8_t filled) {
  OutboxItem item;
  item.kind = Kind::kSubmit;
  item.subject = SubjectId::Filled(filled);
  item.about = "heron-river-48/1";
  item.statement = Bytes(300, filled);
  return item;
}

class OutboxSightTest : public ::testing::Test {
 protected:
  OutboxSightTest() : directory_(scratch_.At("home")) {
    keys_.home = Secret<32>::Random();
    keys_.signing = SigningKey::Generate();
    auto home = Home::Create(
        directory_,
        {.kind = "member", .address = "127.0.0.1:1", .member_code = "", .documents_waiting = 0},
        keys_, AsBytes(kPassphrase));
    EXPECT_TRUE(home.ok()) << home.status();
    home_ = std::make_unique<Home>(*std::move(home));
    auto outbox = Outbox::Load(*home_, *keys_.home);
    EXPECT_TRUE(outbox.ok()) << outbox.status();
    outbox_ = *std::move(outbox);
  }

  std::uint64_t Add(std::uint8_t filled) {
    auto number = outbox_->Add(Waiting(filled));
    EXPECT_TRUE(number.ok()) << number.status();
    return number.value_or(0);
  }
  void Move(std::uint64_t number, ItemState state) {
    OutboxItem item = *outbox_->Find(number);
    item.state = state;
    const absl::Status moved = outbox_->Update(item);
    EXPECT_TRUE(moved.ok()) << moved;
  }
  OutboxSight Look() const {
    auto home = Home::Look(directory_);
    EXPECT_TRUE(home.ok()) << home.status();
    auto sight = LookAtOutbox(**home, *keys_.home);
    EXPECT_TRUE(sight.ok()) << sight.status();
    return sight.value_or(OutboxSight{});
  }

  amparo::testing::ScratchDirectory scratch_;
  const std::string directory_;
  KeyBundle keys_;
  std::unique_ptr<Home> home_;
  std::unique_ptr<Outbox> outbox_;
};

TEST_F(OutboxSightTest, ShowsEachItemAsItIs) {
  const std::uint64_t stored = Add(1), sending = Add(2), waiting = Add(3);
  Move(stored, ItemState::kStored);
  Move(sending, ItemState::kSending);
  const OutboxSight sight = Look();
  ASSERT_EQ(sight.open.size(), 2u);
  EXPECT_EQ(sight.open[0].number, sending);
  EXPECT_EQ(sight.open[0].state, ItemState::kSending);
  EXPECT_EQ(sight.open[1].number, waiting);
  ASSERT_EQ(sight.stored.size(), 1u);
  EXPECT_EQ(sight.stored[0].number, stored);
}

// A crash between an item's record and the end of its row: the record wins, and who looks leaves
// the row to who works.
TEST_F(OutboxSightTest, ShowsWhatHasARecordAsStoredAndChangesNothing) {
  const std::uint64_t number = Add(1);
  const std::string row = directory_ + "/sealed/outbox-1";
  std::filesystem::copy_file(row, scratch_.At("row"));
  Move(number, ItemState::kStored);
  std::filesystem::copy_file(scratch_.At("row"), row);
  scratch_.Write("home/outbox/7.spool", "being made");  // Its row comes later.
  const auto before = NamesIn(directory_ + "/sealed");
  const OutboxSight sight = Look();
  EXPECT_TRUE(sight.open.empty());
  EXPECT_EQ(sight.stored.size(), 1u);
  EXPECT_EQ(NamesIn(directory_ + "/sealed"), before);
  EXPECT_EQ(NamesIn(directory_ + "/outbox"), std::vector<std::string>{"7.spool"});
}

// One item is there all the time, and its row is replaced again and again; others come, are sent,
// and are stored. Nobody who looks meanwhile misses it, sees one twice, or sees a torn one.
TEST_F(OutboxSightTest, MissesNothingAndTearsNothingWhileAnotherWorks) {
  const std::uint64_t lasting = Add(1);
  std::atomic<std::uint64_t> added = 0;
  std::atomic<bool> done = false;
  std::thread working([&] {
    for (int i = 0; i < kItems; ++i) {
      const std::uint64_t number = Add(2);
      added = number;
      for (int k = 0; k < kLongItemUpdates; ++k) Move(lasting, ItemState::kSending);
      Move(number, ItemState::kSending);
      Move(number, ItemState::kStored);
    }
    done = true;
  });
  int looks = 0;
  for (bool last = false; !last; ++looks) {
    last = done;
    const std::uint64_t added_before = added;
    const OutboxSight sight = Look();
    std::vector<std::uint64_t> numbers;
    for (const OutboxItem& item : sight.open) numbers.push_back(item.number);
    for (const OutboxItem& item : sight.stored) numbers.push_back(item.number);
    EXPECT_EQ(std::count(numbers.begin(), numbers.end(), lasting), 1) << "look " << looks;
    for (std::uint64_t number = lasting + 1; number <= added_before; ++number) {
      EXPECT_EQ(std::count(numbers.begin(), numbers.end(), number), 1) << number;
    }
    std::sort(numbers.begin(), numbers.end());
    EXPECT_EQ(std::adjacent_find(numbers.begin(), numbers.end()), numbers.end()) << "one twice";
  }
  working.join();
  EXPECT_EQ(Look().stored.size(), static_cast<std::size_t>(kItems));
}

}  // namespace
}  // namespace amparo::client
