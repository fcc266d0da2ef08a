// What breaks while bundles are written and taken in: an act that cannot go, a stick that is full
// or pulled out, a link that ends. What is whole goes on, and what is said of the rest is true.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "client/bundle_documents.h"
#include "client/bundle_file.h"
#include "client/fetched.h"
#include "tests/client_verbs/sticks.h"
#include "tests/client_verbs/town.h"
#include "tests/support/file_size_limit.h"

namespace amparo::client {
namespace {

using amparo::testing::Corpus;
using amparo::testing::CutOff;
using amparo::testing::Export;
using amparo::testing::FileSizeLimit;
using amparo::testing::Play;
using amparo::testing::ReadAll;
using amparo::testing::Rewritten;
using amparo::testing::Story;
using amparo::testing::Town;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

std::string ReasonOf(const absl::Status& status) {
  return DetailOf(status).value_or(ErrorDetail{}).reason;
}

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

TEST_F(Acts, SentOnBeforeTheLinkBrokeHaveTheirReceipts) {
  Submit("es.txt");
  Submit("mam.txt");
  const std::string acts = town_.Fresh(), receipts = town_.Fresh();
  ASSERT_EQ(flo().ExportActs(acts).status(), absl::OkStatus());
  int taken = 0;
  town_.As("carl");
  town_.Server("carl").append = [&](const AppendRequest&) {
    return ++taken == 1 ? absl::OkStatus() : absl::UnavailableError("the link broke");
  };
  const auto sent = town_.Stale("carl").ImportBundle(acts, receipts, nullptr);
  ASSERT_EQ(sent.status(), absl::OkStatus());
  EXPECT_TRUE(absl::IsUnavailable(sent->ended)) << sent->ended;
  ASSERT_EQ(sent->acts.size(), 1u);
  EXPECT_EQ(sent->acts[0].status, absl::OkStatus());
  EXPECT_TRUE(sent->has_receipts);
  ASSERT_EQ(flo().ImportBundle(receipts, "", nullptr).status(), absl::OkStatus());
  ASSERT_EQ(flo().OutboxItems().size(), 1u);
  EXPECT_EQ(flo().OutboxItems()[0].number, 2u);

  const std::string none = town_.Fresh(), all = town_.Fresh();
  town_.Server("carl").append = [&](const AppendRequest&) {
    return absl::UnavailableError("the link broke");
  };
  EXPECT_TRUE(absl::IsUnavailable(town_.Stale("carl").ImportBundle(acts, none, nullptr).status()));
  EXPECT_FALSE(std::filesystem::exists(none)) << "nothing is known";
  town_.Server("carl").append = nullptr;
  const auto again = town_.Stale("carl").ImportBundle(acts, all, nullptr);
  ASSERT_EQ(again.status(), absl::OkStatus());
  EXPECT_EQ(again->ended, absl::OkStatus());
  EXPECT_EQ(again->acts.size(), 2u);
}

// The stick for the receipts is full: what was sent is known all the same.
TEST_F(Acts, SentOnAreNamedWithoutAFileOfReceipts) {
  Submit("es.txt");
  const std::string acts = town_.Fresh(), receipts = town_.Fresh();
  ASSERT_EQ(flo().ExportActs(acts).status(), absl::OkStatus());
  town_.As("carl");
  // Once the receipts are begun, their place is taken.
  const auto sent = town_.Stale("carl").ImportBundle(
      acts, receipts, [&](const Progress&) { std::ofstream(receipts) << "somebody's"; });
  ASSERT_EQ(sent.status(), absl::OkStatus());
  EXPECT_EQ(sent->acts.size(), 1u);
  EXPECT_TRUE(absl::IsAlreadyExists(sent->ended)) << sent->ended;
  EXPECT_FALSE(sent->has_receipts);
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

// A stick with two scans for tom, who has no connection.
class Documents : public ::testing::Test {
 protected:
  Documents() {
    const SubjectId case_id = town_.OpenCase();
    for (SubjectId* document : {&first_, &second_}) {
      *document = town_.Submit(case_id, {Corpus("es-scan.pdf")});
      EXPECT_EQ(town_.As("cleo").Assign(*document, town_.People("tom", "rita")), absl::OkStatus());
    }
    town_.As("tom");
    CutOff(town_, "tom");
    stick_ = Export(town_, "cleo", "tom");
    std::filesystem::create_directory(fetched());
  }
  std::string fetched() const { return town_.HomeOf("tom") + "/fetched"; }
  std::string CodeOf(const SubjectId& document) {
    return town_.Stale("tom").Document(document)->code;
  }
  absl::StatusOr<std::vector<std::string>> Take(const ProgressListener& progress = nullptr) {
    auto taken = town_.Stale("tom").ImportBundle(stick_, "", progress);
    if (!taken.ok()) return taken.status();
    return taken->documents;
  }
  // What the server gave of the first payload on the stick, and the name that it has at home.
  std::pair<std::string, std::string> Begin(std::size_t size) {
    const auto reader = BundleReader::Open(stick_);
    const BundlePayload payload = ReadDocuments(*reader)->payloads.front();
    Bytes begun(size);
    EXPECT_EQ(reader->ReadAt(payload.section, payload.start, begun), absl::OkStatus());
    const std::string path = fetched() + "/" + ToHex(payload.object);
    std::ofstream(path, std::ios::binary) << AsText(begun);
    return {path, std::string(AsText(begun))};
  }

  Town town_;
  SubjectId first_, second_;
  std::string stick_;
};

TEST_F(Documents, AreListedIfTheyCanBeOpened) {
  const auto taken = Take();
  ASSERT_EQ(taken.status(), absl::OkStatus());
  EXPECT_THAT(*taken, UnorderedElementsAre(CodeOf(first_), CodeOf(second_)));
  ASSERT_EQ(town_.As("cleo").Unassign(first_), absl::OkStatus());
  town_.Assign(first_, "tina", "rita");
  const std::string older = std::exchange(stick_, Export(town_, "cleo", "tom"));
  ASSERT_EQ(Take().status(), absl::OkStatus());
  stick_ = older;
  const auto again = Take();
  ASSERT_EQ(again.status(), absl::OkStatus());
  EXPECT_THAT(*again, ElementsAre(CodeOf(second_))) << "the first is not tom's to see any more";
}

// Something newer than all of the stick's fills what the home keeps: one payload fits beside it.
TEST_F(Documents, ThatWerePushedOutAreNotListed) {
  const std::string newer = fetched() + "/" + std::string(32, 'e');
  std::ofstream(newer).close();
  std::filesystem::resize_file(newer, kFetchedBytesMax - 1'500'000);
  std::filesystem::last_write_time(
      newer, std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  const auto taken = Take();
  ASSERT_EQ(taken.status(), absl::OkStatus());
  EXPECT_EQ(taken->size(), 1u);
}

TEST(PayloadsOnAStick, AreNoMoreThanAHomeKeeps) {
  EXPECT_EQ(CheckPayloadBytes(kBundlePayloadBytesMax), absl::OkStatus());
  const absl::Status above = CheckPayloadBytes(kBundlePayloadBytesMax + 1);
  EXPECT_TRUE(absl::IsResourceExhausted(above));
  EXPECT_EQ(ReasonOf(above), "BUNDLE_TOO_LARGE");
}

TEST_F(Documents, OnAStickThatIsPulledOutLeaveADownloadAsItWas) {
  const auto [path, begun] = Begin(600'000);
  const std::string whole = ReadAll(stick_);
  std::uint64_t pulled_at = 0;
  const auto taken = Take([&, before = begun.size()](const Progress& made) {
    if (made.done_bytes <= before || pulled_at > 0) return;
    pulled_at = made.done_bytes;
    std::filesystem::resize_file(stick_, 1000);
  });
  EXPECT_EQ(ReasonOf(taken.status()), "BUNDLE_DAMAGED") << taken.status();
  EXPECT_GT(pulled_at, begun.size());
  EXPECT_TRUE(ReadAll(path) == begun);
  std::ofstream(stick_, std::ios::binary) << whole;
  const auto again = Take();
  ASSERT_EQ(again.status(), absl::OkStatus());
  EXPECT_EQ(again->size(), 2u);
  EXPECT_EQ(town_.Stale("tom").Open(first_, Which::kSource, town_.Fresh(), nullptr).status(),
            absl::OkStatus());
}

// What lay there was torn by a crash, or too long.
TEST_F(Documents, TakeThePlaceOfWhatDoesNotFit) {
  const auto [path, begun] = Begin(600'000);
  std::ofstream(path, std::ios::binary | std::ios::app) << std::string(2'000'000, '\0');
  ASSERT_EQ(Take().status(), absl::OkStatus());
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(ReadAll(path + ".carried").starts_with(begun));
  EXPECT_EQ(town_.Stale("tom").Open(first_, Which::kSource, town_.Fresh(), nullptr).status(),
            absl::OkStatus());
}

// Whose bytes are wrong, the log says: what was fetched is not given up for a stick that lies.
TEST_F(Documents, ThatLieTakeNothingFromADownload) {
  const auto [path, begun] = Begin(600'000);
  stick_ = Rewritten(town_, stick_, [](std::size_t, Bytes& content) {
    if (content.size() > 500'000) content[300'000] ^= 1;
  });
  EXPECT_EQ(ReasonOf(Take().status()), "BUNDLE_CONTRADICTS");
  EXPECT_TRUE(ReadAll(path) == begun);
}

}  // namespace
}  // namespace amparo::client
