// The roots' word that a log goes on: drafted, signed by enough of them, and nothing else.

#include "client/epoch_draft.h"

#include <gtest/gtest.h>

#include "client/org_card.h"
#include "client/text_file.h"
#include "tests/support/organisation.h"

namespace amparo::client {
namespace {

using amparo::testing::KeyNamed;

std::string DraftText(const Act& act, Kind kind) {
  Statement statement;
  statement.kind = static_cast<std::uint16_t>(kind);
  statement.org = OrgId::Filled(3);
  statement.actor = RootActor();
  statement.subject_type = static_cast<std::uint8_t>(SubjectType::kLog);
  statement.body = EncodeBody({.act = act, .objects = {}, .grants = {}});
  return FormatTextFile(kLogEpochDraftHeader, EncodeStatement(statement));
}
std::string EpochText(std::uint64_t size) {
  return DraftText(LogEpoch{.epoch = 1, .size = {size}, .root = Hash::Filled(5)}, Kind::kLogEpoch);
}

LogEpochDraft Draft(std::uint64_t size = 7) {
  const auto draft = ParseLogEpochDraft(EpochText(size));
  EXPECT_TRUE(draft.ok()) << draft.status();
  return *draft;
}
Policy ThreeRoots() {
  Policy policy;
  for (const char* root : {"r1", "r2", "r3"}) policy.roots.push_back(KeyNamed(root).verify_key());
  policy.threshold = 2;
  return policy;
}
std::string SignedBy(const std::string& name, const LogEpochDraft& draft) {
  KeyBundle keys;
  keys.signing = KeyNamed(name);
  const auto text = SignLogEpoch(draft, keys);
  EXPECT_TRUE(text.ok()) << text.status();
  return *text;
}
absl::Status Assembled(const std::vector<std::string>& signatures) {
  return AssembleLogEpoch(Draft(), ThreeRoots(), signatures).status();
}

TEST(LogEpochDraft, IsSignedByTheThreshold) {
  const LogEpochDraft draft = Draft();
  EXPECT_EQ(draft.epoch.size.value, 7u);
  const auto epoch =
      AssembleLogEpoch(draft, ThreeRoots(), {SignedBy("r3", draft), SignedBy("r1", draft)});
  ASSERT_TRUE(epoch.ok()) << epoch.status();
  EXPECT_TRUE(SignaturesVerify(*epoch));
  EXPECT_EQ(epoch->signatures.size(), 2u);
}

TEST(LogEpochDraft, TooFewOrWrongSignaturesMakeNone) {
  const LogEpochDraft draft = Draft();
  const std::string one = SignedBy("r1", draft);
  EXPECT_TRUE(absl::IsInvalidArgument(Assembled({one}))) << "too few";
  EXPECT_TRUE(absl::IsInvalidArgument(Assembled({one, one}))) << "twice the same";
  EXPECT_TRUE(absl::IsInvalidArgument(Assembled({one, SignedBy("mal", draft)}))) << "no root";
  EXPECT_TRUE(absl::IsInvalidArgument(Assembled({one, SignedBy("r2", Draft(8))})))
      << "of another draft";
  EXPECT_TRUE(absl::IsInvalidArgument(Assembled({one, "nonsense"})));
}

TEST(LogEpochDraft, IsNothingElse) {
  EXPECT_TRUE(absl::IsInvalidArgument(ParseLogEpochDraft("nonsense").status()));
  const std::string tick =
      DraftText(Tick{.now = {1}, .directory_head = Hash::Filled(1)}, Kind::kTick);
  EXPECT_TRUE(absl::IsInvalidArgument(ParseLogEpochDraft(tick).status()));
}

TEST(OrgCard, ReadsBackWhatItSays) {
  const OrgCardFields card{.server = {.address = "127.0.0.1:7443", .certificate_pem = "PEM"},
                           .org = OrgId::Filled(1),
                           .log_key = KeyNamed("log").verify_key(),
                           .head = {.size = {4}, .root = Hash::Filled(2)},
                           .note = "a note",
                           .policies = {Bytes{1, 2, 3}, Bytes{4}}};
  const auto again = ParseOrgCard(FormatOrgCard(card));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->server.address, card.server.address);
  EXPECT_EQ(again->org, card.org);
  EXPECT_EQ(again->head, card.head);
  EXPECT_EQ(again->note, card.note);
  EXPECT_EQ(again->policies, card.policies);
  EXPECT_TRUE(absl::IsInvalidArgument(ParseOrgCard("nonsense").status()));
}

}  // namespace
}  // namespace amparo::client
