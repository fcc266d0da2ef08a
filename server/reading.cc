#include "server/reading.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/log_entry.h"
#include "server/log_reader.h"
#include "server/pieces.h"
#include "server/refusal.h"

namespace amparo::server {
namespace {

absl::Status NotVisible() {
  return Refuse(Reason::kNotVisible, "no such subject or object for this member");
}

// Reading asks the newest of the log's time and the clock: a certificate that has expired
// reads no more, even while nothing is written.
directory::Moment MomentOf(const Organization& organization, const Snapshot& snapshot) {
  directory::Moment moment = snapshot.directory->MomentAt(Position{snapshot.size().value});
  moment.now = std::max(moment.now, organization.now());
  return moment;
}

// The caller's own certificate, null once it is not valid: what the member may do by another
// one is nothing to this device.
const directory::CertificateRecord* RecordOf(const Caller& caller, const Organization& organization,
                                             const Snapshot& snapshot) {
  const directory::CertificateRecord* record = snapshot.directory->Find(caller.certificate);
  const bool is_valid = record != nullptr && record->certificate.member == caller.member &&
                        snapshot.directory->IsValid(*record, MomentOf(organization, snapshot));
  return is_valid ? record : nullptr;
}

bool HasRole(const directory::CertificateRecord* record, Role role) {
  return record != nullptr && (record->certificate.roles & static_cast<std::uint16_t>(role)) != 0;
}

std::set<Desk> DesksOf(const Caller& caller, const Organization& organization,
                       const Snapshot& snapshot) {
  const directory::CertificateRecord* record = RecordOf(caller, organization, snapshot);
  if (!HasRole(record, Role::kCoordinator)) return {};
  return {record->certificate.desks.begin(), record->certificate.desks.end()};
}

LogReader LogOf(const Organization& organization) {
  return LogReader(organization.storage().ledger, organization.storage().shelf);
}

absl::Status CheckMaySee(Organization& organization, const Caller& caller, const Snapshot& snapshot,
                         const Subject& subject) {
  if (subject.type != SubjectType::kCase && subject.type != SubjectType::kDocument) {
    return NotVisible();
  }
  const auto state = organization.subjects().Load(subject, *snapshot.directory, snapshot.size());
  if (!state.ok()) return state.status();
  const workflow::Context context{.directory = *snapshot.directory,
                                  .moment = MomentOf(organization, snapshot)};
  const directory::CertificateRecord* record = RecordOf(caller, organization, snapshot);
  const bool is_known = (*state)->chain.statements > 0 && record != nullptr;
  if (!is_known || !MaySeeSubject((*state)->value, context, *record)) return NotVisible();
  return absl::OkStatus();
}

// A coordinator who sees a subject may carry the grants of another who sees it and has no
// connection. Nobody else collects what is sealed to others.
bool IsSeenBy(Organization& organization, const Snapshot& snapshot, const Subject& subject,
              const MemberId& member) {
  const auto state = organization.subjects().Load(subject, *snapshot.directory, snapshot.size());
  if (!state.ok()) return false;
  const workflow::Context context{.directory = *snapshot.directory,
                                  .moment = MomentOf(organization, snapshot)};
  return MaySeeSubject((*state)->value, context, member);
}

bool MayHaveGrantsOf(const Organization& organization, const Caller& caller,
                     const MemberId& grantee) {
  const bool is_registrar = HoldsRole(organization, caller, Role::kRegistrar);
  if (grantee == caller.member) return true;
  if (grantee == RecoveryGrantee()) return is_registrar;
  if (grantee != DirectoryGrantee()) return false;
  return is_registrar || HoldsRole(organization, caller, Role::kCoordinator);
}

// The newest grants; when the caller asks for its own, those of its own device if it has any.
absl::Status AddGrants(const Organization& organization, const Caller& caller,
                       const ObjectId& object, const MemberId& grantee, ReadObjects& read) {
  auto rows = organization.rows().Grants(object, grantee);
  if (!rows.ok()) return rows.status();
  const bool has_own = std::any_of(rows->begin(), rows->end(), [&](const GrantRow& row) {
    return row.certificate == caller.certificate;
  });
  std::size_t added = 0;
  for (const GrantRow& row : *rows) {
    if (added == kGrantsPerObjectMax) break;
    if (has_own && row.certificate != caller.certificate) continue;
    auto grant = ReadPiece(*organization.storage().blobs, *organization.storage().shelf,
                           GrantPieceKey(object, row.sha256));
    if (!grant.ok()) return grant.status();
    if (!grant->has_value()) continue;  // Dropped: its grantee was no longer valid.
    read.grants.push_back({.object = object, .grantee = grantee, .grant = **std::move(grant)});
    ++added;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> MayHaveDirectoryObject(const Organization& organization, const Caller& caller,
                                            const ObjectId& object) {
  if (HoldsRole(organization, caller, Role::kRegistrar) ||
      HoldsRole(organization, caller, Role::kCoordinator)) {
    return true;
  }
  const auto rows = organization.rows().Grants(object, caller.member);
  if (!rows.ok()) return rows.status();
  return !rows->empty();
}

absl::Status AddObject(const Organization& organization, const Caller& caller,
                       const ObjectsWanted& wanted, const ObjectId& object, ReadObjects& read) {
  const auto row = organization.rows().FindObject(object);
  if (!row.ok()) return row.status();
  if (!row->has_value() || (*row)->subject != wanted.subject) return absl::OkStatus();
  if (wanted.subject.type == SubjectType::kDirectory) {
    const auto may = MayHaveDirectoryObject(organization, caller, object);
    if (!may.ok()) return may.status();
    if (!*may) return absl::OkStatus();
  }
  auto payload = ReadPiece(*organization.storage().blobs, *organization.storage().shelf,
                           ObjectPieceKey(object));
  if (!payload.ok()) return payload.status();
  read.objects.push_back({.object = object, .payload = std::move(*payload).value_or(Bytes())});
  return AddGrants(organization, caller, object, wanted.grantee, read);
}

}  // namespace

absl::StatusOr<Visible> FindVisible(const Organization& organization, const Caller& caller,
                                    const Snapshot& snapshot, Position from, Position end,
                                    std::size_t limit) {
  Visible visible{.positions = {}, .end = end};
  const auto add = [&](const absl::StatusOr<std::vector<Position>>& found) {
    if (!found.ok()) return found.status();
    // A list that was cut says nothing of what comes after its last position.
    if (found->size() >= limit) {
      visible.end = std::min(visible.end, Position{found->back().value + 1});
    }
    visible.positions.insert(found->begin(), found->end());
    return absl::OkStatus();
  };
  const ViewRows& rows = organization.rows();
  absl::Status status = add(rows.VisibleToMember(caller.member, from, end, limit));
  for (const Desk desk : DesksOf(caller, organization, snapshot)) {
    if (status.ok()) status = add(rows.VisibleOnDesk(desk, from, end, limit));
  }
  if (!status.ok()) return status;
  visible.positions.erase(visible.positions.lower_bound(visible.end), visible.positions.end());
  return visible;
}

absl::StatusOr<Synced> Sync(const Organization& organization, const Caller& caller, Position from,
                            std::uint32_t limit) {
  const auto snapshot = organization.snapshot();
  Synced synced{.entries = {}, .checkpoint = snapshot->checkpoint};
  const std::uint64_t size = snapshot->size().value;
  if (limit == 0 || from.value >= size) return synced;
  const Position end{std::min<std::uint64_t>(size, from.value + std::min(limit, kSyncEntriesMax))};
  const auto visible =
      FindVisible(organization, caller, *snapshot, from, end, end.value - from.value + 1);
  if (!visible.ok()) return visible.status();
  const auto entries = organization.storage().ledger->Read(from, end.value - from.value);
  if (!entries.ok()) return entries.status();
  const LogReader log = LogOf(organization);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < entries->size() && bytes < kSyncBytesMax; ++i) {
    const Position position{from.value + i};
    const auto entry = audit::DecodeEntry((*entries)[i]);
    if (!entry.ok()) return entry.status();
    SyncedEntry given{.leaf = audit::EncodeLeaf(entry->leaf), .statement = {}};
    if (entry->leaf.leaf_class == 1 || visible->positions.contains(position)) {
      auto stored = log.Open(position, *entry);
      if (!stored.ok()) return stored.status();
      given.statement = std::move(stored->statement.bytes);
    }
    bytes += given.leaf.size() + given.statement.size();
    synced.entries.push_back(std::move(given));
  }
  return synced;
}

absl::StatusOr<Chain> ReadChain(Organization& organization, const Caller& caller,
                                const Subject& subject, std::uint32_t from) {
  const auto snapshot = organization.snapshot();
  if (auto status = CheckMaySee(organization, caller, *snapshot, subject); !status.ok()) {
    return status;
  }
  const auto row = organization.rows().FindChain(subject);
  if (!row.ok()) return row.status();
  auto positions = organization.rows().ChainEntries(subject, *row);
  if (!positions.ok()) return positions.status();
  std::erase_if(*positions, [&](const Position at) { return at.value >= snapshot->size().value; });
  Chain chain{.statements = {}, .total = static_cast<std::uint32_t>(positions->size())};
  const LogReader log = LogOf(organization);
  std::size_t bytes = 0;
  for (std::size_t i = from; i < positions->size() && bytes < kSubjectBytesMax; ++i) {
    auto stored = log.At((*positions)[i]);
    if (!stored.ok()) return stored.status();
    bytes += stored->statement.bytes.size();
    if (bytes > kSubjectBytesMax && !chain.statements.empty()) break;
    chain.statements.push_back(
        {.position = (*positions)[i], .statement = std::move(stored->statement.bytes)});
  }
  return chain;
}

absl::StatusOr<ReadObjects> ReadObjectsOf(Organization& organization, const Caller& caller,
                                          const ObjectsWanted& wanted) {
  if (wanted.objects.size() > kObjectsAskedMax) {
    return Refuse(Reason::kTooLarge,
                  absl::StrCat(wanted.objects.size(), " objects, at most ", kObjectsAskedMax));
  }
  const auto snapshot = organization.snapshot();
  const bool is_directory =
      wanted.subject.type == SubjectType::kDirectory && wanted.subject.id.is_zero();
  if (!is_directory) {
    if (auto status = CheckMaySee(organization, caller, *snapshot, wanted.subject); !status.ok()) {
      return status;
    }
  }
  if (!MayHaveGrantsOf(organization, caller, wanted.grantee)) {
    const bool carries = !is_directory && HoldsRole(organization, caller, Role::kCoordinator) &&
                         IsSeenBy(organization, *snapshot, wanted.subject, wanted.grantee);
    if (!carries) return NotVisible();
  }
  ReadObjects read;
  for (const ObjectId& object : wanted.objects) {
    if (auto status = AddObject(organization, caller, wanted, object, read); !status.ok()) {
      return status;
    }
    std::size_t bytes = 0;
    for (const ObjectBytes& one : read.objects) bytes += one.payload.size();
    if (bytes > kObjectsBytesMax) {
      return Refuse(Reason::kTooLarge, "the objects are too large for one answer");
    }
  }
  return read;
}

absl::StatusOr<std::uint64_t> CheckDownload(Organization& organization, const Caller& caller,
                                            const Subject& subject, const ObjectId& object) {
  const auto snapshot = organization.snapshot();
  if (auto status = CheckMaySee(organization, caller, *snapshot, subject); !status.ok()) {
    return status;
  }
  const auto row = organization.rows().FindObject(object);
  if (!row.ok()) return row.status();
  if (!row->has_value() || (*row)->subject != subject) return NotVisible();
  const auto state = organization.storage().blobs->Stat(object);
  if (!state.ok()) return state.status();
  if (!state->has_value() || !(*state)->sealed) return NotVisible();
  return (*state)->length;
}

bool HoldsRole(const Organization& organization, const Caller& caller, Role role) {
  const auto snapshot = organization.snapshot();
  return HasRole(RecordOf(caller, organization, *snapshot), role);
}

bool IsStillValid(const Organization& organization, const Caller& caller) {
  return RecordOf(caller, organization, *organization.snapshot()) != nullptr;
}

}  // namespace amparo::server
