// The named half of docs/attacks.md, against a Client in a home on disk: a server that has the
// log's key and signs what it likes, and now and then a member who helps it. After an honest
// beginning it tries one thing; the client must refuse, remember what it remembered, and say and
// grant nothing while the alarm stands.

#include <gtest/gtest.h>

#include <filesystem>

#include "client/client.h"
#include "client/membership.h"
#include "tests/client/scripted_log.h"
#include "tests/client_verbs/scratch_directory.h"
#include "tests/hostile/fixed_world.h"

namespace amparo::testing {
namespace {

constexpr char kWords[] = "one two three four";
constexpr std::uint64_t kHour = 3600;

std::string ReasonOf(const absl::Status& status) {
  const auto detail = client::DetailOf(status);
  return detail.has_value() ? detail->reason : std::string(status.message());
}

// A home of `name` in the organisation of the log, and what opens it.
class Victim {
 public:
  Victim(ScriptedLog& log, const std::string& name,
         std::optional<audit::Checkpoint> introduced = std::nullopt)
      : log_(log) {
    KeyBundle keys;
    keys.signing = KeyNamed(name);
    keys.authentication = KeyNamed(name + ", authentication");
    keys.identity = Identity::Generate();
    keys.home = Secret<32>::Random();
    const client::HomeCard card{.kind = "member", .address = "127.0.0.1:1", .member_code = {}};
    auto home = client::Home::Create(directory(), card, keys, AsBytes(kWords));
    EXPECT_TRUE(home.ok()) << home.status();
    client::Membership membership;
    membership.org = log.org();
    membership.log_key = log.log_key();
    membership.server = {.address = "127.0.0.1:1", .certificate_pem = "none"};
    membership.member = Organisation::Member(name);
    membership.certificate = log.Certificate(name);
    membership.introduced = introduced;
    EXPECT_TRUE(client::WriteMembership(*home, *keys.home, membership).ok());
  }

  std::string directory() const { return scratch_.At("home"); }
  // A program that starts now.
  absl::StatusOr<std::unique_ptr<client::Client>> Start() {
    auto home = client::Home::Open(directory());
    if (!home.ok()) return home.status();
    auto keys = home->Unlock(AsBytes(kWords));
    if (!keys.ok()) return keys.status();
    return client::Client::Open(
        *std::move(home), *std::move(keys),
        [this](const client::Endpoint&) -> absl::StatusOr<std::unique_ptr<client::Connection>> {
          return log_.Connect();
        });
  }

 private:
  ScriptedLog& log_;
  ScratchDirectory scratch_;
};

class HostileAmparod : public ::testing::Test {
 protected:
  HostileAmparod() {
    static int tests = 0;
    SeedChance("a named attack " + std::to_string(++tests));
    SetClock(log_.now().value);
    log_.serving().append = [this](const client::AppendRequest& request) {
      ++appends_;
      return log_.Take(request);
    };
    log_.OpenCase();
    log_.Submit();
    log_.Assign();
  }

  // An honest beginning, the attack, and what must come of it.
  void ExpectRefused(const std::string& attack, const std::function<void()>& act) {
    SCOPED_TRACE(attack);
    Victim victim(log_, "cleo");
    {
      auto honest = victim.Start();
      ASSERT_TRUE(honest.ok()) << honest.status();
      ASSERT_TRUE((*honest)->Sync().ok());
      before_ = (*honest)->replica().head();
      // Nobody has seen more of the directory yet than the honest beginning.
      directory_ = (*honest)->replica().directory().head();
    }
    act();
    ExpectAlarm(victim);
  }

  void ExpectAlarm(Victim& victim) {
    const int appends = appends_;
    {
      auto attacked = victim.Start();
      ASSERT_TRUE(attacked.ok()) << attacked.status();
      const absl::Status status = (*attacked)->Sync();
      EXPECT_TRUE(absl::IsDataLoss(status)) << status;
      // Neither to a person whom the server invented, nor to anybody else.
      EXPECT_FALSE((*attacked)->Log().may_grant.ok());
      EXPECT_TRUE((*attacked)->Alarm().has_value());
      const CaseCard card{.title = "News", .note = ""};
      EXPECT_FALSE((*attacked)->NewCase(1, card, false).ok());
      EXPECT_FALSE((*attacked)->ShareCase(log_.case_id(), Organisation::Member("tina")).ok());
      EXPECT_FALSE((*attacked)->Accept(log_.document()).ok());
    }
    EXPECT_EQ(appends_, appends) << "something was said";
    auto later = victim.Start();
    ASSERT_TRUE(later.ok()) << later.status();
    EXPECT_EQ((*later)->replica().head(), before_);
    EXPECT_EQ((*later)->replica().directory().head(), directory_);
    EXPECT_TRUE((*later)->Alarm().has_value()) << "it is told again";
  }

  // The certificate that `name` has, with the recipient of somebody else.
  Certify CertifyWithRecipientOf(const std::string& name, const std::string& other) {
    Certificate forged =
        Organisation::CertificateFor(name, static_cast<std::uint16_t>(Role::kTranslator), {});
    forged.signing = KeyNamed(other).verify_key();
    forged.authentication = KeyNamed(other + ", authentication").verify_key();
    forged.recipient = RecipientNamed(other);
    return Certify{forged};
  }

  ScriptedLog log_;
  audit::Checkpoint before_;
  Hash directory_;
  int appends_ = 0;
};

// ---- 1: recipients of the server's own -----------------------------------------------------

TEST_F(HostileAmparod, EnrolsNobodyInAMembersName) {
  ExpectRefused("certified by a fellow",
                [&] { log_.Add(log_.Say("fay", CertifyWithRecipientOf("tina", "mallory"))); });
}

TEST_F(HostileAmparod, EnrolsNobodyWithAKeyThatIsNoRegistrars) {
  ExpectRefused("signed by the log's own key in ria's name", [&] {
    SignedStatement forged = log_.Say("ria", CertifyWithRecipientOf("tina", "mallory"));
    log_.Add(SignStatement(forged.statement, KeyNamed("log")));
  });
}

TEST_F(HostileAmparod, ExchangesNoRecipientInACertificate) {
  ExpectRefused("one byte of a certify statement on its way", [&] {
    log_.Enrol("tom", static_cast<std::uint16_t>(Role::kTranslator));
    log_.serving().sync = [](client::SyncReply& reply) {
      for (client::SyncEntry& entry : reply.entries) {
        if (!entry.statement.empty()) entry.statement[entry.statement.size() / 2] ^= 1;
      }
    };
  });
}

// ---- 2, 14: what was, again ----------------------------------------------------------------

TEST_F(HostileAmparod, GoesNotBackToAnEarlierDirectory) {
  ExpectRefused("the log before the last statement",
                [&] { log_.serving().size = log_.size() - 1; });
}

TEST_F(HostileAmparod, GoesNotBackToTheBeginning) {
  ExpectRefused("the log as it was founded", [&] { log_.serving().size = 1; });
}

TEST_F(HostileAmparod, GoesNotBackAndOnAgain) {
  ExpectRefused("a backup that grew longer than what is remembered", [&] {
    log_.CutTo(log_.size() - 2);
    for (int i = 0; i < 5; ++i) log_.TickTo({log_.now().value + 60});
    SetClock(log_.now().value);
  });
}

// ---- 4: a newcomer in a history of their own -------------------------------------------------

TEST_F(HostileAmparod, LeadsNoNewcomerIntoAFork) {
  // The invitation carries a checkpoint; the server shows a history that is not that one's.
  const audit::Checkpoint told{.size = TreeSize{log_.size()}, .root = Hash::Filled(9)};
  Victim newcomer(log_, "cleo", told);
  {
    auto first = newcomer.Start();
    ASSERT_TRUE(first.ok()) << first.status();
    before_ = (*first)->replica().head();
  }
  ExpectAlarm(newcomer);
}

// ---- 7, 8, 10: statements that are none ------------------------------------------------------

TEST_F(HostileAmparod, InventsNoTransition) {
  ExpectRefused("an assignment signed by nobody that the directory knows", [&] {
    SignedStatement forged = log_.Say("carl", amparo::OpenCase{.desk = 1}, SubjectId::Filled(3));
    log_.Add(SignStatement(forged.statement, KeyNamed("mallory")));
  });
}

TEST_F(HostileAmparod, TurnsNoStatementIntoAnotherKind) {
  ExpectRefused("the same signature over another kind", [&] {
    SignedStatement said = log_.Say("carl", amparo::OpenCase{.desk = 1}, SubjectId::Filled(3));
    said.statement.kind = static_cast<std::uint16_t>(Kind::kNoteCase);
    log_.Add(*AssembleSigned(said.statement, said.signatures));
  });
}

TEST_F(HostileAmparod, BringsNoStatementOfAnotherOrganisation) {
  ExpectRefused("signed by a member, for somebody else's log", [&] {
    log_.Add(log_.Say("carl", amparo::OpenCase{.desk = 1}, SubjectId::Filled(3),
                      [](Statement& said) { said.org = OrgId::Filled(5); }));
  });
}

// ---- 9, 12: more than once, less than once, in another order ---------------------------------

TEST_F(HostileAmparod, SaysNothingTwice) {
  ExpectRefused("the newest statement of carl, again", [&] {
    const SignedStatement said =
        log_.Say("carl", amparo::OpenCase{.desk = 1}, SubjectId::Filled(3));
    log_.Add(said);
    log_.Add(said);
  });
}

TEST_F(HostileAmparod, DropsNothingFromTheMiddle) {
  ExpectRefused("a statement that its author's next one builds on", [&] {
    log_.Say("carl", amparo::OpenCase{.desk = 1}, SubjectId::Filled(3));
    log_.Add(log_.Say("carl", amparo::OpenCase{.desk = 1}, SubjectId::Filled(4),
                      [](Statement& said) { said.actor_prev = Hash::Filled(8); }));
  });
}

TEST_F(HostileAmparod, ChangesNoOrder) {
  ExpectRefused("two statements of one author, the second one first", [&] {
    const SignedStatement first =
        log_.Say("carl", amparo::OpenCase{.desk = 1}, SubjectId::Filled(3));
    const SignedStatement second =
        log_.Say("carl", amparo::OpenCase{.desk = 1}, SubjectId::Filled(4));
    log_.Add(second);
    log_.Add(first);
  });
}

// ---- 13: withheld ----------------------------------------------------------------------------

TEST_F(HostileAmparod, WithholdsNoNewestStatementOfACase) {
  ExpectRefused("a question on the document, as a leaf alone", [&] {
    log_.serving().hidden.insert(log_.Ask("tina"));
    log_.serving().hidden.insert(log_.Assign());
    log_.serving().subject = [](client::SubjectReply& reply) {
      reply.statements.resize(reply.statements.size() - 2);
      reply.total -= 2;
    };
  });
}

TEST_F(HostileAmparod, WithholdsNoRevocation) {
  ExpectRefused("a revocation, as a leaf alone",
                [&] { log_.serving().hidden.insert(log_.Revoke("tina")); });
}

// ---- 15: two histories -----------------------------------------------------------------------

TEST_F(HostileAmparod, ShowsNoTwoHistories) {
  ExpectRefused("another root of the same size, with the log's signature", [&] {
    const std::string other = audit::SignCheckpoint(
        log_.org(), {.size = TreeSize{log_.size()}, .root = Hash::Filled(9)}, KeyNamed("log"));
    log_.serving().sync = [other](client::SyncReply& reply) { reply.checkpoint = other; };
  });
}

TEST_F(HostileAmparod, ConvincesNobodyWithAnAuthorWhoSawAnotherHistory) {
  ExpectRefused("a colleague's statement that was made after another log", [&] {
    log_.Add(log_.Say("carl", amparo::OpenCase{.desk = 1}, SubjectId::Filled(3),
                      [](Statement& said) { said.seen_root = Hash::Filled(9); }));
  });
}

// ---- 19, 21, 24: what nobody may -------------------------------------------------------------

TEST_F(HostileAmparod, LetsNobodyDoWhatTheirRoleDoesNotAllow) {
  ExpectRefused("a translator opens a case", [&] {
    log_.Add(log_.Say("tina", amparo::OpenCase{.desk = 1}, SubjectId::Filled(3)));
  });
}

TEST_F(HostileAmparod, MakesNoCoordinatorWithOneRegistrar) {
  // One registrar helps; the second one's word is missing, and so is the role.
  log_.Add(log_.Say("ria", Invite{.invite = InviteId::Filled(4),
                                  .roles = static_cast<std::uint16_t>(Role::kCoordinator),
                                  .desks = {1},
                                  .member = {},
                                  .submit_only = 0,
                                  .expiry = {log_.now().value + 24 * kHour},
                                  .ticket_sha256 = Hash::Filled(4)}));
  Certificate made =
      Organisation::CertificateFor("mallory", static_cast<std::uint16_t>(Role::kCoordinator), {1});
  made.invite = InviteId::Filled(4);
  log_.Add(log_.Say("ria", Certify{made}));
  Victim victim(log_, "cleo");
  auto client = victim.Start();
  ASSERT_TRUE(client.ok()) << client.status();
  ASSERT_TRUE((*client)->Sync().ok());
  const directory::Directory& directory = (*client)->replica().directory();
  EXPECT_FALSE(directory.HasRole(made.member, Role::kCoordinator, (*client)->replica().now()));
  EXPECT_FALSE(directory.IsMember(made.member, (*client)->replica().now()));
}

TEST_F(HostileAmparod, KeepsNobodyAliveWhoWasRevoked) {
  ExpectRefused("what a revoked coordinator signed before, logged after", [&] {
    const SignedStatement queued =
        log_.Say("carl", amparo::OpenCase{.desk = 1}, SubjectId::Filled(3));
    log_.Revoke("carl");
    log_.Add(queued);
  });
}

// ---- 3: time that stands still ---------------------------------------------------------------

TEST_F(HostileAmparod, HidesARevocationNoLongerThanThePolicySays) {
  Victim victim(log_, "cleo");
  auto client = victim.Start();
  ASSERT_TRUE(client.ok()) << client.status();
  ASSERT_TRUE((*client)->Sync().ok());
  // The log goes on for everybody else; this client is shown no more of it.
  log_.serving().size = log_.size();
  log_.Revoke("tina");
  SetClock(log_.now().value + 97 * kHour);
  ASSERT_TRUE((*client)->Sync().ok());
  EXPECT_EQ(ReasonOf((*client)->Log().may_grant), "VIEW_TOO_OLD");
  EXPECT_EQ(ReasonOf((*client)->CheckTimePasses()), "TIME_STANDS_STILL");
}

// ---- 48: another identity --------------------------------------------------------------------

TEST_F(HostileAmparod, OpensNoHomeWithAnothersIdentity) {
  Victim cleo(log_, "cleo");
  Victim carl(log_, "carl");
  std::filesystem::copy_file(carl.directory() + "/identity.age", cleo.directory() + "/identity.age",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_FALSE(cleo.Start().ok());
}

}  // namespace
}  // namespace amparo::testing
