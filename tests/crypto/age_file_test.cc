// Whole age files: written, read, streamed in bounded memory.

#include "crypto/age_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <deque>

#include "crypto/age_header.h"
#include "crypto/age_stanza.h"
#include "crypto/digest.h"
#include "crypto/grant.h"
#include "crypto/sealed_object.h"

namespace amparo {
namespace {

// A pipe in memory: what was written is read once and forgotten.
class Pipe {
 public:
  ByteSink Sink() {
    return [this](ByteView bytes) {
      bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
      return absl::OkStatus();
    };
  }
  ByteSource Source() {
    return [this](MutableByteView out) {
      const std::size_t count = std::min(out.size(), bytes_.size());
      std::copy_n(bytes_.begin(), count, out.begin());
      bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(count));
      return absl::StatusOr<std::size_t>(count);
    };
  }
  Bytes All() const { return Bytes(bytes_.begin(), bytes_.end()); }
  void Assign(const Bytes& bytes) { bytes_.assign(bytes.begin(), bytes.end()); }

 private:
  std::deque<std::uint8_t> bytes_;
};

// `size` bytes that are never all in memory.
ByteSource Zeros(std::uint64_t size) {
  return [left = size](MutableByteView out) mutable {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, out.size()));
    std::fill_n(out.begin(), count, std::uint8_t{0});
    left -= count;
    return absl::StatusOr<std::size_t>(count);
  };
}

TEST(AgeFile, ComesBackForItsRecipient) {
  const Identity identity = Identity::Generate();
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kChunkSize, kChunkSize + 1,
                                 16 * kChunkSize, 16 * kChunkSize + 1, 33 * kChunkSize}) {
    Pipe pipe;
    ASSERT_TRUE(WriteAgeFile(identity.recipient(), Zeros(size), pipe.Sink()).ok());
    absl::StatusOr<AgeReader> reader =
        AgeReader::Create(pipe.Source(), {.identities = {&identity, 1}, .passphrases = {}});
    ASSERT_TRUE(reader.ok()) << reader.status();
    Bytes out;
    const absl::Status status = reader->CopyTo([&](ByteView bytes) {
      AppendTo(out, bytes);
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(out, Bytes(size)) << size;
  }
}

// What `export` relies on.
TEST(AgeFile, AGrantAndItsPayloadAreOne) {
  const Identity identity = Identity::Generate();
  const FileKey key = FileKey::Random();
  Bytes file = *MakeGrant(key, identity.recipient());
  AppendTo(file, SealSmall(key, AsBytes("text"), 4));
  Pipe pipe;
  pipe.Assign(file);
  absl::StatusOr<AgeReader> reader =
      AgeReader::Create(pipe.Source(), {.identities = {&identity, 1}, .passphrases = {}});
  ASSERT_TRUE(reader.ok()) << reader.status();
  std::string out;
  EXPECT_TRUE(reader
                  ->CopyTo([&](ByteView bytes) {
                    out += std::string(AsText(bytes));
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(out, "text");
}

TEST(AgeFile, OpensForAnyOfSeveralIdentities) {
  std::array<Identity, 3> identities = {Identity::Generate(), Identity::Generate(),
                                        Identity::Generate()};
  Pipe pipe;
  ASSERT_TRUE(WriteAgeFile(identities[2].recipient(), Zeros(5), pipe.Sink()).ok());
  EXPECT_TRUE(AgeReader::Create(pipe.Source(), {.identities = identities, .passphrases = {}}).ok());
}

TEST(AgeFile, PassesErrorsOfSourceAndSinkOn) {
  const Identity identity = Identity::Generate();
  const ByteSource broken = [](MutableByteView) {
    return absl::StatusOr<std::size_t>(absl::UnavailableError("disk"));
  };
  const ByteSink full = [](ByteView) { return absl::ResourceExhaustedError("disk"); };
  Pipe pipe;
  EXPECT_TRUE(absl::IsUnavailable(WriteAgeFile(identity.recipient(), broken, pipe.Sink())));
  EXPECT_TRUE(absl::IsUnavailable(AgeReader::Create(broken, {}).status()));
  EXPECT_TRUE(absl::IsResourceExhausted(WriteAgeFile(identity.recipient(), Zeros(5), full)));
  ASSERT_TRUE(WriteAgeFile(identity.recipient(), Zeros(5), pipe.Sink()).ok());
  absl::StatusOr<AgeReader> reader =
      AgeReader::Create(pipe.Source(), {.identities = {&identity, 1}, .passphrases = {}});
  EXPECT_TRUE(absl::IsResourceExhausted(reader->CopyTo(full)));
}

TEST(AgeFile, IsNotWrittenForWhoCanReceiveNothing) {
  Pipe pipe;
  EXPECT_TRUE(absl::IsInvalidArgument(WriteAgeFile(Recipient{}, Zeros(5), pipe.Sink())));
  EXPECT_TRUE(pipe.All().empty());
}

// A header that never ends is given up at the limit, not at the end of memory.
TEST(AgeFile, StopsReadingAHeaderAtItsLimit) {
  std::uint64_t given = 0;
  const ByteSource endless = [&given](MutableByteView out) {
    std::fill(out.begin(), out.end(), std::uint8_t{'a'});
    given += out.size();
    return absl::StatusOr<std::size_t>(out.size());
  };
  EXPECT_TRUE(absl::IsInvalidArgument(AgeReader::Create(endless, {}).status()));
  EXPECT_LE(given, kAgeHeaderBytesMax + 8192);
}

std::int64_t PeakKib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// Seals and opens 256 MiB at once, joined by a pipe that holds one batch.
TEST(AgeFile, AFileOfAnySizeTakesAFewChunksOfMemory) {
  constexpr std::uint64_t kSize = 256 << 20;
  const FileKey key = FileKey::Random();
  const std::int64_t before = PeakKib();
  Sealer sealer(key);
  absl::StatusOr<Opener> opener = Opener::Create(key, sealer.nonce());
  ASSERT_TRUE(opener.ok());
  const Bytes plaintext(16 * kChunkSize, 0x5a);
  Bytes sealed;
  Bytes opened;
  std::uint64_t total = 0;
  for (std::uint64_t done = 0; done < kSize; done += plaintext.size()) {
    sealed.clear();
    opened.clear();
    sealer.SealBatch(plaintext, sealed);
    ASSERT_TRUE(opener->OpenBatch(sealed, opened).ok());
    ASSERT_EQ(opened, plaintext);
    total += opened.size();
  }
  sealed.clear();
  sealer.Finish(ByteView(plaintext).first(1), sealed);
  EXPECT_TRUE(opener->Finish(sealed, opened).ok());
  EXPECT_EQ(total, kSize);

  const Identity identity = Identity::Generate();
  std::uint64_t written = 0;
  EXPECT_TRUE(WriteAgeFile(identity.recipient(), Zeros(kSize), [&](ByteView bytes) {
                written += bytes.size();
                return absl::OkStatus();
              }).ok());
  EXPECT_EQ(written, GrantLength(RecipientType::kX25519) + SealedLength(kSize));
  EXPECT_LT(PeakKib() - before, 32 * 1024);
}

}  // namespace
}  // namespace amparo
