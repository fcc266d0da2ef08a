// Both ways between us and the stock `age` program, as a person would run it.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "crypto/age_file.h"
#include "crypto/grant.h"
#include "crypto/identity_file.h"
#include "crypto/padding.h"
#include "crypto/sealed_object.h"
#include "tests/crypto/vector_files.h"

namespace amparo {
namespace {

constexpr char kPassphrase[] = "correct-horse-battery-staple";

Bytes Pattern(std::size_t size) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(i * 13 + i / 253);
  return out;
}

class StockAge : public testing::Test {
 protected:
  StockAge() {
    std::string pattern = (std::filesystem::temp_directory_path() / "amparo-age-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    Write("identity.txt", absl::StrCat(AsText(identity_.Format().Expose()), "\n"));
  }
  ~StockAge() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, ByteView bytes) {
    std::ofstream out(folder_ + "/" + name, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
    ASSERT_TRUE(out.good());
  }
  void Write(const std::string& name, const std::string& text) { Write(name, AsBytes(text)); }
  Bytes Read(const std::string& name) { return ReadFile(folder_ + "/" + name); }

  // Runs a shell command in the folder; what it prints goes to `output`.
  testing::AssertionResult Run(const std::string& command) {
    const int answer =
        std::system(absl::StrCat("cd '", folder_, "' && ( ", command, " ) >output 2>&1").c_str());
    if (answer == 0) return testing::AssertionSuccess();
    return testing::AssertionFailure() << command << "\n" << AsText(Read("output"));
  }
  // The same, where the program asks for a passphrase on its terminal, `times` times.
  testing::AssertionResult RunWithPassphrase(const std::string& command, int times) {
    std::string script = absl::StrCat("set timeout 60\nspawn ", command, "\n");
    for (int i = 0; i < times; ++i) {
      absl::StrAppend(&script, "expect -nocase \"passphrase\"\nsend \"", kPassphrase, "\\r\"\n");
    }
    absl::StrAppend(&script, "expect eof\nexit [lindex [wait] 3]\n");
    Write("dialogue", script);
    return Run("expect -f dialogue");
  }

  absl::StatusOr<Bytes> OpenFile(const std::string& name, const AgeKeys& keys) {
    std::ifstream in(folder_ + "/" + name, std::ios::binary);
    absl::StatusOr<AgeReader> reader = AgeReader::Create(
        [&in](MutableByteView out) {
          in.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
          return absl::StatusOr<std::size_t>(static_cast<std::size_t>(in.gcount()));
        },
        keys);
    if (!reader.ok()) return reader.status();
    Bytes out;
    const absl::Status status = reader->CopyTo([&](ByteView bytes) {
      AppendTo(out, bytes);
      return absl::OkStatus();
    });
    if (!status.ok()) return status;
    return out;
  }

  const Identity identity_ = Identity::Generate();
  std::string folder_;
};

constexpr std::size_t kSizes[] = {0, 1, 65'535, 65'536, 65'537, 131'072, 300'000};

TEST_F(StockAge, OpensAGrantAndItsPayload) {
  for (const std::size_t size : kSizes) {
    const FileKey key = FileKey::Random();
    Bytes file = *MakeGrant(key, identity_.recipient());
    AppendTo(file, SealSmall(key, Pattern(size), size));
    Write("sealed.age", file);
    ASSERT_TRUE(Run("age -d -i identity.txt sealed.age >opened"));
    EXPECT_EQ(Read("opened"), Pattern(size)) << size;
  }
}

// What the recipe of an export says: decrypt, then cut to the true size.
TEST_F(StockAge, OpensAPaddedPartAndHeadCutsThePaddingOff) {
  const Bytes text = Pattern(70'000);
  const FileKey key = FileKey::Random();
  Bytes file = *MakeGrant(key, identity_.recipient());
  AppendTo(file, SealSmall(key, text, PaddedPartLength(text.size())));
  Write("sealed.age", file);
  ASSERT_TRUE(Run("age -d -i identity.txt sealed.age | head -c 70000 >opened"));
  EXPECT_EQ(Read("opened"), text);
}

TEST_F(StockAge, OpensWhatTheStreamingWriterWrote) {
  const Bytes text = Pattern(3'000'000);
  Bytes file;
  std::size_t at = 0;
  ASSERT_TRUE(WriteAgeFile(
                  identity_.recipient(),
                  [&](MutableByteView out) {
                    const std::size_t count = std::min({out.size(), text.size() - at, 10'007UL});
                    std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), count, out.begin());
                    at += count;
                    return absl::StatusOr<std::size_t>(count);
                  },
                  [&](ByteView bytes) {
                    AppendTo(file, bytes);
                    return absl::OkStatus();
                  })
                  .ok());
  Write("sealed.age", file);
  ASSERT_TRUE(Run("age -d -i identity.txt sealed.age >opened"));
  EXPECT_EQ(Read("opened"), text);
}

TEST_F(StockAge, WritesWhatWeOpen) {
  const std::string recipient = FormatRecipient(identity_.recipient());
  for (const std::size_t size : kSizes) {
    Write("text", Pattern(size));
    ASSERT_TRUE(Run(absl::StrCat("age -r ", recipient, " -o sealed.age text")));
    const absl::StatusOr<Bytes> opened =
        OpenFile("sealed.age", {.identities = {&identity_, 1}, .passphrases = {}});
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(*opened, Pattern(size)) << size;
  }
}

TEST_F(StockAge, WritesForSeveralRecipientsWhatEachOpens) {
  const Identity other = Identity::Generate();
  Write("text", Pattern(100));
  ASSERT_TRUE(Run(absl::StrCat("age -r ", FormatRecipient(other.recipient()), " -r ",
                               FormatRecipient(identity_.recipient()), " -o sealed.age text")));
  for (const Identity* const reader : {&identity_, &other}) {
    EXPECT_TRUE(OpenFile("sealed.age", {.identities = {reader, 1}, .passphrases = {}}).ok());
  }
}

TEST_F(StockAge, GeneratesIdentitiesThatWeRead) {
  ASSERT_TRUE(Run("age-keygen -o generated.txt && age-keygen -y generated.txt"));
  std::string text(AsText(Read("generated.txt")));
  const std::size_t start = text.find("AGE-SECRET-KEY-1");
  const absl::StatusOr<Identity> identity =
      Identity::Parse(text.substr(start, text.find('\n', start) - start));
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_NE(AsText(Read("output")).find(FormatRecipient(identity->recipient())),
            absl::string_view::npos);
}

// The keys that are ours stand in comments, so the whole file is an identity file of age.
TEST_F(StockAge, OpensOurIdentityFileAndDecryptsWithIt) {
  KeyBundle keys;
  keys.identity = identity_.Duplicate();
  keys.signing = SigningKey::Generate();
  keys.authentication = SigningKey::Generate();
  keys.home = Secret<32>::Random();
  Write("keys.age", *SealIdentityFile(keys, AsBytes(kPassphrase)));
  const FileKey key = FileKey::Random();
  Bytes file = *MakeGrant(key, identity_.recipient());
  AppendTo(file, SealSmall(key, Pattern(1000), 1000));
  Write("sealed.age", file);

  ASSERT_TRUE(RunWithPassphrase("age -d -o keys.txt keys.age", 1));
  EXPECT_EQ(AsText(Read("keys.txt")), AsText(FormatKeyBundle(keys).Expose()));
  ASSERT_TRUE(RunWithPassphrase("age -d -i keys.age -o opened sealed.age", 1));
  EXPECT_EQ(Read("opened"), Pattern(1000));
}

TEST_F(StockAge, WritesAnIdentityFileThatWeOpen) {
  const std::string identity(AsText(identity_.Format().Expose()));
  Write("plain.txt", identity + "\n");
  ASSERT_TRUE(RunWithPassphrase("age -p -o keys.age plain.txt", 2));
  const absl::StatusOr<KeyBundle> keys = OpenIdentityFile(Read("keys.age"), AsBytes(kPassphrase));
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(AsText(keys->identity->Format().Expose()), identity);
}

TEST_F(StockAge, OpensTheCommittedGrantVector) {
  const auto fields = ReadFields(OurVectors("grant") + "/opens.txt");
  Write("identity.txt", fields.find("identity")->second + "\n");
  Bytes file = Hex(fields.find("grant")->second);
  AppendTo(file, Hex(fields.find("payload")->second));
  Write("sealed.age", file);
  ASSERT_TRUE(Run("age -d -i identity.txt sealed.age >opened"));
  EXPECT_EQ(ToHex(Read("opened")), fields.find("plaintext")->second);
}

}  // namespace
}  // namespace amparo
