// A home at work with a server that a test scripts: what it was promised, who else saw its
// history, and what of both a restart at an epoch leaves.

#include "client/workplace.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "audit/cosignature.h"
#include "client/alarms.h"
#include "client/enrolment.h"
#include "client/promises.h"
#include "tests/client/replica_fixture.h"
#include "tests/client_verbs/scratch_directory.h"
#include "tests/support/forwarding_connection.h"

namespace amparo::client {
namespace {

using amparo::testing::HashNamed;
using amparo::testing::KeyNamed;
using amparo::testing::Organisation;

constexpr std::uint64_t kHour = 3600;
constexpr char kPassphrase[] = "one two three four";

std::string ReasonOf(const absl::Status& status) {
  const auto detail = DetailOf(status);
  return detail.has_value() ? detail->reason : std::string(status.message());
}

// How the server is to ria now.
struct Mood {
  bool away = false;  // It answers no synchronisation.
  std::vector<std::string> cosigned;
};
class Moody final : public amparo::testing::ForwardingConnection {
 public:
  Moody(std::unique_ptr<Connection> inner, const Mood& mood)
      : ForwardingConnection(std::move(inner)), mood_(mood) {}
  absl::StatusOr<SyncReply> Sync(Position from, std::uint32_t limit) override {
    if (mood_.away) return absl::UnavailableError("later");
    return inner().Sync(from, limit);
  }
  absl::StatusOr<CheckpointReply> Checkpoint(TreeSize old_size) override {
    if (mood_.away) return absl::UnavailableError("later");
    return inner().Checkpoint(old_size);
  }
  absl::StatusOr<std::vector<std::string>> Cosigned() override { return mood_.cosigned; }
  absl::Status Cosign(TreeSize, const std::string&) override { return absl::OkStatus(); }

 private:
  const Mood& mood_;
};

// ria's home.
class WorkplaceTest : public ReplicaTest {
 protected:
  WorkplaceTest() {
    log_.OpenCase();
    backup_ = log_.size();
    KeyBundle keys = Keys();
    MakeHome(scratch_.At("home"));
    auto home = Home::Open(scratch_.At("home"));
    EXPECT_TRUE(home.ok()) << home.status();
    membership_.org = log_.org();
    membership_.log_key = log_.log_key();
    membership_.member = Organisation::Member("ria");
    membership_.certificate = log_.Certificate("ria");
    place_ =
        std::make_unique<Workplace>(*std::move(home), std::move(keys), membership_,
                                    std::make_unique<Moody>(log_.Connect(), mood_), MakeReplica());
    place_->clock = [this] { return clock_; };
  }

  static KeyBundle Keys() {
    KeyBundle keys;
    keys.signing = KeyNamed("ria");
    keys.authentication = KeyNamed("ria, authentication");
    keys.identity = Identity::Generate();
    keys.home = Secret<32>::Random();
    return keys;
  }
  // A passphrase takes a second: one home is made, and the others are copies.
  static void MakeHome(const std::string& directory) {
    static const amparo::testing::ScratchDirectory pattern;
    if (!std::filesystem::exists(pattern.At("home"))) {
      const HomeCard card{.kind = "member", .address = "127.0.0.1:1", .member_code = {}};
      const auto made = Home::Create(pattern.At("home"), card, Keys(), AsBytes(kPassphrase));
      EXPECT_TRUE(made.ok()) << made.status();
    }
    std::filesystem::copy(pattern.At("home"), directory, std::filesystem::copy_options::recursive);
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all);
  }
  absl::Status SyncHome(std::optional<Reach> reach = std::nullopt) { return place_->Sync(reach); }
  void Grow() {
    log_.TickTo(UnixSeconds{log_.now().value + 61});
    clock_ = log_.now();
  }
  absl::Status RevokeTina() {
    return RevokeMember(place_->enrolment(), Organisation::Member("tina"), std::nullopt);
  }
  // As a program that starts now.
  void Restart() {
    place_->promises.clear();
    place_->alarm.reset();
    EXPECT_TRUE(RestorePromises(*place_).ok());
    EXPECT_TRUE(RestoreAlarm(*place_).ok());
  }
  custody::Evidence TwoRootsAt(std::uint64_t size) {
    const audit::Checkpoint other{.size = TreeSize{size}, .root = HashNamed("another")};
    return {.org = log_.org(),
            .policies = place_->replica.policies(),
            .noticed_at = clock_,
            .what = custody::Equivocation{
                .first = log_.Note(size),
                .second = audit::SignCheckpoint(log_.org(), other, KeyNamed("log"))}};
  }
  Sighting SeenNow(std::uint64_t size) const { return {.time = clock_, .size = {size}}; }

  amparo::testing::ScratchDirectory scratch_;
  Mood mood_;
  Membership membership_;
  std::unique_ptr<Workplace> place_;
  std::uint64_t backup_ = 0;
};

// ---- What the server acknowledged -----------------------------------------------------------

class Promised : public WorkplaceTest, public ::testing::WithParamInterface<Reach> {
 protected:
  Promised() {
    const absl::Status synced = SyncHome(GetParam());
    EXPECT_TRUE(synced.ok()) << synced;
  }
  // Revokes tina: the server says "done", drops it, and answers no synchronisation.
  void BeToldDone(const std::function<std::string()>& note) {
    log_.serving().append = [this, note](const AppendRequest&) -> absl::StatusOr<AppendReply> {
      mood_.away = true;
      const Position position{log_.size()};
      return AppendReply{.position = position, .checkpoint = note()};
    };
    const absl::Status told = RevokeTina();
    EXPECT_TRUE(told.ok()) << told;
    mood_.away = false;
    log_.serving().append = nullptr;
    Restart();
    EXPECT_EQ(place_->promises.size(), 1u);
  }
  static std::string Nothing() { return ""; }
};
INSTANTIATE_TEST_SUITE_P(Homes, Promised, ::testing::Values(Reach::kFull, Reach::kLight),
                         [](const auto& reach) {
                           return reach.param == Reach::kFull ? "Full" : "Light";
                         });

TEST_P(Promised, WhatIsAcknowledgedAndDroppedIsAnAlarmUntilAPersonEndsIt) {
  BeToldDone(Nothing);
  Grow();
  EXPECT_TRUE(absl::IsDataLoss(SyncHome()));
  Restart();
  ASSERT_TRUE(place_->alarm.has_value());
  EXPECT_FALSE(place_->alarm->proven);
  EXPECT_EQ(ReasonOf(RevokeTina()), "ALARM_STANDS");
  Grow();
  EXPECT_TRUE(absl::IsDataLoss(SyncHome())) << "a log that behaves since mends nothing";
  ASSERT_TRUE(EndAlarmByHand(*place_).ok());
  Restart();
  EXPECT_FALSE(place_->alarm.has_value());
  const auto ended = place_->home.ReadSealedLog(*place_->keys.home, kEndedAlarmsLog);
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->size(), 1u);
  const absl::Status after = SyncHome();
  EXPECT_TRUE(after.ok()) << after;
  EXPECT_TRUE(
      place_->replica.directory().IsMember(Organisation::Member("tina"), place_->replica.now()));
}

TEST_P(Promised, WhatStandsWhereItWasPromisedIsForgotten) {
  log_.serving().append = [this](const AppendRequest& request) {
    mood_.away = true;
    return log_.Take(request);
  };
  ASSERT_TRUE(RevokeTina().ok());
  Restart();
  EXPECT_EQ(place_->promises.size(), 1u);
  mood_.away = false;
  const absl::Status synced = SyncHome();
  ASSERT_TRUE(synced.ok()) << synced;
  Restart();
  EXPECT_TRUE(place_->promises.empty());
  EXPECT_FALSE(place_->alarm.has_value());
}

TEST_P(Promised, AHeadThatIsNotThereYetIsWaitedFor) {
  BeToldDone(Nothing);
  const absl::Status synced = SyncHome();
  EXPECT_TRUE(synced.ok()) << synced;
  EXPECT_EQ(place_->promises.size(), 1u);
}

TEST_P(Promised, WhoPublishesNoticesAtOnceAndTheAlarmStands) {
  log_.serving().append = [this](const AppendRequest&) -> absl::StatusOr<AppendReply> {
    return AppendReply{.position = Position{log_.size()}, .checkpoint = ""};
  };
  EXPECT_TRUE(absl::IsDataLoss(RevokeTina()));
  Restart();
  EXPECT_TRUE(place_->alarm.has_value());
}

TEST_P(Promised, WhatStandsElsewhereIsNotSaidToHaveNotHappened) {
  log_.serving().append = [this](const AppendRequest& request) -> absl::StatusOr<AppendReply> {
    const Position stands{log_.Take(request)->position};
    return AppendReply{.position = Position{stands.value - 1}, .checkpoint = ""};
  };
  EXPECT_NE(RevokeTina().message().find(" instead;"), absl::string_view::npos);
}

TEST_P(Promised, AHeadOfAnotherHistoryThatCameWithItIsProof) {
  BeToldDone([this] {
    const audit::Checkpoint other{.size = TreeSize{log_.size() + 1}, .root = HashNamed("another")};
    return audit::SignCheckpoint(log_.org(), other, KeyNamed("log"));
  });
  Grow();
  Grow();
  EXPECT_TRUE(absl::IsDataLoss(SyncHome()));
  Restart();
  ASSERT_TRUE(place_->alarm.has_value());
  EXPECT_TRUE(place_->alarm->proven);
  const auto evidence = custody::ParseEvidence(amparo::testing::ReadAll(place_->alarm->evidence));
  ASSERT_TRUE(evidence.ok()) << evidence.status();
  EXPECT_EQ(custody::Judge(*evidence).verdict, custody::Verdict::kProvenFork);
}

// The server signed a head that covers the position, and the statement is not under it: that it
// was promised there is nobody's word but ours.
TEST_P(Promised, AHeadOfThisHistoryThatCameWithItProvesNothing) {
  BeToldDone([this] {
    Grow();
    return log_.Note(log_.size());
  });
  EXPECT_TRUE(absl::IsDataLoss(SyncHome()));
  ASSERT_TRUE(place_->alarm.has_value());
  EXPECT_FALSE(place_->alarm->proven);
  EXPECT_EQ(place_->alarm->evidence, "");
}

TEST_F(WorkplaceTest, ALightHomeAsksForAProofOfWhatItIsNotGiven) {
  const std::uint64_t at = backup_ - 1;
  log_.serving().hidden = {at};
  ASSERT_TRUE(SyncHome(Reach::kLight).ok());
  const auto said = DecodeSigned(log_.StatementAt(at));
  ASSERT_TRUE(said.ok());
  const Promise promise{
      .position = {at}, .leaf = audit::LeafOf(*said), .kind = Kind::kOpenCase, .checkpoint = {}};
  ASSERT_EQ(place_->replica.Find(promise.leaf.statement), std::nullopt);
  ASSERT_TRUE(KeepPromise(*place_, promise).ok());
  log_.serving().prove = [](std::vector<std::vector<Hash>>& paths) {
    paths.front().front() = HashNamed("another");
  };
  EXPECT_TRUE(absl::IsDataLoss(CheckPromises(*place_)));
  EXPECT_EQ(place_->promises.size(), 1u);
  log_.serving().prove = nullptr;
  EXPECT_TRUE(CheckPromises(*place_).ok());
  EXPECT_TRUE(place_->promises.empty());
}

TEST(PromisesRow, ReadsBackWhatItWroteAndNothingElse) {
  const std::vector<Promise> row = {
      {.position = {7},
       .leaf = {.leaf_class = 1, .tag = LogTag::Filled(2), .statement = HashNamed("said")},
       .kind = Kind::kRevoke,
       .checkpoint = "a note"},
      {.position = {9}, .leaf = {}, .kind = Kind::kSubmit, .checkpoint = ""}};
  const Bytes bytes = EncodePromises(row);
  const auto again = DecodePromises(bytes);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, row);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto cut = DecodePromises(ByteView(bytes).first(size));
    EXPECT_TRUE(absl::IsDataLoss(cut.status())) << size << ": " << cut.status();
  }
}

// ---- After a restore --------------------------------------------------------------------------

class Restored : public WorkplaceTest {
 protected:
  Restored() {
    log_.Submit();
    log_.Assign();
    EXPECT_TRUE(SyncHome().ok());
  }
  void RestoreServer() {
    log_.CutTo(backup_);
    log_.BeginEpoch(1);
    const absl::Status synced = SyncHome();
    ASSERT_TRUE(synced.ok()) << synced;
  }
};

TEST_F(Restored, WhatWasSeenOfTheEndThatIsGoneDoesNotCount) {
  Witnessing& known = place_->witnessing;
  known.by_certificate[log_.Certificate("cleo")] = SeenNow(log_.size());
  known.by_partner["partner.example"] = SeenNow(backup_ + 1);
  RestoreServer();
  EXPECT_EQ(ReasonOf(CheckWitnessed(*place_, {})), "NOT_WITNESSED");
  EXPECT_TRUE(known.by_partner.empty());
}

TEST_F(Restored, WhatWasSeenOfWhatIsLeftCounts) {
  place_->witnessing.by_certificate[log_.Certificate("cleo")] = SeenNow(backup_);
  RestoreServer();
  EXPECT_TRUE(CheckWitnessed(*place_, {}).ok());
}

TEST_F(Restored, WhatWasPromisedOfTheEndThatIsGoneIsTold) {
  const Promise promise{.position = {backup_ + 2},
                        .leaf = {.leaf_class = 1, .tag = {}, .statement = HashNamed("said")},
                        .kind = Kind::kRevoke,
                        .checkpoint = {}};
  place_->promises = {promise};
  RestoreServer();
  EXPECT_TRUE(place_->promises.empty());
  const auto is_told = [](const std::string& note) {
    return note.find(std::string(KindName(Kind::kRevoke))) != std::string::npos;
  };
  EXPECT_TRUE(std::any_of(place_->restart_notes.begin(), place_->restart_notes.end(), is_told));
}

// Behind the epoch both ends are the log's: the roots say so.
TEST_F(Restored, AProvenContradictionBehindTheEpochIsExplained) {
  RaiseAlarm(*place_, absl::DataLossError("two roots"), TwoRootsAt(backup_ + 1));
  ASSERT_TRUE(place_->alarm.has_value());
  ASSERT_TRUE(place_->alarm->proven);
  RestoreServer();
  EXPECT_FALSE(place_->alarm.has_value());
}

TEST_F(Restored, AProvenContradictionBelowTheEpochIsNot) {
  RaiseAlarm(*place_, absl::DataLossError("two roots"), TwoRootsAt(backup_));
  RestoreServer();
  ASSERT_TRUE(place_->alarm.has_value());
  EXPECT_TRUE(place_->alarm->proven);
}

// ---- Who else saw the log ---------------------------------------------------------------------

class Witnessed : public WorkplaceTest {
 protected:
  Witnessed() { EXPECT_TRUE(SyncHome().ok()); }
  void SawIt(const std::string& name, UnixSeconds time) {
    place_->witnessing.by_certificate[log_.Certificate(name)] = {.time = time,
                                                                 .size = {log_.size()}};
  }
};

// A hidden revocation may be about the very member who is to get the key.
TEST_F(Witnessed, WhoIsToGetTheKeyDoesNotCount) {
  SawIt("tina", clock_);
  EXPECT_TRUE(CheckWitnessed(*place_, {}).ok());
  EXPECT_EQ(ReasonOf(CheckWitnessed(*place_, {Organisation::Member("tina")})), "NOT_WITNESSED");
  SawIt("cleo", clock_);
  EXPECT_TRUE(CheckWitnessed(*place_, {Organisation::Member("tina")}).ok());
}

// With a false tick a server lets every certificate expire, and nobody seems to be left to ask.
TEST_F(Witnessed, TimeCanNotEmptyAnOrganisation) {
  log_.TickTo(UnixSeconds{log_.now().value + 2 * 365 * 24 * kHour});
  clock_ = log_.now();
  ASSERT_TRUE(SyncHome().ok());
  EXPECT_EQ(ReasonOf(CheckWitnessed(*place_, {})), "NOT_WITNESSED");
}

TEST_F(Witnessed, ADeviceThatWasRevokedSinceDoesNotCountThoughItsMemberStays) {
  const Certificate telephone = Organisation::CertificateFor(
      "cleo's telephone", static_cast<std::uint16_t>(Role::kTranslator), {});
  log_.Add(log_.Say("ria", Invite{.invite = telephone.invite,
                                  .roles = telephone.roles,
                                  .desks = {},
                                  .member = telephone.member,
                                  .submit_only = 0,
                                  .expiry = {log_.now().value + kHour},
                                  .ticket_sha256 = HashNamed("ticket")}));
  log_.Add(log_.Say("ria", Certify{telephone}));
  log_.Add(log_.Say("rob", Endorse{HashOf(telephone)}));
  ASSERT_TRUE(SyncHome().ok());
  place_->witnessing.by_certificate[HashOf(telephone)] = SeenNow(log_.size());
  EXPECT_TRUE(CheckWitnessed(*place_, {}).ok());
  log_.Add(log_.Say(
      "rob", Revoke{.member = Organisation::Member("cleo"), .certificate = HashOf(telephone)}));
  ASSERT_TRUE(SyncHome().ok());
  ASSERT_TRUE(
      place_->replica.directory().IsMember(Organisation::Member("cleo"), place_->replica.now()));
  EXPECT_EQ(ReasonOf(CheckWitnessed(*place_, {})), "NOT_WITNESSED");
}

// Taken while this computer's clock was ahead, and it was set right since.
TEST_F(Witnessed, ASightingFromTheFutureDoesNotCountAndGivesWayToATrueOne) {
  SawIt("cleo", {clock_.value + 601});
  EXPECT_EQ(NewestSighting(*place_), std::nullopt);
  SawIt("cleo", {clock_.value + 600});
  EXPECT_TRUE(NewestSighting(*place_).has_value());
  SawIt("cleo", {clock_.value + 5 * kHour});
  const std::string note = log_.Note(log_.size());
  const auto line = audit::Cosign(audit::CosignerNameOf(log_.Certificate("cleo")), KeyNamed("cleo"),
                                  clock_, note);
  ASSERT_TRUE(line.ok()) << line.status();
  const auto cosigned = audit::AttachSignature(note, *line);
  ASSERT_TRUE(cosigned.ok()) << cosigned.status();
  mood_.cosigned = {*cosigned};
  ASSERT_TRUE(SyncHome().ok());
  EXPECT_EQ(NewestSighting(*place_), clock_);
}

// The log's time stands still since long: a coordinator may have been revoked.
TEST_F(WorkplaceTest, TheDirectoryIsNotStartedOnAnOldView) {
  place_.reset();
  auto home = Home::Open(scratch_.At("home"));
  ASSERT_TRUE(home.ok()) << home.status();
  auto keys = home->Unlock(AsBytes(kPassphrase));
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_TRUE(WriteMembership(*home, *keys->home, membership_).ok());
  auto client = Client::Open(*std::move(home), *std::move(keys),
                             [this](const Endpoint&) { return log_.Connect(); });
  ASSERT_TRUE(client.ok()) << client.status();
  ASSERT_TRUE((*client)->Sync().ok());
  const std::uint64_t before = log_.size();
  EXPECT_EQ(ReasonOf((*client)->StartDirectory({})), "VIEW_TOO_OLD");
  EXPECT_EQ(log_.size(), before);
}

TEST(PartiesToEndorsement, AreWhoIsCertifiedAndWhoCertified) {
  Organisation org;
  const Certificate certificate =
      Organisation::CertificateFor("cleo", static_cast<std::uint16_t>(Role::kCoordinator), {});
  Invite invite;
  invite.invite = certificate.invite;
  invite.roles = certificate.roles;
  invite.expiry = org.In(24);
  org.MustApply(org.Say("ria", invite));
  org.MustApply(org.Say("ria", Certify{.certificate = certificate}));
  EXPECT_EQ(PartiesToEndorsement(org.directory(), certificate.member),
            (std::set<MemberId>{certificate.member, Organisation::Member("ria")}));
}

}  // namespace
}  // namespace amparo::client
