// Texts that somebody sealed wrongly, or that the server bends: they are passed over, and
// everybody goes on working.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "client/drafting.h"
#include "client/subject_objects.h"
#include "client/verbs.h"
#include "crypto/digest.h"
#include "crypto/grant.h"
#include "tests/client_verbs/town.h"

namespace amparo::testing {
namespace {

using client::Which;
using ::testing::IsEmpty;
using ::testing::Not;

Town& TheTown() {
  static auto* const town = new Town();
  return *town;
}

std::string NameOf(client::Client& client, const MemberId& member) {
  for (const client::MemberCard& card : client.Members()) {
    if (card.member == member) return card.name;
  }
  return "nobody";
}

// Something in the directory, so that it is read again.
void MoveTheDirectory(const std::vector<std::pair<MemberId, Attributes>>& who) {
  client::Workplace& ria = TheTown().Ria();
  ASSERT_TRUE(ria.Sync().ok());
  const absl::Status status = client::PublishDirectoryEpoch(ria.enrolment(), who);
  ASSERT_TRUE(status.ok()) << status;
}

TEST(DamagedAttributes, OfAnAuthorKeepTheOldNameAndNobodyFromSynchronising) {
  Town& town = TheTown();
  ASSERT_EQ(NameOf(town.As("cleo"), town.Id("tina")), "Tina");
  client::Workplace& ria = town.Ria();
  ASSERT_TRUE(ria.Sync().ok());
  const client::SealedSmall junk = client::SealSmallObject(
      ObjectClass::kAttributes, AsBytes(absl::string_view("\xff no attributes")));
  client::Draft draft;
  draft.body.act = Describe{town.Id("tina")};
  client::AddObject(draft, junk);
  ASSERT_TRUE(
      client::GrantToDirectory(draft, ria.replica.directory(), junk.ref.object, junk.key).ok());
  const absl::Status published = ria.Publish(draft).status();
  ASSERT_TRUE(published.ok()) << published;

  const absl::Status status = town.Stale("cleo").Sync();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(NameOf(town.Stale("cleo"), town.Id("tina")), "Tina");
  EXPECT_THAT(town.Stale("cleo").Notes(), Not(IsEmpty()));
}

TEST(DamagedAttributes, OfALyingServerKeepNobodyFromSynchronising) {
  Town& town = TheTown();
  for (const int first_bent : {1, 2}) {  // The key of the directory, or the names alone.
    town.As("carl");
    MoveTheDirectory({{town.Id("tom"), {.display_name = "Thomas", .languages = {}}}});
    int calls = 0;
    town.Server("carl").objects = [&](client::ObjectsReply& reply) {
      if (++calls < first_bent) return;
      for (client::ObjectBytes& object : reply.objects) object.payload[3] ^= 1;
    };
    const absl::Status status = town.Stale("carl").Sync();
    town.Server("carl") = {};
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_GE(calls, first_bent);
    EXPECT_THAT(town.Stale("carl").Notes(), Not(IsEmpty()));
    EXPECT_EQ(NameOf(town.Stale("carl"), town.Id("tina")), "Tina");
  }
}

TEST(DamagedNote, IsMarkedAndTheOthersAreRead) {
  Town& town = TheTown();
  const SubjectId case_id = town.OpenCase();
  client::Workplace& mal = town.Mal();
  const auto files = client::PlanFiles({Corpus("ht.txt")}, {});
  ASSERT_TRUE(files.ok());
  ASSERT_TRUE(mal.Sync().ok());
  const client::SubmitOptions options = Town::To(case_id);
  const auto submitted = client::verbs::Submit(mal, *files, options, nullptr);
  ASSERT_TRUE(submitted.ok()) << submitted.status();

  const Note act{.type = NoteType::kQuestion, .in_reply_to = {}};
  const workflow::Document subject = (*mal.FindDocument(submitted->document))->document;
  const workflow::GrantPlan plan = workflow::PlanGrants(subject, mal.context(), mal.self(), act);
  const client::SealedSmall junk =
      client::SealSmallObject(ObjectClass::kNote, AsBytes(absl::string_view("\xff no note")));
  client::Draft draft = client::DraftOn(submitted->document, act);
  client::AddObject(draft, junk);
  ASSERT_TRUE(client::GrantToEach(mal, draft, junk.ref.object, junk.key, plan.note).ok());
  ASSERT_TRUE(
      client::GrantToRecovery(draft, mal.replica.directory(), junk.ref.object, junk.key).ok());
  const absl::Status published = mal.Publish(draft).status();
  ASSERT_TRUE(published.ok()) << published;
  ASSERT_TRUE(client::verbs::Ask(mal, submitted->document, "And this?").ok());

  const auto talk = town.As("cleo").Conversation(submitted->document);
  ASSERT_TRUE(talk.ok()) << talk.status();
  ASSERT_EQ(talk->size(), 2u);
  EXPECT_TRUE(talk->at(0).damaged);
  EXPECT_EQ(talk->at(0).text, "");
  EXPECT_FALSE(talk->at(1).damaged);
  EXPECT_EQ(talk->at(1).text, "And this?");
}

// A grant of any length, to whom it pleases: none is kept that the log does not name.
TEST(GrantsOfALyingServer, AreNotKept) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("ht.txt")});
  town.As("carl");
  town.Server("carl").objects = [](client::ObjectsReply& reply) {
    if (reply.grants.empty()) return;
    client::GrantBytes large = reply.grants.front();
    large.grant.resize(70'000);
    reply.grants.insert(reply.grants.begin(), large);
  };
  const absl::Status status =
      town.Stale("carl").Open(document, Which::kSource, town.Fresh(), nullptr).status();
  town.Server("carl") = {};
  EXPECT_TRUE(status.ok()) << status;
}

// The newest grant holds another key: the one before opens all the same.
TEST(GrantsOfALyingAuthor, DoNotCloseWhatWasOpen) {
  client::Workplace& mal = TheTown().Mal();
  const client::SealedSmall note =
      client::SealSmallObject(ObjectClass::kNote, AsBytes(absl::string_view("anything")));
  std::vector<client::HistoryEntry> entries(2);
  client::KeptObject kept{.payload = note.payload, .grants = {}};
  entries[0].body.objects = {note.ref};
  const FileKey other = FileKey::Random();
  for (const FileKey* key : {&note.key, &other}) {
    auto grant = MakeGrant(*key, mal.keys.identity->recipient());
    ASSERT_TRUE(grant.ok());
    const std::size_t at = kept.grants.size();
    entries[at].body.grants = {{.object = note.ref.object,
                                .grantee = mal.self(),
                                .grantee_certificate = mal.membership.certificate,
                                .purpose = Purpose::kConverse,
                                .type = RecipientType::kX25519,
                                .length = static_cast<std::uint16_t>(grant->size()),
                                .sha256 = Sha256(*grant)}};
    kept.grants.push_back(*grant);
  }
  mal.objects[note.ref.object] = kept;
  const client::SubjectChain chain{
      .type = SubjectType::kDocument, .id = SubjectId::Filled(1), .entries = &entries};
  const auto key = client::OpenKey(mal, chain, note.ref.object);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_TRUE(key->EqualTo(note.key));
}

// What is known of a document that went elsewhere is old: nobody acts on it.
TEST(ADocumentThatIsNoLongerTheirs, IsNotActedOn) {
  Town& town = TheTown();
  const SubjectId document = town.Submit(town.OpenCase(), {Corpus("ht.txt")});
  town.Assign(document, "tina", "rita");
  town.As("tina");
  ASSERT_TRUE(town.As("cleo").Unassign(document).ok());
  town.Assign(document, "tom", "rita");
  client::Client& tina = town.As("tina");  // An honest server's NOT_FOUND is no alarm.
  ASSERT_FALSE(tina.replica().documents().at(document).visible);
  EXPECT_TRUE(absl::IsNotFound(tina.Ask(document, "Is it mine?")));
  EXPECT_TRUE(absl::IsNotFound(tina.Document(document).status()));
}

TEST(ATitle, OfSeveralLinesIsRefusedBeforeAnythingIsSent) {
  Town& town = TheTown();
  const SubjectId case_id = town.OpenCase();
  const auto files = client::PlanFiles({Corpus("ht.txt")}, {});
  ASSERT_TRUE(files.ok());
  client::SubmitOptions options = Town::To(case_id);
  options.title = "Birth certificate\n  2. Another";
  EXPECT_TRUE(absl::IsInvalidArgument(town.As("fay").Submit(*files, options, nullptr).status()));
  options.title.clear();
  options.variety = "Mam\nI certify";
  EXPECT_TRUE(absl::IsInvalidArgument(town.As("fay").Submit(*files, options, nullptr).status()));
  const CaseCard card{.title = "One\nTwo", .note = ""};
  EXPECT_TRUE(absl::IsInvalidArgument(town.As("cleo").NewCase(1, card, true).status()));
}

}  // namespace
}  // namespace amparo::testing
