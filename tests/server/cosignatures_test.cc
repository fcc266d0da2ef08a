// Cosignatures and witnesses: each test is a sentence of docs/spec/engine.md, "Cosignatures" and
// "Witnesses".

#include "server/cosignatures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "audit/cosignature.h"
#include "tests/server/scene.h"

namespace amparo::server::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CosignaturesTest : public ::testing::Test {
 protected:
  CosignaturesTest() : store_(storage::OpenMemoryStore()), scene_(store_.get()) { Reopen(); }

  // As after a restart: what is not in the store is gone.
  void Reopen() {
    kept_ =
        std::make_unique<Cosignatures>(store_.get(), [this](const OrgId&) { return witnesses_; });
  }
  Organization& organization() { return scene_.organization(); }
  TreeSize size() { return organization().snapshot()->size(); }
  Caller As(const std::string& name) {
    return {.org = organization().id(),
            .member = Organisation::Member(name),
            .certificate = People::HashOfCertificate(name)};
  }
  static audit::Witness WitnessNamed(const std::string& name) {
    return {.name = absl::StrCat("witness.example/", name), .key = KeyNamed(name).verify_key()};
  }
  Caller AsWitness(const std::string& name) {
    return {.org = organization().id(),
            .member = {},
            .certificate = Hash{KeyNamed(name).verify_key().bytes},
            .is_witness = true};
  }
  static audit::Witness CosignerNamed(const std::string& name) {
    return {.name = audit::CosignerNameOf(People::HashOfCertificate(name)),
            .key = KeyNamed(name).verify_key()};
  }
  // The line of `name` over the checkpoint of `at`, `ahead` seconds after now.
  std::string Line(const std::string& name, TreeSize at, std::uint64_t ahead = 0) {
    return *audit::Cosign(CosignerNamed(name).name, KeyNamed(name),
                          UnixSeconds{scene_.now() + ahead}, *organization().SignedCheckpoint(at));
  }
  std::string Leave(const std::string& name, TreeSize at, std::uint64_t ahead = 0) {
    return ReasonOf(kept_->Leave(organization(), As(name), at, Line(name, at, ahead)));
  }
  void Grow() { scene_.Must("ria", RecoveryTested{.proof = HashNamed(absl::StrCat(++grown_))}); }
  std::string Attached(TreeSize at) {
    auto note = kept_->Attach(organization(), at, *organization().SignedCheckpoint(at));
    EXPECT_TRUE(note.ok()) << note.status();
    return note.ok() ? *note : "";
  }
  // Which of these cosigned the note, in the note's order.
  static std::vector<std::string> CosignersOn(const std::string& note) {
    auto names = audit::SignerNames(note);
    EXPECT_TRUE(names.ok()) << names.status();
    return std::vector<std::string>(names->begin() + 1, names->end());
  }
  static std::string NameOf(const std::string& name) { return CosignerNamed(name).name; }

  std::unique_ptr<storage::Store> store_;
  Scene scene_;
  std::vector<audit::Witness> witnesses_;
  std::unique_ptr<Cosignatures> kept_;
  int grown_ = 0;
};

TEST_F(CosignaturesTest, AreAttachedToTheCheckpointOfTheirSizeAndToNoOther) {
  const TreeSize then = size();
  ASSERT_EQ(Leave("tina", then), "OK");
  EXPECT_THAT(CosignersOn(Attached(then)), ElementsAre(NameOf("tina")));
  const std::vector<audit::Witness> tina = {CosignerNamed("tina")};
  const auto cosigned = audit::VerifyCosignatures(Attached(then), tina);
  ASSERT_TRUE(cosigned.ok()) << cosigned.status();
  EXPECT_EQ(cosigned->front().time.value, scene_.now());
  Grow();
  EXPECT_THAT(CosignersOn(Attached(size())), IsEmpty());
  EXPECT_THAT(CosignersOn(Attached(then)), ElementsAre(NameOf("tina")));
}

TEST_F(CosignaturesTest, AreStillThereAfterARestart) {
  ASSERT_EQ(Leave("tina", size()), "OK");
  Reopen();
  EXPECT_THAT(CosignersOn(Attached(size())), ElementsAre(NameOf("tina")));
}

TEST_F(CosignaturesTest, AreKeptOfEachCosignerOverTheLargestSizeAlone) {
  const TreeSize then = size();
  Grow();
  ASSERT_EQ(Leave("tina", size(), 5), "OK");
  // An older one, and an earlier one of the same size, change nothing and are no error.
  EXPECT_EQ(Leave("tina", then, 9), "OK");
  EXPECT_EQ(Leave("tina", size(), 4), "OK");
  EXPECT_THAT(CosignersOn(Attached(then)), IsEmpty());
  const std::vector<audit::Witness> tina = {CosignerNamed("tina")};
  EXPECT_EQ(audit::VerifyCosignatures(Attached(size()), tina)->front().time.value,
            scene_.now() + 5);
}

// Each is a synced write beside the log's: a flood of them must not be.
TEST_F(CosignaturesTest, AreReplacedOverOneSizeOnceAMinute) {
  const std::vector<audit::Witness> tina = {CosignerNamed("tina")};
  const auto time = [&] {
    return audit::VerifyCosignatures(Attached(size()), tina)->front().time.value;
  };
  const std::uint64_t first = scene_.now();
  ASSERT_EQ(Leave("tina", size()), "OK");
  scene_.Pass(59);
  EXPECT_EQ(Leave("tina", size()), "OK");
  EXPECT_EQ(time(), first);
  scene_.Pass(1);
  EXPECT_EQ(Leave("tina", size()), "OK");
  EXPECT_EQ(time(), first + 60);
  Grow();
  EXPECT_EQ(Leave("tina", size()), "OK") << "a longer log is news at any time";
  EXPECT_EQ(time(), first + 60);
}

TEST_F(CosignaturesTest, AreTakenFromNobodyButTheCosigner) {
  const std::string line = Line("tina", size());
  EXPECT_EQ(ReasonOf(kept_->Leave(organization(), As("tom"), size(), line)), "BAD_SIGNATURE");
  EXPECT_EQ(ReasonOf(kept_->Leave(organization(), AsWitness("tina"), size(), line)),
            "BAD_SIGNATURE");
  // tom's key under tina's name, and tina's under another name.
  const std::string note = *organization().SignedCheckpoint(size());
  const UnixSeconds now{scene_.now()};
  for (const auto& [name, key] :
       {std::pair{NameOf("tina"), "tom"}, std::pair{NameOf("tom"), "tina"}}) {
    const std::string other = *audit::Cosign(name, KeyNamed(key), now, note);
    EXPECT_EQ(ReasonOf(kept_->Leave(organization(), As("tina"), size(), other)), "BAD_SIGNATURE");
  }
  EXPECT_THAT(CosignersOn(Attached(size())), IsEmpty());
}

TEST_F(CosignaturesTest, AreRefusedOverAnotherHead) {
  const TreeSize then = size();
  const std::string line = Line("tina", then);
  Grow();
  EXPECT_EQ(ReasonOf(kept_->Leave(organization(), As("tina"), size(), line)), "BAD_SIGNATURE");
  const std::string forked = audit::SignCheckpoint(
      organization().id(), {.size = then, .root = HashNamed("a fork")}, KeyNamed("log"));
  const std::string over_fork =
      *audit::Cosign(NameOf("tina"), KeyNamed("tina"), UnixSeconds{scene_.now()}, forked);
  EXPECT_EQ(ReasonOf(kept_->Leave(organization(), As("tina"), then, over_fork)), "BAD_SIGNATURE");
  EXPECT_EQ(ReasonOf(kept_->Leave(organization(), As("tina"), TreeSize{size().value + 1}, line)),
            "SIZE_UNKNOWN");
  EXPECT_EQ(ReasonOf(kept_->Leave(organization(), As("tina"), TreeSize{}, line)), "SIZE_UNKNOWN");
}

TEST_F(CosignaturesTest, AreRefusedWhenTheirTimeIsOverTenMinutesAhead) {
  EXPECT_EQ(Leave("tina", size(), kCosignatureAhead_s + 1), "TIME_AHEAD");
  EXPECT_EQ(Leave("tina", size(), kCosignatureAhead_s), "OK");
}

TEST_F(CosignaturesTest, AreOneLine) {
  const std::string line = Line("tina", size());
  const std::string without_end = line.substr(0, line.size() - 1);
  for (const std::string& bad : {std::string(), std::string("\n"), without_end, line + line,
                                 "x" + line, line + "x", line.substr(0, line.size() / 2) + "\n"}) {
    const std::string reason = ReasonOf(kept_->Leave(organization(), As("tina"), size(), bad));
    EXPECT_TRUE(reason == "MALFORMED" || reason == "BAD_SIGNATURE") << bad << reason;
  }
  EXPECT_EQ(ReasonOf(kept_->Leave(organization(), As("tina"), size(), std::string(513, 'x'))),
            "TOO_LARGE");
  EXPECT_THAT(CosignersOn(Attached(size())), IsEmpty());
}

// Whose key may be somebody else's by now says nothing about the log.
TEST_F(CosignaturesTest, OfARevokedCertificateAreNotGivenAnyMore) {
  const TreeSize then = size();
  ASSERT_EQ(Leave("tina", then), "OK");
  ASSERT_EQ(Leave("tom", then, 1), "OK");
  scene_.Must("ria", Revoke{.member = Organisation::Member("tom"), .certificate = {}});
  EXPECT_THAT(CosignersOn(Attached(then)), ElementsAre(NameOf("tina")));
  const auto newest = kept_->Newest(organization());
  ASSERT_TRUE(newest.ok()) << newest.status();
  ASSERT_EQ(newest->size(), 1u);
  EXPECT_THAT(CosignersOn(newest->front()), ElementsAre(NameOf("tina")));
}

TEST_F(CosignaturesTest, AreToldByTheLargestSizeFirst) {
  std::vector<TreeSize> sizes;
  for (const char* name : {"tina", "tom", "rita"}) {
    sizes.push_back(size());
    ASSERT_EQ(Leave(name, size()), "OK");
    Grow();
  }
  const auto newest = kept_->Newest(organization());
  ASSERT_TRUE(newest.ok()) << newest.status();
  ASSERT_EQ(newest->size(), 3u);
  const char* expected[] = {"rita", "tom", "tina"};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto opened =
        audit::OpenCheckpoint(organization().id(), KeyNamed("log").verify_key(), (*newest)[i]);
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(opened->size, sizes[2 - i]);
    EXPECT_THAT(CosignersOn((*newest)[i]), ElementsAre(NameOf(expected[i])));
  }
}

TEST_F(CosignaturesTest, AreGivenAtMost31OnANoteTheWitnessesFirstThenTheNewest) {
  std::vector<std::string> fellows;
  for (std::size_t i = 0; i <= kCosignaturesPerNoteMax; ++i) {
    fellows.push_back(absl::StrCat("fellow ", i));
    scene_.people().Enrol(fellows.back(), RolesOf({Role::kFellow}), {},
                          [&](const char* who, const Act& act) { scene_.Must(who, act); });
  }
  witnesses_ = {WitnessNamed("partner")};
  const std::string line =
      *audit::Cosign(witnesses_[0].name, KeyNamed("partner"), UnixSeconds{scene_.now()},
                     *organization().SignedCheckpoint(size()));
  ASSERT_EQ(ReasonOf(kept_->Leave(organization(), AsWitness("partner"), size(), line)), "OK");
  for (std::size_t i = 0; i < fellows.size(); ++i) {
    ASSERT_EQ(Leave(fellows[i], size(), 1 + i), "OK");
  }
  const auto names = CosignersOn(Attached(size()));
  ASSERT_EQ(names.size(), kCosignaturesPerNoteMax);
  EXPECT_EQ(names[0], witnesses_[0].name);
  EXPECT_EQ(names[1], NameOf(fellows.back()));
  EXPECT_TRUE(
      audit::OpenCheckpoint(organization().id(), KeyNamed("log").verify_key(), Attached(size()))
          .ok());
}

TEST_F(CosignaturesTest, AreToldInAtMost64Notes) {
  for (std::size_t i = 0; i <= kCosignedNotesMax; ++i) {
    const std::string name = absl::StrCat("fellow ", i);
    scene_.people().Enrol(name, RolesOf({Role::kFellow}), {},
                          [&](const char* who, const Act& act) { scene_.Must(who, act); });
    ASSERT_EQ(Leave(name, size()), "OK");
  }
  const auto newest = kept_->Newest(organization());
  ASSERT_TRUE(newest.ok()) << newest.status();
  ASSERT_EQ(newest->size(), kCosignedNotesMax);
  EXPECT_THAT(CosignersOn(newest->front()),
              ElementsAre(NameOf(absl::StrCat("fellow ", kCosignedNotesMax))));
}

TEST_F(CosignaturesTest, OfAWitnessEndWithTheOperatorsWord) {
  witnesses_ = {WitnessNamed("partner")};
  const std::string line =
      *audit::Cosign(witnesses_[0].name, KeyNamed("partner"), UnixSeconds{scene_.now()},
                     *organization().SignedCheckpoint(size()));
  ASSERT_EQ(ReasonOf(kept_->Leave(organization(), AsWitness("partner"), size(), line)), "OK");
  EXPECT_THAT(CosignersOn(Attached(size())), ElementsAre(witnesses_[0].name));
  const auto named = std::exchange(witnesses_, {});
  EXPECT_THAT(CosignersOn(Attached(size())), IsEmpty());
  EXPECT_EQ(ReasonOf(kept_->Leave(organization(), AsWitness("partner"), size(), line)),
            "BAD_SIGNATURE");
  witnesses_ = named;
  EXPECT_THAT(CosignersOn(Attached(size())), ElementsAre(witnesses_[0].name));
}

}  // namespace
}  // namespace amparo::server::testing
