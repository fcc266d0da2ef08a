#include "client/restart.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/alarms.h"
#include "client/promises.h"
#include "client/witnessing.h"
#include "client/workplace.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

Bytes EncodeRestart(const EpochRestart& restart, UnixSeconds now) {
  Writer out;
  out.U8(1);
  out.U64(now.value);
  out.U32(restart.epoch.epoch);
  out.U64(restart.epoch.size.value);
  out.Fixed(restart.epoch.root);
  out.U32(static_cast<std::uint32_t>(restart.lost.size()));
  for (const LostStatement& lost : restart.lost) {
    out.U64(lost.position.value);
    out.Fixed(lost.statement);
    out.U16(static_cast<std::uint16_t>(lost.kind));
  }
  return out.Take();
}

}  // namespace

bool IsEpochOffer(const absl::Status& status) {
  const auto detail = DetailOf(status);
  return absl::IsFailedPrecondition(status) && detail.has_value() && detail->reason == "LOG_EPOCH";
}

std::vector<std::string> SpellRestart(const EpochRestart& restart) {
  std::vector<std::string> lines = {absl::StrCat(
      "WARNING: the log was restored from a backup. The roots say that it goes on from entry ",
      restart.epoch.size.value, " (epoch ", restart.epoch.epoch, ")")};
  if (restart.lost.empty()) {
    lines.push_back("nothing that you did on this device is lost");
    return lines;
  }
  lines.push_back(absl::StrCat("lost of what you did on this device, do it again: ",
                               restart.lost.size(), restart.lost.size() == 1 ? " act" : " acts"));
  for (const LostStatement& lost : restart.lost) {
    lines.push_back(
        absl::StrCat("  ", KindName(lost.kind), " (it was entry ", lost.position.value, ")"));
  }
  return lines;
}

absl::Status GoOnAtEpoch(Workplace& place) {
  absl::StatusOr<EpochRestart> restart = RestartAtEpoch(
      place.replica, *place.connection, place.home, *place.keys.home, place.accept_epoch);
  if (!restart.ok()) return restart.status();
  for (const Promise& promise : DropPromisesFrom(place, restart->epoch.size)) {
    const auto listed = [&](const LostStatement& lost) {
      return lost.statement == promise.leaf.statement;
    };
    if (std::any_of(restart->lost.begin(), restart->lost.end(), listed)) continue;
    restart->lost.push_back(
        {.position = promise.position, .statement = promise.leaf.statement, .kind = promise.kind});
  }
  ExplainAlarm(place, restart->epoch);
  ForgetSightingsBehind(place, restart->epoch.size);
  const std::vector<std::string> told = SpellRestart(*restart);
  place.restart_notes.insert(place.restart_notes.end(), told.begin(), told.end());
  return place.home.AppendSealed(*place.keys.home, kRestartsLog,
                                 EncodeRestart(*restart, place.clock()));
}

}  // namespace amparo::client
