#include "client/outbox.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/platform.h"
#include "client/refused.h"

namespace amparo::client {
namespace {

constexpr char kRowPrefix[] = "outbox-";
constexpr char kStoredLog[] = "outbox.stored";
constexpr char kFolder[] = "outbox";
constexpr char kSpoolSuffix[] = ".spool";

std::string SpoolIn(const std::string& folder, std::uint64_t number) {
  return absl::StrCat(folder, "/", number, kSpoolSuffix);
}

std::string RowName(std::uint64_t number) { return absl::StrCat(kRowPrefix, number); }

absl::Status IsSentByAnother(std::uint64_t number) {
  return Refused(absl::StatusCode::kAborted, "ITEM_BUSY",
                 absl::StrCat("another amparo sends item ", number, " now"));
}

bool ByNumber(const OutboxItem& a, const OutboxItem& b) { return a.number < b.number; }

absl::StatusOr<OutboxItem> ReadRow(const Home& home, const Secret<32>& key,
                                   const std::string& name) {
  auto row = home.ReadSealed(key, name);
  if (!row.ok()) return row.status();
  auto item = DecodeItem(*row);
  if (item.ok() && RowName(item->number) != name) {
    return absl::DataLossError(absl::StrCat("sealed/", name, " holds item ", item->number));
  }
  return item;
}

absl::StatusOr<std::vector<OutboxItem>> ReadStored(const Home& home, const Secret<32>& key) {
  auto records = home.ReadSealedLog(key, kStoredLog);
  if (!records.ok()) return records.status();
  std::vector<OutboxItem> out;
  std::set<std::uint64_t> seen;
  for (const Bytes& record : *records) {
    auto item = DecodeItem(record);
    if (!item.ok()) return item.status();
    if (seen.insert(item->number).second) out.push_back(*std::move(item));
  }
  return out;
}

// The name of a stored item's record: what sending it needed is left out.
OutboxItem Receipted(OutboxItem item) {
  item.grants.clear();
  item.objects.clear();
  item.parts.clear();
  item.plan.clear();
  return item;
}

}  // namespace

absl::StatusOr<OutboxSight> LookAtOutbox(const Home& home, const Secret<32>& key) {
  // Twice, because a directory that is read while a name in it is replaced need not show that name.
  std::set<std::string> names;
  for (int pass = 0; pass < 2; ++pass) {
    auto listed = home.SealedNames(kRowPrefix);
    if (!listed.ok()) return listed.status();
    names.insert(listed->begin(), listed->end());
  }
  OutboxSight sight;
  for (const std::string& name : names) {
    auto item = ReadRow(home, key, name);
    if (absl::IsNotFound(item.status())) continue;  // It was stored or dropped meanwhile.
    if (!item.ok()) return item.status();
    auto moves =
        platform::IsLocked(SpoolIn(absl::StrCat(home.directory(), "/", kFolder), item->number));
    if (!moves.ok()) return moves.status();
    if (*moves) sight.moving.insert(item->number);
    sight.open.push_back(*std::move(item));
  }
  std::sort(sight.open.begin(), sight.open.end(), ByNumber);
  // Last, because an item's record is written before its row goes: so none is missed.
  auto stored = ReadStored(home, key);
  if (!stored.ok()) return stored.status();
  sight.stored = *std::move(stored);
  std::erase_if(sight.open, [&](const OutboxItem& open) {
    return std::any_of(sight.stored.begin(), sight.stored.end(), [&](const OutboxItem& item) {
      return item.number == open.number && item.statement == open.statement;
    });
  });
  return sight;
}

absl::StatusOr<std::unique_ptr<Outbox>> Outbox::Load(Home& home, const Secret<32>& key) {
  std::unique_ptr<Outbox> outbox(new Outbox(home, key));
  auto folder = home.Folder(kFolder);
  if (!folder.ok()) return folder.status();
  outbox->folder_ = *std::move(folder);
  if (absl::Status s = outbox->ReadItems(); !s.ok()) return s;
  if (absl::Status s = outbox->RemoveOrphans(); !s.ok()) return s;
  return outbox;
}

absl::Status Outbox::ReadItems() {
  auto names = home_.SealedNames(kRowPrefix);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    auto item = ReadRow(home_, key_, name);
    if (!item.ok()) return item.status();
    items_.push_back(*std::move(item));
  }
  std::sort(items_.begin(), items_.end(), ByNumber);
  if (!items_.empty()) next_ = items_.back().number + 1;
  auto stored = Stored();
  if (!stored.ok()) return stored.status();
  for (const OutboxItem& item : *stored) next_ = std::max(next_, item.number + 1);
  // A crash between the record and the removal of the row.
  for (const OutboxItem& item : *stored) {
    const OutboxItem* open = Find(item.number);
    if (open == nullptr || open->statement != item.statement) continue;
    if (absl::Status s = Remove(item.number); !s.ok()) return s;
  }
  return absl::OkStatus();
}

absl::Status Outbox::RemoveOrphans() const {
  auto files = platform::List(folder_);
  if (!files.ok()) return files.status();
  std::set<std::string> wanted;
  for (const OutboxItem& item : items_) wanted.insert(SpoolPath(item.number));
  for (const std::string& file : *files) {
    const std::string path = absl::StrCat(folder_, "/", file);
    if (wanted.contains(path) || !absl::EndsWith(file, kSpoolSuffix)) continue;
    if (absl::Status s = platform::Remove(path); !s.ok()) return s;
  }
  return absl::OkStatus();
}

std::string Outbox::SpoolPath(std::uint64_t number) const { return SpoolIn(folder_, number); }

absl::StatusOr<std::unique_ptr<platform::FileLock>> Outbox::Claim(std::uint64_t number) const {
  constexpr std::uint32_t kSomebodyLooks_ms = 1000;  // LookAtOutbox holds it for an instant.
  auto claim = platform::LockFile(SpoolPath(number), kSomebodyLooks_ms);
  if (!absl::IsResourceExhausted(claim.status())) return claim;
  return IsSentByAnother(number);
}

absl::Status Outbox::CheckUnclaimed(std::uint64_t number) const {
  const absl::StatusOr<bool> claimed = platform::IsLocked(SpoolPath(number));
  if (!claimed.ok()) return claimed.status();
  return *claimed ? IsSentByAnother(number) : absl::OkStatus();
}

const OutboxItem* Outbox::Find(std::uint64_t number) const {
  const auto found = std::find_if(items_.begin(), items_.end(),
                                  [&](const OutboxItem& item) { return item.number == number; });
  return found == items_.end() ? nullptr : &*found;
}

absl::StatusOr<std::vector<OutboxItem>> Outbox::Stored() const { return ReadStored(home_, key_); }

absl::StatusOr<std::uint64_t> Outbox::Add(OutboxItem item) {
  if (items_.size() >= kOutboxItemsMax) {
    return absl::ResourceExhaustedError(
        absl::StrCat(items_.size(), " acts wait in the outbox already; send or drop some"));
  }
  item.number = next_;
  if (absl::Status s = home_.WriteSealed(key_, RowName(item.number), EncodeItem(item)); !s.ok()) {
    return s;
  }
  ++next_;
  items_.push_back(std::move(item));
  return items_.back().number;
}

absl::Status Outbox::Update(const OutboxItem& item) {
  const auto found = std::find_if(items_.begin(), items_.end(), [&](const OutboxItem& open) {
    return open.number == item.number;
  });
  if (found == items_.end()) {
    return absl::InternalError(absl::StrCat("no item ", item.number, " in the outbox"));
  }
  if (item.state != ItemState::kStored) {
    absl::Status written = home_.WriteSealed(key_, RowName(item.number), EncodeItem(item));
    if (written.ok()) *found = item;
    return written;
  }
  // The record first: a crash in between leaves both, and loading removes the row.
  absl::Status kept = home_.AppendSealed(key_, kStoredLog, EncodeItem(Receipted(item)));
  return kept.ok() ? Remove(item.number) : kept;
}

absl::Status Outbox::Remove(std::uint64_t number) {
  if (absl::Status s = home_.RemoveSealed(RowName(number)); !s.ok()) return s;
  std::erase_if(items_, [&](const OutboxItem& item) { return item.number == number; });
  return platform::Remove(SpoolPath(number));
}

absl::StatusOr<std::unique_ptr<platform::SpoolFile>> Outbox::MakeSpool(std::uint64_t number,
                                                                       std::uint64_t bytes) {
  std::uint64_t held = 0;
  for (const OutboxItem& item : items_) held += item.number == number ? 0 : item.bytes;
  if (bytes > kOutboxBytesMax || held > kOutboxBytesMax - bytes) {
    return absl::ResourceExhaustedError(absl::StrCat("the outbox holds ", held,
                                                     " sealed bytes, with ", bytes, " more over ",
                                                     kOutboxBytesMax, "; send or drop some"));
  }
  auto free = platform::FreeBytes(folder_);
  if (!free.ok()) return free.status();
  if (*free < bytes + kOutboxReserveBytes) {
    return absl::ResourceExhaustedError(absl::StrCat("the disk has ", *free, " bytes free, and ",
                                                     bytes, " are needed for sealed copies"));
  }
  if (absl::Status s = platform::Remove(SpoolPath(number)); !s.ok()) return s;
  return platform::CreateSpoolFile(SpoolPath(number), bytes);
}

absl::StatusOr<std::unique_ptr<platform::SpoolFile>> Outbox::OpenSpool(
    const OutboxItem& item) const {
  auto file = platform::OpenSpoolFile(SpoolPath(item.number));
  if (absl::IsNotFound(file.status())) {
    return absl::DataLossError(absl::StrCat("the sealed bytes of item ", item.number, " are gone"));
  }
  if (!file.ok()) return file.status();
  auto size = (*file)->Size();
  if (!size.ok()) return size.status();
  if (*size < item.bytes) {
    return absl::DataLossError(absl::StrCat("the sealed bytes of item ", item.number, " are ",
                                            *size, ", and were ", item.bytes));
  }
  return file;
}

}  // namespace amparo::client
