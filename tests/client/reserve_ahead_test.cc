#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

#include "client/platform_reserve_ahead.h"

namespace amparo::client::platform {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

class ReserveAheadTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(file_, nullptr); }
  ~ReserveAheadTest() override { std::fclose(file_); }

  int fd() const { return fileno(file_); }
  struct stat Look() const {
    struct stat info {};
    EXPECT_EQ(fstat(fd(), &info), 0);
    return info;
  }
  std::uint64_t size() const { return static_cast<std::uint64_t>(Look().st_size); }
  std::uint64_t taken() const { return static_cast<std::uint64_t>(Look().st_blocks) * 512; }
  // Whether this file system can reserve at all.
  bool CanReserve() const {
    const bool can = fallocate(fd(), FALLOC_FL_KEEP_SIZE, 0, 4096) == 0;
    EXPECT_EQ(ftruncate(fd(), 0), 0);
    return can;
  }
  void Append(ReserveAhead& ahead, std::uint64_t bytes) {
    const std::vector<char> piece(64 * 1024, 'x');
    for (const std::uint64_t end = size() + bytes; size() < end;) {
      ahead.WillWrite(size(), piece.size());
      ASSERT_EQ(pwrite(fd(), piece.data(), piece.size(), Look().st_size),
                static_cast<ssize_t>(piece.size()));
    }
  }

 private:
  std::FILE* const file_ = std::tmpfile();
};

TEST_F(ReserveAheadTest, TakesRoomForALargeFileAndGivesBackTheRest) {
  if (!CanReserve()) GTEST_SKIP() << "this file system reserves nothing";
  ReserveAhead ahead(fd());
  Append(ahead, 5 * kMiB);
  EXPECT_EQ(size(), 5 * kMiB) << "the file is as long as what was written";
  EXPECT_GT(taken(), 5 * kMiB);
  EXPECT_LE(taken(), 14 * kMiB) << "not more than 8 MiB ahead";
  ahead.Release();
  EXPECT_EQ(size(), 5 * kMiB);
  EXPECT_LT(taken(), 6 * kMiB);
}

TEST_F(ReserveAheadTest, TakesNothingForASmallFile) {
  ReserveAhead ahead(fd());
  Append(ahead, kMiB / 2);
  EXPECT_EQ(fsync(fd()), 0);
  EXPECT_LT(taken(), kMiB);
}

// As a download that goes on.
TEST_F(ReserveAheadTest, GoesOnBehindWhatIsThere) {
  ReserveAhead before(fd());
  Append(before, 3 * kMiB);
  before.Release();
  ReserveAhead ahead(fd(), size());
  Append(ahead, 3 * kMiB);
  ahead.Release();
  EXPECT_EQ(size(), 6 * kMiB);
  EXPECT_LT(taken(), 7 * kMiB);
}

// A pipe has no room to be taken; nothing is said, and the write goes on.
TEST(ReserveAhead, IsQuietWhereNothingCanBeReserved) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  ReserveAhead ahead(ends[1]);
  ahead.WillWrite(0, 2 * kMiB);
  ahead.WillWrite(2 * kMiB, kMiB);
  ahead.Release();
  EXPECT_EQ(write(ends[1], "x", 1), 1);
  for (const int end : ends) close(end);
}

}  // namespace
}  // namespace amparo::client::platform
