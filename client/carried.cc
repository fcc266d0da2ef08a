#include "client/carried.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/membership.h"
#include "client/replica_alarm.h"
#include "client/replica_record.h"
#include "client/restart.h"
#include "client/workplace.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

Bytes EncodeBase(const audit::Checkpoint& base) {
  Writer out;
  out.U64(base.size.value);
  out.Fixed(base.root);
  return out.Take();
}

absl::StatusOr<audit::Checkpoint> DecodeBase(ByteView bytes) {
  Reader in(bytes);
  audit::Checkpoint base;
  base.size = TreeSize{in.U64("size")};
  base.root = in.Fixed<Hash>("root");
  if (absl::Status s = in.Finish("carried"); !s.ok()) {
    return absl::DataLossError(absl::StrCat("sealed/carried: ", s.message()));
  }
  return base;
}

absl::Status Compare(Workplace& place, const Carried& carried) {
  const auto root = place.replica.RootAt(carried.head.size);
  if (root == carried.head.root) return absl::OkStatus();
  // The roots have said since that the log lost its end, and the end was what was carried.
  const auto epoch = place.replica.NewestEpoch();
  if (epoch.has_value() && epoch->value >= carried.base.size.value) return absl::OkStatus();
  place.replica.AccuseNote(carried.note, carried.head, absl::UnimplementedError("not needed"));
  const audit::Checkpoint head = place.replica.head();
  return Alarm("the log was rolled back or forked: a bundle brought size ", carried.head.size.value,
               " root ", ToHex(carried.head.root),
               ", which the log signed; the server signed size ", head.size.value, " root ",
               ToHex(head.root));
}

}  // namespace

absl::Status RestoreCarried(Workplace& place) {
  auto records = place.home.ReadSealedLog(*place.keys.home, kCarriedLog);
  if (absl::IsNotFound(records.status())) return absl::OkStatus();
  if (!records.ok()) return records.status();
  if (records->size() < 2) return DropCarried(place);  // A crash came before the first record.
  auto base = DecodeBase(records->front());
  if (!base.ok()) return base.status();
  auto newest = DecodeReplicaRecord(records->back());
  if (!newest.ok()) return newest.status();
  const bool goes_on = place.replica.head() == *base;
  if (goes_on) {
    for (std::size_t i = 1; i < records->size(); ++i) {
      if (absl::Status s = place.replica.Restore((*records)[i]); !s.ok()) return s;
    }
  }
  auto head = audit::OpenCheckpoint(place.membership.org, place.replica.LogKeyNow(), newest->note);
  if (!head.ok()) return absl::DataLossError("sealed/carried: its head is not the log's");
  place.carried = Carried{.base = *base, .head = *head, .note = newest->note};
  return absl::OkStatus();
}

absl::Status SyncWithBundle(Workplace& place, Connection& bundle) {
  const audit::Checkpoint base =
      place.carried.has_value() ? place.carried->base : place.replica.head();
  bool begun = place.carried.has_value();
  const auto record = [&](ByteView bytes) {
    if (!begun) {
      absl::Status s = place.home.AppendSealed(*place.keys.home, kCarriedLog, EncodeBase(base));
      if (!s.ok()) return s;
      begun = true;
    }
    return place.home.AppendSealed(*place.keys.home, kCarriedLog, bytes);
  };
  if (absl::Status s = place.replica.Sync(bundle, record); !s.ok()) return s;
  place.carried =
      Carried{.base = base, .head = place.replica.head(), .note = place.replica.checkpoint_note()};
  return absl::OkStatus();
}

absl::Status SyncPastCarried(Workplace& place, std::optional<Reach> reach) {
  auto restored = RestoreReplica(place.home, *place.keys.home, place.membership);
  if (!restored.ok()) return restored.status();
  absl::Status synced = SyncReplica(*restored, *place.connection, place.home, *place.keys.home);
  if (!synced.ok() && !absl::IsDataLoss(synced) && !IsEpochOffer(synced)) return synced;
  place.replica = *std::move(restored);
  if (!synced.ok()) return synced;
  if (absl::Status s = Compare(place, *place.carried); !s.ok()) return s;
  if (absl::Status s = DropCarried(place); !s.ok()) return s;
  if (!reach.has_value()) return absl::OkStatus();
  return SyncReplica(place.replica, *place.connection, place.home, *place.keys.home, reach);
}

absl::Status DropCarried(Workplace& place) {
  place.carried.reset();
  return place.home.RemoveSealed(kCarriedLog);
}

}  // namespace amparo::client
