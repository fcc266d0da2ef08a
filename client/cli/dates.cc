#include "client/cli/dates.h"

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace amparo::cli {
namespace {

bool Parse(absl::string_view text, absl::CivilDay& day) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-' &&
         absl::ParseCivilTime(text, &day) && absl::FormatCivilTime(day) == text;
}

}  // namespace

absl::Status CheckDate(absl::string_view date) {
  absl::CivilDay day;
  if (Parse(date, day)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("\"", date, "\" is no date: write year-month-day, as in 2026-12-04"));
}

std::string SpellDate(absl::string_view date, absl::string_view today) {
  absl::CivilDay day, from;
  if (!Parse(date, day) || !Parse(today, from)) return std::string(date);
  static constexpr absl::string_view kDays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                "Friday", "Saturday", "Sunday"};
  static constexpr absl::string_view kMonths[] = {"January",   "February", "March",    "April",
                                                  "May",       "June",     "July",     "August",
                                                  "September", "October",  "November", "December"};
  const absl::civil_diff_t days = day - from;
  const std::string distance = days == 0    ? "today"
                               : days == 1  ? "tomorrow"
                               : days > 0   ? absl::StrCat("in ", days, " days")
                               : days == -1 ? "yesterday"
                                            : absl::StrCat(-days, " days ago");
  return absl::StrCat(kDays[static_cast<std::size_t>(absl::GetWeekday(day))], " ", day.day(), " ",
                      kMonths[day.month() - 1], " ", day.year(), ", ", distance);
}

std::string SpellTime(UnixSeconds time) {
  return absl::FormatTime("%Y-%m-%d %H:%M UTC",
                          absl::FromUnixSeconds(static_cast<std::int64_t>(time.value)),
                          absl::UTCTimeZone());
}

}  // namespace amparo::cli
