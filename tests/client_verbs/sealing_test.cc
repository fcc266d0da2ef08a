// Parts on their way: sealed and sent. How they come back: fetching_test.cc.
// docs/spec/sealed-object.md, "Sealing".

#include "client/sealing.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/connection.h"
#include "tests/client_verbs/blob_connection.h"
#include "tests/client_verbs/scratch_directory.h"
#include "tests/client_verbs/seal_and_send.h"

namespace amparo::client {
namespace {

using ::amparo::testing::BlobConnection;
using ::amparo::testing::ScratchDirectory;
using ::amparo::testing::SealAndSend;

std::string Content(std::size_t size) {
  std::string content(size, '\0');
  for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 131 + i / 4099 + 1);
  return content;
}

TEST(FileSealing, NeverSealsTwiceUnderOneKeyOrId) {
  const ScratchDirectory scratch;
  BlobConnection server;
  const std::string path = scratch.Write("file", Content(10));
  const auto first = SealAndSend(server, path, 10);
  const auto second = SealAndSend(server, path, 10);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE(first->ref.object, second->ref.object);
  EXPECT_FALSE(first->key.EqualTo(second->key));
  EXPECT_NE(first->ref.payload_sha256, second->ref.payload_sha256);
}

TEST(FileSealing, RefusesAFileThatChangedSinceItWasPlanned) {
  const ScratchDirectory scratch;
  BlobConnection server;
  const std::string path = scratch.Write("file", Content(100'000));
  EXPECT_TRUE(absl::IsFailedPrecondition(SealAndSend(server, path, 100'001).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(SealAndSend(server, path, 99'999).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(SealAndSend(server, scratch.At("absent"), 5).status()));
}

// A spool that has the file edited in place once its first sealed bytes are written.
class EditingSpool final : public platform::SpoolFile {
 public:
  EditingSpool(std::unique_ptr<platform::SpoolFile> inner, std::function<void()> edit)
      : inner_(std::move(inner)), edit_(std::move(edit)) {}

  absl::Status WriteAt(std::uint64_t offset, ByteView bytes) override {
    if (edit_) std::exchange(edit_, nullptr)();
    return inner_->WriteAt(offset, bytes);
  }
  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, MutableByteView out) const override {
    return inner_->ReadAt(offset, out);
  }
  absl::StatusOr<std::uint64_t> Size() const override { return inner_->Size(); }
  absl::Status Sync() override { return inner_->Sync(); }

 private:
  std::unique_ptr<platform::SpoolFile> inner_;
  std::function<void()> edit_;
};

// A file of many batches that was last changed an hour ago, and planned.
class EditedInPlace : public ::testing::Test {
 protected:
  EditedInPlace() {
    const std::string path = scratch_.Write("file", Content(16 << 20));
    namespace fs = std::filesystem;
    fs::last_write_time(path, fs::last_write_time(path) - std::chrono::hours(1));
    auto files = PlanFiles({path}, {});
    EXPECT_TRUE(files.ok()) << files.status();
    files_ = *std::move(files);
  }
  void Edit() const {
    std::fstream file(files_[0].path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-100, std::ios::end);
    file << "another page";
  }
  absl::Status Seal(std::function<void()> edit) {
    auto spool = platform::CreateSpoolFile(scratch_.At("spool"), 0);
    if (!spool.ok()) return spool.status();
    EditingSpool editing(*std::move(spool), std::move(edit));
    return FileSealing(files_, editing).Wait().status();
  }
  static std::string ReasonOf(const absl::Status& status) {
    const auto detail = DetailOf(status);
    return detail.has_value() ? detail->reason : std::string(status.message());
  }

  const ScratchDirectory scratch_;
  std::vector<FileToSend> files_;
};

TEST_F(EditedInPlace, IsSealedWhileNobodyEditsIt) { EXPECT_TRUE(Seal(nullptr).ok()); }

TEST_F(EditedInPlace, IsRefusedBeforeAnythingIsSealed) {
  Edit();
  EXPECT_EQ(std::filesystem::file_size(files_[0].path), files_[0].size);
  bool sealed = false;
  EXPECT_EQ(ReasonOf(Seal([&] { sealed = true; })), "FILE_CHANGED");
  EXPECT_FALSE(sealed);
}

// Half of the one page and half of the other, and a hash that certifies it.
TEST_F(EditedInPlace, IsRefusedWhenItsLastByteWasRead) {
  EXPECT_EQ(ReasonOf(Seal([this] { Edit(); })), "FILE_CHANGED");
}

}  // namespace
}  // namespace amparo::client
