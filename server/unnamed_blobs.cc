#include "server/unnamed_blobs.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/pieces.h"
#include "server/refusal.h"

namespace amparo::server {
namespace {

constexpr std::size_t kBlobsAtOnce = 256;
constexpr UnixSeconds kEver{std::numeric_limits<std::uint64_t>::max()};

std::uint64_t CostOf(std::uint64_t length) { return std::max(length, kUnnamedBlobBytesMin); }

// Calls `visit` with each blob that changed before `before` and its state.
template <class Visit>
absl::Status ForEachBlob(const storage::BlobStore& blobs, UnixSeconds before, Visit visit) {
  std::optional<ObjectId> after;
  while (true) {
    const auto some = blobs.ChangedBefore(before, kBlobsAtOnce, after);
    if (!some.ok()) return some.status();
    if (some->empty()) return absl::OkStatus();
    for (const ObjectId& object : *some) {
      const auto state = blobs.Stat(object);
      if (!state.ok()) return state.status();
      if (!state->has_value()) continue;
      if (absl::Status status = visit(object, **state); !status.ok()) return status;
    }
    after = some->back();
  }
}

}  // namespace

absl::Status UnnamedBlobs::Load() {
  const std::lock_guard lock(mutex_);
  return ForEachBlob(*blobs_, kEver, [&](const ObjectId& object, const storage::BlobState& state) {
    stored_bytes_ += state.length;
    // First what most blobs, named long ago, do not have any more.
    const auto kept = blobs_->GetPiece(BlobOwnerKey(object));
    if (!kept.ok()) return kept.status();
    if (!kept->has_value()) return absl::OkStatus();
    const auto is_named = IsNamed(object, state.length);
    if (!is_named.ok()) return is_named.status();
    if (*is_named) return absl::OkStatus();
    const auto owner = MemberId::From(**kept);
    if (!owner) return absl::DataLossError("a malformed owner of a blob");
    Own(object, {.owner = *owner, .length = state.length});
    return absl::OkStatus();
  });
}

// An object of another length under the id is no blob: it does not keep the bytes of one.
absl::StatusOr<bool> UnnamedBlobs::IsNamed(const ObjectId& object, std::uint64_t length) const {
  const auto row = rows_->FindObject(object);
  if (!row.ok()) return row.status();
  return row->has_value() && (*row)->length == length;
}

std::uint64_t UnnamedBlobs::BytesOf(const MemberId& member) const {
  const auto found = bytes_of_.find(member);
  return found == bytes_of_.end() ? 0 : found->second;
}

void UnnamedBlobs::Own(const ObjectId& object, const Unnamed& unnamed) {
  Disown(object);
  unnamed_[object] = unnamed;
  bytes_of_[unnamed.owner] += CostOf(unnamed.length);
  bytes_ += CostOf(unnamed.length);
}

void UnnamedBlobs::Disown(const ObjectId& object) {
  const auto found = unnamed_.find(object);
  if (found == unnamed_.end()) return;
  const std::uint64_t cost = CostOf(found->second.length);
  const auto of_owner = bytes_of_.find(found->second.owner);
  if ((of_owner->second -= cost) == 0) bytes_of_.erase(of_owner);
  bytes_ -= cost;
  unnamed_.erase(found);
}

absl::Status UnnamedBlobs::CheckQuota(const MemberId& member, std::uint64_t length,
                                      UnixSeconds now) {
  const std::uint64_t cost = CostOf(length);
  if (BytesOf(member) + cost <= kUnnamedBytesPerMemberMax) return absl::OkStatus();
  if (auto status = ForgetNamed(member); !status.ok()) return status;
  if (auto status = EraseAbandoned(member, now); !status.ok()) return status;
  const std::uint64_t bytes = BytesOf(member);
  if (bytes + cost <= kUnnamedBytesPerMemberMax) return absl::OkStatus();
  return Refuse(Reason::kQuotaReached,
                absl::StrCat(bytes, " bytes that no statement names, and ", cost, " more, at most ",
                             kUnnamedBytesPerMemberMax));
}

absl::Status UnnamedBlobs::CheckTotals(std::uint64_t length, UnixSeconds now) {
  const std::uint64_t cost = CostOf(length);
  const auto has_room = [&] {
    return bytes_ + cost <= limits_.unnamed_bytes &&
           (limits_.stored_bytes == 0 || StoredBytes() + length <= limits_.stored_bytes);
  };
  if (has_room()) return absl::OkStatus();
  if (auto status = ForgetNamed(std::nullopt); !status.ok()) return status;
  if (auto status = EraseAbandoned(std::nullopt, now); !status.ok()) return status;
  if (has_room()) return absl::OkStatus();
  if (bytes_ + cost > limits_.unnamed_bytes) {
    return Refuse(
        Reason::kOrganizationFull,
        absl::StrCat("the organisation has ", bytes_, " bytes that no statement names, and ", cost,
                     " more, at most ", limits_.unnamed_bytes));
  }
  return Refuse(Reason::kOrganizationFull,
                absl::StrCat("the organisation stores ", StoredBytes(), " bytes, and ", length,
                             " more, at most ", limits_.stored_bytes));
}

absl::Status UnnamedBlobs::ForgetNamed(std::optional<MemberId> owner) {
  std::vector<ObjectId> named;
  std::uint64_t gone = 0;
  std::vector<Bytes> noted;
  for (const auto& [object, unnamed] : unnamed_) {
    if (owner && unnamed.owner != *owner) continue;
    const auto state = blobs_->Stat(object);
    if (!state.ok()) return state.status();
    if (state->has_value()) {
      const auto is_named = IsNamed(object, (*state)->length);
      if (!is_named.ok()) return is_named.status();
      if (!*is_named) continue;
    } else {
      gone += unnamed.length;
    }
    named.push_back(object);
    noted.push_back(BlobOwnerKey(object));
  }
  if (named.empty()) return absl::OkStatus();
  if (auto status = blobs_->ErasePieces(noted); !status.ok()) return status;
  for (const ObjectId& object : named) Disown(object);
  Uncount(gone);
  return absl::OkStatus();
}

absl::Status UnnamedBlobs::EraseAbandoned(std::optional<MemberId> owner, UnixSeconds now) {
  if (now.value < kAbandonedUpload_s) return absl::OkStatus();
  const storage::Abandoned abandoned{.before = {now.value - kAbandonedUpload_s + 1}};
  // Asked first, so that no writer of those that are not old is waited for.
  std::map<ObjectId, std::uint64_t> old;  // And how long they are.
  for (const auto& [object, unnamed] : unnamed_) {
    if (owner && unnamed.owner != *owner) continue;
    const auto state = blobs_->Stat(object);
    if (!state.ok()) return state.status();
    if (!state->has_value() || (*state)->sealed) continue;
    if ((*state)->changed < abandoned.before) old[object] = (*state)->length;
  }
  for (const auto& [object, length] : old) {
    const auto is_erased = blobs_->EraseIfAbandoned(object, abandoned);
    if (!is_erased.ok()) return is_erased.status();
    if (!*is_erased) continue;
    if (auto status = Forget(object, length); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<storage::BlobWriter>> UnnamedBlobs::Begin(const MemberId& member,
                                                                         const ObjectId& object,
                                                                         std::uint64_t length,
                                                                         UnixSeconds now,
                                                                         storage::BlobRun* run) {
  const std::lock_guard lock(mutex_);
  const auto row = rows_->FindObject(object);
  if (!row.ok()) return row.status();
  if (row->has_value()) return Refuse(Reason::kObjectTaken, "an object id that is taken");
  const auto stored = blobs_->Stat(object);
  if (!stored.ok()) return stored.status();
  if (stored->has_value()) return GoOn(member, object, length, now, run);
  if (const auto gone = unnamed_.find(object); gone != unnamed_.end()) {
    Uncount(gone->second.length);  // It was damaged, or lost unsynced, and is sent again.
    Disown(object);
  }
  if (auto status = CheckQuota(member, length, now); !status.ok()) return status;
  if (auto status = CheckTotals(length, now); !status.ok()) return status;
  if (auto status = NoteOwner(member, object); !status.ok()) return status;
  auto writer = BeginWrite(object, length, now, run);
  if (!writer.ok()) {
    const auto begun = blobs_->Stat(object);
    if (begun.ok() && !begun->has_value()) {
      // Without a blob nothing would ever erase the note.
      const Bytes note = BlobOwnerKey(object);
      blobs_->ErasePieces({&note, 1}).IgnoreError();
      return writer;
    }
  }
  Own(object, {.owner = member, .length = length});
  stored_bytes_ += length;
  return writer;
}

absl::StatusOr<std::unique_ptr<storage::BlobWriter>> UnnamedBlobs::BeginWrite(
    const ObjectId& object, std::uint64_t length, UnixSeconds now, storage::BlobRun* run) {
  auto writer = run != nullptr ? run->BeginWrite(object, length, now)
                               : blobs_->BeginWrite(object, length, now);
  if (!writer.ok()) return writer;
  // What was sealed under this id is lost, and what was noted of it would be said of other bytes.
  const auto noted = blobs_->GetPiece(BlobHashKey(object));
  if (!noted.ok()) return noted.status();
  if (noted->has_value()) {
    const Bytes key = BlobHashKey(object);
    if (auto status = blobs_->ErasePieces({&key, 1}); !status.ok()) return status;
  }
  return writer;
}

absl::StatusOr<std::unique_ptr<storage::BlobWriter>> UnnamedBlobs::GoOn(const MemberId& member,
                                                                        const ObjectId& object,
                                                                        std::uint64_t length,
                                                                        UnixSeconds now,
                                                                        storage::BlobRun* run) {
  const auto known = unnamed_.find(object);
  if (known != unnamed_.end() && known->second.owner == member) {
    return BeginWrite(object, length, now, run);
  }
  if (auto status = CheckQuota(member, length, now); !status.ok()) return status;
  auto writer = BeginWrite(object, length, now, run);
  if (!writer.ok()) return writer;
  if (auto status = NoteOwner(member, object); !status.ok()) return status;
  Own(object, {.owner = member, .length = length});
  return writer;
}

absl::Status UnnamedBlobs::NoteOwner(const MemberId& member, const ObjectId& object) {
  const storage::PieceWrite owner{.key = BlobOwnerKey(object),
                                  .value = Bytes(member.bytes.begin(), member.bytes.end())};
  return blobs_->PutPieces(std::span(&owner, 1));
}

absl::StatusOr<bool> UnnamedBlobs::MayStay(const MemberId& author, const ObjectRef& ref) const {
  const auto row = rows_->FindObject(ref.object);
  if (!row.ok()) return row.status();
  if (row->has_value()) return true;
  const auto known = unnamed_.find(ref.object);
  if (known != unnamed_.end() && known->second.owner == author) return true;
  const auto state = blobs_->Stat(ref.object);
  if (!state.ok()) return state.status();
  if (!state->has_value()) return true;
  if ((*state)->length != ref.payload_length) return false;
  if (!(*state)->sealed) return true;
  const auto noted = blobs_->GetPiece(BlobHashKey(ref.object));
  if (!noted.ok()) return noted.status();
  // One that was sealed at this moment is not noted yet.
  return !noted->has_value() || Hash::From(**noted) == ref.payload_sha256;
}

absl::StatusOr<std::size_t> UnnamedBlobs::MakeWay(const Submission& refused) {
  const std::lock_guard lock(mutex_);
  const MemberId& author = refused.statement.statement.actor;
  std::size_t erased = 0;
  for (const ObjectRef& ref : refused.body.objects) {
    if (refused.objects.contains(ref.object)) continue;  // It came with the statement.
    const auto may_stay = MayStay(author, ref);
    if (!may_stay.ok()) return may_stay.status();
    if (*may_stay) continue;
    if (auto status = Erase(ref.object); !status.ok()) return status;
    if (++erased == kMadeWayMax) break;
  }
  return erased;
}

absl::Status UnnamedBlobs::Erase(const ObjectId& object) {
  const auto known = unnamed_.find(object);
  const auto state = blobs_->Stat(object);
  if (!state.ok()) return state.status();
  const std::uint64_t length = state->has_value()        ? (*state)->length
                               : known != unnamed_.end() ? known->second.length
                                                         : 0;
  if (auto status = blobs_->Erase(object); !status.ok()) return status;
  return Forget(object, length);
}

absl::Status UnnamedBlobs::Forget(const ObjectId& object, std::uint64_t length) {
  Uncount(length);
  Disown(object);
  const std::array<Bytes, 2> pieces = {BlobHashKey(object), BlobOwnerKey(object)};
  return blobs_->ErasePieces(pieces);
}

absl::StatusOr<std::size_t> UnnamedBlobs::Sweep(UnixSeconds now) {
  const std::lock_guard lock(mutex_);
  if (auto status = ForgetNamed(std::nullopt); !status.ok()) return status;
  if (now.value < kUnnamedBlobLifetime_s) return std::size_t{0};
  const UnixSeconds before{now.value - kUnnamedBlobLifetime_s};
  std::size_t erased = 0;
  const absl::Status status =
      ForEachBlob(*blobs_, before, [&](const ObjectId& object, const storage::BlobState& state) {
        const auto is_named = IsNamed(object, state.length);
        if (!is_named.ok()) return is_named.status();
        if (*is_named) return absl::OkStatus();
        const auto is_erased =
            blobs_->EraseIfAbandoned(object, {.before = before, .may_be_sealed = true});
        if (!is_erased.ok() || !*is_erased) return is_erased.status();
        ++erased;
        return Forget(object, state.length);
      });
  if (!status.ok()) return status;
  return erased;
}

}  // namespace amparo::server
