// What only the RocksDB store promises: its format number, its lock, where bytes stand on
// disk, and what it does about damage. Spec: docs/spec/storage.md.

#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

#include "crypto/digest.h"
#include "storage/rocksdb_database.h"
#include "storage/rocksdb_keys.h"
#include "storage/rocksdb_segments.h"
#include "tests/storage/status_matchers.h"
#include "tests/storage/store_fixture.h"
#include "tests/storage/temporary_directory.h"

namespace amparo::storage {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;

// Returns once the thread has computed for so long.
void AwaitProcessorTime(std::thread& thread, std::chrono::nanoseconds least) {
  clockid_t clock = 0;
  ASSERT_EQ(pthread_getcpuclockid(thread.native_handle(), &clock), 0);
  timespec spent{};
  while (clock_gettime(clock, &spent) == 0 &&
         std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec) < least) {
    std::this_thread::yield();
  }
}

class RocksdbStoreTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Store>> TryOpen(std::uint64_t reserve_bytes = 0) {
    return OpenRocksdbStore({.directory = directory_.path(), .reserve_bytes = reserve_bytes});
  }
  OrgStorage Open(std::uint64_t reserve_bytes = 0) {
    absl::StatusOr<std::unique_ptr<Store>> store = TryOpen(reserve_bytes);
    EXPECT_THAT(store, IsOk());
    store_ = *std::move(store);
    return *store_->Open(TestOrg());
  }
  void Close() { store_.reset(); }
  // The database below the closed store.
  std::unique_ptr<RocksdbDatabase> OpenDatabase() {
    absl::StatusOr<std::unique_ptr<RocksdbDatabase>> database =
        RocksdbDatabase::Open(Path("db"), 0);
    EXPECT_THAT(database, IsOk());
    return *std::move(database);
  }
  std::size_t Segments() {
    Close();
    const std::unique_ptr<RocksdbDatabase> database = OpenDatabase();
    rocksdb::ColumnFamilyMetaData family;
    database->db().GetColumnFamilyMetaData(database->family(Family::kSegments), &family);
    return family.file_count;
  }
  // A segment of rows of so many bytes, which no blob names. Its number.
  std::uint64_t WriteSegment(RocksdbDatabase& database, ByteView bytes, std::size_t row_bytes) {
    RocksdbSegments segments(database, Path("incoming"));
    EXPECT_THAT(segments.Recover(), IsOk());
    absl::StatusOr<std::unique_ptr<SegmentBuilder>> segment = segments.Begin();
    EXPECT_THAT(segment, IsOk());
    for (; !bytes.empty(); bytes = bytes.subspan(std::min(row_bytes, bytes.size()))) {
      EXPECT_THAT((*segment)->AddRow(bytes.first(std::min(row_bytes, bytes.size()))), IsOk());
    }
    EXPECT_THAT((*segment)->Finish(), IsOk());
    return (*segment)->number();
  }
  std::string Path(const std::string& name) const { return directory_.path() + "/" + name; }
  const std::string& directory() const { return directory_.path(); }
  std::uint64_t BytesInLogs() const {
    std::uint64_t total = 0;
    for (const auto& file : std::filesystem::directory_iterator(Path("db"))) {
      if (file.path().extension() == ".log") total += file.file_size();
    }
    return total;
  }

  std::unique_ptr<Store> store_;

 private:
  const TemporaryDirectory directory_;
};

// In a store, or in a run.
template <class Blobs>
void StoreBlob(Blobs& blobs, const ObjectId& object, const Bytes& bytes) {
  absl::StatusOr<std::unique_ptr<BlobWriter>> writer =
      blobs.BeginWrite(object, bytes.size(), UnixSeconds{1});
  ASSERT_THAT(writer, IsOk());
  ASSERT_THAT((*writer)->Write(bytes), IsOk());
  ASSERT_THAT((*writer)->Seal(Sha256(bytes)), IsOk());
}

AppendOutcome AppendOne(Ledger& ledger, const Bytes& entry) {
  return ledger.Append(Position{ledger.Size()->value}, {&entry, 1}, Text("head"));
}

// Flips a bit in the middle of `path`.
void Damage(const std::filesystem::path& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(path) / 2);
  file.seekg(middle);
  const int byte = file.get();
  file.seekp(middle);
  file.put(static_cast<char>(byte ^ 1));
}

TEST_F(RocksdbStoreTest, IsForItsOwnerAlone) {
  Open();
  for (const std::string& path : {directory(), Path("shelf")}) {
    EXPECT_EQ(std::filesystem::status(path).permissions() & std::filesystem::perms(077),
              std::filesystem::perms::none)
        << path;
  }
}

TEST_F(RocksdbStoreTest, KeepsNoLogOfRocksdbs) {
  AppendOne(*Open().ledger, Text("entry"));
  Close();
  Open();
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory())) {
    EXPECT_NE(file.path().filename().string().substr(0, 3), "LOG") << file.path();
  }
}

TEST_F(RocksdbStoreTest, RefusesAFormatNewerThanItsOwnAndNamesBoth) {
  Open();
  Close();
  {
    const std::unique_ptr<RocksdbDatabase> database = OpenDatabase();
    rocksdb::WriteBatch batch;
    batch.Put(FormatKey(), NumberKey(std::uint64_t{kStoreFormat + 1} << 32).substr(0, 4));
    ASSERT_THAT(database->Write(batch, Durability::kSynced), IsOk());
    rocksdb::ColumnFamilyHandle* family = nullptr;  // As a newer build might have.
    ASSERT_TRUE(database->db().CreateColumnFamily({}, "newer", &family).ok());
    ASSERT_TRUE(database->db().DestroyColumnFamilyHandle(family).ok());
  }
  const absl::Status status = TryOpen().status();
  EXPECT_THAT(status, HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr(std::to_string(kStoreFormat)));
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr(std::to_string(kStoreFormat + 1)));
}

TEST_F(RocksdbStoreTest, OpensAnOlderFormatAndMakesItItsOwn) {
  StoreBlob(*Open().blobs, TestObject(), Pattern(kMiB, 1));
  Close();
  {
    const std::unique_ptr<RocksdbDatabase> database = OpenDatabase();
    rocksdb::WriteBatch batch;
    batch.Put(FormatKey(), NumberKey(std::uint64_t{1} << 32).substr(0, 4));
    ASSERT_THAT(database->Write(batch, Durability::kSynced), IsOk());
  }
  EXPECT_TRUE(*Open().blobs->Read(TestObject(), 0, kMiB) == Pattern(kMiB, 1));
  Close();
  std::string format;
  ASSERT_TRUE(OpenDatabase()->db().Get({}, FormatKey(), &format).ok());
  EXPECT_EQ(ReadU32(AsBytes(format)), kStoreFormat);
}

// Until format 2 a segment was rows of 256 KiB.
TEST_F(RocksdbStoreTest, ReadsAndErasesTheCoarseSegmentsOfOlderFormats) {
  const Bytes blob = Pattern(2 * kCoarseSegmentRowBytes + 100, 1);
  Open();
  Close();
  {
    const std::unique_ptr<RocksdbDatabase> database = OpenDatabase();
    const std::uint64_t segment = WriteSegment(*database, blob, kCoarseSegmentRowBytes);
    rocksdb::WriteBatch batch;
    rocksdb::ColumnFamilyHandle* const blobs = database->family(Family::kBlobs);
    batch.Put(blobs, BlobStateKey(TestOrg(), TestObject()),
              EncodeBlobState({.length = blob.size(),
                               .stored = blob.size(),
                               .sealed = true,
                               .changed = UnixSeconds{1}}));
    batch.Put(blobs, BlobPartKey(TestOrg(), TestObject(), 0),
              EncodeBlobPart({.place = BlobPart::Place::kCoarseSegment,
                              .number = segment,
                              .length = static_cast<std::uint32_t>(blob.size())}));
    batch.Put(FormatKey(), NumberKey(std::uint64_t{2} << 32).substr(0, 4));
    ASSERT_THAT(database->Write(batch, Durability::kSynced), IsOk());
  }
  const OrgStorage org = Open();
  EXPECT_TRUE(*org.blobs->Read(TestObject(), 0, blob.size()) == blob);
  for (const std::size_t at : {kSegmentRowBytes - 1, kCoarseSegmentRowBytes - 1,
                               kCoarseSegmentRowBytes, 2 * kCoarseSegmentRowBytes - 7}) {
    EXPECT_TRUE(*org.blobs->Read(TestObject(), at, 100) == Bytes(&blob[at], &blob[at] + 100)) << at;
  }
  EXPECT_THAT(org.blobs->Erase(TestObject()), IsOk());
  EXPECT_EQ(Segments(), 0u);
}

TEST_F(RocksdbStoreTest, RefusesASecondProcess) {
  Open();
  EXPECT_THAT(TryOpen(), HasCode(absl::StatusCode::kFailedPrecondition));
  const pid_t child = fork();
  if (child == 0) {
    _exit(TryOpen().status().code() == absl::StatusCode::kFailedPrecondition ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  Close();
  EXPECT_THAT(TryOpen(), IsOk());
}

// Blobs never pay for the log: a fast upload is segments, and the log hears of rows alone.
TEST_F(RocksdbStoreTest, PutsAFastUploadIntoSegmentsAndNotIntoTheLog) {
  StoreBlob(*Open().blobs, TestObject(), Pattern(20 * kMiB, 1));
  EXPECT_LT(BytesInLogs(), 16'384u);
  EXPECT_EQ(Segments(), 3u);
}

TEST_F(RocksdbStoreTest, PutsASmallBlobIntoNoSegment) {
  StoreBlob(*Open().blobs, TestObject(), Pattern(kSegmentRowBytes, 1));
  EXPECT_EQ(Segments(), 0u);
}

// 12 MB in two segments; the log hears of rows alone.
TEST_F(RocksdbStoreTest, PutsTheSmallBlobsOfARunIntoSegmentsThatTheyShare) {
  const std::unique_ptr<BlobRun> run = Open().blobs->BeginRun();
  for (std::uint8_t i = 1; i <= 40; ++i) StoreBlob(*run, TestObject(i), Pattern(300'000, i));
  EXPECT_THAT(run->Flush(), IsOk());
  EXPECT_LT(BytesInLogs(), 32'768u);
  EXPECT_EQ(Segments(), 2u);
}

// Files are not made for a few bytes: a server of a million short letters would have as many.
TEST_F(RocksdbStoreTest, PutsARunOfFewBytesIntoNoSegment) {
  OrgStorage org = Open();
  {
    const std::unique_ptr<BlobRun> run = org.blobs->BeginRun();
    for (std::uint8_t i = 1; i <= 3; ++i) StoreBlob(*run, TestObject(i), Pattern(300'000, i));
  }
  EXPECT_EQ(Segments(), 0u);
  org = Open();
  for (std::uint8_t i = 1; i <= 3; ++i) {
    EXPECT_TRUE(*org.blobs->Read(TestObject(i), 0, 300'000) == Pattern(300'000, i));
  }
}

// Its file, with the last of them, and no sooner: counted anew when the store is opened.
TEST_F(RocksdbStoreTest, DeletesASharedSegmentWithTheLastBlobOfIt) {
  OrgStorage org = Open();
  {
    const std::unique_ptr<BlobRun> run = org.blobs->BeginRun();
    for (std::uint8_t i = 1; i <= 4; ++i) StoreBlob(*run, TestObject(i), Pattern(300'000, i));
  }
  EXPECT_EQ(org.blobs->UnfreedBytes(), 0u);
  ASSERT_THAT(org.blobs->Erase(TestObject(1)), IsOk());
  EXPECT_EQ(org.blobs->UnfreedBytes(), 300'000u);
  EXPECT_EQ(Segments(), 1u);
  org = Open();
  EXPECT_GE(org.blobs->UnfreedBytes(), 300'000u);
  EXPECT_LT(org.blobs->UnfreedBytes(), 304'000u);
  ASSERT_THAT(org.blobs->Erase(TestObject(3)), IsOk());
  ASSERT_THAT(org.blobs->Erase(TestObject(2)), IsOk());
  EXPECT_TRUE(*org.blobs->Read(TestObject(4), 0, 300'000) == Pattern(300'000, 4));
  EXPECT_EQ(Segments(), 1u);
  org = Open();
  EXPECT_GE(org.blobs->UnfreedBytes(), 900'000u);
  ASSERT_THAT(org.blobs->Erase(TestObject(4)), IsOk());
  EXPECT_EQ(org.blobs->UnfreedBytes(), 0u);
  EXPECT_EQ(Segments(), 0u);
}

TEST_F(RocksdbStoreTest, LeavesNothingOfARunThatSealedNothing) {
  {
    const std::unique_ptr<BlobRun> run = Open().blobs->BeginRun();
    auto writer = run->BeginWrite(TestObject(), 5000, UnixSeconds{1});
    ASSERT_THAT((*writer)->Write(Pattern(4000, 1)), IsOk());
  }
  EXPECT_EQ(Segments(), 0u);
  EXPECT_TRUE(std::filesystem::is_empty(Path("incoming")));
}

TEST_F(RocksdbStoreTest, DeletesTheFilesOfAnErasedBlob) {
  const OrgStorage org = Open();
  StoreBlob(*org.blobs, TestObject(1), Pattern(9 * kMiB, 1));
  StoreBlob(*org.blobs, TestObject(2), Pattern(9 * kMiB, 2));
  ASSERT_THAT(org.blobs->Erase(TestObject(1)), IsOk());
  EXPECT_EQ(Segments(), 2u);
}

TEST_F(RocksdbStoreTest, RemovesSegmentsThatNoBlobNamesWhenItOpens) {
  StoreBlob(*Open().blobs, TestObject(1), Pattern(9 * kMiB, 1));
  Close();
  { WriteSegment(*OpenDatabase(), Pattern(1000, 1), kSegmentRowBytes); }
  std::ofstream(Path("incoming") + "/9.sst") << "half a segment";
  EXPECT_EQ(Segments(), 3u);
  const OrgStorage org = Open();
  EXPECT_TRUE(std::filesystem::is_empty(Path("incoming")));
  EXPECT_TRUE(*org.blobs->Read(TestObject(1), 0, 9 * kMiB) == Pattern(9 * kMiB, 1));
  EXPECT_EQ(Segments(), 2u);
}

TEST_F(RocksdbStoreTest, NeverGivesASegmentTheNumberOfAnother) {
  StoreBlob(*Open().blobs, TestObject(1), Pattern(9 * kMiB, 1));
  Close();
  const OrgStorage org = Open();
  StoreBlob(*org.blobs, TestObject(2), Pattern(100, 2));
  StoreBlob(*org.blobs, TestObject(3), Pattern(9 * kMiB, 3));
  EXPECT_TRUE(*org.blobs->Read(TestObject(1), 0, 9 * kMiB) == Pattern(9 * kMiB, 1));
  EXPECT_TRUE(*org.blobs->Read(TestObject(2), 0, 100) == Pattern(100, 2));
  EXPECT_TRUE(*org.blobs->Read(TestObject(3), 0, 9 * kMiB) == Pattern(9 * kMiB, 3));
}

TEST_F(RocksdbStoreTest, ReportsADamagedSegment) {
  StoreBlob(*Open().blobs, TestObject(), Pattern(3 * kMiB, 1));
  Close();
  for (const auto& file : std::filesystem::directory_iterator(Path("db"))) {
    if (file.path().extension() == ".sst" && file.file_size() > kMiB) Damage(file.path());
  }
  const OrgStorage org = Open();
  EXPECT_THAT(org.blobs->Read(TestObject(), 0, 3 * kMiB), HasCode(absl::StatusCode::kDataLoss));
}

TEST_F(RocksdbStoreTest, ReportsAMissingEntry) {
  Ledger* ledger = Open().ledger;
  for (int i = 0; i < 3; ++i) AppendOne(*ledger, Text("entry"));
  Close();
  {
    const std::unique_ptr<RocksdbDatabase> database = OpenDatabase();
    rocksdb::WriteBatch batch;
    batch.Delete(database->family(Family::kLedger), LedgerEntryKey(TestOrg(), Position{1}));
    ASSERT_THAT(database->Write(batch, Durability::kSynced), IsOk());
  }
  ledger = Open().ledger;
  EXPECT_THAT(ledger->Read(Position{0}, 10), HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(ledger->Read(Position{2}, 10), IsOk());
}

// To skip a damaged record would lose what was acknowledged after it, and say nothing.
TEST_F(RocksdbStoreTest, RefusesALogDamagedBeforeItsEnd) {
  Ledger* ledger = Open().ledger;
  for (int i = 0; i < 100; ++i) AppendOne(*ledger, Pattern(1000, 1));
  Close();
  for (const auto& file : std::filesystem::directory_iterator(Path("db"))) {
    if (file.path().extension() == ".log" && file.file_size() > 50'000) Damage(file.path());
  }
  EXPECT_THAT(TryOpen(), HasCode(absl::StatusCode::kDataLoss));
}

TEST_F(RocksdbStoreTest, OpensALogWhoseLastRecordIsCutShort) {
  Ledger* ledger = Open().ledger;
  for (int i = 0; i < 100; ++i) AppendOne(*ledger, Pattern(1000, 1));
  Close();
  for (const auto& file : std::filesystem::directory_iterator(Path("db"))) {
    if (file.path().extension() != ".log" || file.file_size() < 50'000) continue;
    std::filesystem::resize_file(file.path(), file.file_size() - 10);
  }
  ledger = Open().ledger;
  EXPECT_THAT(ledger->Size(), IsOkAndHolds(TreeSize{99}));
  EXPECT_THAT(ledger->Read(Position{0}, 100), IsOk());
}

TEST_F(RocksdbStoreTest, RefusesUploadsAndAppendsBelowItsReserve) {
  const OrgStorage org = Open(std::uint64_t{1} << 62);
  EXPECT_THAT(org.blobs->BeginWrite(TestObject(), 1, UnixSeconds{1}),
              HasCode(absl::StatusCode::kResourceExhausted));
  const PieceWrite piece = {.key = Text("k"), .value = Text("v")};
  EXPECT_THAT(org.blobs->PutPieces({&piece, 1}), HasCode(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(AppendOne(*org.ledger, Text("entry")), AppendOutcome::kRefused);
  EXPECT_THAT(org.ledger->CheckRoom(), HasCode(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(store_->PutSetting(Text("k"), Text("v")),
              HasCode(absl::StatusCode::kResourceExhausted));
}

// What frees disk is never refused for want of it.
TEST_F(RocksdbStoreTest, ErasesBelowItsReserve) {
  StoreBlob(*Open().blobs, TestObject(), Pattern(9 * kMiB, 1));
  Close();
  const OrgStorage org = Open(std::uint64_t{1} << 62);
  EXPECT_THAT(org.blobs->Erase(TestObject()), IsOk());
  EXPECT_FALSE(org.blobs->Stat(TestObject())->has_value());
}

// Uploads stop first, so that the statement that erases something still has room.
TEST_F(RocksdbStoreTest, AppendsWhereItRefusesUploads) {
  const std::uint64_t free = std::filesystem::space(directory()).available;
  const OrgStorage org = Open(free * 2);
  EXPECT_THAT(org.blobs->BeginWrite(TestObject(), 1, UnixSeconds{1}),
              HasCode(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(AppendOne(*org.ledger, Text("entry")), AppendOutcome::kOk);
}

// Reading a whole blob anew takes seconds, and an organisation's writer may have to erase it.
TEST_F(RocksdbStoreTest, AResumedBlobThatIsBeingHashedCanBeTakenOverAndErased) {
  constexpr int kTriesMax = 20;  // The hash may be there before the other one comes.
  const OrgStorage org = Open();
  BlobStore& blobs = *org.blobs;
  const Bytes bytes = Pattern(64 * kMiB, 1);
  const Hash sha256 = Sha256(bytes);
  std::uint8_t number = 0;
  const auto interrupts_a_seal = [&](const std::function<void(const ObjectId&)>& meanwhile) {
    for (int tried = 0; tried < kTriesMax; ++tried) {
      const ObjectId object = TestObject(++number);
      auto writer = blobs.BeginWrite(object, bytes.size(), UnixSeconds{1});
      EXPECT_THAT(writer, IsOk());
      EXPECT_THAT((*writer)->Write(bytes), IsOk());
      writer = blobs.BeginWrite(object, bytes.size(), UnixSeconds{1});
      EXPECT_THAT((*writer)->Flush(), IsOk());
      absl::Status sealed;
      std::thread sealing([&] { sealed = (*writer)->Seal(sha256); });
      AwaitProcessorTime(sealing, std::chrono::milliseconds(2));
      meanwhile(object);
      sealing.join();
      if (absl::IsAborted(sealed)) return true;
      EXPECT_THAT(sealed, IsOk());
    }
    return false;
  };
  EXPECT_TRUE(interrupts_a_seal([&](const ObjectId& object) {
    auto second = blobs.BeginWrite(object, bytes.size(), UnixSeconds{1});
    if (second.ok()) {
      EXPECT_THAT((*second)->Seal(sha256), IsOk());
    }
    EXPECT_TRUE((*blobs.Stat(object))->sealed);
    EXPECT_THAT(blobs.Erase(object), IsOk());
  }));
  EXPECT_TRUE(
      interrupts_a_seal([&](const ObjectId& object) { EXPECT_THAT(blobs.Erase(object), IsOk()); }));
}

}  // namespace
}  // namespace amparo::storage
