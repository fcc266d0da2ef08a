// Sealed objects: lengths around every boundary, and that nothing altered opens.

#include "crypto/sealed_object.h"

#include <gtest/gtest.h>

#include "crypto/padding.h"

namespace amparo {
namespace {

Bytes Pattern(std::size_t size) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
  return out;
}

// Seals in batches of `batch_chunks`.
Bytes Seal(const FileKey& key, ByteView plaintext, std::size_t batch_chunks) {
  Sealer sealer(key);
  Bytes out;
  AppendTo(out, sealer.nonce());
  while (plaintext.size() > kChunkSize) {
    const std::size_t chunks = std::min(batch_chunks, (plaintext.size() - 1) / kChunkSize);
    sealer.SealBatch(plaintext.first(chunks * kChunkSize), out);
    plaintext = plaintext.subspan(chunks * kChunkSize);
  }
  sealer.Finish(plaintext, out);
  return out;
}

absl::StatusOr<Bytes> Open(const FileKey& key, ByteView payload, std::size_t batch_chunks) {
  absl::StatusOr<Opener> opener =
      Opener::Create(key, payload.first(std::min(payload.size(), kPayloadNonceSize)));
  if (!opener.ok()) return opener.status();
  ByteView sealed = payload.subspan(kPayloadNonceSize);
  Bytes out;
  while (sealed.size() > kSealedChunkSize) {
    const std::size_t chunks = std::min(batch_chunks, (sealed.size() - 1) / kSealedChunkSize);
    const std::size_t before = out.size();
    if (absl::Status s = opener->OpenBatch(sealed.first(chunks * kSealedChunkSize), out); !s.ok()) {
      EXPECT_EQ(out.size(), before);
      EXPECT_FALSE(opener->done());
      // Every later call fails too.
      EXPECT_FALSE(opener->OpenBatch(sealed.first(0), out).ok());
      EXPECT_FALSE(opener->Finish(sealed.first(kChunkSize), out).ok());
      return s;
    }
    sealed = sealed.subspan(chunks * kSealedChunkSize);
  }
  EXPECT_FALSE(opener->done());
  if (absl::Status s = opener->Finish(sealed, out); !s.ok()) {
    EXPECT_FALSE(opener->done());
    return s;
  }
  EXPECT_TRUE(opener->done());
  EXPECT_FALSE(opener->Finish(sealed, out).ok());
  return out;
}

TEST(SealedObject, EverySizeAroundAChunkEdgeComesBackInEveryStep) {
  constexpr std::size_t kChunk = kChunkSize;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kChunk - 1, kChunk, kChunk + 1,
                                 2 * kChunk, 2 * kChunk + 1, 9 * kChunk - 1, 9 * kChunk}) {
    const Bytes plaintext = Pattern(size);
    for (const std::size_t seal_step : {1, 2, 3, 4, 5, 16}) {
      const FileKey key = FileKey::Random();
      const Bytes payload = Seal(key, plaintext, seal_step);
      ASSERT_EQ(payload.size(), SealedLength(size)) << size;
      for (const std::size_t open_step : {1, 2, 3, 4, 5, 16}) {
        const absl::StatusOr<Bytes> opened = Open(key, payload, open_step);
        ASSERT_TRUE(opened.ok()) << opened.status() << ", size " << size;
        ASSERT_EQ(*opened, plaintext) << size << ", steps " << seal_step << " " << open_step;
      }
    }
  }
}

TEST(SealedObject, EveryFlippedBitOfASmallPayloadIsNoticed) {
  const FileKey key = FileKey::Random();
  const Bytes payload = SealSmall(key, Pattern(40), 64);
  ASSERT_TRUE(OpenSmall(key, payload).ok());
  for (std::size_t bit = 0; bit < payload.size() * 8; ++bit) {
    Bytes flipped = payload;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1 << bit % 8);
    EXPECT_EQ(OpenSmall(key, flipped).status().code(), absl::StatusCode::kDataLoss) << bit;
  }
}

TEST(SealedObject, EveryTruncationAndAnExtensionOfASmallPayloadIsNoticed) {
  const FileKey key = FileKey::Random();
  const Bytes payload = SealSmall(key, Pattern(40), 64);
  for (std::size_t size = 0; size < payload.size(); ++size) {
    EXPECT_EQ(OpenSmall(key, ByteView(payload).first(size)).status().code(),
              absl::StatusCode::kDataLoss)
        << size;
  }
  Bytes longer = payload;
  longer.push_back(0);
  EXPECT_FALSE(OpenSmall(key, longer).ok());
}

class DamagedChunks : public testing::Test {
 protected:
  ByteView Chunk(std::size_t index) const {
    const ByteView sealed = ByteView(payload_).subspan(kPayloadNonceSize);
    return sealed.subspan(index * kSealedChunkSize,
                          std::min(kSealedChunkSize, sealed.size() - index * kSealedChunkSize));
  }
  // A payload of the chunks of these indexes; there are chunks 0 to 9.
  Bytes Spliced(const std::vector<std::size_t>& indexes) const {
    Bytes out(payload_.begin(), payload_.begin() + kPayloadNonceSize);
    for (const std::size_t index : indexes) AppendTo(out, Chunk(index));
    return out;
  }
  void ExpectRefused(const Bytes& payload) {
    for (const std::size_t step : {1, 2, 16}) {
      EXPECT_EQ(Open(key_, payload, step).status().code(), absl::StatusCode::kDataLoss) << step;
    }
    EXPECT_EQ(OpenSmall(key_, payload).status().code(), absl::StatusCode::kDataLoss);
  }
  const FileKey key_ = FileKey::Random();
  const Bytes payload_ = Seal(key_, Pattern(9 * kChunkSize + 10), 16);
};

TEST_F(DamagedChunks, InTheirOrderTheyOpen) {
  EXPECT_TRUE(Open(key_, Spliced({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}), 16).ok());
}
TEST_F(DamagedChunks, DroppedInTheMiddle) { ExpectRefused(Spliced({0, 1, 3, 4, 5, 6, 7, 8, 9})); }
TEST_F(DamagedChunks, DroppedAtTheStart) { ExpectRefused(Spliced({1, 2, 3, 4, 5, 6, 7, 8, 9})); }
TEST_F(DamagedChunks, DroppedAtTheEnd) { ExpectRefused(Spliced({0, 1, 2, 3, 4, 5, 6, 7, 8})); }
// In either half of a batch that two threads share.
TEST_F(DamagedChunks, OneFlippedBitInAnyOfThem) {
  for (std::size_t index = 0; index < 10; ++index) {
    Bytes flipped = payload_;
    std::uint8_t& byte = flipped[kPayloadNonceSize + index * kSealedChunkSize + 5];
    byte = static_cast<std::uint8_t>(byte ^ 0x10);
    ExpectRefused(flipped);
  }
}
TEST_F(DamagedChunks, Swapped) { ExpectRefused(Spliced({0, 2, 1, 3, 4, 5, 6, 7, 8, 9})); }
TEST_F(DamagedChunks, Duplicated) { ExpectRefused(Spliced({0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9})); }
TEST_F(DamagedChunks, LastOneTwice) { ExpectRefused(Spliced({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9})); }
TEST_F(DamagedChunks, None) { ExpectRefused(Spliced({})); }

TEST_F(DamagedChunks, OfAnotherObject) {
  const Bytes other = Seal(FileKey::Random(), Pattern(9 * kChunkSize + 10), 16);
  Bytes spliced = Spliced({0, 1, 2, 3, 4, 5, 6, 7, 8});
  AppendTo(spliced, ByteView(other).subspan(spliced.size()));
  ExpectRefused(spliced);
}

TEST_F(DamagedChunks, UnderAnotherKey) {
  EXPECT_EQ(Open(FileKey::Random(), payload_, 16).status().code(), absl::StatusCode::kDataLoss);
}

// An empty last chunk would be a second spelling of the same content.
TEST_F(DamagedChunks, EmptyLastChunkAfterOthers) {
  const FileKey key = FileKey::Random();
  Sealer sealer(key);
  Bytes payload;
  AppendTo(payload, sealer.nonce());
  sealer.SealBatch(Pattern(kChunkSize), payload);
  Bytes out;
  Opener opener = *Opener::Create(key, sealer.nonce());
  ASSERT_TRUE(opener.OpenBatch(ByteView(payload).subspan(kPayloadNonceSize), out).ok());
  EXPECT_EQ(opener.Finish(Bytes(16), out).code(), absl::StatusCode::kDataLoss);
}

TEST(Opener, RefusesANonceOfAnotherLength) {
  const FileKey key = FileKey::Random();
  for (const std::size_t size : {0, 15, 17}) {
    EXPECT_EQ(Opener::Create(key, Bytes(size)).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(SealSmall, PadsWithZeros) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, kChunkSize, kChunkSize + 3}) {
    const std::uint64_t padded = PaddedSmallLength(size);
    const FileKey key = FileKey::Random();
    const Bytes payload = SealSmall(key, Pattern(size), padded);
    EXPECT_EQ(payload.size(), SealedLength(padded));
    Bytes expected = Pattern(size);
    expected.resize(padded);
    const absl::StatusOr<SecretBuffer> opened = OpenSmall(key, payload);
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_TRUE(EqualConstantTime(opened->Expose(), expected));
  }
}

TEST(SealSmall, OfNothingToNothingOpensEmpty) {
  const FileKey key = FileKey::Random();
  const absl::StatusOr<SecretBuffer> opened = OpenSmall(key, SealSmall(key, {}, 0));
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->size(), 0U);
}

using SealerDeathTest = testing::Test;

// Two objects under one key: what a broken random source would do.
TEST(SealerDeathTest, AbortsWhenAKeySealsASecondObject) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const FileKey key = FileKey::Random();
  const Sealer first(key);
  EXPECT_DEATH(const Sealer second(key), "random source is broken");
}

}  // namespace
}  // namespace amparo
