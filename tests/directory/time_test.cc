// Time and the past: every question is answered as it was at its position.
// Spec: docs/spec/directory.md, "Time".

#include <gtest/gtest.h>

#include "tests/support/organisation.h"

namespace amparo::directory {
namespace {

using testing::Organisation;

constexpr auto kTranslator = static_cast<std::uint16_t>(Role::kTranslator);

TEST(Time, IsTheNewestTickBeforeAPosition) {
  Organisation org;
  const Moment before = org.Here();
  org.Wait(5);
  EXPECT_EQ(org.Here().now.value, before.now.value + 5 * 3600);
  EXPECT_EQ(org.directory().MomentAt(before.position).now, before.now);
  EXPECT_EQ(org.directory().MomentAt(Position{0}).now, UnixSeconds{0});
}

TEST(Time, EndsACertificateAtItsExpiry) {
  Organisation org;
  org.Enrol("tina", kTranslator);
  const MemberId tina = Organisation::Member("tina");
  const UnixSeconds expiry = org.device("tina").certificate.expiry;
  const Position here = org.Here().position;
  const Directory& directory = org.directory();
  EXPECT_TRUE(directory.IsMember(tina, {here, UnixSeconds{expiry.value - 1}}));
  EXPECT_FALSE(directory.IsMember(tina, {here, expiry}));
}

TEST(ThePast, KnowsWhoWasAMemberThen) {
  Organisation org;
  const MemberId tina = Organisation::Member("tina");
  const Moment unknown = org.Here();
  org.Enrol("tina", kTranslator);
  const Moment enrolled = org.Here();
  org.Revoke("tina");
  const Directory& directory = org.directory();
  EXPECT_FALSE(directory.IsMember(tina, unknown));
  EXPECT_TRUE(directory.IsMember(tina, enrolled));
  EXPECT_FALSE(directory.IsMember(tina, org.Here()));
}

// A replay of an old position must not know of certificates that came later.
TEST(ThePast, KnowsNoCertificateThatCameLater) {
  Organisation org;
  const Moment before = org.Here();
  org.Enrol("tina", kTranslator);
  Statement statement = org.Draft("tina", Note{});
  statement.subject = SubjectId::Filled(1);
  const SignedStatement note = SignStatement(statement, testing::KeyNamed("tina"));
  EXPECT_EQ(org.directory().CheckAuthor(note, before), Refusal::kUnknownCertificate);
  EXPECT_EQ(org.directory().CheckAuthor(note, org.Here()), std::nullopt);
}

// The statement at the very position of the revocation is the revocation: what comes after it
// is too late, what came before stays good.
TEST(ThePast, DrawsTheLineAtTheRevocationsPosition) {
  Organisation org;
  org.Enrol("tina", kTranslator);
  const MemberId tina = Organisation::Member("tina");
  const Position revocation = org.Here().position;
  org.Revoke("tina");
  const Directory& directory = org.directory();
  EXPECT_TRUE(directory.IsMember(tina, directory.MomentAt(revocation)));
  EXPECT_FALSE(directory.IsMember(tina, directory.MomentAt(Position{revocation.value + 1})));
}

TEST(ThePast, KnowsWhichPolicyHeld) {
  Organisation org;
  const Moment before = org.Here();
  org.MustApply(org.SayByRoots({"root-1", "root-2"}, org.NextPolicy()));
  EXPECT_EQ(org.directory().PolicyAt(before)->version, 1u);
  EXPECT_EQ(org.directory().PolicyAt(org.Here())->version, 2u);
  EXPECT_EQ(org.directory().PolicyAt({Position{0}, UnixSeconds{0}}), nullptr);
}

// Two replays of one log are equal, whatever was asked in between.
TEST(Replay, ComesToTheSameDirectoryTwice) {
  Organisation org;
  std::vector<SignedStatement> log;
  const auto say = [&](SignedStatement statement) {
    ASSERT_EQ(org.Apply(statement), std::nullopt);
    log.push_back(std::move(statement));
  };
  Directory first = org.directory();
  Directory second = first;
  const Position start = org.Here().position;
  say(org.SayByLog(Tick{.now = org.In(1), .directory_head = org.directory().head()}));
  say(org.Say("ria", RecoveryTested{.proof = testing::HashNamed("x")}));
  say(org.Say("rob", Revoke{.member = Organisation::Member("ria"), .certificate = {}}));
  for (Directory* replay : {&first, &second}) {
    for (std::size_t i = 0; i < log.size(); ++i) {
      const Position position{start.value + i};
      if (replay == &second) {
        EXPECT_EQ(second.Check(log[i], position), std::nullopt);
      }
      EXPECT_EQ(replay->Apply(log[i], position), std::nullopt);
    }
  }
  EXPECT_EQ(first.head(), second.head());
  EXPECT_EQ(first.tick_head(), second.tick_head());
  EXPECT_EQ(first.Members(), second.Members());
  EXPECT_EQ(first.newest_tick(), second.newest_tick());
}

}  // namespace
}  // namespace amparo::directory
