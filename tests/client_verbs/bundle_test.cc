// Bundles carried between the homes of a town: what a member learns from one is what the server
// would have said; who made it is believed no more than a server.

#include <gtest/gtest.h>

#include <optional>
#include <random>

#include "absl/strings/str_cat.h"
#include "client/bundle_connection.h"
#include "client/bundle_documents.h"
#include "client/bundle_file.h"
#include "tests/client_verbs/sticks.h"
#include "tests/client_verbs/town.h"

namespace amparo::client {
namespace {

using amparo::testing::Bent;
using amparo::testing::Corpus;
using amparo::testing::CutOff;
using amparo::testing::Export;
using amparo::testing::PictureOf;
using amparo::testing::Play;
using amparo::testing::ReadAll;
using amparo::testing::Reconnect;
using amparo::testing::Rewritten;
using amparo::testing::SeededChance;
using amparo::testing::Story;
using amparo::testing::Town;

std::string ReasonOf(const absl::Status& status) {
  return DetailOf(status).value_or(ErrorDetail{}).reason;
}

const char* const kReaders[] = {"tina", "tom", "rita", "rex", "ada", "carl", "flo"};

TEST(Bundle, ShowsAMemberWhatTheServerWould) {
  Town town;
  Play(town);
  for (const std::string name : kReaders) {
    SCOPED_TRACE(name);
    const std::string path = Export(town, "cleo", name);
    CutOff(town, name);
    const auto taken = town.Stale(name).ImportBundle(path, "", nullptr);
    ASSERT_EQ(taken.status(), absl::OkStatus());
    const std::string carried = PictureOf(town.Stale(name).replica());
    // The same again has no second effect.
    EXPECT_EQ(town.Stale(name).ImportBundle(path, "", nullptr).status(), absl::OkStatus());
    EXPECT_EQ(PictureOf(town.Stale(name).replica()), carried);
    Reconnect(town, name);
    EXPECT_EQ(PictureOf(town.As(name).replica()), carried);
  }
}

TEST(Bundle, OpensWithoutAServer) {
  Town town;
  const Story story = Play(town);
  CutOff(town, "tom");
  const std::string path = Export(town, "cleo", "tom");
  ASSERT_EQ(town.Stale("tom").ImportBundle(path, "", nullptr).status(), absl::OkStatus());
  town.Server("tom").objects = [](ObjectsReply& reply) { reply = {}; };
  town.Server("tom").download = [](const ObjectId&, Bytes& payload) { payload.clear(); };
  const auto opened = town.Stale("tom").Open(story.open, Which::kSource, town.Fresh(), nullptr);
  ASSERT_EQ(opened.status(), absl::OkStatus());
  ASSERT_EQ(opened->size(), 1u);
  EXPECT_EQ(ReadAll(opened->front().path), ReadAll(Corpus("ht-photo.jpg")));
}

TEST(Bundle, IsForOneMemberAndBeginsWhereTheyAre) {
  Town town;
  Play(town);
  const std::string for_tom = Export(town, "cleo", "tom");
  const auto other = town.Stale("tina").ImportBundle(for_tom, "", nullptr);
  EXPECT_EQ(ReasonOf(other.status()), "BUNDLE_FOR_ANOTHER");

  const Position known{town.As("tom").replica().head().size.value};
  CutOff(town, "tom");
  town.Submit(town.OpenCase(), {Corpus("es.txt")});
  const std::string before = PictureOf(town.Stale("tom").replica());
  const std::string later = Export(town, "cleo", "tom", Position{known.value + 1});
  EXPECT_EQ(ReasonOf(town.Stale("tom").ImportBundle(later, "", nullptr).status()),
            "BUNDLE_STARTS_LATER");
  EXPECT_EQ(PictureOf(town.Stale("tom").replica()), before);
  const std::string fitting = Export(town, "cleo", "tom", known);
  EXPECT_EQ(town.Stale("tom").ImportBundle(fitting, "", nullptr).status(), absl::OkStatus());
  EXPECT_GT(town.Stale("tom").replica().head().size.value, known.value);
}

// tom sees what rita is to review, and may not carry her grants; and what a bundle does not say of
// a subject is not "no".
TEST(Bundle, CannotBeMadeByWhoSeesLess) {
  Town town;
  const Story story = Play(town);
  const auto written = town.As("tom").ExportDocuments(
      {.member = town.Id("rita"), .documents = {}, .from = {}}, town.Fresh(), nullptr);
  EXPECT_EQ(ReasonOf(written.status()), "NOT_VISIBLE") << written.status();

  const auto reader = BundleReader::Open(Export(town, "cleo", "rita"));
  ASSERT_EQ(reader.status(), absl::OkStatus());
  auto documents = ReadDocuments(*reader);
  ASSERT_EQ(documents.status(), absl::OkStatus());
  BundleConnection connection(*documents);
  EXPECT_EQ(connection.Subject(SubjectType::kDocument, story.open, 0).status(), absl::OkStatus());
  const auto unknown = connection.Subject(SubjectType::kDocument, SubjectId::Filled(9), 0);
  EXPECT_EQ(ReasonOf(unknown.status()), "BUNDLE_LACKS");
  EXPECT_FALSE(absl::IsNotFound(unknown.status()));
}

// Whoever made the file may have changed anything in it. Of the log nothing false is taken over,
// and the home is as it was, or, where the change is in what nobody vouches for (a line that is no
// known cosigner's), as the log says; no alarm stands, for nobody knows who did it.
TEST(Bundle, IsBelievedNoMoreThanAServer) {
  std::mt19937_64 chance = SeededChance(29);
  Town town;
  const Position known{town.As("rex").replica().head().size.value};
  const Story story = Play(town);
  const std::string path = Export(town, "cleo", "rex", known);
  CutOff(town, "rex");
  Client& rex = town.Stale("rex");
  const std::string before = PictureOf(rex.replica());
  std::optional<std::string> taken;
  for (int round = 0; round < 60 && !taken.has_value(); ++round) {
    const std::string bent = Bent(town, path, chance, [](std::uint8_t type) { return type <= 3; });
    SCOPED_TRACE(absl::StrCat("round ", round, ", ", bent));
    const auto result = rex.ImportBundle(bent, "", nullptr);
    if (result.ok()) {
      taken = PictureOf(rex.replica());
    } else {
      EXPECT_NE(ReasonOf(result.status()), "") << result.status();
      ASSERT_EQ(PictureOf(rex.replica()), before);
    }
    EXPECT_FALSE(rex.Alarm().has_value());
  }
  // What goes with it is held against what the log says of it.
  for (int round = 0; round < 60; ++round) {
    const std::string bent = Bent(town, path, chance, [](std::uint8_t type) { return type > 3; });
    const auto result = rex.ImportBundle(bent, "", nullptr);
    EXPECT_TRUE(result.ok() || !ReasonOf(result.status()).empty()) << result.status();
    EXPECT_FALSE(rex.Alarm().has_value());
  }
  ASSERT_EQ(rex.ImportBundle(path, "", nullptr).status(), absl::OkStatus());
  const std::string carried = PictureOf(rex.replica());
  EXPECT_NE(carried, before);
  EXPECT_EQ(taken.value_or(carried), carried);
  const auto opened = rex.Open(story.declined, Which::kSource, town.Fresh(), nullptr);
  EXPECT_EQ(opened.status(), absl::OkStatus());
  Reconnect(town, "rex");
  EXPECT_EQ(PictureOf(town.As("rex").replica()), carried);
}

TEST(Bundle, CarriesActsThatAnybodySendsOn) {
  Town town;
  const Story story = Play(town);
  town.As("tom");
  CutOff(town, "tom");
  ASSERT_EQ(town.Stale("tom").Accept(story.open), absl::OkStatus());
  ASSERT_EQ(town.Stale("tom").Ask(story.open, "What does the stamp say?"), absl::OkStatus());
  const std::string acts = town.Fresh();
  const auto written = town.Stale("tom").ExportActs(acts);
  ASSERT_EQ(written.status(), absl::OkStatus());
  EXPECT_EQ(written->acts.size(), 2u);

  const std::string receipts = town.Fresh();
  const auto sent = town.As("flo").ImportBundle(acts, receipts, nullptr);
  ASSERT_EQ(sent.status(), absl::OkStatus());
  ASSERT_EQ(sent->acts.size(), 2u);
  EXPECT_EQ(sent->acts[0].status, absl::OkStatus());
  EXPECT_EQ(sent->acts[1].status, absl::OkStatus());
  const auto again = town.As("cleo").ImportBundle(acts, "", nullptr);
  ASSERT_EQ(again.status(), absl::OkStatus());
  EXPECT_EQ(again->acts[0].position, sent->acts[0].position);
  EXPECT_EQ(again->acts[1].position, sent->acts[1].position);

  EXPECT_EQ(town.Stale("tom").OutboxItems().size(), 2u);
  ASSERT_EQ(town.Stale("tom").ImportBundle(receipts, "", nullptr).status(), absl::OkStatus());
  EXPECT_TRUE(town.Stale("tom").OutboxItems().empty());
  Reconnect(town, "tom");
  EXPECT_EQ(town.As("tom").replica().documents().at(story.open).document.state,
            workflow::State::kTranslating);
}

// A stick's acts are anybody's bytes to the program that is asked to send them on.
TEST(Bundle, ActsThatLieHarmNobodyWhoSendsThemOn) {
  std::mt19937_64 chance = SeededChance(31);
  Town town;
  const SubjectId case_id = town.OpenCase();
  town.As("flo");
  CutOff(town, "flo");
  const auto files = PlanFiles({Corpus("es.txt")}, {});
  ASSERT_EQ(files.status(), absl::OkStatus());
  ASSERT_EQ(town.As("cleo").ShareCase(case_id, town.Id("flo")).code(),
            absl::StatusCode::kAlreadyExists);
  ASSERT_EQ(town.Stale("flo").Submit(*files, Town::To(case_id), nullptr).status(),
            absl::OkStatus());
  const std::string acts = town.Fresh();
  ASSERT_EQ(town.Stale("flo").ExportActs(acts).status(), absl::OkStatus());
  // A length that wraps around with the object's name before it.
  const std::string wrapped = Rewritten(town, acts, [](std::size_t number, Bytes& content) {
    if (number > 0) return content.clear();
    for (std::size_t i = 0; i < 8; ++i) content[content.size() - 40 + i] = i < 7 ? 0xff : 0xf0;
  });
  EXPECT_EQ(ReasonOf(town.As("cleo").ImportBundle(wrapped, "", nullptr).status()),
            "BUNDLE_DAMAGED");
  for (int round = 0; round < 60; ++round) {
    const std::string bent = Bent(town, acts, chance, [](std::uint8_t) { return true; });
    const auto sent = town.As("cleo").ImportBundle(bent, "", nullptr);
    if (sent.ok()) {
      ASSERT_EQ(sent->acts.size(), 1u);
      EXPECT_NE(sent->acts[0].status, absl::OkStatus()) << "round " << round;
    } else {
      EXPECT_NE(ReasonOf(sent.status()), "") << sent.status();
    }
    EXPECT_FALSE(town.Stale("cleo").Alarm().has_value());
  }
  const auto sent = town.As("cleo").ImportBundle(acts, "", nullptr);
  ASSERT_EQ(sent.status(), absl::OkStatus());
  EXPECT_EQ(sent->acts.at(0).status, absl::OkStatus());
}

TEST(Bundle, ReceiptThatProvesNothingSettlesNothing) {
  Town town;
  const Story story = Play(town);
  town.As("tom");
  CutOff(town, "tom");
  ASSERT_EQ(town.Stale("tom").Accept(story.open), absl::OkStatus());
  const std::string acts = town.Fresh(), receipts = town.Fresh();
  ASSERT_EQ(town.Stale("tom").ExportActs(acts).status(), absl::OkStatus());
  ASSERT_EQ(town.As("flo").ImportBundle(acts, receipts, nullptr).status(), absl::OkStatus());
  // Another position than the one that is proven.
  const std::string forged =
      Rewritten(town, receipts, [](std::size_t, Bytes& content) { content[32 + 7] ^= 1; });
  EXPECT_EQ(ReasonOf(town.Stale("tom").ImportBundle(forged, "", nullptr).status()),
            "BUNDLE_CONTRADICTS");
  EXPECT_EQ(town.Stale("tom").OutboxItems().size(), 1u);
}

// Whoever carried a head that the server then denies is no liar: the log signed it.
TEST(Bundle, HeadIsHeldAgainstTheServer) {
  Town town;
  Play(town);
  const Position known{town.As("abe").replica().head().size.value};
  const std::string note = town.As("abe").replica().checkpoint_note();
  CutOff(town, "abe");
  town.Submit(town.OpenCase(), {Corpus("es.txt")});
  const std::string path = Export(town, "cleo", "abe", known);
  ASSERT_EQ(town.Stale("abe").ImportBundle(path, "", nullptr).status(), absl::OkStatus());
  const TreeSize carried = town.Stale("abe").replica().head().size;
  // The server's answer to abe is that of before, which was true then.
  Reconnect(town, "abe");
  town.Server("abe").synced = [&](SyncReply& reply) {
    reply.entries.clear();
    reply.checkpoint = note;
  };
  const absl::Status synced = town.Stale("abe").Sync();
  EXPECT_TRUE(absl::IsDataLoss(synced)) << synced;
  EXPECT_TRUE(town.Stale("abe").Alarm().has_value());
  town.Server("abe").synced = nullptr;
  EXPECT_EQ(town.Stale("abe").Sync(), absl::OkStatus());
  EXPECT_GE(town.Stale("abe").replica().head().size.value, carried.value);
}

}  // namespace
}  // namespace amparo::client
