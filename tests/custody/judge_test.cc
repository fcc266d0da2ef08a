// What no vector can say: that no flipped bit passes, that nothing left out makes evidence of an
// honest log, and that a file is compared byte for byte.

#include "custody/judge.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "audit/cosignature.h"
#include "crypto/digest.h"
#include "crypto/file_key.h"
#include "crypto/sealed_object.h"
#include "custody/report.h"
#include "tests/custody/mutations.h"
#include "tests/custody/vector_cases.h"

namespace amparo::testing {
namespace {

using custody::Evidence;
using custody::Judgement;
using custody::Placed;
using custody::Receipt;
using custody::Verdict;

std::uint64_t Seed() {
  const char* given = std::getenv("AMPARO_SEED");
  const std::uint64_t seed = given == nullptr ? std::random_device()() : std::stoull(given);
  ::testing::Test::RecordProperty("seed", std::to_string(seed));
  return seed;
}

std::string ReportOf(const Judgement& judgement) {
  return custody::FormatReport(custody::FileKind::kReceipt, judgement, {});
}

// A bit of every byte of a small receipt. Free are the nonces of openings: nobody signed them, and
// a wrong one matches no file. In a cosigner's name or key id a flipped bit makes the line a
// stranger's: it then counts for nothing, and the history is the same.
TEST(Judge, NeverAcceptsAFlippedBit) {
  CustodyLog log({"fay", "cleo"});
  log.Submit();
  log.TickAfter(60);
  Receipt receipt = log.ReceiptWithFiles();
  const std::string line = log.CosignedBy("cleo", log.size(), {1'700'500'000});
  receipt.checkpoint += line;
  const std::string good = ReportOf(custody::Judge(receipt, {}));
  const Bytes bytes = DecodedOf(custody::FormatReceipt(receipt));
  ASSERT_EQ(receipt.openings.size(), 2u);
  const std::size_t line_end = 50 + receipt.checkpoint.size();
  std::size_t free = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    Bytes bent = bytes;
    bent[at] = static_cast<std::uint8_t>(bent[at] ^ (1u << (at * 5 % 8)));
    Judgement judgement = custody::JudgeFile(ReceiptTextOf(bent), {});
    if (judgement.verdict != Verdict::kValid) continue;
    const std::size_t from_end = bytes.size() - at;
    if (at < line_end && at >= line_end - line.size()) {
      EXPECT_TRUE(judgement.cosigned.empty()) << "byte " << at;
      judgement.cosigned = custody::Judge(receipt, {}).cosigned;
      judgement.unknown_signers.clear();
    } else {
      EXPECT_TRUE(from_end <= 16 || (from_end > 48 && from_end <= 64)) << "byte " << at;
      ++free;
    }
    EXPECT_EQ(ReportOf(judgement), good) << "byte " << at;
  }
  EXPECT_EQ(free, 32u) << "two nonces of 16 bytes";
}

// Every third bit of a statement of the history: no other leaf has its place.
TEST(Judge, NeverAcceptsAFlippedBitOfTheHistory) {
  CustodyLog log({"fay", "cleo"});
  log.Submit();
  const Receipt receipt = log.ReceiptOf();
  for (std::size_t bit = 0; bit < receipt.history[0].statement.size() * 8; bit += 3) {
    Receipt bent = receipt;
    bent.history[0].statement[bit / 8] =
        static_cast<std::uint8_t>(bent.history[0].statement[bit / 8] ^ (1u << (bit % 8)));
    EXPECT_NE(custody::Judge(bent, {}).verdict, Verdict::kValid) << "bit " << bit;
  }
}

// Whoever makes evidence chooses what is in it. Of an honest log nobody can make any that shows
// something, whatever they leave out, and wherever they cut it.
TEST(Judge, MakesNoEvidenceOfAnHonestLog) {
  const std::uint64_t seed = Seed();
  Random random(seed);
  std::size_t refused = 0;
  for (int round = 0; round < 60; ++round) {
    const RandomLog made = MakeRandomLog(random);
    if (made.refused.has_value()) continue;
    for (int cut = 0; cut < 12; ++cut) {
      Receipt receipt = made.log.ReceiptOf(1 + Pick(random, made.log.size()));
      const std::size_t rarely = 2 + Pick(random, 12);
      for (auto* list : {&receipt.directory, &receipt.ticks, &receipt.history}) {
        std::erase_if(*list, [&](const Placed& placed) {
          return placed.position.value != 0 && OneIn(random, rarely);
        });
      }
      if (OneIn(random, 10)) receipt.document = CustodyLog::kOtherDocument;
      const Judgement judgement =
          custody::Judge(Evidence{.org = made.log.org(),
                                  .policies = made.log.Policies(),
                                  .noticed_at = {},
                                  .what = custody::InvalidHistory{receipt}});
      EXPECT_EQ(judgement.verdict, Verdict::kNotEvidence)
          << "seed " << seed << ", round " << round << ": " << judgement.detail;
      if (judgement.detail.find("could come") != std::string::npos) ++refused;
    }
  }
  EXPECT_GT(refused, 50u) << "too little was left out to say anything; seed " << seed;
}

// The same for a dishonest one: what is refused is found where it stands, and nowhere before.
TEST(Judge, FindsTheFirstRefusedStatement) {
  const std::uint64_t seed = Seed();
  Random random(seed);
  for (int round = 0; round < 100; ++round) {
    const RandomLog made = MakeRandomLog(random);
    const Judgement judgement = custody::Judge(made.log.ReceiptOf(), {});
    if (made.refused.has_value()) {
      EXPECT_EQ(judgement.verdict, Verdict::kInvalid) << "seed " << seed << ", round " << round;
      EXPECT_EQ(judgement.position, Position{*made.refused}) << "seed " << seed;
    } else {
      EXPECT_EQ(judgement.verdict, Verdict::kValid)
          << "seed " << seed << ", round " << round << ": " << judgement.detail;
    }
  }
}

TEST(Judge, IsTotalOverWhatIsChangedByChance) {
  const std::uint64_t seed = Seed();
  for (std::uint64_t number = 0; number < 200; ++number) {
    const Mutation made = MakeMutation(seed, number);
    const Judgement judgement = custody::JudgeFile(made.text, {});
    EXPECT_EQ(judgement.reason.has_value(), judgement.verdict == Verdict::kInvalid)
        << "seed " << seed << ", number " << number << ": " << made.what;
  }
}

TEST(FindSealed, SealsAsTheSealerDid) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kChunkSize - 1, kChunkSize,
                                 kChunkSize + 1, 3 * kChunkSize, 3 * kChunkSize + 5}) {
    Bytes plaintext(size);
    for (std::size_t i = 0; i < size; ++i) plaintext[i] = static_cast<std::uint8_t>(i * 7);
    const FileKey key = FileKey::Random();
    const Bytes payload = SealSmall(key, plaintext, size + 100);
    const PayloadDigest digest = DigestAsSealedBefore(
        key, ByteView(payload).first(kPayloadNonceSize), plaintext, size + 100);
    EXPECT_EQ(digest.length, payload.size());
    EXPECT_EQ(digest.sha256, Sha256(payload)) << size;
  }
}

TEST(FindSealed, TellsAFileFromOneWithAByteChanged) {
  const CustodyLog log = CustodyLog::WholeStory();
  const Receipt receipt = log.ReceiptWithFiles();
  for (const SealedPart& part : log.parts()) {
    EXPECT_EQ(custody::FindSealed(receipt, part.plaintext), part.ref.object);
    Bytes altered = part.plaintext;
    altered.back() ^= 1;
    EXPECT_EQ(custody::FindSealed(receipt, altered), std::nullopt);
    EXPECT_EQ(custody::FindSealed(log.ReceiptOf(), part.plaintext), std::nullopt);
  }
}

// A return prolongs the lease by the time there. With the tick before it left out the lease seems
// over, and an assign that only went on seems a new one that lacks its grant.
TEST(Evidence, OfAnAssignIsNotMadeByLeavingOutTheTickBeforeAReturn) {
  CustodyLog log({"fay", "cleo", "tina", "rita", "ada"});
  log.TickAfter(60);
  log.Submit();
  log.Assign();
  log.Accept();
  log.HandIn();
  const std::uint64_t tick = log.TickAfter(5 * 86'400);
  const SignedStatement back =
      log.Compose("rita", Return{.translation = log.document().translations.back().statement});
  ASSERT_TRUE(log.Allows(back));
  log.Add(back);
  log.TickAfter(4 * 86'400);
  const SignedStatement again =
      log.Compose("cleo",
                  Assign{.translator = Organisation::Member("tina"),
                         .reviewer = Organisation::Member("rita"),
                         .attorneys = {Organisation::Member("ada")},
                         .lease_end = {(log.now().value / 3600 + 48) * 3600},
                         .due_week = 0},
                  [](Statement&, Body& body) { body.grants.clear(); });
  ASSERT_TRUE(log.Allows(again));
  const std::uint64_t at = log.Add(again);
  log.TickAfter(100);
  custody::Receipt receipt = log.ReceiptOf(at + 1);
  std::erase_if(receipt.ticks,
                [&](const custody::Placed& placed) { return placed.position.value == tick; });
  const custody::Evidence evidence{.org = log.org(),
                                   .policies = log.Policies(),
                                   .noticed_at = log.now(),
                                   .what = custody::InvalidHistory{receipt}};
  EXPECT_EQ(custody::VerdictName(custody::Judge(evidence).verdict), "NOT_EVIDENCE");
}

}  // namespace
}  // namespace amparo::testing
