// A full disk: nothing acknowledged is lost, what was refused changes nothing, and work goes
// on once there is room. On a small file system of its own where the test may mount one;
// the limit on a file's size stands in for it otherwise and for the log's own failures.

#include <sys/mount.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "crypto/digest.h"
#include "storage/file_shelf.h"
#include "tests/storage/status_matchers.h"
#include "tests/storage/store_fixture.h"
#include "tests/storage/temporary_directory.h"
#include "tests/support/file_size_limit.h"

namespace amparo::storage {
namespace {

using amparo::testing::FileSizeLimit;

constexpr std::size_t kMiB = 1024 * 1024;

// 96 MiB that are not shared with anybody, where mounting is permitted.
class SmallDisk {
 public:
  SmallDisk() {
    is_mounted_ = mount("tmpfs", path().c_str(), "tmpfs", 0, "size=96m,mode=0700") == 0;
    if (!is_mounted_) std::cout << "mount not permitted: " << std::strerror(errno) << "\n";
  }
  ~SmallDisk() {
    if (is_mounted_) umount2(path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool is_mounted() const { return is_mounted_; }
  const std::string& path() const { return directory_.path(); }

 private:
  const TemporaryDirectory directory_;
  bool is_mounted_ = false;
};

// Takes all of the disk but `left` bytes; returns the file that did.
std::string FillUpTo(const SmallDisk& disk, std::uint64_t left) {
  const std::string path = disk.path() + "/filler";
  std::ofstream file(path, std::ios::binary);
  const std::string block(4096, 'x');
  while (std::filesystem::space(disk.path()).available > left &&
         file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
  }
  return path;
}

std::unique_ptr<Store> Open(const std::string& directory, std::uint64_t reserve_bytes) {
  absl::StatusOr<std::unique_ptr<Store>> store =
      OpenRocksdbStore({.directory = directory, .reserve_bytes = reserve_bytes});
  EXPECT_THAT(store, IsOk());
  return store.ok() ? *std::move(store) : nullptr;
}

// Sends 3 MiB blobs, which are segments, until one is not taken; returns how many were, and why no
// more.
std::size_t FillWithBlobs(BlobStore& blobs, absl::Status& refusal, std::size_t most = 100) {
  const Bytes bytes = Pattern(3 * kMiB, 1);
  for (std::size_t sent = 0; sent < most; ++sent) {
    const ObjectId object = TestObject(static_cast<std::uint8_t>(sent + 1));
    absl::StatusOr<std::unique_ptr<BlobWriter>> writer =
        blobs.BeginWrite(object, bytes.size(), UnixSeconds{1});
    refusal = writer.status();
    if (refusal.ok()) refusal = (*writer)->Write(bytes);
    if (refusal.ok()) refusal = (*writer)->Seal(Sha256(bytes));
    if (!refusal.ok()) return sent;
  }
  return most;
}

void ExpectBlobs(BlobStore& blobs, std::size_t count) {
  const Bytes bytes = Pattern(3 * kMiB, 1);
  for (std::size_t i = 0; i < count; ++i) {
    const ObjectId object = TestObject(static_cast<std::uint8_t>(i + 1));
    EXPECT_TRUE(*blobs.Read(object, 0, bytes.size()) == bytes) << i;
  }
}

TEST(FullDisk, RefusesUploadsFirstAndStillAppendsAndErases) {
  const SmallDisk disk;
  if (!disk.is_mounted()) return;
  std::unique_ptr<Store> store = Open(disk.path(), 16 * kMiB);
  OrgStorage org = *store->Open(TestOrg());
  absl::Status refusal;
  const std::size_t sent = FillWithBlobs(*org.blobs, refusal);
  EXPECT_GT(sent, 5u);
  EXPECT_THAT(refusal, HasCode(absl::StatusCode::kResourceExhausted));
  const Bytes entry = Text("erase_case");
  EXPECT_EQ(org.ledger->Append(Position{0}, {&entry, 1}, Text("head")), AppendOutcome::kOk);
  ASSERT_THAT(org.blobs->Erase(TestObject(1)), IsOk());
  ASSERT_THAT(org.blobs->Erase(TestObject(2)), IsOk());
  EXPECT_GE(FillWithBlobs(*org.blobs, refusal), 1u);  // There is room again.
  store.reset();
  store = Open(disk.path(), 0);
  org = *store->Open(TestOrg());
  EXPECT_THAT(org.ledger->Size(), IsOkAndHolds(TreeSize{1}));
  for (std::size_t i = 2; i < sent; ++i) {
    EXPECT_TRUE((*org.blobs->Stat(TestObject(static_cast<std::uint8_t>(i + 1))))->sealed);
  }
}

// As many blobs that each have a segment open as are taken, of those that are begun.
std::vector<std::unique_ptr<BlobWriter>> OpenSegments(BlobStore& blobs, const Bytes& bytes) {
  std::vector<std::unique_ptr<BlobWriter>> begun, open;
  for (std::uint8_t number = 1; number <= 20; ++number) {
    begun.push_back(Begin(blobs, TestObject(number), bytes.size()));
  }
  for (std::unique_ptr<BlobWriter>& writer : begun) {
    const absl::Status status = writer->Write(ByteView(bytes).first(kMiB));
    if (status.ok()) {
      open.push_back(std::move(writer));
    } else {
      EXPECT_THAT(status, HasCode(absl::StatusCode::kResourceExhausted));
    }
  }
  return open;
}

// Each segment is begun when there is room for it, and filled when the others are full.
TEST(FullDisk, KeepsTheReserveFromSegmentsThatAreFilledAtOnce) {
  constexpr std::uint64_t kReserve = 32 * kMiB;
  const SmallDisk disk;
  if (!disk.is_mounted()) return;
  const std::unique_ptr<Store> store = Open(disk.path(), kReserve);
  const OrgStorage org = *store->Open(TestOrg());
  const Bytes bytes = Pattern(8 * kMiB, 1);
  std::size_t taken = OpenSegments(*org.blobs, bytes).size();  // And given up.
  std::vector<std::unique_ptr<BlobWriter>> writers = OpenSegments(*org.blobs, bytes);
  EXPECT_GE(writers.size(), taken) << "their room was not given back";
  EXPECT_GT(writers.size(), 2u);
  EXPECT_LT(writers.size(), 20u);
  for (const std::unique_ptr<BlobWriter>& writer : writers) {
    EXPECT_THAT(writer->Write(ByteView(bytes).subspan(kMiB)), IsOk());
    EXPECT_THAT(writer->Seal(Sha256(bytes)), IsOk());
  }
  EXPECT_GE(std::filesystem::space(disk.path()).available, kReserve - kMiB);
}

TEST(FullDisk, KeepsTheReserveFromRunsThatAreFilledAtOnce) {
  constexpr std::uint64_t kReserve = 32 * kMiB;
  const SmallDisk disk;
  if (!disk.is_mounted()) return;
  const std::unique_ptr<Store> store = Open(disk.path(), kReserve);
  const OrgStorage org = *store->Open(TestOrg());
  const Bytes bytes = Pattern(kMiB, 1);
  std::uint8_t sent = 0;
  const auto send = [&](BlobRun& run) {
    auto writer = run.BeginWrite(TestObject(++sent), bytes.size(), UnixSeconds{1});
    if (!writer.ok()) return writer.status();
    EXPECT_THAT((*writer)->Write(bytes), IsOk());
    return (*writer)->Seal(Sha256(bytes));
  };
  std::vector<std::unique_ptr<BlobRun>> runs;
  absl::Status refusal;
  while (runs.size() < 20) {
    std::unique_ptr<BlobRun> run = org.blobs->BeginRun();
    if (refusal = send(*run); !refusal.ok()) break;
    runs.push_back(std::move(run));
  }
  EXPECT_THAT(refusal, HasCode(absl::StatusCode::kResourceExhausted));
  EXPECT_GT(runs.size(), 2u);
  for (const std::unique_ptr<BlobRun>& run : runs) {
    for (int i = 1; i < 8; ++i) EXPECT_THAT(send(*run), IsOk());
  }
  for (const std::unique_ptr<BlobRun>& run : runs) EXPECT_THAT(run->Flush(), IsOk());
  EXPECT_GE(std::filesystem::space(disk.path()).available, kReserve - kMiB);
}

// Sealed in memory, and then there is no room for its segment: it was only begun, the run says why,
// and it is sent again.
TEST(FullDisk, OnlyBeganTheBlobsOfARunThatCannotBeStored) {
  const TemporaryDirectory directory;
  const std::unique_ptr<Store> store = Open(directory.path(), 0);
  const OrgStorage org = *store->Open(TestOrg());
  const Bytes bytes = Pattern(kMiB, 1);
  const auto seal = [&](BlobRun& run) {
    auto writer = run.BeginWrite(TestObject(), bytes.size(), UnixSeconds{1});
    EXPECT_THAT(writer, IsOk());
    EXPECT_THAT((*writer)->Write(bytes), IsOk());
    EXPECT_THAT((*writer)->Seal(Sha256(bytes)), IsOk());
  };
  {
    const FileSizeLimit limit(400 * 1024);
    const std::unique_ptr<BlobRun> run = org.blobs->BeginRun();
    seal(*run);
    const std::optional<BlobState> state = *org.blobs->Stat(TestObject());
    ASSERT_TRUE(state.has_value());
    EXPECT_FALSE(state->sealed);
    EXPECT_EQ(state->stored, 0u);
    EXPECT_FALSE(run->Flush().ok());
  }
  {
    const FileSizeLimit limit(400 * 1024);
    const std::unique_ptr<BlobRun> run = org.blobs->BeginRun();
    seal(*run);
    ASSERT_FALSE((*org.blobs->Stat(TestObject()))->sealed);
    // The next one of the stream is told.
    auto writer = run->BeginWrite(TestObject(2), 10, UnixSeconds{1});
    ASSERT_THAT((*writer)->Write(ByteView(bytes).first(10)), IsOk());
    EXPECT_FALSE((*writer)->Seal(Sha256(ByteView(bytes).first(10))).ok());
  }
  seal(*org.blobs->BeginRun());
  EXPECT_TRUE(*org.blobs->Read(TestObject(), 0, bytes.size()) == bytes);
}

// Without a reserve the disk gets full in earnest, in the middle of a write.
TEST(FullDisk, LosesNothingAcknowledgedWhenTheDiskIsFullToTheLastByte) {
  const SmallDisk disk;
  if (!disk.is_mounted()) return;
  std::unique_ptr<Store> store = Open(disk.path(), 0);
  OrgStorage org = *store->Open(TestOrg());
  std::uint64_t appended = 0;
  const Bytes entry = Pattern(kEntryBytesMax, 1);
  const auto append = [&] {
    return org.ledger->Append(Position{appended}, {&entry, 1}, Text("head"));
  };
  for (; appended < 20; ++appended) ASSERT_EQ(append(), AppendOutcome::kOk);
  const std::string filler = FillUpTo(disk, 0);
  EXPECT_EQ(append(), AppendOutcome::kRefused);
  absl::Status refusal;
  EXPECT_EQ(FillWithBlobs(*org.blobs, refusal), 0u);
  EXPECT_THAT(refusal, HasCode(absl::StatusCode::kResourceExhausted));
  std::filesystem::remove(filler);
  EXPECT_EQ(append(), AppendOutcome::kOk);
  store.reset();
  store = Open(disk.path(), 0);
  org = *store->Open(TestOrg());
  EXPECT_THAT(org.ledger->Size(), IsOkAndHolds(TreeSize{21}));
}

// The log itself runs out of disk: the write fails, and the next one brings the database back.
TEST(FullDisk, WritesAgainInTheSameProcessOnceThereIsRoom) {
  const SmallDisk disk;
  if (!disk.is_mounted()) return;
  std::unique_ptr<Store> store = Open(disk.path(), 0);
  OrgStorage org = *store->Open(TestOrg());
  const Bytes entry = Pattern(kEntryBytesMax, 1);
  ASSERT_EQ(org.ledger->Append(Position{0}, {&entry, 1}, Text("head")), AppendOutcome::kOk);
  const std::string filler = FillUpTo(disk, 128 * 1024);
  // Keys and framing are not counted as room, so that some 20 MiB of them meet a full disk.
  std::vector<PieceWrite> pieces;
  for (std::uint32_t i = 0; i < 200'000; ++i)
    pieces.push_back({.key = Pattern(64, i), .value = {}});
  EXPECT_THAT(org.blobs->PutPieces(pieces), HasCode(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(org.blobs->GetPiece(pieces[0].key), IsOkAndHolds(std::optional<Bytes>()));
  std::filesystem::remove(filler);
  EXPECT_EQ(org.ledger->Append(Position{1}, {&entry, 1}, Text("head")), AppendOutcome::kOk);
  EXPECT_EQ(org.ledger->Append(Position{2}, {&entry, 1}, Text("head")), AppendOutcome::kOk);
  store.reset();
  store = Open(disk.path(), 0);
  org = *store->Open(TestOrg());
  EXPECT_THAT(org.ledger->Size(), IsOkAndHolds(TreeSize{3}));
  EXPECT_EQ(org.ledger->Read(Position{0}, 10)->size(), 3u);
}

// A log that cannot be written for another reason stays so until the store is opened again.
// The answer is UNKNOWN all the while, never an OK that would be lost, and reading goes on.
TEST(FullDisk, ResolvesAnAppendThatTheLogCouldNotTake) {
  const TemporaryDirectory directory;
  std::unique_ptr<Store> store = Open(directory.path(), 0);
  OrgStorage org = *store->Open(TestOrg());
  const std::vector<Bytes> entries(10, Pattern(kEntryBytesMax, 1));
  std::uint64_t appended = 0;
  const auto append = [&] { return org.ledger->Append(Position{appended}, entries, Text("head")); };
  {
    const FileSizeLimit limit(3 * kMiB);
    while (appended < 1000 && append() == AppendOutcome::kOk) appended += entries.size();
    EXPECT_EQ(append(), AppendOutcome::kUnknown);
    EXPECT_THAT(org.ledger->Size(), IsOkAndHolds(TreeSize{appended}));
    EXPECT_THAT(org.ledger->Read(Position{0}, 1000), IsOk());
  }
  EXPECT_EQ(append(), AppendOutcome::kUnknown);
  store.reset();
  store = Open(directory.path(), 0);
  org = *store->Open(TestOrg());
  const TreeSize size = *org.ledger->Size();
  EXPECT_TRUE(size.value == appended || size.value == appended + entries.size()) << size.value;
  EXPECT_EQ(append(), AppendOutcome::kOk);
  EXPECT_THAT(org.ledger->Size(), IsOkAndHolds(TreeSize{appended + entries.size()}));
}

TEST(FullDisk, KeepsEarlierBlobsWhenASegmentCannotBeWritten) {
  const TemporaryDirectory directory;
  std::unique_ptr<Store> store = Open(directory.path(), 0);
  OrgStorage org = *store->Open(TestOrg());
  const Bytes bytes = Pattern(3 * kMiB, 1);
  absl::Status refusal;
  {
    const FileSizeLimit limit(kMiB);
    EXPECT_EQ(FillWithBlobs(*org.blobs, refusal), 0u);
    EXPECT_FALSE(refusal.ok());
  }
  EXPECT_EQ((*org.blobs->Stat(TestObject(1)))->stored, 0u);
  EXPECT_EQ(FillWithBlobs(*org.blobs, refusal, 3), 3u);
  store.reset();
  store = Open(directory.path(), 0);
  ExpectBlobs(*(*store->Open(TestOrg())).blobs, 3);
}

// Its row may be in the log though writing it failed, and would name bytes that are gone.
TEST(FullDisk, KeepsASegmentWhoseRowTheLogCouldNotTake) {
  const TemporaryDirectory directory;
  std::unique_ptr<Store> store = Open(directory.path(), 0);
  OrgStorage org = *store->Open(TestOrg());
  const Bytes bytes = Pattern(20 * kMiB, 1);
  const auto segments = [&] {
    std::size_t count = 0;
    for (const auto& file : std::filesystem::directory_iterator(directory.path() + "/db")) {
      if (file.path().extension() == ".sst" && file.file_size() >= 8 * kMiB) ++count;
    }
    return count;
  };
  // The log gets longer than a segment, so that one limit is for the log alone.
  const std::vector<Bytes> entries(10, Pattern(kEntryBytesMax, 1));
  for (std::uint64_t at = 0; at < 160; at += entries.size()) {
    ASSERT_EQ(org.ledger->Append(Position{at}, entries, Text("head")), AppendOutcome::kOk);
  }
  std::unique_ptr<BlobWriter> writer = Begin(*org.blobs, TestObject(), bytes.size());
  ASSERT_THAT(writer->Write(ByteView(bytes).first(8 * kMiB + 1)), IsOk());
  {
    const FileSizeLimit limit(10 * kMiB);
    EXPECT_FALSE(writer->Write(ByteView(bytes).subspan(8 * kMiB + 1)).ok());
    EXPECT_EQ(segments(), 1u);
    writer.reset();
    EXPECT_EQ(segments(), 1u);
  }
  store.reset();
  store = Open(directory.path(), 0);
  org = *store->Open(TestOrg());
  writer = Begin(*org.blobs, TestObject(), bytes.size());
  ASSERT_THAT(writer->Write(ByteView(bytes).subspan(writer->offset())), IsOk());
  ASSERT_THAT(writer->Seal(Sha256(bytes)), IsOk());
  EXPECT_TRUE(*org.blobs->Read(TestObject(), 0, bytes.size()) == bytes);
}

// What the first writer took and cannot be stored is lost with it; it stops nobody after it.
TEST(FullDisk, GoesOnFromWhatIsStoredWhenTheFirstWriterCannotBeFlushed) {
  const TemporaryDirectory directory;
  const std::unique_ptr<Store> store = Open(directory.path(), 0);
  const OrgStorage org = *store->Open(TestOrg());
  const Bytes bytes = Pattern(12 * kMiB, 1);
  const auto begin = [&] { return *org.blobs->BeginWrite(TestObject(), bytes.size(), {1}); };
  std::unique_ptr<BlobWriter> first = begin();
  ASSERT_THAT(first->Write(ByteView(bytes).first(kMiB)), IsOk());
  ASSERT_THAT(first->Flush(), IsOk());
  ASSERT_THAT(first->Write(ByteView(bytes).subspan(kMiB, 2 * kMiB)), IsOk());
  std::unique_ptr<BlobWriter> second;
  {
    const FileSizeLimit limit(kMiB);
    second = begin();
    EXPECT_EQ(second->offset(), kMiB);
    EXPECT_THAT(first->Flush(), HasCode(absl::StatusCode::kAborted));
    EXPECT_FALSE(second->Write(ByteView(bytes).subspan(kMiB)).ok() && second->Flush().ok());
  }
  first.reset();
  const std::unique_ptr<BlobWriter> third = begin();  // After one that broke.
  ASSERT_GE(third->offset(), kMiB);
  ASSERT_THAT(third->Write(ByteView(bytes).subspan(third->offset())), IsOk());
  ASSERT_THAT(third->Seal(Sha256(bytes)), IsOk());
  EXPECT_TRUE(*org.blobs->Read(TestObject(), 0, bytes.size()) == bytes);
}

TEST(FullDisk, WritesTheShelfAfreshAfterARecordThatWasCutShort) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/shelf";
  std::unique_ptr<FileShelf> shelf = *FileShelf::Open(path);
  ASSERT_THAT(shelf->Add(ShelfKeyId::Filled(1), Secret<32>::Random()), IsOk());
  {
    const FileSizeLimit limit(std::filesystem::file_size(path) + 10);
    EXPECT_THAT(shelf->Add(ShelfKeyId::Filled(2), Secret<32>::Random()),
                HasCode(absl::StatusCode::kResourceExhausted));
    EXPECT_THAT(shelf->Find(ShelfKeyId::Filled(2)), HasCode(absl::StatusCode::kNotFound));
  }
  ASSERT_THAT(shelf->Add(ShelfKeyId::Filled(3), Secret<32>::Random()), IsOk());
  shelf = *FileShelf::Open(path);
  for (const std::uint8_t kept : std::initializer_list<std::uint8_t>{1, 3}) {
    EXPECT_THAT(shelf->Find(ShelfKeyId::Filled(kept)), IsOk());
  }
  EXPECT_THAT(shelf->Find(ShelfKeyId::Filled(2)), HasCode(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace amparo::storage
