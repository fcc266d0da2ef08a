// The mechanical half of docs/attacks.md: every answer of a whole session, changed in every way
// that needs no understanding. AMPARO_EXHAUSTIVE=1: all of them, not a sample;
// AMPARO_SHARE=3/8: only the third of eight equal shares of that.

#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <set>

#include "amparo/v1/amparo.pb.h"
#include "client/statement_author.h"
#include "statement/certificate_request.h"
#include "tests/hostile/fixed_world.h"
#include "tests/hostile/rehearsal.h"

namespace amparo::testing {
namespace {

constexpr std::size_t kWholeAnswerBytes = 4 * 1024;
constexpr const char* kMethods[] = {"Found",   "Join",    "Append",     "Sync",   "Subject",
                                    "Objects", "Pending", "Checkpoint", "Cosign", "Cosigned",
                                    "Prove",   "Light",   "Watch",      "Upload", "Download"};

void ExpectUnbroken(const Tally& tally) {
  std::cout << tally.runs << " changed answers (" << tally.answers << " answers of the server), "
            << tally.refused << " verbs refused";
  for (const auto& [change, count] : tally.by_change) std::cout << "; " << change << " " << count;
  std::cout << "\n";
  for (const Broken& broken : tally.broken) {
    ADD_FAILURE() << "verb " << broken.verb << ", " << Describe(broken.trial.mutation) << ": "
                  << broken.why;
  }
}

bool IsExhaustive() {
  const char* asked = std::getenv("AMPARO_EXHAUSTIVE");
  return asked != nullptr && std::string(asked) == "1";
}

std::vector<Trial> RunsOf(const std::vector<Mutation>& mutations) {
  std::vector<Trial> out;
  for (const Mutation& mutation : mutations) out.push_back({.mutation = mutation});
  return out;
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
  std::size_t of = 0;
  const Tally tally = rehearsal.Play([&](std::size_t verb) -> std::vector<Trial> {
    if (IsExhaustive()) {
      const auto all = Everything(rehearsal.recording(), verb, kWholeAnswerBytes, chance);
      of += all.size();
      return RunsOf(ShareOf(all));
    }
    if (!rehearsal.story().verbs()[verb].is_new) return {};
    return RunsOf(Sample(rehearsal.recording(), verb, 1, chance));
  });
  if (IsExhaustive()) std::cout << "of " << of << ": ";
  EXPECT_EQ(rehearsal.difference(), "");
  for (const char* method : kMethods) {
    EXPECT_FALSE(rehearsal.recording().To(method).empty()) << method << " is never asked";
  }
  EXPECT_GT(tally.answers, 100u);
  if (!IsExhaustive()) {
    EXPECT_GT(tally.runs, tally.answers) << "each answer is changed at least once";
  }
  ExpectUnbroken(tally);
}

// Attack 44: killed, or out of disk, at each point of writing what was received.
TEST(HostileServer, FindsNoHalfFileAfterAMisfortune) {
  StayInMemory();
  Rehearsal rehearsal;
  std::size_t trials = 0;
  const Tally tally = rehearsal.Play([&](std::size_t verb) -> std::vector<Trial> {
    const Verb& what = rehearsal.story().verbs()[verb];
    if (what.name.substr(0, 4) != "open" || !what.is_new) return {};
    std::vector<Trial> all;
    for (const std::uint64_t bytes :
         {0u, 1u, 99u, 1'000u, 10'000u, 20'000u, 40'000u, 65'535u, 65'536u, 69'000u, 70'000u}) {
      for (const bool is_killed : {true, false}) {
        Trial trial;
        trial.misfortune = {.file_bytes = bytes, .is_killed = is_killed};
        all.push_back(trial);
      }
    }
    trials += all.size();
    return all;
  });
  EXPECT_EQ(tally.runs, trials);
  EXPECT_GT(tally.refused, trials / 2) << "it has to happen in the middle";
  ExpectUnbroken(tally);
}

// Requests that a server makes of the one that it was left: with keys of its own and whatever it
// can guess in place of the invitation's secret.
std::vector<Answer> ForgedRequests(const Answer& pending) {
  v1::PendingReply reply;
  const bool parsed = reply.ParseFromString(pending.messages.front());
  const auto request = DecodeRequest(AsBytes(reply.requests(0)));
  if (!parsed || !request.ok()) std::abort();
  const SigningKey signing = SigningKey::Generate();
  const SigningKey authentication = SigningKey::Generate();
  const Secret<16> guess = Secret<16>::Random();
  std::vector<Answer> forged;
  const auto add = [&](const CertificateRequest& changed) {
    Answer answer = pending;
    v1::PendingReply made;
    made.add_requests(std::string(AsText(MakeRequest(changed, signing, authentication, guess))));
    answer.messages = {made.SerializeAsString()};
    forged.push_back(std::move(answer));
  };
  CertificateRequest own = *request;
  own.signing = signing.verify_key();
  own.authentication = authentication.verify_key();
  add(own);
  own.recipient = Identity::Generate().recipient();
  add(own);
  own.member = RandomId<MemberId>();
  add(own);
  return forged;
}

// Attack 5: the server puts its own keys into the request that somebody left.
TEST(HostileServer, HasNoKeyOfItsOwnCertified) {
  StayInMemory();
  google::protobuf::SetLogHandler(nullptr);
  Rehearsal rehearsal;
  const Tally tally = rehearsal.Play([&](std::size_t verb) -> std::vector<Trial> {
    if (rehearsal.story().verbs()[verb].name != "admit tina") return {};
    std::vector<Trial> trials;
    const std::vector<Answer>& answers = rehearsal.recording().verbs[verb];
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (answers[i].method != "Pending") continue;
      for (const Answer& forged : ForgedRequests(answers[i])) {
        Trial trial;
        trial.mutation.answer = i;
        trial.given = forged;
        trials.push_back(std::move(trial));
      }
    }
    return trials;
  });
  EXPECT_GE(tally.runs, 3u);
  EXPECT_EQ(tally.refused, tally.runs);
  ExpectUnbroken(tally);
}

// Attack 34: a generator that says the same again stops the program before anything is sealed
// twice under one key. Here it is asked for 64 bytes, and started anew with the same seed.
TEST(HostileServer, GetsNothingSealedTwiceUnderOneKey) {
  const auto seal_with_a_generator_that = [](bool repeats) {
    for (int i = 0; i < 2; ++i) {
      SeedChance(repeats ? "a generator that repeats itself" : "number " + std::to_string(i));
      const client::SealedSmall sealed =
          client::SealSmallObject(ObjectClass::kNote, AsBytes("what is it?"));
      if (sealed.ref.object.is_zero()) std::abort();
    }
  };
  seal_with_a_generator_that(false);
  EXPECT_DEATH(seal_with_a_generator_that(true), "");
}

// The checks see what a client would do wrong: each violation is committed once, after a verb
// that went well, and reported; the same verb without one is not.
TEST(HostileServer, WouldBeSeenToBreakEachPromise) {
  StayInMemory();
  google::protobuf::SetLogHandler(nullptr);
  const std::map<std::string, std::vector<Plant>> planted = {
      {"receive",
       {Plant::kNothing, Plant::kWrongPlaintext, Plant::kUnknownFile, Plant::kAdvancedHead,
        Plant::kRefusedHead, Plant::kWrongTitle, Plant::kCrash, Plant::kHang}},
      {"assign", {Plant::kNothing, Plant::kForeignGrant, Plant::kForeignGrantee}}};
  Rehearsal rehearsal;
  std::size_t violations = 0;
  const Tally tally = rehearsal.Play([&](std::size_t verb) -> std::vector<Trial> {
    const auto found = planted.find(rehearsal.story().verbs()[verb].name);
    if (found == planted.end()) return {};
    std::vector<Trial> runs;
    for (const Plant plant : found->second) {
      // An answer that says one thing too much is bent, and believed by nobody.
      const Mutation mutation{.answer = 1, .change = Change::kExtend, .where = 0};
      runs.push_back({.mutation = mutation, .plant = plant});
      if (plant != Plant::kNothing) ++violations;
    }
    return runs;
  });
  EXPECT_EQ(tally.broken.size(), violations);
  std::set<Plant> seen;
  for (const Broken& broken : tally.broken) {
    EXPECT_NE(broken.trial.plant, Plant::kNothing) << broken.why;
    EXPECT_TRUE(seen.insert(broken.trial.plant).second) << broken.why;
    std::cout << "seen: " << broken.why << "\n";
  }
}

}  // namespace
}  // namespace amparo::testing
