// Downloads go on where they broke, and what lies in the home is believed no more than what a
// server says. docs/spec/home.md, "Fetched".

#include "client/fetched.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <utility>

#include "client/fetching.h"
#include "crypto/digest.h"
#include "crypto/padding.h"
#include "crypto/sealed_object.h"
#include "tests/client_verbs/blob_connection.h"
#include "tests/client_verbs/scratch_directory.h"
#include "tests/client_verbs/seal_and_send.h"

namespace amparo::client {
namespace {

using ::amparo::testing::BlobConnection;
using ::amparo::testing::NamesIn;
using ::amparo::testing::ReadAll;
using ::amparo::testing::ScratchDirectory;
using ::amparo::testing::SealAndSend;

std::uint64_t Seed() {
  const char* given = std::getenv("AMPARO_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

constexpr std::size_t kSize = 20 * kChunkSize + 4321;

// A server whose link breaks after so many bytes, and that counts what it gave.
class BreakingConnection final : public amparo::client::RefusingConnection {
 public:
  explicit BreakingConnection(BlobConnection& server) : server_(server) {}

  std::uint64_t breaks_after = ~std::uint64_t{0};
  std::uint64_t kills_after = ~std::uint64_t{0};  // The process that fetches, with SIGKILL.
  std::uint64_t given = 0;
  std::function<void()> at_half;  // Once, when so much was given.

  absl::Status Download(SubjectType type, const SubjectId& subject, const ObjectId& object,
                        std::uint64_t offset, std::uint64_t length,
                        const std::function<absl::Status(ByteView)>& sink) override {
    std::uint64_t left = breaks_after;
    absl::Status broken = absl::OkStatus();
    const auto counted = [&](ByteView piece) -> absl::Status {
      const auto now = piece.first(std::min<std::uint64_t>(left, piece.size()));
      left -= now.size();
      given += now.size();
      if (at_half && given > length / 2) std::exchange(at_half, nullptr)();
      if (given > kills_after) raise(SIGKILL);
      if (absl::Status s = sink(now); !s.ok()) return s;
      if (now.size() < piece.size()) broken = absl::UnavailableError("the link broke");
      return broken;
    };
    absl::Status status = server_.Download(type, subject, object, offset, length, counted);
    return broken.ok() ? status : broken;
  }

 private:
  BlobConnection& server_;
};

class FetchedTest : public ::testing::Test {
 protected:
  FetchedTest() : kept_(scratch_.path()) {
    for (std::size_t i = 0; i < kSize; ++i) content_ += static_cast<char>(i * 31 + i / 4099);
    server_.piece = 100'000;
    auto sent = SealAndSend(server_, scratch_.Write("file", content_), kSize);
    EXPECT_TRUE(sent.ok()) << sent.status();
    part_ = *std::move(sent);
  }

  PartToFetch Wanted() const {
    return {
        .subject = {}, .ref = part_.ref, .key = &part_.key, .size = kSize, .sha256 = part_.sha256};
  }
  absl::Status Fetch() { return Fetch(Wanted()); }
  absl::Status Fetch(const PartToFetch& wanted) {
    got_.clear();
    link_.given = 0;
    return FetchPart({link_, &kept_}, wanted, {.plaintext = [&](ByteView bytes) {
                       got_ += std::string(AsText(bytes));
                       return absl::OkStatus();
                     }});
  }
  // An attempt that breaks after so many bytes.
  void Break(std::uint64_t after) {
    link_.breaks_after = after;
    EXPECT_TRUE(absl::IsUnavailable(Fetch()));
    link_.breaks_after = ~std::uint64_t{0};
  }
  std::uint64_t length() const { return part_.ref.payload_length; }
  std::string file() const { return scratch_.At("fetched/" + ToHex(part_.ref.object)); }
  void Put(ByteView bytes) {
    std::filesystem::create_directories(scratch_.At("fetched"));
    (void)scratch_.Write("fetched/" + ToHex(part_.ref.object), std::string(AsText(bytes)));
  }
  ByteView payload() { return server_.blobs[part_.ref.object]; }

  ScratchDirectory scratch_;
  BlobConnection server_;
  BreakingConnection link_{server_};
  Fetched kept_;
  std::string content_, got_;
  SealedPart part_;
};

TEST_F(FetchedTest, ADownloadGoesOnAtTheLastWholeChunkWhereverItBroke) {
  const std::uint64_t seed = Seed();
  SCOPED_TRACE(::testing::Message() << "AMPARO_SEED=" << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 40; ++round) {
    const std::uint64_t cut = random() % (length() - 1);
    Break(cut);
    const std::uint64_t chunks =
        cut < kPayloadNonceSize ? 0 : (cut - kPayloadNonceSize) / kSealedChunkSize;
    const std::uint64_t kept = chunks == 0 ? 0 : kPayloadNonceSize + chunks * kSealedChunkSize;
    ASSERT_TRUE(Fetch().ok()) << cut;
    EXPECT_EQ(got_, content_);
    EXPECT_EQ(link_.given, length() - kept) << "only the rest was fetched, cut at " << cut;
    kept_.Forget(part_.ref.object);
    EXPECT_TRUE(NamesIn(scratch_.At("fetched")).empty());
  }
}

TEST_F(FetchedTest, AnAttemptAfterAnotherTakesEachByteOnce) {
  std::uint64_t given = 0;
  for (int attempt = 0; attempt < 10; ++attempt) {
    Break(2 * kSealedChunkSize + kPayloadNonceSize);
    given += link_.given;
    if (given + 3 * kSealedChunkSize > length()) break;
  }
  ASSERT_TRUE(Fetch().ok());
  EXPECT_EQ(got_, content_);
  EXPECT_LT(given + link_.given, length() + 11 * kPayloadNonceSize);
}

// A process of its own fetches and is killed, its other threads wherever they are by then.
TEST_F(FetchedTest, AKilledProcessCostsNoMoreThanWhatItHadNotWritten) {
  const std::uint64_t seed = Seed();
  SCOPED_TRACE(::testing::Message() << "AMPARO_SEED=" << seed);
  std::mt19937_64 random(seed);
  server_.piece = 30'000;
  std::uint64_t went_on = 0;
  for (int round = 0; round < 25; ++round) {
    link_.kills_after = random() % length();
    const pid_t child = fork();
    if (child == 0) {
      (void)Fetch();
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
    link_.kills_after = ~std::uint64_t{0};
    const auto kept = kept_.SizeOf(part_.ref.object);
    ASSERT_TRUE(kept.ok());
    ASSERT_TRUE(Fetch().ok());
    EXPECT_EQ(got_, content_);
    EXPECT_LE(link_.given, length() - *kept + kSealedChunkSize + kPayloadNonceSize);
    went_on += link_.given < length() ? 1 : 0;
    kept_.Forget(part_.ref.object);
  }
  EXPECT_GT(went_on, 0u);
}

// Another process opens the same document meanwhile: it gets it all, and cuts off or adds nothing.
TEST_F(FetchedTest, TwoAtOnceSpoilNothingOfWhatIsKept) {
  std::string others;
  link_.at_half = [&] {
    BreakingConnection link(server_);
    Fetched kept(scratch_.path());
    const absl::Status fetched =
        FetchPart({link, &kept}, Wanted(), {.plaintext = [&](ByteView bytes) {
                    others += std::string(AsText(bytes));
                    return absl::OkStatus();
                  }});
    EXPECT_TRUE(fetched.ok()) << fetched;
  };
  Break(length() - 2 * kSealedChunkSize);
  EXPECT_EQ(others, content_);
  EXPECT_EQ(ReadAll(file()), AsText(payload()).substr(0, ReadAll(file()).size()));
  ASSERT_TRUE(Fetch().ok());
  EXPECT_EQ(got_, content_);
  EXPECT_LE(link_.given, 3 * kSealedChunkSize) << "only the rest was fetched";
}

// Until its files have their names, a further attempt needs nobody.
TEST_F(FetchedTest, WhatIsCompleteNeedsNoConnection) {
  ASSERT_TRUE(Fetch().ok());
  EXPECT_EQ(ReadAll(file()), AsText(payload()));
  server_.blobs.clear();
  ASSERT_TRUE(Fetch().ok());
  EXPECT_EQ(got_, content_);
  EXPECT_EQ(link_.given, 0u);
}

TEST_F(FetchedTest, NothingReadableIsKept) {
  Break(length() / 2);
  EXPECT_EQ(ReadAll(file()).find(content_.substr(5'000, 16)), std::string::npos);
  EXPECT_EQ(ReadAll(file()), AsText(payload()).substr(0, ReadAll(file()).size()));
  EXPECT_EQ(std::filesystem::status(file()).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(std::filesystem::status(scratch_.At("fetched")).permissions(),
            std::filesystem::perms::owner_all);
}

// The power went while the file grew: its end is missing, or zeros.
TEST_F(FetchedTest, ATornEndIsCutBackToWhatVerifies) {
  for (const std::size_t size : {1u, 15u, 16u, 17u, 70'000u, 700'000u}) {
    Bytes torn(payload().begin(), payload().begin() + static_cast<std::ptrdiff_t>(size));
    torn.resize(torn.size() + 50'000);
    Put(torn);
    ASSERT_TRUE(Fetch().ok()) << size;
    EXPECT_EQ(got_, content_);
  }
}

TEST_F(FetchedTest, AnAlteredByteCostsWhatComesAfterItAndNothingMore) {
  for (std::size_t at = 0; at < length(); at += 90'001) {
    Bytes altered(payload().begin(), payload().end());
    altered[at] ^= 1;
    Put(altered);
    ASSERT_TRUE(Fetch().ok()) << at;
    EXPECT_EQ(got_, content_);
    const std::uint64_t chunk =
        at < kPayloadNonceSize ? 0 : (at - kPayloadNonceSize) / kSealedChunkSize;
    const std::uint64_t kept = chunk == 0 ? 0 : kPayloadNonceSize + chunk * kSealedChunkSize;
    EXPECT_EQ(link_.given, length() - kept) << at;
  }
}

TEST_F(FetchedTest, AnotherDocumentsBytesAreNoPrefix) {
  auto other = SealAndSend(server_, scratch_.Write("other", content_), kSize);
  ASSERT_TRUE(other.ok());
  Put(server_.blobs[other->ref.object]);
  ASSERT_TRUE(Fetch().ok());
  EXPECT_EQ(got_, content_);
  EXPECT_EQ(link_.given, length());
}

// Somebody who has the key sealed other bytes under it and laid them here: every chunk opens,
// and still nothing of it is believed.
TEST_F(FetchedTest, BytesOfTheSameKeyThatTheLogDoesNotNameFailClosed) {
  PartToFetch wanted = Wanted();
  wanted.ref.payload_sha256.bytes[0] ^= 1;
  Put(payload());
  absl::Status status = Fetch(wanted);
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_EQ(DetailOf(status)->reason, "KEPT_DID_NOT_FIT");
  EXPECT_TRUE(NamesIn(scratch_.At("fetched")).empty()) << "it is in nobody's way";
  status = Fetch(wanted);
  EXPECT_TRUE(absl::IsDataLoss(status)) << "now it is the server's word: " << status;
  EXPECT_TRUE(NamesIn(scratch_.At("fetched")).empty());
}

TEST_F(FetchedTest, AServerThatLiesAfterABreakIsFoundOut) {
  Break(length() / 2);
  server_.blobs[part_.ref.object][length() - 100'000] ^= 1;
  EXPECT_FALSE(Fetch().ok());
  EXPECT_TRUE(NamesIn(scratch_.At("fetched")).empty());
  EXPECT_TRUE(absl::IsDataLoss(Fetch())) << "without what lay here it is the server's word";
}

TEST_F(FetchedTest, WhatABundleBroughtStaysAfterItWasOpened) {
  Put(payload());
  ASSERT_TRUE(kept_.MarkCarried(part_.ref.object).ok());
  ASSERT_TRUE(kept_.MarkCarried(part_.ref.object).ok()) << "twice is once";
  ASSERT_TRUE(Fetch().ok());
  kept_.Forget(part_.ref.object);
  server_.blobs.clear();
  ASSERT_TRUE(Fetch().ok());
  EXPECT_EQ(got_, content_);
}

TEST_F(FetchedTest, TidyRemovesWhatIsOldAndTheOldestOfTooMuch) {
  std::filesystem::create_directories(scratch_.At("fetched"));
  const std::uint64_t now = 2'000'000'000;
  const auto put = [&](const std::string& name, std::uint64_t age_s, std::uint64_t size) {
    const std::string path = scratch_.Write("fetched/" + name, "x");
    std::filesystem::resize_file(path, size);
    const utimbuf times{.actime = static_cast<time_t>(now - age_s),
                        .modtime = static_cast<time_t>(now - age_s)};
    ASSERT_EQ(utime(path.c_str(), &times), 0);
  };
  put("old", kFetchedAgeMax_s + 1, 5);
  put("older.carried", kFetchedAgeMax_s + 9, 5);
  put("at-the-limit", kFetchedAgeMax_s, 5);
  put("large", 500, kFetchedBytesMax - 100);
  put("new", 100, 95);
  kept_.Tidy(UnixSeconds{now});
  EXPECT_EQ(NamesIn(scratch_.At("fetched")),
            (std::vector<std::string>{"at-the-limit", "large", "new"}));
  put("newest", 50, 1);
  kept_.Tidy(UnixSeconds{now});
  EXPECT_EQ(NamesIn(scratch_.At("fetched")), (std::vector<std::string>{"large", "new", "newest"}));
}

}  // namespace
}  // namespace amparo::client
