// Dates as people give and read them.

#include "client/cli/dates.h"

#include <gtest/gtest.h>

namespace amparo::cli {
namespace {

TEST(SpellDate, SaysTheDayAndHowFarItIs) {
  EXPECT_EQ(SpellDate("2026-12-04", "2026-11-13"), "Friday 4 December 2026, in 21 days");
  EXPECT_EQ(SpellDate("2026-11-14", "2026-11-13"), "Saturday 14 November 2026, tomorrow");
  EXPECT_EQ(SpellDate("2026-11-13", "2026-11-13"), "Friday 13 November 2026, today");
  EXPECT_EQ(SpellDate("2026-11-03", "2026-11-13"), "Tuesday 3 November 2026, 10 days ago");
}

TEST(CheckDate, TakesADayOfTheCalendar) {
  EXPECT_TRUE(CheckDate("2026-12-04").ok());
  EXPECT_TRUE(CheckDate("2028-02-29").ok());
}

TEST(CheckDate, RefusesWhatIsNone) {
  for (const char* text : {"2026-02-29", "2026-13-01", "04/12/2026", "4.12.2026", "2026-1-4", "",
                           "2026-12-04 ", "tomorrow"}) {
    EXPECT_EQ(CheckDate(text).code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(SpellTime, IsInUniversalTime) {
  EXPECT_EQ(SpellTime(UnixSeconds{1795295040}), "2026-11-21 21:04 UTC");
}

}  // namespace
}  // namespace amparo::cli
