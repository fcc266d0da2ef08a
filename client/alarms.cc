#include "client/alarms.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/platform.h"
#include "client/workplace.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

constexpr std::size_t kTextBytesMax = 4096;
constexpr int kFilesMax = 999;

absl::Status Write(Workplace& place, const std::optional<StandingAlarm>& alarm) {
  Writer out;
  out.U8(1);
  out.U8(alarm.has_value() ? 1 : 0);
  if (alarm.has_value()) {
    out.U64(alarm->noticed_at.value);
    out.Vec16(AsBytes(alarm->what));
    out.Vec16(AsBytes(alarm->evidence));
  }
  return place.home.WriteSealed(*place.keys.home, kAlarmFile, out.bytes());
}

}  // namespace

absl::Status RestoreAlarm(Workplace& place) {
  auto kept = place.home.ReadSealed(*place.keys.home, kAlarmFile);
  if (!kept.ok()) return absl::IsNotFound(kept.status()) ? absl::OkStatus() : kept.status();
  Reader in(*kept);
  if (in.U8("format") != 1) in.Fail("format", "unknown");
  const bool stands = in.U8("stands") != 0;
  StandingAlarm alarm;
  if (stands) {
    alarm.noticed_at = UnixSeconds{in.U64("time")};
    alarm.what = std::string(AsText(in.Vec16(kTextBytesMax, "what")));
    alarm.evidence = std::string(AsText(in.Vec16(kTextBytesMax, "evidence")));
  }
  const absl::Status status = in.Finish("alarm");
  if (!status.ok()) return absl::DataLossError(absl::StrCat("sealed/alarm: ", status.message()));
  if (stands) place.alarm = std::move(alarm);
  return absl::OkStatus();
}

absl::string_view KindOf(const custody::Evidence& evidence) {
  static constexpr absl::string_view kKinds[] = {"equivocation", "fork", "rollback",
                                                 "invalid-history", "withholding"};
  static_assert(std::size(kKinds) == std::variant_size_v<decltype(evidence.what)>);
  return kKinds[evidence.what.index()];
}

absl::StatusOr<std::string> KeepEvidence(const Home& home, const custody::Evidence& evidence) {
  const std::string directory = absl::StrCat(home.directory(), "/evidence");
  absl::Status made = platform::CreateDirectory(directory);
  if (!made.ok() && !absl::IsAlreadyExists(made)) return made;
  const std::string text = custody::FormatEvidence(evidence);
  for (int number = 1; number <= kFilesMax; ++number) {
    const std::string path = absl::StrFormat("%s/%03d-%s.txt", directory, number, KindOf(evidence));
    auto file = platform::CreateExclusive(path);
    if (absl::IsAlreadyExists(file.status())) continue;
    if (!file.ok()) return file.status();
    absl::Status written = (*file)->Write(AsBytes(text));
    if (written.ok()) written = (*file)->Sync();
    if (written.ok()) written = platform::SyncDirectory(directory);
    if (written.ok()) return path;
    (void)platform::Remove(path);
    return written;
  }
  return absl::ResourceExhaustedError(absl::StrCat(directory, " is full"));
}

void RaiseAlarm(Workplace& place, const absl::Status& why,
                const std::optional<custody::Evidence>& evidence) {
  const std::string what = std::string(why.message()).substr(0, kTextBytesMax);
  if (place.alarm.has_value() && place.alarm->what == what) return;
  StandingAlarm alarm{.noticed_at = place.clock(), .what = what, .evidence = ""};
  if (evidence.has_value()) {
    if (auto path = KeepEvidence(place.home, *evidence); path.ok()) alarm.evidence = *path;
  }
  (void)Write(place, alarm);
  place.alarm = std::move(alarm);
}

absl::Status EndAlarm(Workplace& place) {
  if (!place.alarm.has_value()) return absl::OkStatus();
  if (absl::Status s = Write(place, std::nullopt); !s.ok()) return s;
  place.alarm.reset();
  return absl::OkStatus();
}

absl::Status CheckNoAlarm(const Workplace& place) {
  if (!place.alarm.has_value()) return absl::OkStatus();
  return Refused(absl::StatusCode::kFailedPrecondition, "ALARM_STANDS",
                 absl::StrCat("an alarm stands in this home: ", place.alarm->what));
}

}  // namespace amparo::client
