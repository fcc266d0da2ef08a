#include "client/promises.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/checkpoint.h"
#include "audit/proof.h"
#include "client/alarms.h"
#include "client/replica_alarm.h"
#include "client/workplace.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

absl::Status Write(Workplace& place) {
  return place.home.WriteSealed(*place.keys.home, kPromisesFile, EncodePromises(place.promises));
}

// Whether it stands where it was promised. REQUIRES: the verified head is above the position.
absl::StatusOr<bool> Stands(Workplace& place, const Promise& promise) {
  const std::optional<Position> found = place.replica.Find(promise.leaf.statement);
  if (found.has_value()) return *found == promise.position;
  if (place.replica.reach() == Reach::kFull) return false;
  // A light home need not hold every statement of its own: sight of it may have ended.
  const audit::Checkpoint head = place.replica.head();
  auto paths = place.connection->Prove(head.size, {promise.position});
  if (!paths.ok()) return paths.status();
  return paths->size() == 1 && audit::VerifyInclusion(audit::LeafHash(promise.leaf),
                                                      promise.position, head, paths->front())
                                   .ok();
}

// What the server signed when it acknowledged, held against our history.
struct Told {
  std::string what;
  bool of_another_history = false;  // The replica has the evidence, if there is any.
};
Told JudgeNote(Workplace& place, const Promise& promise) {
  const Told our_word{.what = "that it was acknowledged is this home's word alone"};
  const directory::Directory& directory = place.replica.directory();
  const VerifyKey log_key =
      directory.founded() ? directory.policy().log_key : place.membership.log_key;
  const auto theirs = audit::OpenCheckpoint(place.membership.org, log_key, promise.checkpoint);
  const audit::Checkpoint head = place.replica.head();
  if (!theirs.ok() || theirs->size > head.size) return our_word;
  const std::optional<Hash> ours = place.replica.RootAt(theirs->size);
  if (ours.has_value() && *ours == theirs->root) return our_word;
  absl::StatusOr<CheckpointReply> reply = absl::UnimplementedError("not needed");
  if (!ours.has_value()) {
    reply = place.connection->Checkpoint(theirs->size);
    if (!reply.ok()) return our_word;
    const auto newest = audit::OpenCheckpoint(place.membership.org, log_key, reply->checkpoint);
    if (!newest.ok() || *newest != head) return our_word;
    if (audit::VerifyConsistency(*theirs, head, reply->consistency).ok()) return our_word;
  }
  place.replica.AccuseNote(promise.checkpoint, *theirs, reply);
  return {.what = absl::StrCat("the head that the log signed then, of size ", theirs->size.value,
                               " root ", ToHex(theirs->root), ", is of another history"),
          .of_another_history = true};
}

absl::Status Break(Workplace& place, const Promise& promise) {
  const Told told = JudgeNote(place, promise);
  const std::optional<Position> elsewhere = place.replica.Find(promise.leaf.statement);
  const std::string instead = elsewhere.has_value()
                                  ? absl::StrCat("it stands at ", elsewhere->value, " instead")
                                  : std::string("it did not happen");
  absl::Status broken =
      Alarm("the server acknowledged a ", KindName(promise.kind), ", statement ",
            ToHex(promise.leaf.statement), ", at position ", promise.position.value,
            ", and the log does not hold it there: ", instead, "; ", told.what);
  RaiseAlarm(place, broken, told.of_another_history ? place.replica.evidence() : std::nullopt);
  return broken;
}

}  // namespace

Bytes EncodePromises(const std::vector<Promise>& promises) {
  Writer out;
  out.U8(1);
  out.U32(static_cast<std::uint32_t>(promises.size()));
  for (const Promise& promise : promises) {
    out.U64(promise.position.value);
    out.Raw(audit::EncodeLeaf(promise.leaf));
    out.U16(static_cast<std::uint16_t>(promise.kind));
    out.Vec16(AsBytes(promise.checkpoint));
  }
  return out.Take();
}

absl::StatusOr<std::vector<Promise>> DecodePromises(ByteView bytes) {
  Reader in(bytes);
  if (in.U8("format") != 1) in.Fail("format", "unknown");
  std::vector<Promise> out;
  const std::uint32_t count = in.U32("promises");
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    Promise promise;
    promise.position = Position{in.U64("position")};
    promise.leaf.leaf_class = in.U8("class");
    promise.leaf.tag = in.Fixed<LogTag>("tag");
    promise.leaf.statement = in.Fixed<Hash>("statement");
    promise.kind = static_cast<Kind>(in.U16("kind"));
    promise.checkpoint = std::string(AsText(in.Vec16(audit::kCheckpointBytesMax, "checkpoint")));
    out.push_back(std::move(promise));
  }
  const absl::Status status = in.Finish("promises");
  if (!status.ok()) {
    return absl::DataLossError(absl::StrCat("sealed/promises: ", status.message()));
  }
  return out;
}

absl::Status RestorePromises(Workplace& place) {
  auto kept = place.home.ReadSealed(*place.keys.home, kPromisesFile);
  if (!kept.ok()) return absl::IsNotFound(kept.status()) ? absl::OkStatus() : kept.status();
  auto decoded = DecodePromises(*kept);
  if (!decoded.ok()) return decoded.status();
  place.promises = *std::move(decoded);
  return absl::OkStatus();
}

absl::Status KeepPromise(Workplace& place, const Promise& promise) {
  place.promises.push_back(promise);
  Promise& kept = place.promises.back();
  if (kept.checkpoint.size() > audit::kCheckpointBytesMax) kept.checkpoint.clear();
  return Write(place);
}

absl::Status CheckPromises(Workplace& place) {
  if (place.promises.empty()) return absl::OkStatus();
  std::vector<Promise> open;
  absl::Status worst;
  for (const Promise& promise : place.promises) {
    if (promise.position.value < place.replica.head().size.value) {
      absl::StatusOr<bool> stands = Stands(place, promise);
      if (stands.ok() && *stands) continue;
      absl::Status judged = stands.ok() ? Break(place, promise) : stands.status();
      if (!absl::IsDataLoss(worst)) worst = std::move(judged);
    }
    open.push_back(promise);
  }
  if (open.size() == place.promises.size()) return worst;
  place.promises = std::move(open);
  // Unwritten, they are checked once more.
  (void)Write(place);
  return worst;
}

absl::Status CheckPromise(Workplace& place, const Promise& promise) {
  if (promise.position.value >= place.replica.head().size.value) return Break(place, promise);
  absl::StatusOr<bool> stands = Stands(place, promise);
  if (!stands.ok()) return stands.status();
  return *stands ? absl::OkStatus() : Break(place, promise);
}

absl::Status DropBrokenPromises(Workplace& place) {
  const std::size_t before = place.promises.size();
  const std::uint64_t size = place.replica.head().size.value;
  std::erase_if(place.promises,
                [&](const Promise& promise) { return promise.position.value < size; });
  return place.promises.size() == before ? absl::OkStatus() : Write(place);
}

std::vector<Promise> DropPromisesFrom(Workplace& place, TreeSize size) {
  const auto is_lost = [&](const Promise& promise) {
    return promise.position.value >= size.value &&
           place.replica.Find(promise.leaf.statement) != promise.position;
  };
  std::vector<Promise> lost;
  std::copy_if(place.promises.begin(), place.promises.end(), std::back_inserter(lost), is_lost);
  if (lost.empty()) return lost;
  std::erase_if(place.promises, is_lost);
  (void)Write(place);
  return lost;
}

}  // namespace amparo::client
