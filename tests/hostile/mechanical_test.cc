// The mechanical half of docs/attacks.md: every answer of a whole session, changed in every way
// that needs no understanding. AMPARO_EXHAUSTIVE=1: all of them, not a sample;
// AMPARO_SHARE=3/8: only the third of eight equal shares of that.

#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "tests/hostile/fixed_world.h"
#include "tests/hostile/rehearsal.h"

namespace amparo::testing {
namespace {

constexpr std::size_t kWholeAnswerBytes = 4 * 1024;

void ExpectUnbroken(const Tally& tally) {
  std::cout << tally.runs << " changed answers (" << tally.answers << " answers of the server), "
            << tally.refused << " verbs refused";
  for (const auto& [change, count] : tally.by_change) std::cout << "; " << change << " " << count;
  std::cout << "\n";
  for (const Broken& broken : tally.broken) {
    ADD_FAILURE() << "verb " << broken.verb << ", " << Describe(broken.mutation) << ": "
                  << broken.why;
  }
}

bool IsExhaustive() {
  const char* asked = std::getenv("AMPARO_EXHAUSTIVE");
  return asked != nullptr && std::string(asked) == "1";
}

// Every `of`th, from `share` on.
std::vector<Mutation> ShareOf(const std::vector<Mutation>& all) {
  unsigned share = 1, of = 1;
  const char* asked = std::getenv("AMPARO_SHARE");
  if (asked != nullptr && std::sscanf(asked, "%u/%u", &share, &of) != 2) std::abort();
  std::vector<Mutation> out;
  for (std::size_t i = share - 1; i < all.size(); i += of) out.push_back(all[i]);
  return out;
}

// Thousands of homes are copied: in memory, if the system has a place for that.
void StayInMemory() {
  if (access("/dev/shm", W_OK) == 0) setenv("TMPDIR", "/dev/shm", /*overwrite=*/0);
}

TEST(HostileServer, BreaksNoPromiseWithAnyAnswerChanged) {
  StayInMemory();
  google::protobuf::SetLogHandler(nullptr);  // It would speak of every bit.
  std::mt19937_64 chance(SeedOfThisRun());
  Rehearsal rehearsal;
  const Tally tally = rehearsal.Play([&](std::size_t verb) {
    if (IsExhaustive()) {
      return ShareOf(Everything(rehearsal.recording(), verb, kWholeAnswerBytes, chance));
    }
    return Sample(rehearsal.recording(), verb, 1, chance);
  });
  EXPECT_EQ(rehearsal.difference(), "");
  EXPECT_GT(tally.answers, 100u);
  EXPECT_GT(tally.runs, tally.answers) << "each answer is changed at least once";
  ExpectUnbroken(tally);
}

}  // namespace
}  // namespace amparo::testing
