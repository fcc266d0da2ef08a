// The key holder: keys for a while, for the same user, and for nobody else.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>

#include "client/home.h"
#include "client/platform.h"
#include "tests/client_verbs/scratch_directory.h"

namespace amparo::client {
namespace {

class KeyHolderTest : public ::testing::Test {
 protected:
  KeyHolderTest() : home_(Make(scratch_.At("home"))) {}
  ~KeyHolderTest() override { EXPECT_TRUE(StopKeyHolder(home_).ok()); }

  Home Make(const std::string& directory) {
    keys_.home = Secret<32>::Random();
    keys_.signing = SigningKey::Generate();
    keys_.identity = Identity::Generate();
    auto home = Home::Create(
        directory, {.kind = "member", .address = "", .member_code = "", .documents_waiting = 0},
        keys_, AsBytes("a passphrase"));
    EXPECT_TRUE(home.ok()) << home.status();
    return *std::move(home);
  }
  std::string Socket() const { return home_.directory() + "/keys.sock"; }
  // Waits, in the kernel and not by the clock alone, until nobody answers; false after 10 s.
  bool EndsSoon() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (std::chrono::steady_clock::now() < end) {
      if (absl::IsNotFound(home_.UnlockFromHolder().status())) return true;
    }
    return false;
  }

  amparo::testing::ScratchDirectory scratch_;
  KeyBundle keys_;
  Home home_;
};

TEST_F(KeyHolderTest, HandsOutTheKeysUntilItIsStopped) {
  EXPECT_EQ(home_.UnlockFromHolder().status().code(), absl::StatusCode::kNotFound);
  const absl::Status started = StartKeyHolder(home_, keys_, 60);
  ASSERT_TRUE(started.ok()) << started;
  for (int i = 0; i < 3; ++i) {
    auto keys = home_.UnlockFromHolder();
    ASSERT_TRUE(keys.ok()) << keys.status();
    EXPECT_EQ(keys->signing->verify_key(), keys_.signing->verify_key());
    EXPECT_EQ(keys->identity->recipient(), keys_.identity->recipient());
    EXPECT_TRUE(keys->home->EqualTo(*keys_.home));
  }
  ASSERT_TRUE(StopKeyHolder(home_).ok());
  EXPECT_EQ(home_.UnlockFromHolder().status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(Socket()));
}

TEST_F(KeyHolderTest, ItsSocketIsForThisUserAlone) {
  ASSERT_TRUE(StartKeyHolder(home_, keys_, 60).ok());
  struct stat info {};
  ASSERT_EQ(::lstat(Socket().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_TRUE(S_ISSOCK(info.st_mode));
}

TEST_F(KeyHolderTest, EndsByItself) {
  ASSERT_TRUE(StartKeyHolder(home_, keys_, 1).ok());
  EXPECT_TRUE(EndsSoon());
  EXPECT_FALSE(std::filesystem::exists(Socket()));
}

TEST_F(KeyHolderTest, StartingAgainReplacesIt) {
  ASSERT_TRUE(StartKeyHolder(home_, keys_, 1).ok());
  ASSERT_TRUE(StartKeyHolder(home_, keys_, 60).ok());
  EXPECT_TRUE(home_.UnlockFromHolder().ok());
}

TEST_F(KeyHolderTest, EndsWhenItsHomeIsGone) {
  ASSERT_TRUE(StartKeyHolder(home_, keys_, 60).ok());
  const std::string aside = scratch_.At("aside");
  std::filesystem::rename(Socket(), aside);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  bool answers = true;
  while (answers && std::chrono::steady_clock::now() < end) {
    answers = platform::AskForSecret(aside, 64 * 1024).ok();
  }
  EXPECT_FALSE(answers);
}

TEST_F(KeyHolderTest, ADeadSocketIsNoKeyHolder) {
  ASSERT_TRUE(StopKeyHolder(home_).ok()) << "none runs: that is no error";
  std::filesystem::copy_file(home_.directory() + "/home.json", Socket());
  EXPECT_EQ(home_.UnlockFromHolder().status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(StartKeyHolder(home_, keys_, 60).ok()) << "it is cleared away";
  EXPECT_TRUE(home_.UnlockFromHolder().ok());
}

TEST(ServeSecret, RefusesAPathThatNoSocketCanHave) {
  const amparo::testing::ScratchDirectory scratch;
  const std::string path = scratch.At(std::string(120, 'x'));
  EXPECT_EQ(platform::ServeSecret(path, SecretBuffer(8), 1).code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace amparo::client
