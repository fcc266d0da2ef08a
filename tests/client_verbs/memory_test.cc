// Sealing and opening a file of any size takes memory bounded by a few chunks. A program of its
// own: the largest resident set of a process cannot be taken back.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>

#include "absl/base/config.h"
#include "tests/client_verbs/blob_connection.h"
#include "tests/client_verbs/scratch_directory.h"
#include "tests/client_verbs/seal_and_send.h"

namespace amparo::client {
namespace {

constexpr std::uint64_t kFileBytes = std::uint64_t{1} << 30;
// AddressSanitizer keeps up to 256 MiB of what was freed, and shadows all.
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
constexpr std::uint64_t kResidentBytesMax = std::uint64_t{640} << 20;
#else
constexpr std::uint64_t kResidentBytesMax = std::uint64_t{64} << 20;
#endif

std::uint64_t LargestResidentBytes() {
  rusage usage = {};
  EXPECT_EQ(getrusage(RUSAGE_SELF, &usage), 0);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

TEST(Memory, OfSealingAGibibyteStaysUnderSixtyFourMebibytes) {
  const testing::ScratchDirectory scratch;
  const std::string path = scratch.Write("film.mp4", "x");
  std::filesystem::resize_file(path, kFileBytes);
  testing::BlobConnection server;
  server.keep = false;
  const absl::StatusOr<SealedPart> part = testing::SealAndSend(server, path, kFileBytes);
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_LE(LargestResidentBytes(), kResidentBytesMax);
}

}  // namespace
}  // namespace amparo::client
