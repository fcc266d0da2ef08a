// PayloadSealer and PayloadOpener: the same bytes and hashes as one thread makes of them, whatever
// the size, the pieces and the number of threads; and an end in every state.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "crypto/digest.h"
#include "crypto/payload_opener.h"
#include "crypto/payload_sealer.h"

namespace amparo {
namespace {

constexpr std::size_t kBatch = kBatchChunks * kChunkSize;

Bytes Pattern(std::size_t size) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
  return out;
}

// Gives the bytes of `text`, one piece after the other.
PayloadSealer::Read Reading(const Bytes& text) {
  return [&text, at = std::size_t{0}](MutableByteView out) mutable {
    EXPECT_LE(out.size(), kChunkSize);
    if (text.size() - at < out.size()) return absl::OutOfRangeError("asked for more than there is");
    std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), out.size(), out.begin());
    at += out.size();
    return absl::OkStatus();
  };
}

struct Sealed {
  Bytes payload;
  Hash plaintext_sha256;
  Hash payload_sha256;
};

Sealed Seal(SealingPool& pool, const FileKey& key, const PayloadShape& shape, const Bytes& text) {
  PayloadSealer sealer(pool, key, shape, Reading(text));
  Sealed sealed;
  std::uint64_t content = 0;
  for (bool more = true; more;) {
    const absl::StatusOr<SealedBatch> batch = sealer.Next();
    if (!batch.ok()) {
      ADD_FAILURE() << batch.status();
      return sealed;
    }
    AppendTo(sealed.payload, batch->bytes);
    content += batch->content;
    more = !batch->last;
  }
  EXPECT_EQ(content, shape.size);
  sealed.plaintext_sha256 = sealer.plaintext_sha256();
  sealed.payload_sha256 = sealer.payload_sha256();
  return sealed;
}

// Opens what comes in pieces of `step` bytes; the plaintext goes to `out`.
absl::StatusOr<PayloadOpener::Digests> Open(SealingPool& pool, const FileKey& key,
                                            const PayloadShape& shape, ByteView payload,
                                            std::size_t step, Bytes& out) {
  PayloadOpener opener(pool, key, shape, [&](ByteView plain) {
    AppendTo(out, plain);
    return absl::OkStatus();
  });
  while (!payload.empty()) {
    const std::size_t count = std::min(step, payload.size());
    if (absl::Status s = opener.Take(payload.first(count)); !s.ok()) {
      EXPECT_EQ(opener.Take(payload.first(count)), s);
      EXPECT_EQ(opener.Finish().status(), s);
      return s;
    }
    payload = payload.subspan(count);
  }
  return opener.Finish();
}

const std::size_t kSizes[] = {0,
                              1,
                              kChunkSize - 1,
                              kChunkSize,
                              kChunkSize + 1,
                              kBatch - 1,
                              kBatch,
                              kBatch + 1,
                              2 * kBatch,
                              4 * kBatch,
                              4 * kBatch + 1,
                              5 * kBatch + 3 * kChunkSize,
                              9 * kBatch + 17};

TEST(PayloadSealer, MakesWhatOpensInOneThread) {
  for (const int threads : {1, 2, 5}) {
    SealingPool pool(threads);
    for (const std::size_t size : kSizes) {
      const std::size_t padded = size + size % 3 * kChunkSize / 2;
      const Bytes text = Pattern(size);
      const FileKey key = FileKey::Random();
      const Sealed sealed = Seal(pool, key, {.size = size, .padded_size = padded}, text);
      ASSERT_EQ(sealed.payload.size(), SealedLength(padded)) << size;
      EXPECT_EQ(sealed.plaintext_sha256, Sha256(text));
      EXPECT_EQ(sealed.payload_sha256, Sha256(sealed.payload));
      const PayloadDigest one = DigestAsSealedBefore(
          key, ByteView(sealed.payload).first(kPayloadNonceSize), text, padded);
      EXPECT_EQ(sealed.payload_sha256, one.sha256) << size << ", padded to " << padded;
    }
  }
}

TEST(PayloadOpener, OpensWhatOneThreadMadeInPiecesOfAnySize) {
  for (const int threads : {1, 2, 5}) {
    SealingPool pool(threads);
    for (const std::size_t size : kSizes) {
      const std::size_t padded = size + size % 3 * kChunkSize / 2;
      const Bytes text = Pattern(size);
      const FileKey key = FileKey::Random();
      const Bytes payload = SealSmall(key, text, padded);
      for (const std::size_t step : {std::size_t{1000}, kSealedChunkSize, 3 * kBatch + 5}) {
        Bytes opened;
        const auto digests =
            Open(pool, key, {.size = size, .padded_size = padded}, payload, step, opened);
        ASSERT_TRUE(digests.ok()) << digests.status() << ", " << size << " in steps of " << step;
        EXPECT_EQ(opened, text);
        EXPECT_EQ(digests->plaintext_sha256, Sha256(text));
        EXPECT_EQ(digests->payload_sha256, Sha256(payload));
      }
    }
  }
}

class AlteredPayload : public testing::Test {
 protected:
  static constexpr std::size_t kSize = 5 * kBatch + 2 * kChunkSize + 10;
  static constexpr std::size_t kPadded = kSize + 100;

  // What came out before the refusal is the true beginning.
  void ExpectRefused(const PayloadShape& shape, const Bytes& payload) {
    Bytes opened;
    const auto digests = Open(pool_, key_, shape, payload, kBatch / 3, opened);
    EXPECT_EQ(digests.status().code(), absl::StatusCode::kDataLoss) << digests.status();
    ASSERT_LE(opened.size(), text_.size());
    EXPECT_TRUE(std::equal(opened.begin(), opened.end(), text_.begin()));
  }
  void ExpectRefused(const Bytes& payload) {
    ExpectRefused({.size = kSize, .padded_size = kPadded}, payload);
  }

  SealingPool pool_;
  const FileKey key_ = FileKey::Random();
  const Bytes text_ = Pattern(kSize);
  const Bytes payload_ = SealSmall(key_, text_, kPadded);
};

TEST_F(AlteredPayload, OneBitInAnyChunkIsNoticed) {
  for (std::size_t at = 3; at < payload_.size(); at += kSealedChunkSize) {
    Bytes altered = payload_;
    altered[at] = static_cast<std::uint8_t>(altered[at] ^ 4);
    ExpectRefused(altered);
  }
}
TEST_F(AlteredPayload, SwappedBatchesAreNoticed) {
  Bytes altered = payload_;
  const auto first = altered.begin() + kPayloadNonceSize;
  const auto length = static_cast<std::ptrdiff_t>(kBatchChunks * kSealedChunkSize);
  std::swap_ranges(first, first + length, first + length);
  ExpectRefused(altered);
}
TEST_F(AlteredPayload, AMissingAndAFurtherByteAreNoticed) {
  Bytes shorter = payload_;
  shorter.pop_back();
  ExpectRefused(shorter);
  ExpectRefused({});
  Bytes longer = payload_;
  longer.push_back(0);
  ExpectRefused(longer);
}
TEST_F(AlteredPayload, AnotherLengthThanItsOwnIsNoticed) {
  ExpectRefused({.size = kSize, .padded_size = kPadded + 1}, payload_);
  ExpectRefused({.size = kSize, .padded_size = kPadded - 1}, payload_);
  // The last content byte would be padding, and is no zero.
  ASSERT_NE(text_.back(), 0);
  ExpectRefused({.size = kSize - 1, .padded_size = kPadded}, payload_);
}

TEST(PayloadSealer, ReturnsTheErrorOfItsReaderAndNothingBehindIt) {
  SealingPool pool;
  for (const std::size_t fail_at :
       {std::size_t{0}, std::size_t{3}, kBatchChunks, 4 * kBatchChunks}) {
    std::atomic<std::size_t> calls = 0;
    const FileKey key = FileKey::Random();
    const PayloadShape shape{.size = 20 * kBatch, .padded_size = 20 * kBatch};
    PayloadSealer sealer(pool, key, shape, [&](MutableByteView out) -> absl::Status {
      std::fill(out.begin(), out.end(), std::uint8_t{1});
      if (calls++ == fail_at) return absl::FailedPreconditionError("it changed");
      return absl::OkStatus();
    });
    std::size_t batches = 0;
    absl::StatusOr<SealedBatch> batch = sealer.Next();
    for (; batch.ok(); batch = sealer.Next()) ++batches;
    EXPECT_EQ(batches, fail_at / kBatchChunks);
    EXPECT_EQ(batch.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(sealer.Next().status(), batch.status());
    EXPECT_EQ(calls, fail_at + 1);  // Nothing is read after it.
  }
}

TEST(PayloadOpener, ReturnsTheErrorOfItsSink) {
  SealingPool pool;
  const FileKey key = FileKey::Random();
  const Bytes payload = SealSmall(key, Pattern(6 * kBatch), 6 * kBatch);
  std::size_t taken = 0;
  PayloadOpener opener(pool, key, {.size = 6 * kBatch, .padded_size = 6 * kBatch}, [&](ByteView) {
    return ++taken == kBatchChunks + 2 ? absl::ResourceExhaustedError("full") : absl::OkStatus();
  });
  absl::Status status = opener.Take(payload);
  if (status.ok()) status = opener.Finish().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(opener.Finish().status(), status);
  EXPECT_EQ(taken, kBatchChunks + 2);
}

// Whoever stops, or fails elsewhere, just lets go.
TEST(PayloadStreams, MayEndAtAnyMoment) {
  SealingPool pool;
  const FileKey opened_key = FileKey::Random();
  const Bytes payload = SealSmall(opened_key, Pattern(6 * kBatch), 6 * kBatch);
  const PayloadShape shape{.size = 6 * kBatch, .padded_size = 6 * kBatch};
  for (std::size_t count = 0; count <= 6; ++count) {
    const Bytes text = Pattern(6 * kBatch);
    const FileKey key = FileKey::Random();
    PayloadSealer sealer(pool, key, shape, Reading(text));
    for (std::size_t i = 0; i < count; ++i) ASSERT_TRUE(sealer.Next().ok());
    PayloadOpener opener(pool, opened_key, shape, nullptr);
    ASSERT_TRUE(opener.Take(ByteView(payload).first(payload.size() * count / 6)).ok());
  }
}

// Files are sealed side by side with the same threads.
TEST(PayloadStreams, ShareAPool) {
  SealingPool pool;
  std::vector<std::thread> people;
  for (std::size_t i = 0; i < 6; ++i) {
    people.emplace_back([&pool, i] {
      const std::size_t size = (i + 1) * kBatch + i;
      const Bytes text = Pattern(size);
      const FileKey key = FileKey::Random();
      const PayloadShape shape{.size = size, .padded_size = size + 7};
      const Sealed sealed = Seal(pool, key, shape, text);
      Bytes opened;
      const auto digests = Open(pool, key, shape, sealed.payload, 100'000, opened);
      ASSERT_TRUE(digests.ok()) << digests.status();
      EXPECT_EQ(opened, text);
      EXPECT_EQ(digests->payload_sha256, sealed.payload_sha256);
      EXPECT_EQ(digests->plaintext_sha256, sealed.plaintext_sha256);
    });
  }
  for (std::thread& person : people) person.join();
}

TEST(PayloadStreams, DoWithoutHashes) {
  SealingPool pool;
  const Bytes text = Pattern(2 * kBatch + 1);
  const FileKey key = FileKey::Random();
  const PayloadShape shape{.size = text.size(), .padded_size = text.size()};
  Bytes payload;
  PayloadSealer sealer(pool, key, shape, Reading(text), {.hashes = false});
  for (bool more = true; more;) {
    const absl::StatusOr<SealedBatch> batch = sealer.Next();
    ASSERT_TRUE(batch.ok());
    AppendTo(payload, batch->bytes);
    more = !batch->last;
  }
  Bytes opened;
  ASSERT_TRUE(Open(pool, key, shape, payload, kBatch, opened).ok());
  EXPECT_EQ(opened, text);
}

}  // namespace
}  // namespace amparo
