// Fault model: the process is killed with SIGKILL at any instruction; the system and the disk
// go on. Everything that was acknowledged must be found after opening again, and nothing may
// be half there. (What a loss of power does is argued in docs/spec/storage.md.)

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "crypto/digest.h"
#include "tests/storage/crash_scenario.h"
#include "tests/storage/status_matchers.h"
#include "tests/storage/temporary_directory.h"

namespace amparo::storage {
namespace {

struct Acknowledged {
  std::uint64_t size = 0;
  std::map<std::uint64_t, std::uint64_t> blobs;  // Number to offset.
  std::set<std::uint64_t> sealed;
  std::set<std::uint64_t> shelf;
  std::set<std::uint64_t> destroyed;

  // Whole lines only: the pipe may end in the middle of one.
  void Parse(const std::string& text) {
    std::istringstream lines(text.substr(0, text.rfind('\n') + 1));
    char kind = 0;
    std::uint64_t number = 0;
    while (lines >> kind >> number) {
      if (kind == 'L') size = number;
      if (kind == 'B') lines >> blobs[number];
      if (kind == 'D') sealed.insert(number);
      if (kind == 'S') shelf.insert(number);
      if (kind == 'X') destroyed.insert(number);
    }
  }
};

// Runs the child, kills it after `bytes` of its answers, returns all it had told.
std::string RunAndKill(const std::string& directory, std::uint64_t number, std::size_t bytes) {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const std::string first = std::to_string(number);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    execl(AMPARO_CRASH_CHILD, AMPARO_CRASH_CHILD, directory.c_str(), first.c_str(), nullptr);
    _exit(127);
  }
  close(ends[1]);
  std::string told;
  std::array<char, 4096> buffer{};
  bool is_killed = false;
  for (;;) {
    const ssize_t got = read(ends[0], buffer.data(), buffer.size());
    if (got <= 0) break;
    told.append(buffer.data(), static_cast<std::size_t>(got));
    if (told.size() >= bytes && !is_killed) is_killed = kill(child, SIGKILL) == 0;
  }
  close(ends[0]);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << status;
  return told;
}

void CheckLedger(OrgStorage& org, std::uint64_t acknowledged) {
  const std::uint64_t size = org.ledger->Size()->value;
  ASSERT_GE(size, acknowledged);
  EXPECT_THAT(org.ledger->Head(), IsOkAndHolds(size == 0 ? Bytes() : CrashHead(size)));
  for (std::uint64_t at = 0; at < size;) {
    const absl::StatusOr<std::vector<Bytes>> entries = org.ledger->Read(Position{at}, 1000);
    ASSERT_THAT(entries, IsOk());
    ASSERT_FALSE(entries->empty());
    for (const Bytes& entry : *entries) {
      ASSERT_TRUE(entry == CrashEntry(at)) << "entry " << at;
      ASSERT_THAT(org.blobs->GetPiece(CrashPieceKey(at)),
                  IsOkAndHolds(std::optional<Bytes>(entry)));
      ++at;
    }
  }
  const std::uint64_t applied = org.view->Applied()->value;
  EXPECT_LE(applied, size);
  EXPECT_EQ(org.view->Dump()->size(), applied);
}

void CheckShelf(OrgStorage& org, const Acknowledged& acknowledged) {
  for (const std::uint64_t number : acknowledged.shelf) {
    const absl::StatusOr<Secret<32>> key = org.shelf->Find(CrashShelfKey(number));
    if (acknowledged.destroyed.contains(number)) {
      EXPECT_THAT(key, HasCode(absl::StatusCode::kNotFound)) << number;
    } else if (key.ok()) {
      EXPECT_TRUE(key->EqualTo(CrashKey(number))) << number;
    } else {  // Its destruction may have come to pass without being told.
      EXPECT_TRUE(number % 2 == 0 && number == *acknowledged.shelf.rbegin()) << number;
    }
  }
}

// Resuming from what stands and sealing under the right hash proves every stored byte.
void CheckBlobs(OrgStorage& org, const Acknowledged& acknowledged) {
  for (const auto& [number, offset] : acknowledged.blobs) {
    const ObjectId object = CrashObject(number);
    const std::optional<BlobState> state = *org.blobs->Stat(object);
    ASSERT_TRUE(state.has_value()) << number;
    EXPECT_GE(state->stored, offset);
    EXPECT_TRUE(state->sealed || !acknowledged.sealed.contains(number));
    const Bytes bytes = CrashBlob(number);
    if (!state->sealed) {
      const absl::StatusOr<std::unique_ptr<BlobWriter>> writer =
          org.blobs->BeginWrite(object, bytes.size(), UnixSeconds{2});
      ASSERT_THAT(writer, IsOk());
      const auto at = static_cast<std::size_t>((*writer)->offset());
      ASSERT_THAT((*writer)->Write(ByteView(bytes).subspan(at)), IsOk());
      ASSERT_THAT((*writer)->Seal(Sha256(bytes)), IsOk());
    }
    EXPECT_TRUE(*org.blobs->Read(object, 0, bytes.size()) == bytes) << number;
  }
}

TEST(StorageCrash, FindsEverythingAcknowledgedAfterSigkill) {
  const auto seed = static_cast<std::mt19937_64::result_type>(std::random_device()());
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  const TemporaryDirectory directory;
  Acknowledged acknowledged;
  std::uint64_t next_blob = 1;
  const auto start = std::chrono::steady_clock::now();
  int rounds = 0;
  // Some 20 rounds on a quick machine; a slow one is spared after 12 seconds.
  for (; rounds < 20 && std::chrono::steady_clock::now() - start < std::chrono::seconds(12);
       ++rounds) {
    SCOPED_TRACE(rounds);
    Acknowledged round = acknowledged;
    round.blobs.clear();
    round.Parse(RunAndKill(directory.path(), next_blob, 1 + random() % 600));
    acknowledged = round;
    const absl::StatusOr<std::unique_ptr<Store>> store =
        OpenRocksdbStore({.directory = directory.path(), .reserve_bytes = 0});
    ASSERT_THAT(store, IsOk());
    absl::StatusOr<OrgStorage> org = (*store)->Open(TestOrg());
    ASSERT_THAT(org, IsOk());
    CheckLedger(*org, acknowledged.size);
    CheckShelf(*org, acknowledged);
    CheckBlobs(*org, acknowledged);
    if (HasFatalFailure()) return;
    next_blob += 100;
  }
  EXPECT_GE(rounds, 3);
  EXPECT_GT(acknowledged.size, 0u);
}

}  // namespace
}  // namespace amparo::storage
