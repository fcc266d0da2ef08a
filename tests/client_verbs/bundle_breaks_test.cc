// What breaks while bundles are written and taken in: an act that cannot go, a stick that is full,
// a link that ends. What is whole goes on, and what is said of the rest is true.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/client_verbs/sticks.h"
#include "tests/client_verbs/town.h"

namespace amparo::client {
namespace {

using amparo::testing::Corpus;
using amparo::testing::CutOff;
using amparo::testing::Export;
using amparo::testing::Play;
using amparo::testing::Reconnect;
using amparo::testing::Story;
using amparo::testing::Town;

std::string ReasonOf(const absl::Status& status) {
  return DetailOf(status).value_or(ErrorDetail{}).reason;
}

// While it lives, no file of this process may grow beyond `bytes`.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::uint64_t bytes) {
    signal(SIGXFSZ, SIG_IGN);
    EXPECT_EQ(getrlimit(RLIMIT_FSIZE, &before_), 0);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

// flo has no connection, and submits one document after the other.
class Acts : public ::testing::Test {
 protected:
  Acts() : case_id_(town_.OpenCase()) {
    EXPECT_EQ(town_.As("cleo").ShareCase(case_id_, town_.Id("flo")).code(),
              absl::StatusCode::kAlreadyExists);
    town_.As("flo");
    CutOff(town_, "flo");
  }
  void Submit(const std::string& file) {
    const auto files = PlanFiles({Corpus(file)}, {});
    ASSERT_EQ(files.status(), absl::OkStatus());
    ASSERT_EQ(flo().Submit(*files, Town::To(case_id_), nullptr).status(), absl::OkStatus());
  }
  Client& flo() { return town_.Stale("flo"); }
  void DamageSpool(std::uint64_t number) {
    std::fstream spool(town_.HomeOf("flo") + "/outbox/" + std::to_string(number) + ".spool",
                       std::ios::in | std::ios::out | std::ios::binary);
    spool.seekp(1000);
    spool.put('x').put('y');
    ASSERT_TRUE(spool.good());
  }

  Town town_;
  const SubjectId case_id_;
};

TEST_F(Acts, ThatAreDamagedHoldBackNoOthers) {
  Submit("es.txt");
  Submit("mam.txt");
  DamageSpool(1);
  const auto written = flo().ExportActs(town_.Fresh());
  ASSERT_EQ(written.status(), absl::OkStatus());
  ASSERT_EQ(written->acts.size(), 1u);
  EXPECT_EQ(written->acts[0].number, 2u);
  const OutboxItem damaged = flo().OutboxItems().at(0);
  EXPECT_EQ(damaged.state, ItemState::kRefused);
  EXPECT_EQ(damaged.reason, "SPOOL_DAMAGED");
  EXPECT_FALSE(damaged.appended);
  EXPECT_EQ(flo().DropFromOutbox(1).status(), absl::OkStatus()) << "nobody has it";
}

// The stick that went before has its bytes whole.
TEST_F(Acts, ThatAreDamagedHereMayBeWholeInTheBundleBefore) {
  Submit("es.txt");
  const std::string before = town_.Fresh(), receipts = town_.Fresh();
  ASSERT_EQ(flo().ExportActs(before).status(), absl::OkStatus());
  DamageSpool(1);
  EXPECT_EQ(ReasonOf(flo().ExportActs(town_.Fresh()).status()), "SPOOL_DAMAGED");
  EXPECT_EQ(flo().OutboxItems().at(0).state, ItemState::kSending);
  EXPECT_EQ(flo().OutboxItems().at(0).reason, "SPOOL_DAMAGED");
  EXPECT_TRUE(absl::IsUnavailable(flo().DropFromOutbox(1).status()));
  ASSERT_EQ(town_.As("carl").ImportBundle(before, receipts, nullptr).status(), absl::OkStatus());
  ASSERT_EQ(flo().ImportBundle(receipts, "", nullptr).status(), absl::OkStatus());
  EXPECT_TRUE(flo().OutboxItems().empty());
}

TEST_F(Acts, AreNotSentByAStickThatWasFull) {
  Submit("es-scan.pdf");
  const std::string path = town_.Fresh();
  {
    const FileSizeLimit limit(std::uint64_t{512} << 10);
    EXPECT_TRUE(absl::IsResourceExhausted(flo().ExportActs(path).status()));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(flo().OutboxItems().at(0).state, ItemState::kWaiting);
  EXPECT_FALSE(flo().OutboxItems().at(0).appended);
  EXPECT_EQ(flo().ExportActs(path).status(), absl::OkStatus());
  EXPECT_TRUE(flo().OutboxItems().at(0).appended);
}

// tom's bundle is under way when another brings him the news that the document was taken from him.
TEST(ActsThatTheLogPassedBy, HoldBackNoOthersAndAreDroppedWithoutALink) {
  Town town;
  const Story story = Play(town);
  const SubjectId second = town.Submit(town.OpenCase(), {Corpus("es.txt")});
  ASSERT_EQ(town.As("cleo").Assign(second, town.People("tom", "rita")), absl::OkStatus());
  town.As("tom");
  CutOff(town, "tom");
  Client& tom = town.Stale("tom");
  ASSERT_EQ(tom.Accept(story.open), absl::OkStatus());
  ASSERT_EQ(tom.Accept(second), absl::OkStatus());
  ASSERT_EQ(tom.ExportActs(town.Fresh()).status(), absl::OkStatus());
  ASSERT_EQ(tom.OutboxItems().size(), 2u);
  const std::uint64_t outdated = tom.OutboxItems()[0].number;
  EXPECT_TRUE(absl::IsUnavailable(tom.DropFromOutbox(outdated).status()));

  ASSERT_EQ(town.As("cleo").Unassign(story.open), absl::OkStatus());
  ASSERT_EQ(tom.ImportBundle(Export(town, "cleo", "tom"), "", nullptr).status(), absl::OkStatus());
  const std::string acts = town.Fresh();
  const auto written = tom.ExportActs(acts);
  ASSERT_EQ(written.status(), absl::OkStatus());
  ASSERT_EQ(written->acts.size(), 1u);
  EXPECT_EQ(written->acts[0].number, outdated + 1);
  EXPECT_EQ(tom.OutboxItems().at(0).state, ItemState::kRefused);
  EXPECT_NE(tom.OutboxItems().at(0).message, "");
  const auto cannot = tom.DropFromOutbox(outdated);
  ASSERT_EQ(cannot.status(), absl::OkStatus());
  EXPECT_EQ(*cannot, "");
  const auto sent = town.As("flo").ImportBundle(acts, "", nullptr);
  ASSERT_EQ(sent.status(), absl::OkStatus());
  EXPECT_EQ(sent->acts.at(0).status, absl::OkStatus());
}

}  // namespace
}  // namespace amparo::client
