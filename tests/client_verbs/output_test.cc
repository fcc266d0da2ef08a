// Files we write for people: under their final name when all is right, or not at all.
// Attacks 43 and 44.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "client/platform_output.h"
#include "tests/client_verbs/scratch_directory.h"

namespace amparo::client::platform {
namespace {

using ::amparo::testing::NamesIn;
using ::amparo::testing::ReadAll;
using ::amparo::testing::ScratchDirectory;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

absl::Status WriteInto(OutputDirectory& directory, const std::string& name,
                       const std::string& content) {
  absl::StatusOr<PendingFile> file = directory.Begin();
  if (!file.ok()) return file.status();
  if (absl::Status s = file->Write(AsBytes(content)); !s.ok()) return s;
  if (absl::Status s = file->Finish(); !s.ok()) return s;
  return directory.Publish(*file, name);
}

TEST(OutputDirectory, NamesAFileOnlyWhenItIsPublishedAndForItsOwnerAlone) {
  const ScratchDirectory scratch;
  auto directory = OutputDirectory::Open(scratch.At("out"));
  ASSERT_TRUE(directory.ok()) << directory.status();
  {
    auto file = directory->Begin();
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file->Write(AsBytes("secret")).ok());
  }
  EXPECT_THAT(NamesIn(scratch.At("out")), IsEmpty());
  ASSERT_TRUE(WriteInto(*directory, "a.txt", "secret").ok());
  EXPECT_TRUE(directory->Sync().ok());
  EXPECT_THAT(NamesIn(scratch.At("out")), ElementsAre("a.txt"));
  EXPECT_EQ(ReadAll(scratch.At("out/a.txt")), "secret");
  struct stat status;
  ASSERT_EQ(stat(scratch.At("out/a.txt").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

// Whatever ends this process, a half-written file must not stay. That holds where the file
// system knows files without a name.
TEST(OutputDirectory, HoldsNothingWhileAFileGrows) {
  const ScratchDirectory scratch;
  auto directory = OutputDirectory::Open(scratch.At("out"));
  ASSERT_TRUE(directory.ok()) << directory.status();
  const int nameless = open(scratch.At("out").c_str(), O_WRONLY | O_TMPFILE, 0600);
  const bool supported = nameless >= 0 && close(nameless) == 0;
  auto file = directory->Begin();
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE(file->Write(AsBytes("secret")).ok());
  EXPECT_EQ(NamesIn(scratch.At("out")).size(), supported ? 0u : 1u);
  ASSERT_TRUE(file->Finish().ok());
  EXPECT_EQ(NamesIn(scratch.At("out")).size(), supported ? 0u : 1u);
}

TEST(OutputDirectory, RefusesOneThatOthersCanWriteInto) {
  const ScratchDirectory scratch;
  for (const mode_t mode : {0720, 0702, 0777}) {
    std::filesystem::create_directory(scratch.At("open"));
    ASSERT_EQ(chmod(scratch.At("open").c_str(), mode), 0);
    EXPECT_TRUE(absl::IsPermissionDenied(OutputDirectory::Open(scratch.At("open")).status()))
        << mode;
  }
  ASSERT_EQ(chmod(scratch.At("open").c_str(), 0755), 0);
  EXPECT_TRUE(OutputDirectory::Open(scratch.At("open")).ok());
}

TEST(OutputDirectory, NeverReplacesWhateverHasTheName) {
  const ScratchDirectory scratch;
  auto directory = OutputDirectory::Open(scratch.At("out"));
  ASSERT_TRUE(directory.ok());
  scratch.Write("victim", "mine");
  scratch.Write("out/file", "mine");
  std::filesystem::create_symlink(scratch.At("victim"), scratch.At("out/link"));
  std::filesystem::create_symlink(scratch.At("nowhere"), scratch.At("out/dangling"));
  std::filesystem::create_directory(scratch.At("out/folder"));
  ASSERT_EQ(mkfifo(scratch.At("out/pipe").c_str(), 0600), 0);
  for (const std::string name : {"file", "link", "dangling", "folder", "pipe"}) {
    EXPECT_TRUE(absl::IsAlreadyExists(WriteInto(*directory, name, "theirs"))) << name;
  }
  EXPECT_EQ(ReadAll(scratch.At("victim")), "mine");
  EXPECT_EQ(ReadAll(scratch.At("out/file")), "mine");
  EXPECT_FALSE(std::filesystem::exists(scratch.At("nowhere")));
  EXPECT_THAT(NamesIn(scratch.At("out")),
              ElementsAre("dangling", "file", "folder", "link", "pipe"));
}

TEST(OutputDirectory, RefusesADirectoryThatHoldsFilesOrIsNone) {
  const ScratchDirectory scratch;
  std::filesystem::create_directory(scratch.At("full"));
  scratch.Write("full/x", "x");
  scratch.Write("file", "x");
  std::filesystem::create_directory(scratch.At("target"));
  std::filesystem::create_directory_symlink(scratch.At("target"), scratch.At("link"));
  ASSERT_EQ(mkfifo(scratch.At("pipe").c_str(), 0600), 0);
  EXPECT_TRUE(absl::IsAlreadyExists(OutputDirectory::Open(scratch.At("full")).status()));
  for (const std::string name : {"file", "link", "link/", "pipe"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(OutputDirectory::Open(scratch.At(name)).status())) << name;
  }
  EXPECT_TRUE(absl::IsNotFound(OutputDirectory::Open(scratch.At("no/parent")).status()));
  EXPECT_THAT(NamesIn(scratch.At("target")), IsEmpty());
}

// Whoever swaps the path while we write gets nothing of it.
TEST(OutputDirectory, WritesWhereItWasOpenedEvenIfThePathIsSwapped) {
  const ScratchDirectory scratch;
  auto directory = OutputDirectory::Open(scratch.At("out"));
  ASSERT_TRUE(directory.ok());
  std::filesystem::rename(scratch.At("out"), scratch.At("moved"));
  std::filesystem::create_directory(scratch.At("trap"));
  std::filesystem::create_directory_symlink(scratch.At("trap"), scratch.At("out"));
  ASSERT_TRUE(WriteInto(*directory, "a.txt", "secret").ok());
  EXPECT_THAT(NamesIn(scratch.At("trap")), IsEmpty());
  EXPECT_THAT(NamesIn(scratch.At("moved")), ElementsAre("a.txt"));
}

TEST(OutputDirectory, RemovesWhatAnInterruptedRunLeft) {
  const ScratchDirectory scratch;
  std::filesystem::create_directory(scratch.At("out"));
  scratch.Write("out/.amparo-partial-0123456789abcdef", "half a secret");
  EXPECT_TRUE(OutputDirectory::Open(scratch.At("out")).ok());
  EXPECT_THAT(NamesIn(scratch.At("out")), IsEmpty());
}

TEST(OutputDirectory, TakesBackANameThatItGave) {
  const ScratchDirectory scratch;
  auto directory = OutputDirectory::Open(scratch.At("out"));
  ASSERT_TRUE(directory.ok());
  ASSERT_TRUE(WriteInto(*directory, "a.txt", "secret").ok());
  directory->Withdraw("a.txt");
  directory->Withdraw("never");
  EXPECT_THAT(NamesIn(scratch.At("out")), IsEmpty());
}

}  // namespace
}  // namespace amparo::client::platform
