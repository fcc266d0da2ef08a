// The shelf's file: docs/spec/storage.md, "Shelf file".

#include "storage/file_shelf.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/storage/status_matchers.h"
#include "tests/storage/store_fixture.h"
#include "tests/storage/temporary_directory.h"

namespace amparo::storage {
namespace {

constexpr std::size_t kHeader = 16;
constexpr std::size_t kRecord = 64;

class FileShelfTest : public testing::Test {
 protected:
  std::unique_ptr<FileShelf> Open() {
    absl::StatusOr<std::unique_ptr<FileShelf>> shelf = FileShelf::Open(path());
    EXPECT_THAT(shelf, IsOk());
    return shelf.ok() ? *std::move(shelf) : nullptr;
  }
  void AddKeys(std::uint8_t count) {
    const std::unique_ptr<FileShelf> shelf = Open();
    for (std::uint8_t i = 0; i < count; ++i) {
      ASSERT_THAT(shelf->Add(ShelfKeyId::Filled(i), Secret<32>::Random()), IsOk());
    }
  }
  std::string path() const { return directory_.path() + "/shelf"; }
  Bytes Contents() const {
    std::ifstream file(path(), std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), {});
  }
  void Replace(const Bytes& bytes) const {
    std::ofstream file(path(), std::ios::binary | std::ios::trunc);
    std::copy(bytes.begin(), bytes.end(), std::ostreambuf_iterator<char>(file));
  }

 private:
  const TemporaryDirectory directory_;
};

TEST_F(FileShelfTest, IsHeaderAndRecordsInAFileForItsOwnerAlone) {
  AddKeys(3);
  EXPECT_EQ(std::filesystem::file_size(path()), kHeader + 3 * kRecord);
  struct stat found {};
  ASSERT_EQ(stat(path().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777u, 0600u);
}

TEST_F(FileShelfTest, HoldsNoByteOfADestroyedKey) {
  const Secret<32> key = Secret<32>::Random();
  AddKeys(4);
  const std::unique_ptr<FileShelf> shelf = Open();
  ASSERT_THAT(shelf->Add(ShelfKeyId::Filled(9), key), IsOk());
  const Bytes before = Contents();
  const auto key_stands = [&key](const Bytes& in) {
    return std::search(in.begin(), in.end(), key.Expose().begin(), key.Expose().end()) != in.end();
  };
  ASSERT_TRUE(key_stands(before));
  ASSERT_THAT(shelf->Destroy(ShelfKeyId::Filled(9)), IsOk());
  EXPECT_FALSE(key_stands(Contents()));
  EXPECT_EQ(Contents().size(), before.size() - kRecord);
}

TEST_F(FileShelfTest, OverwritesTheRecordInTheFileThatItReplaced) {
  AddKeys(3);
  const std::string kept = path() + ".link";
  std::filesystem::create_hard_link(path(), kept);
  const std::unique_ptr<FileShelf> shelf = Open();
  ASSERT_THAT(shelf->Destroy(ShelfKeyId::Filled(1)), IsOk());
  std::ifstream file(kept, std::ios::binary);
  const Bytes old(std::istreambuf_iterator<char>(file), {});
  const auto record = old.begin() + kHeader + kRecord;
  EXPECT_TRUE(std::all_of(record, record + kRecord, [](std::uint8_t byte) { return byte == 0; }));
}

TEST_F(FileShelfTest, DropsALastRecordCutShortAtAnyByte) {
  AddKeys(3);
  const Bytes whole = Contents();
  for (std::size_t cut = 1; cut < kRecord; ++cut) {
    Replace(Bytes(whole.begin(), whole.end() - static_cast<std::ptrdiff_t>(cut)));
    const std::unique_ptr<FileShelf> shelf = Open();
    ASSERT_NE(shelf, nullptr) << cut;
    EXPECT_THAT(shelf->Find(ShelfKeyId::Filled(1)), IsOk());
    EXPECT_THAT(shelf->Find(ShelfKeyId::Filled(2)), HasCode(absl::StatusCode::kNotFound));
    EXPECT_THAT(shelf->Add(ShelfKeyId::Filled(3), Secret<32>::Random()), IsOk());
    EXPECT_EQ(Contents().size(), whole.size());
  }
}

TEST_F(FileShelfTest, RefusesADamagedByteAnywhereInItsRecords) {
  AddKeys(3);
  const Bytes whole = Contents();
  for (std::size_t at = kHeader; at < whole.size(); ++at) {
    Bytes damaged = whole;
    damaged[at] ^= 1;
    Replace(damaged);
    EXPECT_THAT(FileShelf::Open(path()), HasCode(absl::StatusCode::kDataLoss)) << at;
  }
}

TEST_F(FileShelfTest, RefusesARecordThatStandsTwice) {
  AddKeys(1);
  Bytes twice = Contents();
  const Bytes record(twice.begin() + kHeader, twice.end());
  AppendTo(twice, record);
  Replace(twice);
  EXPECT_THAT(FileShelf::Open(path()), HasCode(absl::StatusCode::kDataLoss));
}

TEST_F(FileShelfTest, RefusesAnotherFileAndANewerFormat) {
  AddKeys(1);
  const Bytes whole = Contents();
  Bytes newer = whole;
  newer[14] = '2';
  Replace(newer);
  EXPECT_THAT(FileShelf::Open(path()), HasCode(absl::StatusCode::kFailedPrecondition));
  Replace(Text("something else altogether"));
  EXPECT_THAT(FileShelf::Open(path()), HasCode(absl::StatusCode::kDataLoss));
  for (std::size_t length = 0; length < kHeader; ++length) {
    Replace(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    EXPECT_THAT(FileShelf::Open(path()), HasCode(absl::StatusCode::kDataLoss)) << length;
  }
}

TEST_F(FileShelfTest, RefusesAFileThatOthersMayReadOrALink) {
  AddKeys(1);
  ASSERT_EQ(chmod(path().c_str(), 0640), 0);
  EXPECT_THAT(FileShelf::Open(path()), HasCode(absl::StatusCode::kFailedPrecondition));
  ASSERT_EQ(chmod(path().c_str(), 0600), 0);
  std::filesystem::rename(path(), path() + ".moved");
  std::filesystem::create_symlink(path() + ".moved", path());
  EXPECT_THAT(FileShelf::Open(path()), HasCode(absl::StatusCode::kFailedPrecondition));
}

TEST_F(FileShelfTest, IgnoresARewriteThatACrashLeftHalfDone) {
  AddKeys(2);
  std::ofstream(path() + ".new") << "half";
  const std::unique_ptr<FileShelf> shelf = Open();
  EXPECT_THAT(shelf->Destroy(ShelfKeyId::Filled(0)), IsOk());
  EXPECT_FALSE(std::filesystem::exists(path() + ".new"));
  EXPECT_THAT(shelf->Find(ShelfKeyId::Filled(1)), IsOk());
}

// More cases than a process may have guarded mappings for, were each key given its own.
TEST(GuardedKeys, HoldsTheKeysOfManyCases) {
  constexpr std::size_t kCases = 50'000;
  GuardedKeys keys;
  for (std::size_t i = 0; i < kCases; ++i) keys.Append(Pattern(32, i));
  keys.Remove(0);
  EXPECT_EQ(keys.size(), kCases - 1);
  const Bytes last = Pattern(32, kCases - 1);
  EXPECT_TRUE(std::ranges::equal(keys.Expose(0), last));
}

}  // namespace
}  // namespace amparo::storage
