// What a home does when it is shown that somebody lies: it keeps evidence that a third person can
// judge, and says and grants nothing until the alarm ends.

#include "client/alarms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "audit/cosignature.h"
#include "custody/judge.h"
#include "tests/client_verbs/town.h"

namespace amparo::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

std::string ReasonOf(const absl::Status& status) {
  const auto detail = client::DetailOf(status);
  return detail.has_value() ? detail->reason : std::string(status.message());
}

// cleo is shown what the log signed for somebody else.
class Shown : public ::testing::Test {
 protected:
  Shown() : head_(town_.As("cleo").replica().head()) {}

  void Show(std::uint64_t size) {
    const std::string other = town_.SignedByLog({.size = {size}, .root = Hash::Filled(9)});
    town_.Server("cleo").cosigned = [other](std::vector<std::string>& notes) { notes = {other}; };
  }
  custody::Verdict Judged(const std::string& path) {
    const auto evidence = custody::ParseEvidence(ReadAll(path));
    EXPECT_TRUE(evidence.ok()) << evidence.status();
    return evidence.ok() ? custody::Judge(*evidence).verdict : custody::Verdict::kInvalid;
  }
  std::vector<std::string> Kept() { return NamesIn(town_.HomeOf("cleo") + "/evidence"); }

  Town town_;
  const audit::Checkpoint head_;
};

TEST_F(Shown, TwoHistoriesLeaveEvidenceOfAFork) {
  Show(head_.size.value - 1);
  client::Client& cleo = town_.Stale("cleo");
  EXPECT_TRUE(absl::IsDataLoss(cleo.Sync()));
  const auto alarm = cleo.Alarm();
  ASSERT_TRUE(alarm.has_value());
  EXPECT_EQ(Judged(alarm->evidence), custody::Verdict::kProvenFork);
  EXPECT_THAT(Kept(), ElementsAre("001-fork.txt"));
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(alarm->evidence).permissions(),
            perms::owner_read | perms::owner_write);
  EXPECT_EQ(std::filesystem::status(town_.HomeOf("cleo") + "/evidence").permissions(),
            perms::owner_all);
}

TEST_F(Shown, TwoRootsOfOneSizeLeaveEvidenceOfThat) {
  Show(head_.size.value);
  client::Client& cleo = town_.Stale("cleo");
  EXPECT_TRUE(absl::IsDataLoss(cleo.Sync()));
  ASSERT_TRUE(cleo.Alarm().has_value());
  EXPECT_EQ(Judged(cleo.Alarm()->evidence), custody::Verdict::kProvenEquivocation);
}

TEST_F(Shown, NothingIsSaidOrGrantedWhileAnAlarmStands) {
  client::Client& cleo = town_.Stale("cleo");
  const CaseCard card{.title = "News", .note = ""};
  Show(head_.size.value - 1);
  EXPECT_TRUE(absl::IsDataLoss(cleo.Sync()));
  EXPECT_EQ(ReasonOf(cleo.NewCase(1, card, true).status()), "ALARM_STANDS");
  EXPECT_EQ(ReasonOf(cleo.Log().may_grant), "ALARM_STANDS");
  EXPECT_TRUE(absl::IsDataLoss(cleo.Sync()));
  EXPECT_THAT(Kept(), SizeIs(1)) << "the same alarm again is the same evidence";
  EXPECT_EQ(town_.engine().organization().snapshot()->size(), head_.size);
}

// The liar needs to behave only once: it leaves the note out, and everything fits again.
TEST_F(Shown, AProvenAlarmStandsUntilAPersonEndsIt) {
  client::Client& cleo = town_.Stale("cleo");
  const CaseCard card{.title = "News", .note = ""};
  Show(head_.size.value - 1);
  EXPECT_TRUE(absl::IsDataLoss(cleo.Sync()));
  int signed_times = 0;
  town_.Server("cleo").cosign = [&](TreeSize, const std::string&) {
    ++signed_times;
    return absl::OkStatus();
  };
  town_.Server("cleo").cosigned = nullptr;
  ASSERT_TRUE(town_.As("flo").NewCase(1, card, true).ok());
  ASSERT_TRUE(cleo.Sync().ok());
  ASSERT_TRUE(cleo.Alarm().has_value());
  EXPECT_TRUE(cleo.Alarm()->proven);
  EXPECT_EQ(ReasonOf(cleo.NewCase(1, card, true).status()), "ALARM_STANDS");
  EXPECT_EQ(ReasonOf(cleo.Log().may_grant), "ALARM_STANDS");
  EXPECT_EQ(signed_times, 0) << "nobody confirms a history that was forked";

  ASSERT_TRUE(cleo.EndAlarm().ok());
  EXPECT_FALSE(cleo.Alarm().has_value());
  EXPECT_TRUE(absl::IsNotFound(cleo.EndAlarm()));
  EXPECT_TRUE(cleo.NewCase(1, card, true).ok());
  EXPECT_THAT(Kept(), SizeIs(1)) << "the evidence stays";
  ASSERT_TRUE(cleo.Sync().ok());
  EXPECT_EQ(signed_times, 1);
}

TEST_F(Shown, AnAlarmThatProvesNothingDoesNotTakeThePlaceOfOneThatDoes) {
  Show(head_.size.value - 1);
  EXPECT_TRUE(absl::IsDataLoss(town_.Stale("cleo").Sync()));
  const std::string evidence = town_.Stale("cleo").Alarm()->evidence;
  const auto proof = custody::ParseEvidence(ReadAll(evidence));
  ASSERT_TRUE(proof.ok()) << proof.status();

  client::Workplace& ria = town_.Ria();
  client::RaiseAlarm(ria, absl::DataLossError("a fork"), *proof);
  client::RaiseAlarm(ria, absl::DataLossError("nonsense"), std::nullopt);
  ASSERT_TRUE(ria.alarm.has_value());
  EXPECT_EQ(ria.alarm->what, "a fork");
  const client::StandingAlarm before = *ria.alarm;
  ria.alarm.reset();
  ASSERT_TRUE(client::RestoreAlarm(ria).ok());
  EXPECT_EQ(ria.alarm->what, "a fork");
  EXPECT_TRUE(ria.alarm->proven);
  EXPECT_EQ(ria.alarm->contradicted_at, before.contradicted_at);
  EXPECT_EQ(ria.alarm->contradicted_at.value, head_.size.value - 1);
}

TEST_F(Shown, AnAlarmOutlivesTheProgram) {
  client::Workplace& ria = town_.Ria();
  client::RaiseAlarm(ria, absl::DataLossError("a fork"), std::nullopt);
  ria.alarm.reset();
  ASSERT_TRUE(client::RestoreAlarm(ria).ok());
  ASSERT_TRUE(ria.alarm.has_value());
  EXPECT_EQ(ria.alarm->what, "a fork");
  EXPECT_EQ(ria.alarm->evidence, "");
  ASSERT_TRUE(ria.Sync().ok());
  ASSERT_TRUE(client::RestoreAlarm(ria).ok());
  EXPECT_FALSE(ria.alarm.has_value());
}

}  // namespace
}  // namespace amparo::testing
