// Full and light replicas of one history on the real engine agree, whoever looks.

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/client_verbs/town.h"

namespace amparo::client {
namespace {

using amparo::testing::Corpus;
using amparo::testing::PictureOf;
using amparo::testing::Town;

// Synchronises with this reach, and says what is known then.
std::string PictureAs(Town& town, const std::string& name, Reach reach) {
  const absl::Status status = town.Stale(name).Sync({.reach = reach});
  EXPECT_EQ(status, absl::OkStatus()) << name;
  EXPECT_EQ(town.Stale(name).replica().reach(), reach);
  return PictureOf(town.Stale(name).replica());
}

TEST(ReachOfAReplica, IsLightOnADeviceThatOnlySubmits) {
  Town town;
  EXPECT_EQ(town.As("fay").replica().reach(), Reach::kLight);
  EXPECT_EQ(town.As("flo").replica().reach(), Reach::kFull);
}

TEST(ReachOfAReplica, ChangesNothingOfWhatIsSeen) {
  Town town;
  const SubjectId case_id = town.OpenCase();
  const SubjectId first = town.Submit(case_id, {Corpus("ht.txt")});
  town.Assign(first);
  town.HandIn(first, Corpus("en.txt"));
  town.Read(first);
  ASSERT_EQ(town.As("rita").Return(first, "A sentence is missing."), absl::OkStatus());
  const SubjectId second = town.Submit(case_id, {Corpus("mam.txt")});
  ASSERT_EQ(town.As("cleo").Assign(second, town.People("tom", "rex")), absl::OkStatus());
  ASSERT_EQ(town.As("tom").Decline(second, "I know the family."), absl::OkStatus());
  town.Assign(second);
  town.Revoke("tom");
  town.HandIn(first, Corpus("en-translation.pdf"));
  town.Read(first);
  ASSERT_EQ(town.As("rita").Approve(first), absl::OkStatus());
  for (const std::string name : {"fay", "cleo", "carl", "tina", "rita", "rex", "ada", "flo"}) {
    SCOPED_TRACE(name);
    town.As(name);
    const std::string light = PictureAs(town, name, Reach::kLight);
    EXPECT_EQ(PictureAs(town, name, Reach::kFull), light);
  }
  // A light home goes on as one, step by step.
  for (const std::string name : {"fay", "cleo", "tina", "ada"}) {
    PictureAs(town, name, Reach::kLight);
  }
  const SubjectId third = town.Submit(case_id, {Corpus("es.txt")});
  town.Assign(third);
  town.HandIn(third, Corpus("kek.txt"));
  town.Read(third);
  ASSERT_EQ(town.As("rita").Approve(third), absl::OkStatus());
  for (const std::string name : {"fay", "cleo", "tina", "ada"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(town.As(name).replica().reach(), Reach::kLight);
    const std::string light = PictureOf(town.As(name).replica());
    EXPECT_EQ(PictureAs(town, name, Reach::kFull), light);
  }
}

}  // namespace
}  // namespace amparo::client
