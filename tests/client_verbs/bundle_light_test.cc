// Bundles taken in by homes that hold the head of the log and not every entry: what they learn is
// proven to them as a server would prove it.

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "absl/strings/str_cat.h"
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
using amparo::testing::Reconnect;
using amparo::testing::SeededChance;
using amparo::testing::Story;
using amparo::testing::Town;

std::string ReasonOf(const absl::Status& status) {
  return DetailOf(status).value_or(ErrorDetail{}).reason;
}

Client& Light(Town& town, const std::string& name) {
  EXPECT_EQ(town.Stale(name).Sync({.reach = Reach::kLight}), absl::OkStatus());
  EXPECT_EQ(town.Stale(name).replica().reach(), Reach::kLight);
  return town.Stale(name);
}

TEST(BundleLight, ShowsAMemberWhatTheServerWould) {
  Town town;
  for (const std::string name : {"tina", "tom", "rita", "rex", "ada", "carl", "fay"}) {
    Light(town, name);
  }
  Play(town);
  for (const std::string name : {"tina", "tom", "rita", "rex", "ada", "carl", "fay"}) {
    SCOPED_TRACE(name);
    const std::string path = Export(town, "cleo", name);
    CutOff(town, name);
    const std::string before = PictureOf(town.Stale(name).replica());
    ASSERT_EQ(town.Stale(name).ImportBundle(path, "", nullptr).status(), absl::OkStatus());
    const std::string carried = PictureOf(town.Stale(name).replica());
    EXPECT_NE(carried, before);
    // The same again has no second effect.
    EXPECT_EQ(town.Stale(name).ImportBundle(path, "", nullptr).status(), absl::OkStatus());
    EXPECT_EQ(PictureOf(town.Stale(name).replica()), carried);
    Reconnect(town, name);
    EXPECT_EQ(PictureOf(town.As(name).replica()), carried);
    EXPECT_EQ(town.Stale(name).replica().reach(), Reach::kLight);
  }
}

TEST(BundleLight, OpensWithoutAServer) {
  Town town;
  Light(town, "tom");
  const Story story = Play(town);
  CutOff(town, "tom");
  const std::string path = Export(town, "cleo", "tom");
  ASSERT_EQ(town.Stale("tom").ImportBundle(path, "", nullptr).status(), absl::OkStatus());
  const auto opened = town.Stale("tom").Open(story.open, Which::kSource, town.Fresh(), nullptr);
  ASSERT_EQ(opened.status(), absl::OkStatus());
  EXPECT_EQ(opened->size(), 1u);
}

// A case of which she heard from the stick alone.
TEST(BundleLight, AFellowSubmitsToACaseThatWasCarried) {
  Town town;
  ASSERT_EQ(town.As("fay").replica().reach(), Reach::kLight);
  CutOff(town, "fay");
  const SubjectId case_id = town.OpenCase();
  const std::string to_fay = Export(town, "cleo", "fay");
  ASSERT_EQ(town.Stale("fay").ImportBundle(to_fay, "", nullptr).status(), absl::OkStatus());
  const auto files = PlanFiles({Corpus("es.txt")}, {});
  ASSERT_EQ(files.status(), absl::OkStatus());
  ASSERT_EQ(town.Stale("fay").Submit(*files, Town::To(case_id), nullptr).status(),
            absl::OkStatus());
  const std::string acts = town.Fresh();
  ASSERT_EQ(town.Stale("fay").ExportActs(acts).status(), absl::OkStatus());
  const std::string receipts = town.Fresh();
  const auto sent = town.As("flo").ImportBundle(acts, receipts, nullptr);
  ASSERT_EQ(sent.status(), absl::OkStatus());
  ASSERT_EQ(sent->acts.size(), 1u);
  EXPECT_EQ(sent->acts[0].status, absl::OkStatus());
  ASSERT_EQ(town.Stale("fay").ImportBundle(receipts, "", nullptr).status(), absl::OkStatus());
  EXPECT_TRUE(town.Stale("fay").OutboxItems().empty());
  Reconnect(town, "fay");
  EXPECT_EQ(town.As("fay").replica().documents().size(), 1u);
}

// Without the leaves before, nothing can be proven.
TEST(BundleLight, HasToHaveEveryLeaf) {
  Town town;
  Client& rex = Light(town, "rex");
  const Position known{rex.replica().head().size.value};
  Play(town);
  CutOff(town, "rex");
  const std::string before = PictureOf(rex.replica());
  const std::string path = Export(town, "cleo", "rex", known);
  EXPECT_EQ(ReasonOf(rex.ImportBundle(path, "", nullptr).status()), "HOME_IS_LIGHT");
  EXPECT_EQ(PictureOf(rex.replica()), before);
}

TEST(BundleLight, IsBelievedNoMoreThanAServer) {
  std::mt19937_64 chance = SeededChance(37);
  Town town;
  Client& rex = Light(town, "rex");
  Play(town);
  const std::string path = Export(town, "cleo", "rex");
  CutOff(town, "rex");
  const std::string before = PictureOf(rex.replica());
  std::set<std::string> taken;
  int refused = 0;
  for (int round = 0; round < 60; ++round) {
    const std::string bent = Bent(town, path, chance, [](std::uint8_t type) { return type <= 3; });
    SCOPED_TRACE(absl::StrCat("round ", round, ", ", bent));
    const auto result = rex.ImportBundle(bent, "", nullptr);
    EXPECT_FALSE(rex.Alarm().has_value());
    if (result.ok()) {  // A statement that this home has already, and does not ask for.
      taken.insert(PictureOf(rex.replica()));
      continue;
    }
    ++refused;
    EXPECT_NE(ReasonOf(result.status()), "") << result.status();
    ASSERT_EQ(PictureOf(rex.replica()), taken.empty() ? before : *taken.begin());
  }
  EXPECT_GT(refused, 0);
  ASSERT_EQ(rex.ImportBundle(path, "", nullptr).status(), absl::OkStatus());
  const std::string carried = PictureOf(rex.replica());
  for (const std::string& picture : taken) EXPECT_EQ(picture, carried);
  Reconnect(town, "rex");
  EXPECT_EQ(PictureOf(town.As("rex").replica()), carried);
}

// The server has to prove that its log continues what was carried.
class BundleLightHead : public ::testing::Test {
 protected:
  BundleLightHead() {
    Play(town_);
    abe_ = &Light(town_, "abe");
    note_ = abe_->replica().checkpoint_note();
    CutOff(town_, "abe");
    town_.Submit(town_.OpenCase(), {Corpus("es.txt")});
    const std::string path = Export(town_, "cleo", "abe");
    EXPECT_EQ(abe_->ImportBundle(path, "", nullptr).status(), absl::OkStatus());
    carried_ = abe_->replica().head().size;
    Reconnect(town_, "abe");
  }

  Town town_;
  Client* abe_;
  std::string note_;  // What the server said before.
  TreeSize carried_;
};

TEST_F(BundleLightHead, ThatTheServerDeniesIsAnAlarm) {
  town_.Server("abe").checkpoint = [&](TreeSize, CheckpointReply& reply) {
    reply = {.checkpoint = note_, .old_root = {}, .consistency = {}, .log_epoch = reply.log_epoch};
    return absl::OkStatus();
  };
  const absl::Status synced = abe_->Sync();
  EXPECT_TRUE(absl::IsDataLoss(synced)) << synced;
  EXPECT_TRUE(abe_->Alarm().has_value());
}

TEST_F(BundleLightHead, ThatTheServerDoesNotContinueIsAnAlarm) {
  town_.Submit(town_.OpenCase(), {Corpus("es.txt")});
  town_.Server("abe").checkpoint = [&](TreeSize old_size, CheckpointReply& reply) {
    if (old_size == carried_) reply.consistency.at(0).bytes[0] ^= 1;
    return absl::OkStatus();
  };
  const absl::Status synced = abe_->Sync();
  EXPECT_TRUE(absl::IsDataLoss(synced)) << synced;
  EXPECT_TRUE(abe_->Alarm().has_value());
}

TEST_F(BundleLightHead, ThatTheServerContinuesIsDropped) {
  town_.Submit(town_.OpenCase(), {Corpus("es.txt")});
  int asked = 0;
  town_.Server("abe").checkpoint = [&](TreeSize old_size, CheckpointReply&) {
    if (old_size == carried_) ++asked;
    return absl::OkStatus();
  };
  EXPECT_EQ(abe_->Sync(), absl::OkStatus());
  EXPECT_EQ(asked, 1);
  EXPECT_GT(abe_->replica().head().size.value, carried_.value);
  EXPECT_FALSE(abe_->Alarm().has_value());
}

}  // namespace
}  // namespace amparo::client
