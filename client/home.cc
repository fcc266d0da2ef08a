#include "client/home.h"

#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/home_json.h"
#include "client/platform.h"
#include "client/refused.h"
#include "client/sealed_log.h"
#include "crypto/aead.h"
#include "statement/labels.h"

namespace amparo::client {
namespace {

constexpr char kSealedRowLabel[] = "amparo/home-row/v1\n";
constexpr std::uint64_t kHomeJsonBytesMax = 64 * 1024;
constexpr std::uint64_t kIdentityBytesMax = 64 * 1024;
constexpr std::uint64_t kSealedRowBytesMax = std::uint64_t{64} << 20;
constexpr std::size_t kWordBytes = 16;  // See SignIn.
// Before anybody is told that it takes longer, and after that.
constexpr std::uint32_t kQuietWaitMs = 500;
constexpr std::uint32_t kTellingWaitMs = 59'500;

std::string PathIn(const std::string& directory, absl::string_view name) {
  return absl::StrCat(directory, "/", name);
}
std::string SocketOf(const Home& home) { return PathIn(home.directory(), "keys.sock"); }

absl::Status CheckName(const std::string& name) {
  const bool ok = !name.empty() && name.size() <= 64 && name[0] != '.' &&
                  name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == name.npos;
  if (ok) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("\"", name, "\" is no name of a sealed file"));
}

Bytes RowContext(const std::string& name) {
  Bytes context;
  AppendTo(context, LabelBytes(kSealedRowLabel));
  AppendTo(context, AsBytes(name));
  return context;
}

// Keys that others may read are no keys.
absl::Status CheckPrivate(const std::string& directory) {
  for (const std::string& path :
       {directory, PathIn(directory, "identity.age"), PathIn(directory, "home.json")}) {
    auto info = platform::Look(path);
    if (absl::IsNotFound(info.status())) continue;
    if (!info.ok()) return info.status();
    if (!info->ours) {
      return absl::FailedPreconditionError(absl::StrCat(path, " belongs to another user"));
    }
    if (info->others_may_read) {
      return absl::FailedPreconditionError(
          absl::StrCat(path, " may be read by others; run: chmod -R go-rwx \"", directory, "\""));
    }
  }
  return absl::OkStatus();
}

absl::Status WriteHomeJson(const std::string& directory, const HomeCard& card) {
  return platform::ReplaceFile(PathIn(directory, "home.json"), AsBytes(FormatHomeJson(card)));
}

// Makes an empty directory of ours, or accepts one. True: it was made.
absl::StatusOr<bool> MakeDirectory(const std::string& directory) {
  auto found = platform::Look(directory);
  if (absl::IsNotFound(found.status())) {
    std::error_code error;
    const auto parent = std::filesystem::path(directory).parent_path();
    if (!parent.empty()) std::filesystem::create_directories(parent, error);
    if (auto status = platform::CreateDirectory(directory); !status.ok()) return status;
    return true;
  }
  if (!found.ok()) return found.status();
  if (platform::Look(PathIn(directory, "home.json")).ok()) {
    return absl::AlreadyExistsError(absl::StrCat(directory, " holds a home already"));
  }
  auto names = platform::List(directory);
  if (!names.ok()) return names.status();
  if (!names->empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(directory, " is no home and holds \"", names->front(), "\""));
  }
  if (auto status = CheckPrivate(directory); !status.ok()) return status;
  return false;
}

absl::Status FillDirectory(const std::string& directory, const HomeCard& card,
                           const KeyBundle& keys, ByteView passphrase) {
  auto identity = SealIdentityFile(keys, passphrase);
  if (!identity.ok()) return identity.status();
  if (auto status = platform::CreateDirectory(PathIn(directory, "sealed")); !status.ok()) {
    return status;
  }
  auto status = platform::ReplaceFile(PathIn(directory, "identity.age"), *identity);
  if (!status.ok()) return status;
  return WriteHomeJson(directory, card);  // Last: with it the directory is a home.
}

absl::Status CheckHome(const std::string& directory) {
  auto found = platform::Look(PathIn(directory, "home.json"));
  if (absl::IsNotFound(found.status())) {
    return absl::NotFoundError(absl::StrCat("there is no home in ", directory));
  }
  return found.ok() ? CheckPrivate(directory) : found.status();
}

absl::StatusOr<std::unique_ptr<platform::FileLock>> Lock(const std::string& directory,
                                                         const std::function<void()>& waits) {
  const std::string path = PathIn(directory, "lock");
  auto lock = platform::LockFile(path, kQuietWaitMs);
  if (absl::IsResourceExhausted(lock.status())) {
    if (waits) waits();
    lock = platform::LockFile(path, kTellingWaitMs);
  }
  if (!absl::IsResourceExhausted(lock.status())) return lock;
  return Refused(absl::StatusCode::kAborted, "HOME_BUSY",
                 absl::StrCat("another amparo is at work in ", directory));
}

// Whoever takes the lock leaves a word of its own in it. The next one to hold it sees by that who
// was there.
absl::StatusOr<Bytes> SignIn(platform::FileLock& lock) {
  Bytes word(kWordBytes);
  FillRandom(word);
  if (absl::Status s = lock.Say(word); !s.ok()) return s;
  return word;
}

void EmptyDirectory(const std::string& directory, bool and_itself) {
  for (absl::string_view name :
       {"home.json.new", "home.json", "identity.age.new", "identity.age", "sealed", "lock"}) {
    platform::Remove(PathIn(directory, name)).IgnoreError();
  }
  if (and_itself) platform::Remove(directory).IgnoreError();
}

}  // namespace

struct Home::State {
  std::string directory;
  HomeCard card;
  std::unique_ptr<platform::FileLock> lock;
  Bytes word;                                    // Ours in the lock.
  std::map<std::string, SealedLogEnd> log_ends;  // What was read of each log.

  std::string SealedPath(const std::string& name) const {
    return absl::StrCat(directory, "/sealed/", name);
  }
  // Nobody writes beside another process, not even after the lock could not be had again.
  absl::Status CheckHeld() const {
    if (lock != nullptr) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(directory, " is not held by this process"));
  }
};

Home::Home(std::unique_ptr<State> state) : state_(std::move(state)) {}
Home::Home(Home&&) noexcept = default;
Home& Home::operator=(Home&&) noexcept = default;
Home::~Home() = default;

absl::StatusOr<Home> Home::Create(const std::string& directory, const HomeCard& card,
                                  const KeyBundle& keys, ByteView passphrase) {
  if (passphrase.empty()) return absl::InvalidArgumentError("the passphrase is empty");
  if (!keys.home.has_value()) return absl::InvalidArgumentError("the keys have no home key");
  auto made = MakeDirectory(directory);
  if (!made.ok()) return made.status();
  absl::Status status = FillDirectory(directory, card, keys, passphrase);
  if (!status.ok()) {
    EmptyDirectory(directory, *made);
    return status;
  }
  return Open(directory);
}

absl::StatusOr<Home> Home::Open(const std::string& directory, const std::function<void()>& waits) {
  if (auto status = CheckHome(directory); !status.ok()) return status;
  auto lock = Lock(directory, waits);
  if (!lock.ok()) return lock.status();
  auto word = SignIn(**lock);
  if (!word.ok()) return word.status();
  auto home = Read(directory);
  if (!home.ok()) return home;
  home->state_->lock = *std::move(lock);
  home->state_->word = *std::move(word);
  return home;
}

absl::StatusOr<bool> Home::WhileFree(const std::function<void()>& work) {
  const std::string path = PathIn(state_->directory, "lock");
  state_->lock.reset();
  work();
  absl::StatusOr<std::unique_ptr<platform::FileLock>> lock;
  do {
    lock = platform::LockFile(path, kTellingWaitMs);
  } while (absl::IsResourceExhausted(lock.status()));
  if (!lock.ok()) return lock.status();
  auto found = platform::ReadFile(path, kWordBytes);
  if (!found.ok()) return found.status();
  const bool somebody_was_here = *found != state_->word;
  if (somebody_was_here) {
    auto word = SignIn(**lock);
    if (!word.ok()) return word.status();
    auto now = Read(state_->directory);
    if (!now.ok()) return now.status();
    state_->card = now->card();
    state_->word = *std::move(word);
    state_->log_ends.clear();
  }
  state_->lock = *std::move(lock);
  return somebody_was_here;
}

absl::StatusOr<std::unique_ptr<const Home>> Home::Look(const std::string& directory) {
  if (auto status = CheckHome(directory); !status.ok()) return status;
  auto home = Read(directory);
  if (!home.ok()) return home.status();
  return std::make_unique<const Home>(*std::move(home));
}

absl::StatusOr<Home> Home::Read(const std::string& directory) {
  auto state = std::make_unique<State>();
  state->directory = directory;
  auto text = platform::ReadFile(PathIn(directory, "home.json"), kHomeJsonBytesMax);
  if (!text.ok()) return text.status();
  auto card = ParseHomeJson(AsText(*text));
  if (!card.ok()) return card.status();
  state->card = *std::move(card);
  return Home(std::move(state));
}

absl::StatusOr<bool> Home::InUse() const {
  return platform::IsLocked(PathIn(state_->directory, "lock"));
}

const std::string& Home::directory() const { return state_->directory; }
const HomeCard& Home::card() const { return state_->card; }

absl::Status Home::WriteCard(const HomeCard& card) {
  if (auto status = state_->CheckHeld(); !status.ok()) return status;
  if (auto status = WriteHomeJson(state_->directory, card); !status.ok()) return status;
  state_->card = card;
  return absl::OkStatus();
}

absl::StatusOr<KeyBundle> Home::Unlock(ByteView passphrase) const {
  if (passphrase.empty()) return absl::PermissionDeniedError("the passphrase is empty");
  const std::string path = PathIn(state_->directory, "identity.age");
  auto file = platform::ReadFile(path, kIdentityBytesMax);
  if (absl::IsNotFound(file.status()) || absl::IsResourceExhausted(file.status())) {
    return absl::DataLossError(file.status().message());
  }
  // A file that may not be read is no wrong passphrase.
  if (absl::IsPermissionDenied(file.status())) {
    return absl::FailedPreconditionError(file.status().message());
  }
  if (!file.ok()) return file.status();
  auto keys = OpenIdentityFile(*file, passphrase);
  if (absl::IsInvalidArgument(keys.status())) {
    return absl::DataLossError(absl::StrCat(path, " is damaged: ", keys.status().message()));
  }
  if (keys.ok() && !keys->home.has_value()) {
    return absl::DataLossError(absl::StrCat(path, " holds no home key"));
  }
  return keys;
}

absl::StatusOr<KeyBundle> Home::UnlockFromHolder() const {
  auto text = platform::AskForSecret(SocketOf(*this), kIdentityBytesMax);
  if (absl::IsInvalidArgument(text.status())) return absl::NotFoundError(text.status().message());
  if (!text.ok()) return text.status();
  return ParseKeyBundle(text->Expose());
}

absl::Status Home::WriteSealed(const Secret<32>& home_key, const std::string& name,
                               ByteView bytes) {
  if (auto status = state_->CheckHeld(); !status.ok()) return status;
  if (auto status = CheckName(name); !status.ok()) return status;
  return platform::ReplaceFile(state_->SealedPath(name),
                               AeadSeal(home_key, RowContext(name), bytes));
}

absl::StatusOr<Bytes> Home::ReadSealed(const Secret<32>& home_key, const std::string& name) const {
  if (auto status = CheckName(name); !status.ok()) return status;
  auto sealed = platform::ReadFile(state_->SealedPath(name), kSealedRowBytesMax);
  if (!sealed.ok()) return sealed.status();
  auto opened = AeadOpen(home_key, RowContext(name), *sealed);
  if (!opened.ok()) {
    return absl::DataLossError(absl::StrCat("sealed/", name, " is damaged or of another home"));
  }
  return opened;
}

absl::Status Home::RemoveSealed(const std::string& name) {
  if (auto status = state_->CheckHeld(); !status.ok()) return status;
  if (auto status = CheckName(name); !status.ok()) return status;
  if (auto status = platform::Remove(state_->SealedPath(name)); !status.ok()) return status;
  state_->log_ends.erase(name);
  return platform::SyncDirectory(PathIn(state_->directory, "sealed"));
}

absl::StatusOr<std::vector<std::string>> Home::SealedNames(const std::string& prefix) const {
  auto names = platform::List(PathIn(state_->directory, "sealed"));
  if (!names.ok()) return names.status();
  std::erase_if(*names, [&](const std::string& name) {
    return !absl::StartsWith(name, prefix) || absl::EndsWith(name, ".new");
  });
  return names;
}

absl::StatusOr<std::string> Home::Folder(const std::string& name) const {
  if (auto status = CheckName(name); !status.ok()) return status;
  const std::string path = PathIn(state_->directory, name);
  absl::Status made = platform::CreateDirectory(path);
  if (!made.ok() && !absl::IsAlreadyExists(made)) return made;
  if (auto status = CheckPrivate(path); !status.ok()) return status;
  return path;
}

absl::Status Home::AppendSealed(const Secret<32>& home_key, const std::string& name,
                                ByteView record) {
  if (auto status = state_->CheckHeld(); !status.ok()) return status;
  if (auto status = CheckName(name); !status.ok()) return status;
  if (!state_->log_ends.contains(name)) {
    if (auto read = ReadSealedLog(home_key, name); !read.ok()) return read.status();
  }
  SealedLogEnd& end = state_->log_ends[name];
  auto after = AppendToSealedLog(state_->SealedPath(name), name, home_key, end, record);
  if (!after.ok()) return after.status();
  end = *after;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Bytes>> Home::ReadSealedLog(const Secret<32>& home_key,
                                                       const std::string& name) const {
  if (auto status = CheckName(name); !status.ok()) return status;
  SealedLogEnd end;
  auto records = amparo::client::ReadSealedLog(state_->SealedPath(name), name, home_key, end);
  if (records.ok()) state_->log_ends[name] = end;
  return records;
}

absl::Status StartKeyHolder(const Home& home, const KeyBundle& keys, std::uint32_t seconds) {
  if (auto status = StopKeyHolder(home); !status.ok()) return status;
  return platform::ServeSecret(SocketOf(home), FormatKeyBundle(keys), seconds);
}

absl::Status StopKeyHolder(const Home& home) { return platform::StopServing(SocketOf(home)); }

}  // namespace amparo::client
