// Which files a fellow sends, and in which order. docs/spec/sealed-object.md, "Parts".

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "client/client.h"
#include "client/natural_order.h"
#include "client/output_name.h"
#include "client/word_count.h"
#include "tests/client_verbs/scratch_directory.h"

namespace amparo::client {
namespace {

using ::amparo::testing::Corpus;
using ::amparo::testing::ScratchDirectory;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kPhoto[] = "photos/WhatsApp Image 2026-03-14 at 14.03.22";

std::vector<std::string> NamesOf(const std::vector<FileToSend>& files) {
  std::vector<std::string> names;
  for (const FileToSend& file : files) names.push_back(file.name);
  return names;
}

absl::Status PlanOne(const std::string& path) { return PlanFiles({path}, {}).status(); }

TEST(NaturalOrder, PutsNumbersByTheirValueAndCaseLast) {
  EXPECT_TRUE(NaturallyBefore("IMG_2.jpg", "IMG_10.jpg"));
  EXPECT_TRUE(NaturallyBefore("img_002.jpg", "IMG_10.jpg"));
  EXPECT_TRUE(NaturallyBefore("a/IMG_9.jpg", "b/IMG_1.jpg"));
  EXPECT_TRUE(NaturallyBefore("scan.pdf", "scan (1).pdf"));
  EXPECT_FALSE(NaturallyBefore("x.jpg", "x.jpg"));
}

TEST(NaturalOrder, IsAStrictOrderOfAwkwardNames) {
  const std::vector<std::string> names = {
      "1",     "01", "1a", "a1", "A1", "a01", "a (1).jpg",
      "a.jpg", "a.", ".a", "",   "10", "1.0", "99999999999999999999999"};
  for (const std::string& a : names) {
    for (const std::string& b : names) {
      EXPECT_EQ(a != b, NaturallyBefore(a, b) != NaturallyBefore(b, a)) << a << " " << b;
      for (const std::string& c : names) {
        if (NaturallyBefore(a, b) && NaturallyBefore(b, c)) {
          EXPECT_TRUE(NaturallyBefore(a, c)) << a << " " << b << " " << c;
        }
      }
    }
  }
}

TEST(PlanFiles, PutsWhatsAppsUnnumberedPhotoFirst) {
  const auto files = PlanFiles(
      {Corpus(std::string(kPhoto) + " (10).jpeg"), Corpus(std::string(kPhoto) + " (2).jpeg"),
       Corpus(std::string(kPhoto) + ".jpeg"), Corpus(std::string(kPhoto) + " (9).jpeg"),
       Corpus(std::string(kPhoto) + " (1).jpeg")},
      {});
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_THAT(NamesOf(*files), ElementsAre("WhatsApp Image 2026-03-14 at 14.03.22.jpeg",
                                           "WhatsApp Image 2026-03-14 at 14.03.22 (1).jpeg",
                                           "WhatsApp Image 2026-03-14 at 14.03.22 (2).jpeg",
                                           "WhatsApp Image 2026-03-14 at 14.03.22 (9).jpeg",
                                           "WhatsApp Image 2026-03-14 at 14.03.22 (10).jpeg"));
  for (const FileToSend& file : *files) EXPECT_EQ(file.media_type, "image/jpeg");
}

TEST(PlanFiles, TakesTheOrderThatAPersonGives) {
  const ScratchDirectory scratch;
  const std::vector<std::string> paths = {scratch.Write("a.txt", "a"), scratch.Write("b.txt", "b"),
                                          scratch.Write("c.txt", "c")};
  const auto files = PlanFiles(paths, {3, 1, 2});
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_THAT(NamesOf(*files), ElementsAre("c.txt", "a.txt", "b.txt"));
  for (const std::vector<std::size_t>& wrong :
       std::vector<std::vector<std::size_t>>{{1, 2}, {1, 2, 2}, {0, 1, 2}, {1, 2, 4}}) {
    EXPECT_TRUE(absl::IsInvalidArgument(PlanFiles(paths, wrong).status()));
  }
}

TEST(PlanFiles, TellsTypesByContentAndNotByName) {
  const ScratchDirectory scratch;
  struct Case {
    std::string content, type;
  };
  const std::string docx = testing::ReadAll(Corpus("pt-declaracao.docx"));
  const std::vector<Case> cases = {
      {"\xff\xd8\xff\xe0 rest", "image/jpeg"},
      {"\x89PNG\r\n\x1a\nrest", "image/png"},
      {"%PDF-1.7 rest", "application/pdf"},
      {"RIFF1234WAVEfmt ", "audio/wav"},
      {docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
      {"PK\x03\x04 something else", "application/zip"},
      {"Tout moun fèt lib", "text/plain"},
      {std::string("\x00\x01", 2), "application/octet-stream"},
      {"\xff\xfe\xfd", "application/octet-stream"},
  };
  for (const Case& one : cases) {
    const std::string path = scratch.Write("misleading.exe", one.content);
    const auto files = PlanFiles({path}, {});
    ASSERT_TRUE(files.ok()) << files.status();
    EXPECT_EQ((*files)[0].media_type, one.type);
    EXPECT_EQ((*files)[0].size, one.content.size());
  }
}

TEST(PlanFiles, CallsTextWhoseSniffedPieceEndsWithinALetterText) {
  const ScratchDirectory scratch;
  std::string text(4095, 'a');
  text += "\xc3\xa8";  // Cut after its first byte.
  text += "end";
  const auto files = PlanFiles({scratch.Write("kek.txt", text)}, {});
  ASSERT_TRUE(files.ok());
  EXPECT_EQ((*files)[0].media_type, "text/plain");
}

TEST(PlanFiles, RefusesWhatIsNoFileOfContentAndNamesIt) {
  const ScratchDirectory scratch;
  std::filesystem::create_directory(scratch.At("folder"));
  std::filesystem::create_symlink(scratch.At("gone"), scratch.At("link-to-nothing"));
  ASSERT_EQ(mkfifo(scratch.At("pipe").c_str(), 0600), 0);
  scratch.Write("empty", "");
  for (const std::string name : {"folder", "link-to-nothing", "pipe", "empty", "absent"}) {
    const absl::Status status = PlanOne(scratch.At(name));
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << name << " " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(name));
  }
}

TEST(PlanFiles, NamesEveryFileThatIsUnusable) {
  const ScratchDirectory scratch;
  const absl::Status status =
      PlanFiles({scratch.Write("empty", ""), scratch.Write("full", "x"), scratch.At("absent")}, {})
          .status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("empty: is"), HasSubstr("absent: there"), Not(HasSubstr("full"))));
}

TEST(PlanEach, JudgesEachFileByItself) {
  const ScratchDirectory scratch;
  const std::string path = scratch.Write("c", "c");
  const auto files = PlanEach({scratch.Write("b", ""), scratch.Write("a", "a"), path, path}, {});
  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_EQ(files->size(), 4u);
  std::vector<bool> usable;
  for (const NamedFile& one : *files) usable.push_back(one.file.ok());
  EXPECT_THAT(usable, ElementsAre(true, false, true, false));
  EXPECT_EQ((*files)[0].path, scratch.At("a"));
  EXPECT_EQ((*files)[1].path, scratch.At("b"));
}

TEST(PlanEach, TakesMoreFilesThanOneDocumentHas) {
  const ScratchDirectory scratch;
  std::vector<std::string> paths;
  for (int i = 0; i < 300; ++i) paths.push_back(scratch.Write(std::to_string(i), "x"));
  const auto files = PlanEach(paths, {});
  ASSERT_TRUE(files.ok()) << files.status();
  for (const NamedFile& one : *files) EXPECT_TRUE(one.file.ok()) << one.path;
}

TEST(PlanFiles, RefusesMoreThanTwoGibibytes) {
  const ScratchDirectory scratch;
  const std::string path = scratch.Write("film.mp4", "x");
  std::filesystem::resize_file(path, std::uintmax_t{2} << 30);
  EXPECT_TRUE(PlanOne(path).ok());
  std::filesystem::resize_file(path, (std::uintmax_t{2} << 30) + 1);
  EXPECT_TRUE(absl::IsInvalidArgument(PlanOne(path)));
}

TEST(PlanFiles, RefusesTheTwoHundredAndFirstFile) {
  const ScratchDirectory scratch;
  std::vector<std::string> paths;
  for (int i = 0; i < 200; ++i) paths.push_back(scratch.Write(std::to_string(i), "x"));
  EXPECT_TRUE(PlanFiles(paths, {}).ok());
  paths.push_back(scratch.Write("one more", "x"));
  EXPECT_TRUE(absl::IsInvalidArgument(PlanFiles(paths, {}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(PlanFiles({}, {}).status()));
}

TEST(PlanFiles, RefusesOneFileNamedTwice) {
  const ScratchDirectory scratch;
  const std::string path = scratch.Write("a.txt", "a");
  EXPECT_TRUE(absl::IsInvalidArgument(PlanFiles({path, scratch.path() + "/./a.txt"}, {}).status()));
}

TEST(PlanFiles, CarriesANameThatIsNoUtf8AsOne) {
  const ScratchDirectory scratch;
  const auto files = PlanFiles({scratch.Write("a\xe8\xff.txt", "a")}, {});
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ((*files)[0].name, "a__.txt");
}

TEST(StillReadable, CountsTheFilesThatAreStillThere) {
  const ScratchDirectory scratch;
  const auto files = PlanFiles({scratch.Write("a.txt", "a"), scratch.Write("b.txt", "b")}, {});
  ASSERT_TRUE(files.ok());
  EXPECT_EQ(StillReadable(*files), 2u);
  std::filesystem::remove(scratch.At("a.txt"));
  EXPECT_EQ(StillReadable(*files), 1u);
}

struct AwkwardName {
  std::string name, output;
};

class OutputNameOf : public ::testing::TestWithParam<AwkwardName> {};

TEST_P(OutputNameOf, IsOursWhateverTheAuthorCalledIt) {
  EXPECT_EQ(OutputName("", 1, GetParam().name, "application/pdf"), GetParam().output);
}

INSTANTIATE_TEST_SUITE_P(
    Attack41, OutputNameOf,
    ::testing::Values(
        AwkwardName{"scan.pdf", "01-scan.pdf"},
        AwkwardName{"../../.ssh/authorized_keys", "01-authorized_keys.pdf"},
        AwkwardName{"/etc/passwd", "01-passwd.pdf"},
        AwkwardName{std::string("a\0b.pdf", 7), "01-a_b.pdf"}, AwkwardName{"CON", "01-CON.pdf"},
        AwkwardName{"NUL.txt", "01-NUL.pdf"}, AwkwardName{"trailing...", "01-trailing.pdf"},
        AwkwardName{"gnp.\xe2\x80\xae"
                    "fdp.exe",
                    "01-gnp._fdp.pdf"},
        AwkwardName{"\x1b]52;c;AAAA\x07.pdf", "01-52_c_AAAA.pdf"}, AwkwardName{"..", "01.pdf"},
        AwkwardName{".", "01.pdf"}, AwkwardName{"", "01.pdf"}, AwkwardName{"...", "01.pdf"},
        AwkwardName{"-rf.pdf", "01--rf.pdf"},
        AwkwardName{std::string(300, 'x') + ".pdf", "01-" + std::string(64, 'x') + ".pdf"}));

TEST(OutputName, TakesAnUnknownTypesExtensionFromTheName) {
  EXPECT_EQ(OutputName("source-", 12, "voice.m4a", "audio/mp4"), "source-12-voice.m4a");
  EXPECT_EQ(OutputName("", 200, "voice", "audio/mp4"), "200-voice.bin");
}

TEST(CountWords, CountsTextAndDocxAndSaysNothingOfTheRest) {
  const auto text = PlanFiles({Corpus("pt.txt")}, {});
  const auto docx = PlanFiles({Corpus("pt-declaracao.docx")}, {});
  const auto pdf = PlanFiles({Corpus("quc.pdf")}, {});
  ASSERT_TRUE(text.ok() && docx.ok() && pdf.ok());
  const std::uint64_t in_text = CountWords((*text)[0]);
  const std::uint64_t in_docx = CountWords((*docx)[0]);
  EXPECT_GT(in_text, 1000u);
  EXPECT_NEAR(static_cast<double>(in_docx), static_cast<double>(in_text),
              0.05 * static_cast<double>(in_text));
  EXPECT_EQ(CountWords((*pdf)[0]), 0u);
}

TEST(CountWords, SurvivesEveryTruncationOfADocx) {
  const ScratchDirectory scratch;
  const std::string docx = testing::ReadAll(Corpus("pt-declaracao.docx"));
  for (std::size_t size = 1; size < docx.size(); size += docx.size() / 97) {
    FileToSend file;
    file.path = scratch.Write("cut.docx", docx.substr(0, size));
    file.size = size;
    file.media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    EXPECT_EQ(CountWords(file), 0u) << size;
  }
}

}  // namespace
}  // namespace amparo::client
