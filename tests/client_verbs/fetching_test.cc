// Parts on their way back: fetched, and believed only when everything fits.
// docs/spec/sealed-object.md, "Opening"; attacks 27 to 31.

#include "client/fetching.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "crypto/padding.h"
#include "crypto/sealed_object.h"
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

// A file that was sealed and sent, and what its manifest would say of it.
struct Sent {
  ScratchDirectory scratch;
  BlobConnection server;
  std::string content;
  SealedPart part;

  explicit Sent(std::size_t size) : content(Content(size)) {
    absl::StatusOr<SealedPart> sealed = SealAndSend(server, scratch.Write("file", content), size);
    EXPECT_TRUE(sealed.ok()) << sealed.status();
    part = std::move(*sealed);
  }
  Bytes& blob() { return server.blobs[part.ref.object]; }
  PartToFetch Wanted() const {
    return {.subject = {},
            .ref = part.ref,
            .key = &part.key,
            .size = content.size(),
            .sha256 = part.sha256};
  }
  absl::StatusOr<std::string> Fetch() { return Fetch(Wanted()); }
  absl::StatusOr<std::string> Fetch(const PartToFetch& wanted) {
    std::string fetched;
    const absl::Status status = FetchPart({server}, wanted, {.plaintext = [&](ByteView bytes) {
                                            fetched += std::string(AsText(bytes));
                                            return absl::OkStatus();
                                          }});
    if (!status.ok()) return status;
    return fetched;
  }
};

class TransferOf : public ::testing::TestWithParam<std::size_t> {};

TEST_P(TransferOf, ComesBackAsItWentAndHidesItsLength) {
  Sent sent(GetParam());
  EXPECT_EQ(sent.part.sha256, Sha256(AsBytes(sent.content)));
  EXPECT_EQ(sent.blob().size(), SealedLength(PaddedPartLength(GetParam())));
  EXPECT_EQ(sent.part.ref.payload_sha256, Sha256(sent.blob()));
  for (const std::size_t piece :
       {std::size_t{65536}, std::size_t{1'000'003}, std::size_t{1} << 24}) {
    sent.server.piece = piece;
    const absl::StatusOr<std::string> fetched = sent.Fetch();
    ASSERT_TRUE(fetched.ok()) << fetched.status();
    EXPECT_EQ(*fetched, sent.content);
  }
}

INSTANTIATE_TEST_SUITE_P(AroundTheChunk, TransferOf,
                         ::testing::Values(1, 2, kChunkSize - 1, kChunkSize, kChunkSize + 1,
                                           2 * kChunkSize, 15 * kChunkSize, 15 * kChunkSize + 1,
                                           16 * kChunkSize, 31 * kChunkSize + 7));

TEST(FetchPart, ReportsWhatItMoved) {
  Sent sent(3 * kChunkSize + 5);
  std::uint64_t moved = 0;
  const absl::Status status = FetchPart({sent.server}, sent.Wanted(),
                                        {.moved = [&](std::uint64_t bytes) { moved += bytes; }});
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(moved, sent.content.size());
}

TEST(FetchPart, RefusesAFlippedBitAnywhere) {
  Sent sent(2 * kChunkSize + 100);
  for (std::size_t at = 0; at < sent.blob().size(); at += 4093) {
    sent.blob()[at] ^= 1;
    EXPECT_TRUE(absl::IsDataLoss(sent.Fetch().status())) << at;
    sent.blob()[at] ^= 1;
  }
  EXPECT_TRUE(sent.Fetch().ok());
}

// Attack 29: dropped, swapped, doubled, spliced, cut or extended.
TEST(FetchPart, RefusesEveryRearrangementOfChunks) {
  Sent sent(5 * kChunkSize);
  const Bytes whole = sent.blob();
  const auto chunk = [&](std::size_t i) {
    const std::size_t from = kPayloadNonceSize + i * kSealedChunkSize;
    return ByteView(whole).subspan(from, std::min(kSealedChunkSize, whole.size() - from));
  };
  const auto compose = [&](const std::vector<std::size_t>& chunks) {
    Bytes payload(whole.begin(), whole.begin() + kPayloadNonceSize);
    for (const std::size_t i : chunks) AppendTo(payload, chunk(i));
    return payload;
  };
  const std::vector<std::vector<std::size_t>> arrangements = {{0, 1, 2, 3},    {0, 1, 3, 4},
                                                              {1, 2, 3, 4},    {1, 0, 2, 3, 4},
                                                              {0, 1, 2, 2, 4}, {0, 1, 2, 3, 4, 4}};
  for (const auto& arrangement : arrangements) {
    sent.blob() = compose(arrangement);
    EXPECT_TRUE(absl::IsDataLoss(sent.Fetch().status()));
  }
  sent.blob() = Bytes(whole.begin(), whole.end() - 1);
  EXPECT_TRUE(absl::IsDataLoss(sent.Fetch().status()));
  sent.blob() = whole;
  sent.blob().push_back(0);
  EXPECT_TRUE(absl::IsDataLoss(sent.Fetch().status()));
  sent.blob().clear();
  EXPECT_TRUE(absl::IsDataLoss(sent.Fetch().status()));
}

// Attack 28: the payload of another part, under a valid key.
TEST(FetchPart, RefusesThePayloadOfAnotherPart) {
  Sent sent(kChunkSize), other(kChunkSize);
  sent.blob() = other.blob();
  EXPECT_TRUE(absl::IsDataLoss(sent.Fetch().status()));
}

// Attack 30: a reader who has the key seals other content under it.
TEST(FetchPart, RefusesOtherContentUnderTheSameKey) {
  Sent sent(kChunkSize), other(kChunkSize);
  PartToFetch wanted = sent.Wanted();
  wanted.key = &other.part.key;
  wanted.sha256 = other.part.sha256;
  wanted.ref.commitment = CommitTo(other.part.key, sent.part.ref.object);
  sent.blob() = other.blob();
  EXPECT_TRUE(absl::IsDataLoss(sent.Fetch(wanted).status()));
}

// Attack 27: a key that opens, and is not the one that the author committed to.
TEST(FetchPart, RefusesAKeyThatItsAuthorDidNotCommitTo) {
  Sent sent(kChunkSize);
  PartToFetch wanted = sent.Wanted();
  wanted.ref.commitment.bytes[0] ^= 1;
  EXPECT_TRUE(absl::IsDataLoss(sent.Fetch(wanted).status()));
}

// Attack 31: sizes and hashes of a manifest.
TEST(FetchPart, RefusesAnotherSizeOrHashThanTheManifests) {
  Sent sent(kChunkSize + 100);
  PartToFetch wanted = sent.Wanted();
  wanted.size -= 1;
  EXPECT_TRUE(absl::IsDataLoss(sent.Fetch(wanted).status()));
  wanted.size += 2;
  EXPECT_TRUE(absl::IsDataLoss(sent.Fetch(wanted).status()));
  wanted = sent.Wanted();
  wanted.sha256.bytes[31] ^= 1;
  EXPECT_TRUE(absl::IsDataLoss(sent.Fetch(wanted).status()));
}

TEST(FetchPart, PassesOnWhatItsSinkSays) {
  Sent sent(kChunkSize);
  const absl::Status status =
      FetchPart({sent.server}, sent.Wanted(),
                {.plaintext = [](ByteView) { return absl::ResourceExhaustedError("full"); }});
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
}

TEST(FetchPayload, RefusesMoreThanItAsksForAndOtherBytes) {
  Sent sent(kChunkSize);
  const auto fetch = [&](std::uint64_t max) {
    return FetchPayload({sent.server}, SubjectType::kDocument, {}, sent.part.ref, max).status();
  };
  EXPECT_TRUE(fetch(1 << 20).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(fetch(1000)));
  sent.blob()[100] ^= 1;
  EXPECT_TRUE(absl::IsDataLoss(fetch(1 << 20)));
  sent.blob().resize(sent.blob().size() * 2);
  EXPECT_TRUE(absl::IsDataLoss(fetch(1 << 20)));
}

}  // namespace
}  // namespace amparo::client
