// What storage/shelf.h promises, of every engine.

#include "storage/shelf.h"

#include <vector>

#include "tests/storage/status_matchers.h"
#include "tests/storage/store_fixture.h"

namespace amparo::storage {
namespace {

ShelfKeyId Id(std::uint8_t number) { return ShelfKeyId::Filled(number); }

TEST_P(ShelfTest, FindsWhatWasAdded) {
  const Secret<32> key = Secret<32>::Random();
  ASSERT_THAT(shelf().Add(Id(1), key), IsOk());
  Reopen();
  const absl::StatusOr<Secret<32>> found = shelf().Find(Id(1));
  ASSERT_THAT(found, IsOk());
  EXPECT_TRUE(found->EqualTo(key));
}

TEST_P(ShelfTest, FindsNothingThatWasNeverAdded) {
  EXPECT_THAT(shelf().Find(Id(1)), HasCode(absl::StatusCode::kNotFound));
}

TEST_P(ShelfTest, TakesTheSameKeyAgainAndRefusesAnother) {
  const Secret<32> key = Secret<32>::Random();
  ASSERT_THAT(shelf().Add(Id(1), key), IsOk());
  EXPECT_THAT(shelf().Add(Id(1), key), IsOk());
  EXPECT_THAT(shelf().Add(Id(1), Secret<32>::Random()), HasCode(absl::StatusCode::kAlreadyExists));
  EXPECT_TRUE(shelf().Find(Id(1))->EqualTo(key));
}

TEST_P(ShelfTest, FindsNoDestroyedKeyEvenAfterReopening) {
  std::vector<Secret<32>> keys;
  for (std::uint8_t i = 0; i < 5; ++i) {
    keys.push_back(Secret<32>::Random());
    ASSERT_THAT(shelf().Add(Id(i), keys[i]), IsOk());
  }
  ASSERT_THAT(shelf().Destroy(Id(1)), IsOk());
  ASSERT_THAT(shelf().Destroy(Id(4)), IsOk());
  for (int opening = 0; opening < 2; ++opening) {
    for (const std::uint8_t gone : std::initializer_list<std::uint8_t>{1, 4}) {
      EXPECT_THAT(shelf().Find(Id(gone)), HasCode(absl::StatusCode::kNotFound));
    }
    for (const std::uint8_t kept : std::initializer_list<std::uint8_t>{0, 2, 3}) {
      const absl::StatusOr<Secret<32>> found = shelf().Find(Id(kept));
      ASSERT_THAT(found, IsOk());
      EXPECT_TRUE(found->EqualTo(keys[kept]));
    }
    Reopen();
  }
}

TEST_P(ShelfTest, DestroysWhatIsAbsentWithoutComplaint) {
  EXPECT_THAT(shelf().Destroy(Id(1)), IsOk());
}

TEST_P(ShelfTest, AddsAfterADestruction) {
  ASSERT_THAT(shelf().Add(Id(1), Secret<32>::Random()), IsOk());
  ASSERT_THAT(shelf().Destroy(Id(1)), IsOk());
  const Secret<32> key = Secret<32>::Random();
  ASSERT_THAT(shelf().Add(Id(1), key), IsOk());
  Reopen();
  EXPECT_TRUE(shelf().Find(Id(1))->EqualTo(key));
}

}  // namespace
}  // namespace amparo::storage
