// A home: what stands on disk, and what happens when it does not stand as it should.

#include "client/home.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/client_verbs/scratch_directory.h"

namespace amparo::client {
namespace {

constexpr char kPassphrase[] = "six words that nobody says aloud";

class HomeTest : public ::testing::Test {
 protected:
  HomeTest() : directory_(scratch_.At("home")) {
    keys_.home = Secret<32>::Random();
    keys_.signing = SigningKey::Generate();
  }

  absl::StatusOr<Home> Create() {
    return Home::Create(directory_,
                        {.kind = "member",
                         .address = "127.0.0.1:1",
                         .member_code = "heron-4821",
                         .documents_waiting = 0},
                        keys_, AsBytes(kPassphrase));
  }
  std::string At(const std::string& name) const { return directory_ + "/" + name; }
  void Append(const std::string& name, const std::string& bytes) const {
    std::ofstream(At(name), std::ios::binary | std::ios::app) << bytes;
  }
  void FlipByte(const std::string& name, std::size_t at) const {
    std::string bytes = amparo::testing::ReadAll(At(name));
    ASSERT_LT(at, bytes.size());
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    std::ofstream(At(name), std::ios::binary) << bytes;
  }
  mode_t ModeOf(const std::string& path) const {
    struct stat info {};
    EXPECT_EQ(::lstat(path.c_str(), &info), 0) << path;
    return info.st_mode & 0777;
  }

  amparo::testing::ScratchDirectory scratch_;
  const std::string directory_;
  KeyBundle keys_;
};

TEST_F(HomeTest, OpensWithItsPassphraseAndNoOther) {
  auto home = Create();
  ASSERT_TRUE(home.ok()) << home.status();
  auto keys = home->Unlock(AsBytes(kPassphrase));
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(keys->signing->verify_key(), keys_.signing->verify_key());
  EXPECT_TRUE(keys->home->EqualTo(*keys_.home));
  EXPECT_EQ(home->Unlock(AsBytes("another")).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(home->Unlock(AsBytes("")).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(HomeTest, IsReadableByNobodyElse) {
  auto home = Create();
  ASSERT_TRUE(home.ok()) << home.status();
  ASSERT_TRUE(home->WriteSealed(*keys_.home, "membership", AsBytes("row")).ok());
  ASSERT_TRUE(home->AppendSealed(*keys_.home, "replica", AsBytes("record")).ok());
  EXPECT_EQ(ModeOf(directory_), 0700u);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_)) {
    EXPECT_EQ(ModeOf(entry.path().string()) & 077, 0u) << entry.path();
  }
}

TEST_F(HomeTest, RefusesAHomeThatOthersMayRead) {
  ASSERT_TRUE(Create().ok());
  for (const std::string& path : {directory_, At("identity.age"), At("home.json")}) {
    const mode_t before = ModeOf(path);
    ASSERT_EQ(::chmod(path.c_str(), before | 040), 0);
    EXPECT_EQ(Home::Open(directory_).status().code(), absl::StatusCode::kFailedPrecondition)
        << path;
    ASSERT_EQ(::chmod(path.c_str(), before), 0);
  }
  EXPECT_TRUE(Home::Open(directory_).ok());
}

TEST_F(HomeTest, IsMadeOnce) {
  ASSERT_TRUE(Create().ok());
  EXPECT_EQ(Create().status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(Home::Open(directory_).ok()) << "the first one is unharmed";
}

TEST_F(HomeTest, IsNotMadeInADirectoryThatHoldsSomethingElse) {
  ASSERT_TRUE(std::filesystem::create_directory(directory_));
  ASSERT_EQ(::chmod(directory_.c_str(), 0700), 0);
  std::ofstream(At("diary.txt")) << "dear";
  EXPECT_EQ(Create().status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(amparo::testing::NamesIn(directory_), std::vector<std::string>{"diary.txt"});
}

TEST_F(HomeTest, LeavesNothingBehindWhenItCannotBeMade) {
  keys_.home.reset();
  EXPECT_EQ(Create().status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(std::filesystem::exists(directory_));
}

TEST_F(HomeTest, IsNotFoundWhereThereIsNone) {
  EXPECT_EQ(Home::Open(scratch_.At("nowhere")).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(HomeTest, KnowsADamagedIdentityFromAWrongPassphrase) {
  auto home = Create();
  ASSERT_TRUE(home.ok()) << home.status();
  const std::size_t size = std::filesystem::file_size(At("identity.age"));
  FlipByte("identity.age", size - 1);  // In the payload: the header and its MAC are whole.
  EXPECT_EQ(home->Unlock(AsBytes(kPassphrase)).status().code(), absl::StatusCode::kDataLoss);
  std::ofstream(At("identity.age"), std::ios::binary) << "no age file";
  EXPECT_EQ(home->Unlock(AsBytes(kPassphrase)).status().code(), absl::StatusCode::kDataLoss);
  std::filesystem::remove(At("identity.age"));
  EXPECT_EQ(home->Unlock(AsBytes(kPassphrase)).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(HomeTest, RefusesANewerFormatAndDamage) {
  ASSERT_TRUE(Create().ok());
  const std::string json = amparo::testing::ReadAll(At("home.json"));
  std::string newer = json;
  newer.replace(newer.find("\"format\": 1"), 11, "\"format\": 2");
  std::ofstream(At("home.json"), std::ios::binary) << newer;
  EXPECT_EQ(Home::Open(directory_).status().code(), absl::StatusCode::kFailedPrecondition);
  for (const std::string& damaged : {std::string(), std::string("{}"), json.substr(0, 20),
                                     std::string("[1]"), std::string("{\"format\": 1}")}) {
    std::ofstream(At("home.json"), std::ios::binary) << damaged;
    EXPECT_EQ(Home::Open(directory_).status().code(), absl::StatusCode::kDataLoss) << damaged;
  }
}

TEST_F(HomeTest, KeepsItsCard) {
  {
    auto home = Create();
    ASSERT_TRUE(home.ok()) << home.status();
    HomeCard card = home->card();
    card.documents_waiting = 7;
    ASSERT_TRUE(home->WriteCard(card).ok());
  }
  auto home = Home::Open(directory_);
  ASSERT_TRUE(home.ok()) << home.status();
  EXPECT_EQ(home->card().documents_waiting, 7u);
  EXPECT_EQ(home->card().member_code, "heron-4821");
}

TEST_F(HomeTest, IsLookedAtWhileAnotherWorksInIt) {
  auto working = Create();
  ASSERT_TRUE(working.ok()) << working.status();
  ASSERT_TRUE(working->WriteSealed(*keys_.home, "membership", AsBytes("one")).ok());
  auto seen = Home::Look(directory_);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_TRUE((*seen)->Unlock(AsBytes(kPassphrase)).ok());
  auto row = (*seen)->ReadSealed(*keys_.home, "membership");
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(AsText(*row), "one");
  auto in_use = (*seen)->InUse();
  ASSERT_TRUE(in_use.ok()) << in_use.status();
  EXPECT_TRUE(*in_use);
  working = absl::CancelledError();  // It ends.
  in_use = (*seen)->InUse();
  ASSERT_TRUE(in_use.ok()) << in_use.status();
  EXPECT_FALSE(*in_use) << "who looks holds nothing";
  EXPECT_TRUE(Home::Open(directory_).ok());
}

TEST_F(HomeTest, IsLookedAtUnderTheSameConditionsAsOpened) {
  EXPECT_EQ(Home::Look(directory_).status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(Create().ok());
  ASSERT_EQ(::chmod(At("identity.age").c_str(), 0640), 0);
  EXPECT_EQ(Home::Look(directory_).status().code(), absl::StatusCode::kFailedPrecondition);
}

// Who waits is told so, once, and goes on as soon as the other one ends.
TEST_F(HomeTest, IsWaitedForUntilTheOtherEnds) {
  auto working = Create();
  ASSERT_TRUE(working.ok()) << working.status();
  int told = 0;
  auto home = Home::Open(directory_, [&] {
    ++told;
    working = absl::CancelledError();
  });
  EXPECT_TRUE(home.ok()) << home.status();
  EXPECT_EQ(told, 1);
}

TEST_F(HomeTest, IsFreeForOthersWhileWorkWaits) {
  auto home = Create();
  ASSERT_TRUE(home.ok()) << home.status();
  ASSERT_TRUE(home->AppendSealed(*keys_.home, "objects", AsBytes("one")).ok());
  auto changed = home->WhileFree([] {});
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_FALSE(*changed) << "nobody was here";
  changed = home->WhileFree([&] {
    EXPECT_FALSE(*home->InUse());
    auto other = Home::Open(directory_);
    ASSERT_TRUE(other.ok()) << other.status();
    EXPECT_TRUE(other->AppendSealed(*keys_.home, "objects", AsBytes("two")).ok());
    HomeCard card = other->card();
    card.documents_waiting = 3;
    EXPECT_TRUE(other->WriteCard(card).ok());
  });
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_TRUE(*changed);
  EXPECT_TRUE(*home->InUse());
  EXPECT_EQ(home->card().documents_waiting, 3u);
  ASSERT_TRUE(home->AppendSealed(*keys_.home, "objects", AsBytes("three")).ok());
  auto records = home->ReadSealedLog(*keys_.home, "objects");
  ASSERT_TRUE(records.ok()) << records.status();
  EXPECT_EQ(records->size(), 3u);
}

// Whoever could not have it again writes nothing in it.
TEST_F(HomeTest, IsNotWrittenToWithoutItsLock) {
  auto home = Create();
  ASSERT_TRUE(home.ok()) << home.status();
  auto changed = home->WhileFree([&] {
    std::filesystem::remove(At("lock"));
    std::filesystem::create_symlink("elsewhere", At("lock"));
  });
  EXPECT_FALSE(changed.ok());
  EXPECT_TRUE(
      absl::IsFailedPrecondition(home->WriteSealed(*keys_.home, "membership", AsBytes("one"))));
  EXPECT_TRUE(
      absl::IsFailedPrecondition(home->AppendSealed(*keys_.home, "objects", AsBytes("one"))));
  EXPECT_TRUE(absl::IsFailedPrecondition(home->RemoveSealed("membership")));
  EXPECT_TRUE(absl::IsFailedPrecondition(home->WriteCard(home->card())));
}

TEST_F(HomeTest, ASealedRowIsWholeOrRefused) {
  auto home = Create();
  ASSERT_TRUE(home.ok()) << home.status();
  ASSERT_TRUE(home->WriteSealed(*keys_.home, "membership", AsBytes("one")).ok());
  ASSERT_TRUE(home->WriteSealed(*keys_.home, "membership", AsBytes("two")).ok());
  auto row = home->ReadSealed(*keys_.home, "membership");
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(AsText(*row), "two");
  EXPECT_EQ(home->ReadSealed(*keys_.home, "names").status().code(), absl::StatusCode::kNotFound);
  // A row under another's name does not open.
  std::filesystem::copy_file(At("sealed/membership"), At("sealed/names"));
  EXPECT_EQ(home->ReadSealed(*keys_.home, "names").status().code(), absl::StatusCode::kDataLoss);
  const std::size_t size = std::filesystem::file_size(At("sealed/membership"));
  for (std::size_t at = 0; at < size; ++at) {
    FlipByte("sealed/membership", at);
    EXPECT_EQ(home->ReadSealed(*keys_.home, "membership").status().code(),
              absl::StatusCode::kDataLoss);
    FlipByte("sealed/membership", at);
  }
  EXPECT_EQ(home->WriteSealed(*keys_.home, "../escape", AsBytes("x")).code(),
            absl::StatusCode::kInvalidArgument);
}

class SealedLogTest : public HomeTest {
 protected:
  SealedLogTest() : home_(*Create()) {
    for (const char* text : {"first", "second", "third"}) Add(text);
  }
  void Add(const std::string& text) {
    EXPECT_TRUE(home_.AppendSealed(*keys_.home, "replica", AsBytes(text)).ok());
  }
  // As another process would see it.
  absl::StatusOr<std::vector<std::string>> Read() const {
    auto records = home_.ReadSealedLog(*keys_.home, "replica");
    if (!records.ok()) return records.status();
    std::vector<std::string> out;
    for (const Bytes& record : *records) out.emplace_back(AsText(record));
    return out;
  }
  std::uintmax_t Size() const { return std::filesystem::file_size(At("sealed/replica")); }

  Home home_;
};

TEST_F(SealedLogTest, GivesBackWhatWasAppended) {
  EXPECT_EQ(*Read(), (std::vector<std::string>{"first", "second", "third"}));
  EXPECT_TRUE(home_.ReadSealedLog(*keys_.home, "objects")->empty());
}

// A crash in the middle of an append leaves any number of its bytes.
TEST_F(SealedLogTest, DropsALastRecordCutAnywhereAndGoesOn) {
  const std::string whole = amparo::testing::ReadAll(At("sealed/replica"));
  const std::size_t two = whole.size() / 3 * 2;
  std::filesystem::resize_file(At("sealed/replica"), 0);
  for (std::size_t size = whole.size() - 1; size > two + 10; --size) {
    std::ofstream(At("sealed/replica"), std::ios::binary) << whole.substr(0, size);
    EXPECT_EQ(Read()->size(), 2u) << size;
  }
  Add("third again");
  EXPECT_EQ(*Read(), (std::vector<std::string>{"first", "second", "third again"}));
}

TEST_F(SealedLogTest, DropsZerosThatACrashLeft) {
  const std::uintmax_t before = Size();
  Append("sealed/replica", std::string(64, '\0'));
  EXPECT_EQ(Read()->size(), 3u);
  Add("fourth");
  EXPECT_EQ(Read()->size(), 4u);
  EXPECT_GT(Size(), before);
}

TEST_F(SealedLogTest, RefusesDamageBeforeTheLastRecord) {
  const auto last = static_cast<std::size_t>(Size()) / 3 * 2 - 8;
  for (std::size_t at = 0; at < last; ++at) {
    FlipByte("sealed/replica", at);
    EXPECT_EQ(Read().status().code(), absl::StatusCode::kDataLoss) << "byte " << at;
    FlipByte("sealed/replica", at);
  }
}

TEST_F(SealedLogTest, RefusesRecordsThatChangedPlaces) {
  ASSERT_TRUE(home_.AppendSealed(*keys_.home, "opened", AsBytes("aaaaa")).ok());
  ASSERT_TRUE(home_.AppendSealed(*keys_.home, "opened", AsBytes("bbbbb")).ok());
  ASSERT_TRUE(home_.AppendSealed(*keys_.home, "opened", AsBytes("ccccc")).ok());
  const std::string bytes = amparo::testing::ReadAll(At("sealed/opened"));
  const std::size_t one = bytes.size() / 3;
  std::ofstream(At("sealed/opened"), std::ios::binary)
      << bytes.substr(one, one) << bytes.substr(0, one) << bytes.substr(2 * one);
  EXPECT_EQ(home_.ReadSealedLog(*keys_.home, "opened").status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace amparo::client
