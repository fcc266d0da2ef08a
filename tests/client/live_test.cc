// The client against a whole server over gRPC: an organisation is founded, and people join it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "client/client.h"
#include "client/enrolment.h"
#include "client/founding.h"
#include "tests/client/live_server.h"
#include "tests/client_verbs/scratch_directory.h"

namespace amparo::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kPassphrase[] = "six words that nobody says aloud";

ByteView Passphrase() { return AsBytes(kPassphrase); }

class LiveTest : public ::testing::Test {
 protected:
  LiveTest() : server_(scratch_.At("server")) {}

  // An open home and its keys.
  struct Opened {
    Home home;
    KeyBundle keys;
  };
  Opened OpenHome(const std::string& name) {
    auto home = Home::Open(scratch_.At(name));
    EXPECT_TRUE(home.ok()) << home.status();
    auto keys = home->Unlock(Passphrase());
    EXPECT_TRUE(keys.ok()) << keys.status();
    return {.home = *std::move(home), .keys = *std::move(keys)};
  }
  std::unique_ptr<Client> ClientOf(const std::string& name) {
    Opened opened = OpenHome(name);
    auto client = Client::Open(std::move(opened.home), std::move(opened.keys));
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }

  // Three roots, recovery, and the registrars ria and rob; ria founds, rob joins.
  void FoundOrganisation() {
    std::vector<std::string> roots;
    for (const char* name : {"root-1", "root-2", "root-3"}) {
      roots.push_back(*CreateRootHome(scratch_.At(name), Passphrase()));
    }
    const std::string recovery = *CreateRecoveryHome(scratch_.At("recovery"), Passphrase());
    const std::string ria = *CreateRegistrarHome(scratch_.At("ria"), Passphrase(), "Ria");
    const std::string rob = *CreateRegistrarHome(scratch_.At("rob"), Passphrase(), "Rob");
    const std::string token = server_.Token();
    auto draft = DraftPolicy(token, roots, recovery, {ria, rob});
    ASSERT_TRUE(draft.ok()) << draft.status();
    std::vector<std::string> signatures;
    for (const char* name : {"root-1", "root-3"}) {
      auto signature = SignPolicy(*draft, OpenHome(name).keys);
      ASSERT_TRUE(signature.ok()) << signature.status();
      signatures.push_back(*signature);
    }
    Opened founder = OpenHome("ria");
    absl::Status founded = Found(founder.home, founder.keys, token, *draft, signatures);
    ASSERT_TRUE(founded.ok()) << founded;
    founded = Found(founder.home, founder.keys, token, *draft, signatures);
    EXPECT_TRUE(founded.ok()) << "the same again: " << founded;
    auto card = OrgCard(founder.home, founder.keys);
    ASSERT_TRUE(card.ok()) << card.status();
    Opened second = OpenHome("rob");
    const absl::Status joined = JoinAsRegistrar(second.home, second.keys, *card);
    ASSERT_TRUE(joined.ok()) << joined;
  }

  // Ria invites, the person joins, ria admits.
  MemberId Enrol(Client& ria, const std::string& name, const Client::InviteOptions& options) {
    auto invitation = ria.Invite(options);
    EXPECT_TRUE(invitation.ok()) << invitation.status();
    auto home = Join(scratch_.At(name), Passphrase(), AsText(invitation->Expose()), ConnectGrpc);
    EXPECT_TRUE(home.ok()) << home.status();
    auto pending = ria.Pending();
    EXPECT_TRUE(pending.ok()) << pending.status();
    EXPECT_THAT(*pending, SizeIs(1));
    EXPECT_TRUE(pending->front().authentic) << pending->front().problem;
    EXPECT_EQ(pending->front().display_name, options.attributes.display_name);
    auto member = ria.Admit(pending->front(), 365);
    EXPECT_TRUE(member.ok()) << member.status();
    return *member;
  }

  // Before the second registrar has seen the log, the first gives nobody a key.
  void AdmitOnceSomebodyElseSawTheLog(Client& ria, Client& rob) {
    auto invitation = ria.Invite(For("Tom", Role::kTranslator, {}));
    ASSERT_TRUE(invitation.ok()) << invitation.status();
    auto home = Join(scratch_.At("tom"), Passphrase(), AsText(invitation->Expose()), ConnectGrpc);
    ASSERT_TRUE(home.ok()) << home.status();
    auto pending = ria.Pending();
    ASSERT_TRUE(pending.ok()) << pending.status();
    ASSERT_THAT(*pending, SizeIs(1));
    const auto refused = DetailOf(ria.Admit(pending->front(), 365).status());
    ASSERT_TRUE(refused.has_value());
    EXPECT_EQ(refused->reason, "NOT_WITNESSED");
    ASSERT_TRUE(rob.Sync().ok());
    ASSERT_TRUE(ria.Sync().ok());
    const auto admitted = ria.Admit(pending->front(), 365);
    EXPECT_TRUE(admitted.ok()) << admitted.status();
  }

  static Client::InviteOptions For(const std::string& display_name, Role role,
                                   std::vector<Desk> desks) {
    Client::InviteOptions options;
    options.roles = static_cast<std::uint16_t>(role);
    options.desks = std::move(desks);
    options.attributes.display_name = display_name;
    return options;
  }

  // A file over the wire, and back: larger than a message, from a device that keeps nothing.
  void SendAFileAndOpenIt(Client& ria, Client& cleo) {
    Client::InviteOptions submit_only = For("Fay", Role::kFellow, {});
    submit_only.submit_only = true;
    Enrol(ria, "fay", submit_only);
    auto as_fay = ClientOf("fay");
    ASSERT_TRUE(as_fay->Sync().ok());
    auto the_case = as_fay->NewCase(1, {.title = "A family from Todos Santos", .note = ""}, true);
    ASSERT_TRUE(the_case.ok()) << the_case.status();
    std::string photo(3'000'000, 'x');
    for (std::size_t i = 0; i < photo.size(); i += 997) photo[i] = static_cast<char>(i);
    auto files = PlanFiles({scratch_.Write("page 1.jpg", photo)}, {});
    ASSERT_TRUE(files.ok()) << files.status();
    SubmitOptions options;
    options.case_id = *the_case;
    server_.PassSessionTime(1000);  // The server has forgotten every session.
    auto submitted = as_fay->Submit(*files, options, {});
    ASSERT_TRUE(submitted.ok()) << submitted.status();
    const absl::Status cleo_follows = cleo.Sync();
    ASSERT_TRUE(cleo_follows.ok()) << cleo_follows;
    auto opened = cleo.Open(submitted->document, Which::kSource, scratch_.At("out"), {});
    ASSERT_TRUE(opened.ok()) << opened.status();
    ASSERT_THAT(*opened, SizeIs(1));
    EXPECT_EQ(amparo::testing::ReadAll(opened->front().path), photo);
  }

  // Two further devices wait: the second registrar takes one, and the other goes on waiting.
  void EndorseOneOfTwoDevices(Client& ria, Client& rob, const MemberId& member) {
    ASSERT_TRUE(ria.Sync().ok());
    Client::InviteOptions further = For("Cleo", Role::kAuditor, {});
    further.member = member;
    for (const char* name : {"cleo-2", "cleo-3"}) EXPECT_EQ(Enrol(ria, name, further), member);
    ASSERT_TRUE(rob.Sync().ok());
    EXPECT_EQ(rob.Endorse(member).code(), absl::StatusCode::kFailedPrecondition);
    const auto waiting = [&] { return WaitingForEndorsement(rob.replica().directory(), member); };
    ASSERT_THAT(waiting(), SizeIs(2));
    const Certificate second = waiting().front()->certificate;
    const Hash third = waiting().back()->hash;
    EXPECT_EQ(rob.Endorse(member, Hash::Filled(9)).code(), absl::StatusCode::kNotFound);
    const absl::Status endorsed = rob.Endorse(member, HashOf(second));
    ASSERT_TRUE(endorsed.ok()) << endorsed;
    ASSERT_THAT(waiting(), SizeIs(1));
    EXPECT_EQ(waiting().front()->hash, third);
    EXPECT_EQ(ClientOf("cleo-2")->WhoAmI().device_words, DeviceWords(second))
        << "what the person reads aloud is what the registrar is shown";
    EXPECT_NE(ClientOf("cleo-3")->WhoAmI().device_words, DeviceWords(second));
  }

  amparo::testing::ScratchDirectory scratch_;
  amparo::testing::LiveServer server_;
};

TEST_F(LiveTest, AnOrganisationIsFoundedAndPeopleJoinIt) {
  FoundOrganisation();
  auto ria = ClientOf("ria");
  auto rob = ClientOf("rob");
  ASSERT_TRUE(ria->Sync().ok());
  ASSERT_TRUE(ria->StartDirectory({}).ok());

  Hash proof;
  const Policy& policy = ria->replica().directory().policy();
  auto challenge = MakeRecoveryChallenge(FormatRecipient(policy.recovery), &proof);
  ASSERT_TRUE(challenge.ok()) << challenge.status();
  auto answer = AnswerRecoveryChallenge(*challenge, OpenHome("recovery").keys);
  ASSERT_TRUE(answer.ok()) << answer.status();
  auto checked = CheckRecoveryAnswer(*challenge, *answer);
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_EQ(*checked, proof);
  ASSERT_TRUE(ria->ConfirmRecovery(*checked).ok());

  AdmitOnceSomebodyElseSawTheLog(*ria, *rob);
  const MemberId tina = Enrol(*ria, "tina", For("Tina", Role::kTranslator, {}));
  auto as_tina = ClientOf("tina");
  const absl::Status synced = as_tina->Sync();
  ASSERT_TRUE(synced.ok()) << synced;
  EXPECT_EQ(as_tina->WhoAmI().member, tina);
  EXPECT_EQ(as_tina->WhoAmI().name, "Tina") << "a member reads their own attributes";
  EXPECT_EQ(as_tina->replica().head().root, ria->replica().head().root);

  // A privileged role needs a second registrar.
  const MemberId cleo = Enrol(*ria, "cleo", For("Cleo", Role::kCoordinator, {1}));
  auto as_cleo = ClientOf("cleo");
  EXPECT_EQ(as_cleo->Sync().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(ria->Endorse(cleo).code(), absl::StatusCode::kPermissionDenied)
      << "not by the one who certified";
  ASSERT_TRUE(rob->Sync().ok());
  const absl::Status endorsed = rob->Endorse(cleo);
  ASSERT_TRUE(endorsed.ok()) << endorsed;
  const absl::Status cleo_synced = as_cleo->Sync();
  ASSERT_TRUE(cleo_synced.ok()) << cleo_synced;
  std::map<MemberId, std::string> names;
  for (const MemberCard& card : as_cleo->Members()) names[card.member] = card.name;
  EXPECT_EQ(names[tina], "Tina") << "a coordinator holds the directory's identity";
  EXPECT_EQ(names[cleo], "Cleo");

  SendAFileAndOpenIt(*ria, *as_cleo);
  EndorseOneOfTwoDevices(*ria, *rob, cleo);

  // Whoever is revoked learns nothing more.
  ASSERT_TRUE(ria->Sync().ok());
  ASSERT_TRUE(ria->Revoke(tina, std::nullopt).ok());
  EXPECT_EQ(as_tina->Sync().code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(LiveTest, AServerThatIsDownAndOneWithAnotherKeyAreToldApart) {
  amparo::testing::LiveServer other(scratch_.At("other"));
  Endpoint wrong = other.endpoint();
  wrong.certificate_pem = server_.endpoint().certificate_pem;
  const SigningKey key = SigningKey::Generate();
  const SessionKeys keys{.org = {}, .certificate = {}, .authentication = &key};

  auto connection = ConnectGrpc(wrong);
  ASSERT_TRUE(connection.ok()) << connection.status();
  (*connection)->UseSession(keys);
  const absl::Status refused = (*connection)->Sync(Position{0}, 1).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("has another key than the one pinned"));

  const Endpoint gone = other.endpoint();
  other.Stop();
  connection = ConnectGrpc(gone);
  ASSERT_TRUE(connection.ok()) << connection.status();
  (*connection)->UseSession(keys);
  const absl::Status down = (*connection)->Sync(Position{0}, 1).status();
  EXPECT_EQ(down.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(down.message()), HasSubstr("is down or unreachable"));
  EXPECT_THAT(std::string(down.message()), Not(HasSubstr("another key")));
}

TEST_F(LiveTest, AnUnknownCertificateGetsTheOneAnswer) {
  const SigningKey key = SigningKey::Generate();
  auto connection = ConnectGrpc(server_.endpoint());
  ASSERT_TRUE(connection.ok()) << connection.status();
  (*connection)->UseSession({.org = {}, .certificate = {}, .authentication = &key});
  EXPECT_EQ((*connection)->Sync(Position{0}, 1).status().code(),
            absl::StatusCode::kUnauthenticated);
}

TEST(ConnectGrpc, RefusesACertificateThatDoesNotParse) {
  EXPECT_EQ(ConnectGrpc({.address = "127.0.0.1:1", .certificate_pem = "none"}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace amparo::client
