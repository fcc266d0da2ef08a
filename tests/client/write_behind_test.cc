#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <thread>
#include <vector>

#include "client/platform_write_behind.h"

namespace amparo::client::platform {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

TEST(WriteBehind, IsQuietAboutWhatWentWell) {
  std::FILE* const file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  {
    WriteBehind behind(fileno(file));
    std::vector<std::thread> writers;
    for (int i = 0; i < 4; ++i) {
      writers.emplace_back([&] {
        for (int mib = 0; mib < 100; ++mib) behind.Wrote(kMiB);
      });
    }
    for (std::thread& writer : writers) writer.join();
    EXPECT_EQ(behind.Settle(), 0);
  }
  std::fclose(file);
}

// The kernel says that a sync failed once, and the sync at the end would hear of nothing. A pipe
// cannot be synced.
TEST(WriteBehind, KeepsTheErrorOfASyncThatFailedMeanwhile) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  {
    WriteBehind behind(ends[1]);
    behind.Wrote(kMiB);
    EXPECT_EQ(behind.Settle(), 0) << "too little for a sync";
    for (int i = 0; i < 64; ++i) behind.Wrote(kMiB);
    EXPECT_EQ(behind.Settle(), EINVAL);
    EXPECT_EQ(behind.Settle(), EINVAL);
  }
  for (const int end : ends) close(end);
}

}  // namespace
}  // namespace amparo::client::platform
