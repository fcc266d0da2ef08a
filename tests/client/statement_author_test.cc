// Publishing: docs/spec/client-checks.md, "Publishing".

#include "client/statement_author.h"

#include <gtest/gtest.h>

#include "tests/client/replica_fixture.h"

namespace amparo::client {
namespace {

using amparo::testing::HashNamed;
using amparo::testing::KeyNamed;
using amparo::testing::Organisation;

class AuthorTest : public ReplicaTest {
 protected:
  AuthorTest() : connection_(log_.Connect()) {
    log_.OpenCase();
    log_.Submit();
    EXPECT_TRUE(Sync().ok());
  }

  StatementAuthor As(const std::string& name) {
    keys_.push_back(std::make_unique<SigningKey>(KeyNamed(name)));
    return StatementAuthor(
        *connection_, replica_,
        {.org = log_.org(),
         .member = Organisation::Member(name),
         .certificate = log_.Certificate(name),
         .signing = keys_.back().get()},
        [this] { return Sync(); }, [this] { return clock_; });
  }
  // Counts what is sent, and lets `first` answer the first time.
  void Answer(std::function<absl::StatusOr<AppendReply>(const AppendRequest&)> first) {
    log_.serving().append = [this,
                             first](const AppendRequest& request) -> absl::StatusOr<AppendReply> {
      sent_.push_back(request.statement);
      return sent_.size() == 1 ? first(request) : log_.Take(request);
    };
  }
  static Draft RevokeDraft(const std::string& name) {
    return {.subject = {},
            .body = {.act = Revoke{.member = Organisation::Member(name), .certificate = {}},
                     .objects = {},
                     .grants = {}},
            .after = {},
            .grants = {},
            .objects = {}};
  }
  Draft AssignDraft() {
    const ObjectId manifest =
        replica_.documents().at(log_.document()).document.sources.back().objects.front().object;
    Draft draft{.subject = log_.document(),
                .body = {.act = Assign{.translator = Organisation::Member("tina"),
                                       .reviewer = Organisation::Member("rita"),
                                       .attorneys = {},
                                       .lease_end = UnixSeconds{(clock_.value / 3600 + 48) * 3600},
                                       .due_week = 0},
                         .objects = {},
                         .grants = {}},
                .after = {},
                .grants = {},
                .objects = {}};
    const FileKey key = FileKey::Random();
    for (const char* name : {"tina", "rita"}) {
      auto granted = GrantTo(draft, replica_.directory(), replica_.now(), manifest, key,
                             Organisation::Member(name),
                             name[0] == 't' ? Purpose::kTranslate : Purpose::kReview);
      EXPECT_TRUE(granted.ok()) << granted.status();
      EXPECT_EQ(*granted, 1u);
    }
    return draft;
  }

  std::unique_ptr<Connection> connection_;
  std::vector<std::unique_ptr<SigningKey>> keys_;
  std::vector<Bytes> sent_;
};

TEST_F(AuthorTest, SaysWhoAndAfterWhichAndUnderWhichHead) {
  const audit::Checkpoint head = replica_.head();
  const Hash before = replica_.documents().at(log_.document()).document.head;
  auto published = As("cleo").Publish(AssignDraft());
  ASSERT_TRUE(published.ok()) << published.status();
  EXPECT_EQ(published->events, std::vector<std::string>{"TranslationAssigned"});
  const DocumentHistory& history = replica_.documents().at(log_.document());
  EXPECT_EQ(history.document.state, workflow::State::kAssigned);
  EXPECT_EQ(history.document.head, published->statement);
  const Statement& said = history.entries.back().statement.statement;
  EXPECT_EQ(said.subject_prev, before);
  EXPECT_EQ(said.seen_tree_size, head.size);
  EXPECT_EQ(said.seen_root, head.root);
  EXPECT_EQ(said.claimed_time, clock_);
}

TEST_F(AuthorTest, NumbersRiseAndEachNamesTheOneBefore) {
  StatementAuthor author = As("ria");
  auto first = author.Publish(RevokeDraft("rita"));
  ASSERT_TRUE(first.ok()) << first.status();
  const std::uint64_t sequence = replica_.OwnSequence(log_.Certificate("ria"));
  auto second = author.Publish(RevokeDraft("tina"));
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_GT(replica_.OwnSequence(log_.Certificate("ria")), sequence);
  EXPECT_EQ(replica_.OwnNewest(log_.Certificate("ria")), second->statement);
}

TEST_F(AuthorTest, RefusesWhatTheRulesRefuseWithoutAskingTheServer) {
  Answer([](const AppendRequest&) { return absl::InternalError("not to be asked"); });
  auto refused = As("tina").Publish(AssignDraft());
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kPermissionDenied);
  ASSERT_TRUE(DetailOf(refused.status()).has_value());
  EXPECT_EQ(DetailOf(refused.status())->reason, "ROLE_REQUIRED");
  EXPECT_TRUE(sent_.empty());
}

TEST_F(AuthorTest, SignsAgainWhenSomebodyWasFasterAndTheOutcomeIsTheSame) {
  Answer([&](const AppendRequest&) {
    log_.Add(log_.Say("rob", Revoke{.member = Organisation::Member("fay"), .certificate = {}}));
    return absl::AbortedError("STALE");
  });
  auto published = As("ria").Publish(RevokeDraft("rita"));
  ASSERT_TRUE(published.ok()) << published.status();
  EXPECT_EQ(sent_.size(), 2u);
  EXPECT_NE(sent_[0], sent_[1]);
  EXPECT_FALSE(replica_.directory().IsMember(Organisation::Member("rita"), replica_.now()));
}

TEST_F(AuthorTest, LeavesItToThePersonWhenTheOutcomeIsAnother) {
  Answer([&](const AppendRequest&) {
    log_.Assign({}, "carl");
    return absl::AbortedError("STALE");
  });
  auto refused = As("cleo").Publish(AssignDraft());
  EXPECT_FALSE(refused.ok());
  EXPECT_EQ(sent_.size(), 1u) << "nothing was signed again";
  EXPECT_EQ(replica_.documents().at(log_.document()).entries.size(), 2u) << "but the news is known";
}

TEST_F(AuthorTest, SendsTheSameBytesWhenTheAnswerIsLost) {
  Answer([&](const AppendRequest& request) -> absl::StatusOr<AppendReply> {
    EXPECT_TRUE(log_.Take(request).ok());
    return absl::UnavailableError("the connection broke");
  });
  const std::uint64_t size = log_.size();
  auto published = As("cleo").Publish(AssignDraft());
  ASSERT_TRUE(published.ok()) << published.status();
  EXPECT_EQ(published->position.value, size);
  EXPECT_EQ(log_.size(), size + 1) << "no second effect";
  ASSERT_EQ(sent_.size(), 2u);
  EXPECT_EQ(sent_[0], sent_[1]);
}

TEST_F(AuthorTest, AnAcknowledgedStatementThatIsNotInTheLogIsAnAlarm) {
  Answer([&](const AppendRequest&) {
    return AppendReply{.position = Position{log_.size()}, .checkpoint = {}};
  });
  EXPECT_EQ(As("cleo").Publish(AssignDraft()).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(AuthorTest, ATakenNumberIsForTheCallerToChange) {
  Answer([&](const AppendRequest&) {
    absl::Status status = absl::AbortedError("taken");
    AttachDetail(status, {.reason = "NUMBER_TAKEN", .head = {}, .next_number = 7});
    return status;
  });
  const auto refused = As("cleo").Publish(AssignDraft());
  ASSERT_TRUE(DetailOf(refused.status()).has_value());
  EXPECT_EQ(DetailOf(refused.status())->next_number, 7u);
  EXPECT_EQ(sent_.size(), 1u);
}

TEST_F(AuthorTest, GivesUpAfterFiveAttempts) {
  log_.serving().append = [this](const AppendRequest& request) -> absl::StatusOr<AppendReply> {
    sent_.push_back(request.statement);
    return absl::AbortedError("STALE");
  };
  EXPECT_EQ(As("cleo").Publish(AssignDraft()).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(sent_.size(), 5u);
}

TEST_F(AuthorTest, GrantsToEveryDeviceThatCanReceiveOnceEach) {
  Draft draft;
  const FileKey key = FileKey::Random();
  const ObjectId object = RandomId<ObjectId>();
  for (int i = 0; i < 2; ++i) {
    auto granted = GrantTo(draft, replica_.directory(), replica_.now(), object, key,
                           Organisation::Member("tina"), Purpose::kTranslate);
    ASSERT_TRUE(granted.ok()) << granted.status();
  }
  EXPECT_EQ(draft.body.grants.size(), 1u);
  auto nobody = GrantTo(draft, replica_.directory(), replica_.now(), object, key,
                        Organisation::Member("nobody"), Purpose::kTranslate);
  ASSERT_TRUE(nobody.ok());
  EXPECT_EQ(*nobody, 0u);
  EXPECT_TRUE(GrantToRecovery(draft, replica_.directory(), object, key).ok());
  EXPECT_EQ(draft.body.grants.back().grantee, RecoveryGrantee());
  EXPECT_EQ(GrantToDirectory(draft, replica_.directory(), object, key).code(),
            absl::StatusCode::kFailedPrecondition)
      << "no epoch yet";
}

TEST(SmallObjects, OpenWithTheirKeyAndAsNothingElse) {
  const SealedSmall sealed = SealSmallObject(ObjectClass::kNote, AsBytes("read page 3 again"));
  auto opened = OpenSmallObject(sealed.ref, sealed.key, sealed.payload);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(AsText(opened->Expose().first(17)), "read page 3 again");
  EXPECT_EQ(opened->size() % 2048, 0u);
  EXPECT_EQ(OpenSmallObject(sealed.ref, FileKey::Random(), sealed.payload).status().code(),
            absl::StatusCode::kDataLoss);
  Bytes bent = sealed.payload;
  bent.back() ^= 1;
  EXPECT_EQ(OpenSmallObject(sealed.ref, sealed.key, bent).status().code(),
            absl::StatusCode::kDataLoss);
  bent.pop_back();
  EXPECT_EQ(OpenSmallObject(sealed.ref, sealed.key, bent).status().code(),
            absl::StatusCode::kDataLoss);
  ObjectRef other = sealed.ref;
  other.object = RandomId<ObjectId>();
  EXPECT_EQ(OpenSmallObject(other, sealed.key, sealed.payload).status().code(),
            absl::StatusCode::kDataLoss)
      << "the commitment is to this object's id";
}

TEST(ErrorDetails, TravelWithAStatus) {
  absl::Status status = absl::AbortedError("x");
  EXPECT_FALSE(DetailOf(status).has_value());
  AttachDetail(status, {.reason = "STALE", .head = HashNamed("head"), .next_number = 3});
  const auto detail = DetailOf(status);
  ASSERT_TRUE(detail.has_value());
  EXPECT_EQ(detail->reason, "STALE");
  EXPECT_EQ(detail->head, HashNamed("head"));
  EXPECT_EQ(detail->next_number, 3u);
}

}  // namespace
}  // namespace amparo::client
