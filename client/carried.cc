#include "client/carried.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "audit/proof.h"
#include "client/membership.h"
#include "client/replica_alarm.h"
#include "client/replica_record.h"
#include "client/restart.h"
#include "client/workplace.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

// How often the log may have grown between two answers.
constexpr int kProofRoundsMax = 3;

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

absl::Status NotContinued(Workplace& place, const Carried& carried,
                          const absl::StatusOr<CheckpointReply>& reply) {
  // The roots have said since that the log lost its end, and the end was what was carried.
  const auto epoch = place.replica.NewestEpoch();
  if (epoch.has_value() && epoch->value >= carried.base.size.value) return absl::OkStatus();
  place.replica.AccuseNote(carried.note, carried.head, reply);
  const audit::Checkpoint head = place.replica.head();
  return Alarm("the log was rolled back or forked: a bundle brought size ", carried.head.size.value,
               " root ", ToHex(carried.head.root),
               ", which the log signed; the server signed size ", head.size.value, " root ",
               ToHex(head.root));
}

// A light replica has no root of that size: the server has to prove that our head continues it.
absl::Status CompareByProof(Workplace& place, const Carried& carried) {
  for (int round = 0; round < kProofRoundsMax; ++round) {
    auto reply = place.connection->Checkpoint(carried.head.size);
    if (!reply.ok()) return reply.status();
    auto newest =
        audit::OpenCheckpoint(place.membership.org, place.replica.LogKeyNow(), reply->checkpoint);
    if (!newest.ok()) {
      return Alarm("the server's checkpoint is not the log's: ", newest.status().message());
    }
    if (*newest == place.replica.head()) {
      const auto proven = audit::VerifyConsistency(carried.head, *newest, reply->consistency);
      return proven.ok() ? proven : NotContinued(place, carried, reply);
    }
    // It has grown since.
    absl::Status synced =
        SyncReplica(place.replica, *place.connection, place.home, *place.keys.home);
    if (!synced.ok()) return synced;
  }
  return absl::UnavailableError("the log grows faster than it can be compared; try again");
}

absl::Status Compare(Workplace& place, const Carried& carried) {
  const auto root = place.replica.RootAt(carried.head.size);
  if (root == carried.head.root) return absl::OkStatus();
  const bool is_open = !root.has_value() && carried.head.size < place.replica.head().size;
  if (is_open) return CompareByProof(place, carried);
  return NotContinued(place, carried, absl::UnimplementedError("not needed"));
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

absl::Status SyncWithBundle(Workplace& place, Connection& bundle, Reach reach) {
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
  if (absl::Status s = place.replica.Sync(bundle, record, reach); !s.ok()) return s;
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
