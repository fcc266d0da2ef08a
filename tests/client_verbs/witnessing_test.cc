// Who else saw the log: what counts, what does not, and that two histories are caught where a
// cosignature crosses.

#include "client/witnessing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/client_verbs/town.h"

namespace amparo::testing {
namespace {

using client::LogStatus;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::uint64_t kHour = 3600;

std::string ReasonOf(const absl::Status& status) {
  const auto detail = client::DetailOf(status);
  return detail.has_value() ? detail->reason : std::string(status.message());
}

UnixSeconds Ago(std::uint64_t seconds) { return {client::SystemNow().value - seconds}; }

// A town whose server shows nobody's cosignatures but those that the test makes.
class Silent : public ::testing::Test {
 protected:
  static Tampering Nothing() {
    Tampering tampering;
    tampering.cosigned = [](std::vector<std::string>& notes) { notes.clear(); };
    return tampering;
  }
  Silent() : town_(0, Nothing()) {}

  // From now on cleo's server shows these notes, and she looks.
  absl::Status Show(const std::vector<std::string>& shown) {
    town_.Server("cleo").cosigned = [shown](std::vector<std::string>& notes) { notes = shown; };
    return town_.Stale("cleo").Sync();
  }
  // The newest checkpoint with one line more.
  std::string With(const std::string& line) {
    const auto note = audit::AttachSignature(Newest(), line);
    EXPECT_TRUE(note.ok()) << note.status();
    return note.ok() ? *note : "";
  }
  std::string Newest() { return town_.SignedByLog(town_.As("cleo").replica().head()); }
  std::string By(const std::string& name, UnixSeconds time) {
    return town_.CosignatureOf(name, time, Newest());
  }
  SubjectId FayHasACase() {
    const auto made = town_.As("cleo").NewCase(1, {.title = "E.", .note = ""}, true);
    EXPECT_TRUE(made.ok()) << made.status();
    const absl::Status shared = town_.As("cleo").ShareCase(*made, town_.Id("fay"));
    EXPECT_TRUE(shared.ok()) << "a device that opens nothing is given no key";
    return *made;
  }
  bool MayGrant() { return town_.Stale("cleo").Log().may_grant.ok(); }

  Town town_;
};

TEST(Witnessing, EverySynchronisationConfirmsTheLogToTheOthers) {
  Town town;
  town.As("tina");
  const LogStatus log = town.As("cleo").Log();
  EXPECT_TRUE(log.may_grant.ok()) << log.may_grant;
  EXPECT_EQ(log.size, town.As("cleo").replica().head().size);
  const auto by = [&](const std::string& name) {
    return std::find_if(log.seen.begin(), log.seen.end(),
                        [&](const auto& seen) { return seen.member == town.Id(name); });
  };
  ASSERT_NE(by("tina"), log.seen.end());
  EXPECT_EQ(by("tina")->size, log.size);
  EXPECT_TRUE(by("tina")->counts);
  EXPECT_EQ(by("cleo"), log.seen.end()) << "nobody confirms anything to themselves";
  EXPECT_NE(by("ria"), log.seen.end()) << "registrars count";
}

TEST(Witnessing, WordsAreTheSameForEverybodyAtOneSize) {
  Town town;
  town.As("tina");
  EXPECT_EQ(town.As("cleo").Log().words, town.As("tom").Log().words);
  const std::string before = town.As("cleo").Log().words;
  town.OpenCase();
  EXPECT_NE(town.As("cleo").Log().words, before);
}

TEST(Witnessing, ARefusedCosignatureIsANoteAndADeadServerIsNone) {
  Town town;
  town.Server("tina").cosign = [](TreeSize, const std::string&) {
    return absl::UnavailableError("gone");
  };
  town.OpenCase();
  EXPECT_THAT(town.As("tina").Notes(), IsEmpty());
  town.Server("tina").cosign = [](TreeSize, const std::string&) {
    return absl::InvalidArgumentError("not yours");
  };
  EXPECT_THAT(town.As("tina").Notes(), Not(IsEmpty()));
  town.Server("tina").cosign = nullptr;
  EXPECT_THAT(town.As("tina").Notes(), IsEmpty());
}

TEST(Witnessing, IsSignedAgainOnlyWhenTheHeadMoved) {
  Town town;
  town.OpenCase();
  int signed_times = 0;
  town.Server("tina").cosign = [&](TreeSize, const std::string&) {
    ++signed_times;
    return absl::OkStatus();
  };
  town.As("tina");
  town.As("tina");
  EXPECT_EQ(signed_times, 1);
  town.OpenCase();
  town.As("tina");
  EXPECT_EQ(signed_times, 2);
}

TEST_F(Silent, NobodyElseMeansNoKey) {
  EXPECT_EQ(ReasonOf(town_.As("cleo").Log().may_grant), "NOT_WITNESSED");
  EXPECT_THAT(town_.As("cleo").Log().seen, IsEmpty());
}

TEST_F(Silent, AColleagueCounts) {
  ASSERT_TRUE(Show({With(By("tina", Ago(60)))}).ok());
  EXPECT_TRUE(MayGrant());
  // Also when nobody shows it any more: it is kept.
  ASSERT_TRUE(Show({}).ok());
  EXPECT_TRUE(MayGrant());
}

TEST_F(Silent, AnOldConfirmationDoesNot) {
  ASSERT_TRUE(Show({With(By("tina", Ago(97 * kHour)))}).ok());
  EXPECT_EQ(ReasonOf(town_.Stale("cleo").Log().may_grant), "NOT_WITNESSED");
  ASSERT_TRUE(Show({With(By("tina", Ago(95 * kHour)))}).ok());
  EXPECT_TRUE(MayGrant());
}

TEST_F(Silent, NorOneFromTheFuture) {
  ASSERT_TRUE(Show({With(By("tina", {client::SystemNow().value + 3600}))}).ok());
  EXPECT_FALSE(MayGrant());
  ASSERT_TRUE(Show({With(By("tina", {client::SystemNow().value + 300}))}).ok());
  EXPECT_TRUE(MayGrant());
}

TEST_F(Silent, NorOnesOwn) {
  ASSERT_TRUE(Show({With(By("cleo", Ago(60)))}).ok());
  EXPECT_FALSE(MayGrant());
}

TEST_F(Silent, NorAWrongSignatureUnderAColleaguesName) {
  // Made for another checkpoint.
  const std::string elsewhere =
      town_.CosignatureOf("tina", Ago(60), town_.SignedByLog({.size = {3}, .root = {}}));
  const std::string wrong = With(elsewhere);
  const auto both = audit::AttachSignature(wrong, By("tom", Ago(60)));
  ASSERT_TRUE(both.ok()) << both.status();
  ASSERT_TRUE(Show({wrong, *both}).ok());
  EXPECT_FALSE(MayGrant()) << "a note with a false line counts nothing, not even a true one";
}

TEST_F(Silent, NorARevokedColleague) {
  town_.Revoke("tina");
  ASSERT_TRUE(Show({With(By("tina", Ago(60)))}).ok());
  EXPECT_FALSE(MayGrant());
}

TEST_F(Silent, NorOneWhoWasRevokedSince) {
  ASSERT_TRUE(Show({With(By("tina", Ago(60)))}).ok());
  EXPECT_TRUE(MayGrant());
  town_.Revoke("tina");
  ASSERT_TRUE(Show({}).ok());
  EXPECT_FALSE(MayGrant());
}

// Those whom a hidden revocation would be about do not count for themselves.
TEST_F(Silent, NorWhoIsToGetTheKey) {
  const SubjectId document = town_.Submit(FayHasACase(), {Corpus("ht.txt")});
  client::Client& cleo = town_.Stale("cleo");
  const std::string by_tina = By("tina", Ago(60));
  ASSERT_TRUE(Show({With(by_tina)}).ok());
  EXPECT_TRUE(MayGrant());
  EXPECT_EQ(ReasonOf(cleo.MayGrantTo({town_.Id("tina"), town_.Id("rita")})), "NOT_WITNESSED");
  EXPECT_EQ(ReasonOf(cleo.Assign(document, town_.People("tina", "rita"))), "NOT_WITNESSED");
  const auto recorded = cleo.RecordUnwitnessed(document, "The hearing is tomorrow.",
                                               {town_.Id("tina"), town_.Id("rita")});
  ASSERT_TRUE(recorded.ok()) << recorded.status();
  EXPECT_TRUE(*recorded) << "the override knows for whom it is";
  EXPECT_TRUE(cleo.Assign(document, town_.People("tina", "rita")).ok());
}

TEST_F(Silent, ButAnyOtherColleague) {
  const SubjectId document = town_.Submit(FayHasACase(), {Corpus("ht.txt")});
  ASSERT_TRUE(Show({With(By("tom", Ago(60)))}).ok());
  const absl::Status assigned = town_.Stale("cleo").Assign(document, town_.People("tina", "rita"));
  EXPECT_TRUE(assigned.ok()) << assigned;
}

TEST_F(Silent, NorACheckpointBeyondOurs) {
  const audit::Checkpoint beyond{.size = {town_.As("cleo").replica().head().size.value + 5},
                                 .root = Hash::Filled(9)};
  const std::string note = town_.SignedByLog(beyond);
  const auto shown = audit::AttachSignature(note, town_.CosignatureOf("tina", Ago(60), note));
  ASSERT_TRUE(shown.ok());
  ASSERT_TRUE(Show({*shown}).ok());
  EXPECT_FALSE(MayGrant());
}

TEST_F(Silent, NorWhatTheLogDidNotSign) {
  std::string note = With(By("tina", Ago(60)));
  const auto at = note.find(" ", note.find("\xE2\x80\x94") + 4) + 8;  // In the log's signature.
  note[at] = note[at] == 'A' ? 'B' : 'A';
  ASSERT_TRUE(Show({note, "nonsense", ""}).ok());
  EXPECT_FALSE(MayGrant());
}

TEST_F(Silent, APartnersWitnessCountsOnceItIsTrusted) {
  const SigningKey key = SigningKey::Generate();
  const audit::Witness partner{.name = "partner.example", .key = key.verify_key()};
  const auto line = audit::Cosign(partner.name, key, Ago(60), Newest());
  ASSERT_TRUE(line.ok()) << line.status();
  ASSERT_TRUE(Show({With(*line)}).ok());
  EXPECT_FALSE(MayGrant());
  client::Client& cleo = town_.Stale("cleo");
  EXPECT_TRUE(absl::IsInvalidArgument(cleo.TrustWitness("partner.example")));
  ASSERT_TRUE(cleo.TrustWitness(audit::FormatWitness(partner)).ok());
  ASSERT_TRUE(cleo.TrustWitness(audit::FormatWitness(partner)).ok()) << "the same again";
  const audit::Witness impostor{.name = partner.name, .key = SigningKey::Generate().verify_key()};
  EXPECT_TRUE(absl::IsAlreadyExists(cleo.TrustWitness(audit::FormatWitness(impostor))));
  ASSERT_TRUE(Show({With(*line)}).ok());
  EXPECT_TRUE(MayGrant());
  ASSERT_TRUE(cleo.DistrustWitness(partner.name).ok());
  EXPECT_FALSE(MayGrant());
  EXPECT_TRUE(absl::IsNotFound(cleo.DistrustWitness(partner.name)));
}

// Two histories, each told to one of two people: the first cosignature that crosses shows it.
TEST_F(Silent, ASplitViewIsAnAlarm) {
  const audit::Checkpoint head = town_.As("cleo").replica().head();
  for (const std::uint64_t size : {head.size.value, head.size.value - 1}) {
    const std::string other = town_.SignedByLog({.size = {size}, .root = Hash::Filled(9)});
    const auto shown = audit::AttachSignature(other, town_.CosignatureOf("tina", Ago(60), other));
    ASSERT_TRUE(shown.ok());
    const absl::Status status = Show({*shown});
    EXPECT_TRUE(absl::IsDataLoss(status)) << status;
    EXPECT_FALSE(MayGrant());
    EXPECT_EQ(town_.Stale("cleo").replica().head(), head);
  }
}

TEST(WitnessingRow, ReadsBackWhatItWroteAndNothingElse) {
  client::Witnessing row;
  row.own = {.time = {11}, .size = {12}};
  row.partners.push_back({.name = "a.example", .key = SigningKey::Generate().verify_key()});
  row.by_certificate[Hash::Filled(1)] = {.time = {13}, .size = {14}};
  row.by_partner["a.example"] = {.time = {15}, .size = {16}};
  const Bytes bytes = client::EncodeWitnessing(row);
  const auto again = client::DecodeWitnessing(bytes);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, row);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto cut = client::DecodeWitnessing(ByteView(bytes).first(size));
    EXPECT_TRUE(absl::IsDataLoss(cut.status())) << size << ": " << cut.status();
  }
}

}  // namespace
}  // namespace amparo::testing
