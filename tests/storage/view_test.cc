// What storage/view.h promises, of every engine.

#include "storage/view.h"

#include "tests/storage/status_matchers.h"
#include "tests/storage/store_fixture.h"

namespace amparo::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ViewRow Row(absl::string_view key, absl::string_view value) {
  return {.key = Text(key), .value = Text(value)};
}

std::optional<Bytes> Some(absl::string_view text) { return Text(text); }

TEST_P(ViewTest, BeginsEmptyAtZero) {
  EXPECT_THAT(view().Applied(), IsOkAndHolds(TreeSize{0}));
  EXPECT_THAT(view().Get(Text("a")), IsOkAndHolds(std::optional<Bytes>()));
  EXPECT_THAT(*view().Dump(), IsEmpty());
}

TEST_P(ViewTest, AppliesABatchAndItsPositionTogether) {
  ASSERT_THAT(view().Apply({.puts = {Row("a", "1"), Row("b", "2")}, .erased = {}}, TreeSize{3}),
              IsOk());
  ASSERT_THAT(view().Apply({.puts = {Row("c", "3")}, .erased = {Text("a")}}, TreeSize{4}), IsOk());
  Reopen();
  EXPECT_THAT(view().Applied(), IsOkAndHolds(TreeSize{4}));
  EXPECT_THAT(*view().Dump(), ElementsAre(Row("b", "2"), Row("c", "3")));
  EXPECT_THAT(view().Get(Text("b")), IsOkAndHolds(Some("2")));
}

TEST_P(ViewTest, LetsAPutStandBesideAnErasureOfTheSameKey) {
  ASSERT_THAT(view().Apply({.puts = {Row("a", "1")}, .erased = {Text("a")}}, TreeSize{1}), IsOk());
  EXPECT_THAT(view().Get(Text("a")), IsOkAndHolds(Some("1")));
}

TEST_P(ViewTest, ReplacesAValue) {
  ASSERT_THAT(view().Apply({.puts = {Row("a", "1")}, .erased = {}}, TreeSize{1}), IsOk());
  ASSERT_THAT(view().Apply({.puts = {Row("a", "")}, .erased = {}}, TreeSize{1}), IsOk());
  EXPECT_THAT(view().Get(Text("a")), IsOkAndHolds(Some("")));
}

TEST_P(ViewTest, NeverStepsBack) {
  ASSERT_THAT(view().Apply({.puts = {Row("a", "1")}, .erased = {}}, TreeSize{2}), IsOk());
  EXPECT_THAT(view().Apply({.puts = {Row("a", "2")}, .erased = {}}, TreeSize{1}),
              HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(view().Get(Text("a")), IsOkAndHolds(Some("1")));
  EXPECT_THAT(view().Applied(), IsOkAndHolds(TreeSize{2}));
}

TEST_P(ViewTest, ScansAPrefixFromAKeyInOrder) {
  ASSERT_THAT(view().Apply({.puts = {Row("b/2", "v"), Row("a/9", "v"), Row("b/1", "v"),
                                     Row("b/3", "v"), Row("c", "v"), Row("b", "v")},
                            .erased = {}},
                           TreeSize{1}),
              IsOk());
  EXPECT_THAT(*view().Scan(Text("b/"), {}, 10),
              ElementsAre(Row("b/1", "v"), Row("b/2", "v"), Row("b/3", "v")));
  EXPECT_THAT(*view().Scan(Text("b/"), Text("b/2"), 10),
              ElementsAre(Row("b/2", "v"), Row("b/3", "v")));
  EXPECT_THAT(*view().Scan(Text("b/"), Text("a"), 2),
              ElementsAre(Row("b/1", "v"), Row("b/2", "v")));
  EXPECT_THAT(*view().Scan(Text("b/"), Text("c"), 10), IsEmpty());
  EXPECT_THAT(*view().Scan(Text("b"), {}, 1), ElementsAre(Row("b", "v")));
  EXPECT_THAT(*view().Scan(Text("b"), {}, 0), IsEmpty());
  EXPECT_THAT(*view().Scan(Text("x"), {}, 10), IsEmpty());
}

// The end of a prefix of 0xff bytes is no key with the next byte.
TEST_P(ViewTest, ScansAPrefixOfTheHighestBytes) {
  const Bytes high = {0xff, 0xff};
  Bytes higher = high;
  higher.push_back(0xff);
  ASSERT_THAT(view().Apply({.puts = {{.key = high, .value = {}}, {.key = higher, .value = {}}},
                            .erased = {}},
                           TreeSize{1}),
              IsOk());
  EXPECT_EQ(view().Scan(high, {}, 10)->size(), 2u);
  EXPECT_EQ(view().Scan(higher, {}, 10)->size(), 1u);
}

TEST_P(ViewTest, ClearsEveryRowAndItsPosition) {
  ASSERT_THAT(view().Apply({.puts = {Row("a", "1"), {.key = {0xff}, .value = {}}}, .erased = {}},
                           TreeSize{7}),
              IsOk());
  ASSERT_THAT(view().Clear(), IsOk());
  EXPECT_THAT(view().Applied(), IsOkAndHolds(TreeSize{0}));
  EXPECT_THAT(*view().Dump(), IsEmpty());
  ASSERT_THAT(view().Apply({.puts = {Row("b", "1")}, .erased = {}}, TreeSize{1}), IsOk());
  Reopen();
  EXPECT_THAT(*view().Dump(), ElementsAre(Row("b", "1")));
}

}  // namespace
}  // namespace amparo::storage
