// A bundle's frame is read from a stick that anybody may have held.

#include "client/bundle_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/connection.h"
#include "tests/client_verbs/scratch_directory.h"

namespace amparo::client {
namespace {

using testing::NamesIn;
using testing::ReadAll;
using testing::ScratchDirectory;

// A file in memory.
class HeldFile final : public platform::InputFile {
 public:
  explicit HeldFile(std::string bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, MutableByteView out) const override {
    const std::size_t from = std::min<std::size_t>(bytes_.size(), offset);
    const std::size_t got = std::min(bytes_.size() - from, out.size());
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(from), got, out.begin());
    return got;
  }

 private:
  std::string bytes_;
};

absl::StatusOr<BundleReader> Read(const std::string& bytes) {
  return BundleReader::Read(std::make_unique<HeldFile>(bytes));
}

std::string ReasonOf(const absl::Status& status) {
  return DetailOf(status).value_or(ErrorDetail{}).reason;
}

// Two sections, one of them empty, one longer than a buffer.
std::string WriteSample(const ScratchDirectory& directory) {
  const std::string path = directory.At("stick");
  auto writer = BundleWriter::Create(path, BundleKind::kActs, OrgId::Filled(7));
  EXPECT_TRUE(writer.ok()) << writer.status();
  EXPECT_TRUE(writer->Add(3, {}).ok());
  EXPECT_TRUE(writer->Begin(9, 300'000).ok());
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(writer->Append(Bytes(100'000, static_cast<std::uint8_t>(i))).ok());
  }
  EXPECT_TRUE(writer->Finish().ok());
  EXPECT_EQ(writer->size(), std::filesystem::file_size(path));
  return path;
}

TEST(BundleFile, GivesBackWhatWasWritten) {
  const ScratchDirectory directory;
  const auto bundle = BundleReader::Open(WriteSample(directory));
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  EXPECT_EQ(bundle->kind(), BundleKind::kActs);
  EXPECT_EQ(bundle->org(), OrgId::Filled(7));
  ASSERT_EQ(bundle->sections().size(), 2u);
  EXPECT_EQ(bundle->sections()[0].type, 3);
  EXPECT_EQ(bundle->sections()[0].length, 0u);
  const BundleSection& second = bundle->sections()[1];
  EXPECT_EQ(second.type, 9);
  Bytes middle(100'000);
  ASSERT_TRUE(bundle->ReadAt(second, 100'000, middle).ok());
  EXPECT_EQ(middle, Bytes(100'000, 1));
  EXPECT_EQ(bundle->Content(second, 300'000)->size(), 300'000u);
  EXPECT_EQ(bundle->Content(second, 299'999).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(BundleFile, HasNoNameBeforeItIsWhole) {
  const ScratchDirectory directory;
  {
    auto writer = BundleWriter::Create(directory.At("stick"), BundleKind::kActs, {});
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE(writer->Add(1, AsBytes("half")).ok());
    EXPECT_FALSE(std::filesystem::exists(directory.At("stick")));
  }
  EXPECT_TRUE(NamesIn(directory.path()).empty());
}

TEST(BundleFile, IsNeverWrittenOverAnother) {
  const ScratchDirectory directory;
  const std::string path = directory.Write("stick", "precious");
  EXPECT_TRUE(
      absl::IsAlreadyExists(BundleWriter::Create(path, BundleKind::kDocuments, {}).status()));
  EXPECT_EQ(ReadAll(path), "precious");
}

// A stick that was pulled out too early, or that forgets.
TEST(BundleFile, RefusesEveryCutAndEveryFlippedByte) {
  const ScratchDirectory directory;
  auto writer = BundleWriter::Create(directory.At("stick"), BundleKind::kDocuments, {});
  ASSERT_TRUE(writer->Add(1, AsBytes("first")).ok());
  ASSERT_TRUE(writer->Add(2, AsBytes("second")).ok());
  ASSERT_TRUE(writer->Finish().ok());
  const std::string whole = ReadAll(directory.At("stick"));
  ASSERT_TRUE(Read(whole).ok());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(Read(whole.substr(0, size)).ok()) << size;
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string altered = whole;
    altered[at] = static_cast<char>(altered[at] ^ 0x40);
    EXPECT_FALSE(Read(altered).ok()) << at;
  }
  EXPECT_EQ(ReasonOf(Read(whole + "x").status()), "BUNDLE_DAMAGED");
  EXPECT_EQ(ReasonOf(Read(whole.substr(0, whole.size() - 1)).status()), "BUNDLE_DAMAGED");
}

TEST(BundleFile, TellsWhatIsNoneFromWhatIsNewer) {
  const ScratchDirectory directory;
  const std::string whole = ReadAll(WriteSample(directory));
  EXPECT_EQ(ReasonOf(Read("").status()), "NO_BUNDLE");
  EXPECT_EQ(ReasonOf(Read(std::string(1000, 'x')).status()), "NO_BUNDLE");
  std::string newer = whole;
  newer[sizeof("amparo/bundle/v") - 1] = '2';
  EXPECT_EQ(ReasonOf(Read(newer).status()), "UPDATE_REQUIRED");
  std::string kind = whole;
  kind[sizeof("amparo/bundle/v1\n")] = 4;
  EXPECT_EQ(ReasonOf(Read(kind).status()), "UPDATE_REQUIRED");
}

// The example of docs/spec/bundle.md.
TEST(BundleFile, IsWrittenAsThePageShows) {
  const ScratchDirectory directory;
  auto writer = BundleWriter::Create(directory.At("stick"), BundleKind::kActs, OrgId::Filled(0x11));
  ASSERT_TRUE(writer->Add(1, AsBytes("hi")).ok());
  ASSERT_TRUE(writer->Finish().ok());
  const std::string written = ReadAll(directory.At("stick"));
  EXPECT_EQ(ToHex(AsBytes(written)),
            absl::StrCat("616d7061726f2f62756e646c652f76310a00", "02", std::string(64, '1'), "01",
                         "0000000000000002", "6869", "00",
                         "db27abf15e172b2060d63839f45a45c438f7c4763af7e15d026808a08c31d0f4"));
}

// The length is compared with the file before anything is taken for it.
TEST(BundleFile, RefusesASectionLongerThanTheFile) {
  const ScratchDirectory directory;
  std::string whole = ReadAll(WriteSample(directory));
  const std::size_t length = sizeof("amparo/bundle/v1\n") + 1 + 32 + 1;
  for (std::size_t i = 0; i < 8; ++i) whole[length + i] = static_cast<char>(0xff);
  EXPECT_EQ(ReasonOf(Read(whole).status()), "BUNDLE_DAMAGED");
}

}  // namespace
}  // namespace amparo::client
