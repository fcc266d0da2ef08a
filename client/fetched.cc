#include "client/fetched.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace amparo::client {
namespace {

constexpr char kCarried[] = ".carried";
// Left to everybody else on the disk.
constexpr std::uint64_t kSpareBytes = std::uint64_t{16} << 20;

}  // namespace

std::string Fetched::PathOf(const ObjectId& object) const {
  return absl::StrCat(path_, "/", ToHex(object));
}
std::string Fetched::CarriedPathOf(const ObjectId& object) const {
  return absl::StrCat(PathOf(object), kCarried);
}
std::string Fetched::Find(const ObjectId& object) const {
  std::string carried = CarriedPathOf(object);
  return platform::Look(carried).ok() ? carried : PathOf(object);
}

absl::StatusOr<std::uint64_t> Fetched::SizeOf(const ObjectId& object) const {
  auto info = platform::Look(Find(object));
  if (absl::IsNotFound(info.status())) return 0;
  if (!info.ok()) return info.status();
  return info->type == platform::FileInfo::Type::kRegular ? info->size : 0;
}

absl::StatusOr<std::unique_ptr<platform::InputFile>> Fetched::Read(const ObjectId& object) const {
  return platform::OpenForReading(Find(object));
}

absl::StatusOr<std::unique_ptr<platform::OutputFile>> Fetched::Append(const ObjectId& object,
                                                                      std::uint64_t size,
                                                                      std::uint64_t length) {
  absl::Status made = platform::CreateDirectory(path_);
  if (!made.ok() && !absl::IsAlreadyExists(made)) return made;
  Tidy(UnixSeconds{0}, length, Find(object));  // None is older than the beginning of time.
  const auto room = platform::FreeBytes(path_);
  if (!room.ok()) return room.status();
  if (length + kSpareBytes > *room) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the disk of ", path_, " has ", *room, " bytes left, ", length, " are to be fetched"));
  }
  auto file = platform::OpenForAppendAlone(Find(object));
  if (!file.ok() || *file == nullptr) return file;
  // ext4 writes out a file that was cut when it is closed; this one may not be needed by then.
  const auto had = platform::Look(Find(object));
  // Another one was done meanwhile, and what lay here went: this one keeps nothing.
  if (absl::IsNotFound(had.status()) || (had.ok() && had->size < size)) return nullptr;
  if (!had.ok()) return had.status();
  if (had->size == size) return file;
  if (absl::Status s = (*file)->Truncate(size); !s.ok()) return s;
  return file;
}

absl::Status Fetched::MarkCarried(const ObjectId& object) {
  if (platform::Look(CarriedPathOf(object)).ok()) return absl::OkStatus();
  return platform::RenameExclusive(PathOf(object), CarriedPathOf(object));
}

// What cannot be removed is tidied away when it is old.
void Fetched::Forget(const ObjectId& object) { (void)platform::Remove(PathOf(object)); }

void Fetched::Remove(const ObjectId& object) {
  (void)platform::Remove(PathOf(object));
  (void)platform::Remove(CarriedPathOf(object));
}

std::vector<Fetched::Kept> Fetched::List() const {
  std::vector<Kept> kept;
  const auto names = platform::List(path_);
  if (!names.ok()) return kept;
  for (const std::string& name : *names) {
    const std::string path = absl::StrCat(path_, "/", name);
    const auto info = platform::Look(path);
    if (!info.ok() || info->type != platform::FileInfo::Type::kRegular) continue;
    kept.push_back(
        {.path = path, .size = info->size, .modified_s = info->modified_ns / 1'000'000'000});
  }
  std::sort(kept.begin(), kept.end(),
            [](const Kept& a, const Kept& b) { return a.modified_s < b.modified_s; });
  return kept;
}

void Fetched::Tidy(UnixSeconds now, std::uint64_t room, const std::string& spared) const {
  const std::vector<Kept> kept = List();
  std::uint64_t total = room;
  for (const Kept& file : kept) total += file.size;
  for (const Kept& file : kept) {
    const bool is_old = file.modified_s + kFetchedAgeMax_s < now.value;
    if (!is_old && total <= kFetchedBytesMax) return;
    if (file.path == spared) continue;
    if (platform::Remove(file.path).ok()) total -= file.size;
  }
}

}  // namespace amparo::client
