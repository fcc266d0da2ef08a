#include "client/alarms.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "audit/checkpoint.h"
#include "client/platform.h"
#include "client/promises.h"
#include "client/workplace.h"
#include "custody/judge.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

constexpr std::size_t kTextBytesMax = 4096;
constexpr int kFilesMax = 999;

enum class Stands : std::uint8_t { kNot = 0, kUntilASync = 1, kUntilEnded = 2 };

absl::Status Write(Workplace& place, const std::optional<StandingAlarm>& alarm) {
  Writer out;
  out.U8(1);
  const Stands stands = !alarm.has_value() ? Stands::kNot
                        : alarm->proven    ? Stands::kUntilEnded
                                           : Stands::kUntilASync;
  out.U8(static_cast<std::uint8_t>(stands));
  if (alarm.has_value()) {
    out.U64(alarm->noticed_at.value);
    out.Vec16(AsBytes(alarm->what));
    out.Vec16(AsBytes(alarm->evidence));
    if (alarm->proven) out.U64(alarm->contradicted_at.value);
  }
  return place.home.WriteSealed(*place.keys.home, kAlarmFile, out.bytes());
}

bool IsProof(const custody::Evidence& evidence) {
  const custody::Verdict verdict = custody::Judge(evidence).verdict;
  return verdict == custody::Verdict::kProvenEquivocation ||
         verdict == custody::Verdict::kProvenFork ||
         verdict == custody::Verdict::kProvenInvalidHistory;
}

// The size of the smaller of two heads that contradict each other; 0: it is no such thing.
TreeSize ContradictedAt(const Workplace& place, const custody::Evidence& evidence) {
  const std::string* note = nullptr;
  if (const auto* same = std::get_if<custody::Equivocation>(&evidence.what)) note = &same->first;
  if (const auto* fork = std::get_if<custody::Fork>(&evidence.what)) note = &fork->earlier;
  const directory::Directory& directory = place.replica.directory();
  if (note == nullptr) return {};
  const auto head = audit::OpenCheckpoint(
      place.membership.org,
      directory.founded() ? directory.policy().log_key : place.membership.log_key, *note);
  return head.ok() ? head->size : TreeSize{};
}

}  // namespace

absl::Status RestoreAlarm(Workplace& place) {
  auto kept = place.home.ReadSealed(*place.keys.home, kAlarmFile);
  if (!kept.ok()) return absl::IsNotFound(kept.status()) ? absl::OkStatus() : kept.status();
  Reader in(*kept);
  if (in.U8("format") != 1) in.Fail("format", "unknown");
  const std::uint8_t stands = in.U8("stands");
  if (stands > static_cast<std::uint8_t>(Stands::kUntilEnded)) in.Fail("stands", "unknown");
  StandingAlarm alarm;
  if (stands != 0) {
    alarm.noticed_at = UnixSeconds{in.U64("time")};
    alarm.what = std::string(AsText(in.Vec16(kTextBytesMax, "what")));
    alarm.evidence = std::string(AsText(in.Vec16(kTextBytesMax, "evidence")));
    alarm.proven = stands == static_cast<std::uint8_t>(Stands::kUntilEnded);
    if (alarm.proven) alarm.contradicted_at = TreeSize{in.U64("size")};
  }
  const absl::Status status = in.Finish("alarm");
  if (!status.ok()) return absl::DataLossError(absl::StrCat("sealed/alarm: ", status.message()));
  if (stands != 0) place.alarm = std::move(alarm);
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
  const bool proven = evidence.has_value() && IsProof(*evidence);
  if (place.alarm.has_value() && (place.alarm->what == what || (place.alarm->proven && !proven))) {
    return;
  }
  StandingAlarm alarm{.noticed_at = place.clock(),
                      .what = what,
                      .evidence = "",
                      .proven = proven,
                      .contradicted_at = {}};
  if (evidence.has_value()) {
    if (auto path = KeepEvidence(place.home, *evidence); path.ok()) alarm.evidence = *path;
    alarm.contradicted_at = ContradictedAt(place, *evidence);
  }
  (void)Write(place, alarm);
  place.alarm = std::move(alarm);
}

absl::Status EndAlarm(Workplace& place) {
  if (!place.alarm.has_value() || place.alarm->proven) return absl::OkStatus();
  if (absl::Status s = Write(place, std::nullopt); !s.ok()) return s;
  place.alarm.reset();
  return absl::OkStatus();
}

absl::Status EndAlarmByHand(Workplace& place) {
  if (!place.alarm.has_value()) return absl::NotFoundError("no alarm stands in this home");
  Writer out;
  out.U8(1);
  out.U64(place.clock().value);
  out.U64(place.alarm->noticed_at.value);
  out.U8(place.alarm->proven ? 1 : 0);
  out.Vec16(AsBytes(place.alarm->what));
  out.Vec16(AsBytes(place.alarm->evidence));
  absl::Status recorded = place.home.AppendSealed(*place.keys.home, kEndedAlarmsLog, out.bytes());
  if (!recorded.ok()) return recorded;
  if (absl::Status s = DropBrokenPromises(place); !s.ok()) return s;
  if (place.carried.has_value() && place.replica.head() != place.carried->head) {
    if (absl::Status s = DropCarried(place); !s.ok()) return s;
  }
  if (absl::Status s = Write(place, std::nullopt); !s.ok()) return s;
  place.alarm.reset();
  return absl::OkStatus();
}

void ExplainAlarm(Workplace& place, const LogEpoch& epoch) {
  if (!place.alarm.has_value() || place.alarm->contradicted_at <= epoch.size) return;
  place.alarm->proven = false;
  (void)Write(place, place.alarm);
}

absl::Status CheckNoAlarm(const Workplace& place) {
  if (!place.alarm.has_value()) return absl::OkStatus();
  return Refused(absl::StatusCode::kFailedPrecondition, "ALARM_STANDS",
                 absl::StrCat("an alarm stands in this home: ", place.alarm->what));
}

}  // namespace amparo::client
