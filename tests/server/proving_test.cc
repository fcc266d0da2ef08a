// Heads, proofs and lone statements: each test is a sentence of docs/spec/engine.md, "Proofs",
// or of docs/spec/requests.md, "Light".

#include "server/proving.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "audit/log_entry.h"
#include "audit/merkle.h"
#include "audit/proof.h"
#include "server/light.h"
#include "tests/server/scene.h"

namespace amparo::server::testing {
namespace {

using ::testing::IsEmpty;

Caller As(Scene& scene, const std::string& name) {
  return {.org = scene.organization().id(),
          .member = Organisation::Member(name),
          .certificate = People::HashOfCertificate(name)};
}

std::vector<Hash> LeafHashes(Scene& scene) {
  std::vector<Hash> hashes;
  const auto entries = scene.storage().ledger->Read(Position{0}, 10'000);
  for (const Bytes& bytes : *entries) {
    hashes.push_back(audit::LeafHash(audit::DecodeEntry(bytes)->leaf));
  }
  return hashes;
}

audit::Checkpoint HeadOver(const std::vector<Hash>& leaves, std::size_t size) {
  return {.size = TreeSize{size},
          .root = audit::RootOf(std::vector<Hash>(leaves.begin(), leaves.begin() + size))};
}

// A log of a few dozen entries with a document under work, and time that passes.
class ProvingTest : public ::testing::Test {
 protected:
  ProvingTest() {
    EXPECT_TRUE(scene_.Answer(scene_.SubmitBy("fay", "letter", 1)).ok());
    scene_.Pass(100);
    EXPECT_TRUE(scene_.Answer(scene_.AssignBy("cleo", "tina", "letter")).ok());
    scene_.Pass(100);
    scene_.Must("tina", Accept{}, scene_.AboutDocument("letter"));
    EXPECT_TRUE(scene_.Answer(scene_.SubmitBy("fay", "second", 2)).ok());
  }
  Organization& organization() { return scene_.organization(); }
  TreeSize size() { return organization().snapshot()->size(); }
  std::vector<ChainStatement> All(const std::string& name, LightWhich which) {
    std::vector<ChainStatement> all;
    Position from;
    while (from.value < size().value) {
      auto answer = ReadLight(organization(), As(scene_, name), which, from, size());
      EXPECT_TRUE(answer.ok()) << answer.status();
      for (ChainStatement& one : answer->statements) all.push_back(std::move(one));
      EXPECT_GT(answer->next, from);
      from = answer->next;
    }
    return all;
  }

  Scene scene_;
};

// From the leaves alone, by the definition of RFC 6962: what the server gives from its rows has
// to agree with that, for every pair of sizes and every leaf.
TEST_F(ProvingTest, GivesProofsThatAgreeWithARecomputationFromAllLeaves) {
  const std::vector<Hash> leaves = LeafHashes(scene_);
  ASSERT_EQ(leaves.size(), size().value);
  const audit::Checkpoint newest = HeadOver(leaves, leaves.size());
  for (std::size_t old_size = 0; old_size <= leaves.size(); ++old_size) {
    const auto head = ProveHead(organization(), TreeSize{old_size});
    ASSERT_TRUE(head.ok()) << head.status();
    const audit::Checkpoint old = HeadOver(leaves, old_size);
    EXPECT_EQ(head->old_root, old.root) << old_size;
    EXPECT_TRUE(audit::VerifyConsistency(old, newest, head->consistency).ok()) << old_size;
    std::vector<Position> positions;
    for (std::size_t i = 0; i < old_size; ++i) positions.push_back(Position{i});
    const auto paths = ProvePositions(organization(), TreeSize{old_size}, positions);
    ASSERT_TRUE(paths.ok()) << paths.status();
    ASSERT_EQ(paths->size(), positions.size());
    for (std::size_t i = 0; i < old_size; ++i) {
      EXPECT_TRUE(audit::VerifyInclusion(leaves[i], Position{i}, old, (*paths)[i]).ok()) << i;
    }
  }
}

TEST_F(ProvingTest, GivesNoRootOfASizeThatTheLogHasNotReached) {
  const auto head = ProveHead(organization(), TreeSize{size().value + 1});
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_EQ(head->checkpoint, organization().snapshot()->checkpoint);
  EXPECT_EQ(head->old_root, std::nullopt);
  EXPECT_THAT(head->consistency, IsEmpty());
}

TEST_F(ProvingTest, RefusesProofsOfWhatTheLogDoesNotHave) {
  const std::vector<Position> first = {Position{0}};
  EXPECT_EQ(ReasonOf(ProvePositions(organization(), size(), first)), "OK");
  EXPECT_EQ(ReasonOf(ProvePositions(organization(), TreeSize{size().value + 1}, first)),
            "SIZE_UNKNOWN");
  EXPECT_EQ(ReasonOf(ProvePositions(organization(), TreeSize{}, first)), "MALFORMED");
  const std::vector<Position> end = {Position{size().value}};
  EXPECT_EQ(ReasonOf(ProvePositions(organization(), size(), end)), "MALFORMED");
  std::vector<Position> many(kPositionsProvedMax, Position{1});
  EXPECT_EQ(ReasonOf(ProvePositions(organization(), size(), many)), "OK");
  many.push_back(Position{1});
  EXPECT_EQ(ReasonOf(ProvePositions(organization(), size(), many)), "TOO_LARGE");
}

TEST_F(ProvingTest, SignsAnEarlierHeadAgainAsItWas) {
  const std::string before = organization().snapshot()->checkpoint;
  const TreeSize then = size();
  ASSERT_TRUE(scene_.Answer(scene_.SubmitBy("fay", "third", 3)).ok());
  EXPECT_EQ(*organization().SignedCheckpoint(then), before);
  EXPECT_EQ(*organization().SignedCheckpoint(size()), organization().snapshot()->checkpoint);
  EXPECT_EQ(ReasonOf(organization().SignedCheckpoint(TreeSize{size().value + 1})), "SIZE_UNKNOWN");
  EXPECT_EQ(ReasonOf(organization().SignedCheckpoint(TreeSize{})), "SIZE_UNKNOWN");
}

// Two notes of one size are proof against the server for ever: a damaged view makes none.
TEST_F(ProvingTest, SignsNoEarlierHeadThatTheNewestDoesNotContinue) {
  RowWriter writer;
  const std::vector<Hash> completed(1, HashNamed("a leaf"));
  writer.PutTree(TreeSize{3}, HashNamed("another root"), completed);
  ASSERT_TRUE(scene_.storage().view->Apply(writer.batch(), size()).ok());
  EXPECT_EQ(organization().SignedCheckpoint(TreeSize{3}).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_TRUE(organization().SignedCheckpoint(TreeSize{4}).ok());
}

TEST_F(ProvingTest, GivesEveryTurnOfTheDirectoryToALightClientAndNothingElse) {
  const auto given = All("tina", LightWhich::kDirectory);
  const auto synced = Sync(organization(), As(scene_, "tina"), Position{0}, 1000);
  std::vector<Bytes> expected;
  directory::Directory directory;
  for (const SyncedEntry& entry : synced->entries) {
    if (entry.leaf[0] != 1) continue;
    const auto statement = DecodeSigned(entry.statement);
    if (statement->statement.kind == static_cast<std::uint16_t>(Kind::kTick)) continue;
    expected.push_back(entry.statement);
  }
  std::vector<Bytes> bytes;
  for (const ChainStatement& one : given) {
    bytes.push_back(one.statement);
    EXPECT_EQ(synced->entries[one.position.value].statement, one.statement);
  }
  EXPECT_EQ(bytes, expected);
  EXPECT_GT(bytes.size(), 20u);
}

// What is visible is what Sync gives, and each has the time it was said at before it.
TEST_F(ProvingTest, GivesALightClientWhatSyncGivesAndTheTickBeforeEach) {
  for (const char* name : {"tina", "fay", "cleo", "dora", "tom"}) {
    const auto synced = Sync(organization(), As(scene_, name), Position{0}, 1000);
    std::vector<std::uint64_t> expected;
    std::optional<std::uint64_t> tick;
    std::optional<std::uint64_t> given_tick;
    for (std::size_t i = 0; i < synced->entries.size(); ++i) {
      const SyncedEntry& entry = synced->entries[i];
      if (entry.statement.empty()) continue;
      if (entry.leaf[0] == 1) {
        const auto statement = DecodeSigned(entry.statement);
        if (statement->statement.kind == static_cast<std::uint16_t>(Kind::kTick)) tick = i;
        continue;
      }
      if (tick != given_tick) expected.push_back(*tick);
      given_tick = tick;
      expected.push_back(i);
    }
    std::vector<std::uint64_t> given;
    for (const ChainStatement& one : All(name, LightWhich::kVisible)) {
      given.push_back(one.position.value);
      EXPECT_EQ(one.statement, synced->entries[one.position.value].statement);
    }
    EXPECT_EQ(given, expected) << name;
  }
}

// A client that asks on from `next` was never given the tick that stands before it, when nothing
// of its own followed that tick until now.
TEST_F(ProvingTest, GivesTheTickBeforeTheFirstStatementOfAnAnswerWhereverItStands) {
  const Position from{size().value - 1};
  const auto answer =
      ReadLight(organization(), As(scene_, "fay"), LightWhich::kVisible, from, size());
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->statements.size(), 2u);
  const auto tick = DecodeSigned(answer->statements[0].statement);
  EXPECT_EQ(tick->statement.kind, static_cast<std::uint16_t>(Kind::kTick));
  EXPECT_LT(answer->statements[0].position, from);
  EXPECT_EQ(answer->statements[1].position, from);
  EXPECT_EQ(answer->next, Position{size().value});
}

TEST_F(ProvingTest, GivesTheNewestTickBelowASize) {
  std::vector<std::uint64_t> ticks;
  const auto synced = Sync(organization(), As(scene_, "tina"), Position{0}, 1000);
  for (std::uint64_t s = 1; s <= size().value; ++s) {
    const SyncedEntry& entry = synced->entries[s - 1];
    if (entry.leaf[0] == 1 &&
        DecodeSigned(entry.statement)->statement.kind == static_cast<std::uint16_t>(Kind::kTick)) {
      ticks.push_back(s - 1);
    }
    const auto answer =
        ReadLight(organization(), As(scene_, "tina"), LightWhich::kTick, Position{99}, TreeSize{s});
    ASSERT_TRUE(answer.ok()) << answer.status();
    ASSERT_EQ(answer->statements.empty(), ticks.empty()) << s;
    if (!ticks.empty()) {
      EXPECT_EQ(answer->statements[0].position.value, ticks.back()) << s;
    }
    EXPECT_EQ(answer->next.value, s);
  }
  EXPECT_GE(ticks.size(), 3u);
}

TEST_F(ProvingTest, RefusesToReadBeyondTheLogAndEndsAtItsEnd) {
  const Caller tina = As(scene_, "tina");
  for (const LightWhich which : {LightWhich::kDirectory, LightWhich::kVisible, LightWhich::kTick}) {
    EXPECT_EQ(
        ReasonOf(ReadLight(organization(), tina, which, Position{}, TreeSize{size().value + 1})),
        "SIZE_UNKNOWN");
    const auto nothing = ReadLight(organization(), tina, which, Position{}, TreeSize{});
    ASSERT_TRUE(nothing.ok()) << nothing.status();
    EXPECT_THAT(nothing->statements, IsEmpty());
  }
}

// More than one answer holds: 256 KiB, and many rows of one list.
TEST_F(ProvingTest, PagesThroughWhatOneAnswerDoesNotHold) {
  for (int i = 0; i < 500; ++i) {
    if (i % 30 == 0) scene_.Pass(61);
    const MadeObject note = ObjectNamed(absl::StrCat("note ", i), ObjectClass::kNote);
    std::vector<MadeGrant> grants;
    for (const char* reader : {"cleo", "carl", "fay"}) {
      grants.push_back(GrantNamed(note.ref.object, People::CertificateOf(reader)));
    }
    const auto appended = scene_.Answer(
        scene_.Compose("cleo", NoteCase{.type = NoteType::kComment, .in_reply_to = {}},
                       scene_.AboutCase(), {note}, grants));
    ASSERT_TRUE(appended.ok()) << ReasonOf(appended);
  }
  const auto synced = Sync(organization(), As(scene_, "cleo"), Position{0}, 1000);
  std::vector<std::uint64_t> class_0;
  for (std::size_t i = 0; i < synced->entries.size(); ++i) {
    if (synced->entries[i].leaf[0] == 0 && !synced->entries[i].statement.empty()) {
      class_0.push_back(i);
    }
  }
  std::vector<std::uint64_t> given;
  std::optional<Position> tick;
  for (const ChainStatement& one : All("cleo", LightWhich::kVisible)) {
    const auto statement = DecodeSigned(one.statement);
    if (statement->statement.kind == static_cast<std::uint16_t>(Kind::kTick)) {
      tick = one.position;
      continue;
    }
    given.push_back(one.position.value);
    EXPECT_EQ(tick, *organization().rows().NewestTick(one.position));
  }
  EXPECT_EQ(given, class_0);
  const auto first =
      ReadLight(organization(), As(scene_, "cleo"), LightWhich::kVisible, Position{}, size());
  EXPECT_LT(first->next, Position{size().value});
  EXPECT_LE(PackStatements(first->statements).length, kLightBytesMax);
}

TEST_F(ProvingTest, MovesTheEndDownToWhereACutListIsComplete) {
  const auto snapshot = organization().snapshot();
  const Position end{size().value};
  const auto all = FindVisible(organization(), As(scene_, "cleo"), *snapshot, Position{}, end, 999);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->end, end);
  ASSERT_GT(all->positions.size(), 2u);
  std::set<Position> collected;
  Position from;
  while (from < end) {
    const auto some = FindVisible(organization(), As(scene_, "cleo"), *snapshot, from, end, 1);
    ASSERT_TRUE(some.ok());
    ASSERT_GT(some->end, from);
    EXPECT_LE(some->positions.size(), 2u);
    collected.insert(some->positions.begin(), some->positions.end());
    from = some->end;
  }
  EXPECT_EQ(collected, all->positions);
}

}  // namespace
}  // namespace amparo::server::testing
