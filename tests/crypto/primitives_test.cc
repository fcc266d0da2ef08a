// Secrets, digests, signatures, small seals, and that no header shows a foreign type.

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <thread>
#include <type_traits>
#include <vector>

#include "absl/strings/match.h"
#include "crypto/aead.h"
#include "crypto/bulk_kernels.h"
#include "crypto/digest.h"
#include "crypto/file_key.h"
#include "crypto/signature.h"
#include "tests/crypto/vector_files.h"

namespace amparo {
namespace {

static_assert(!std::is_copy_constructible_v<Secret<32>> && !std::is_copy_assignable_v<Secret<32>>);
static_assert(!std::is_copy_constructible_v<SecretBuffer>);
static_assert(!std::is_copy_constructible_v<SigningKey>);
static_assert(!std::is_convertible_v<Secret<32>, ByteView>);

TEST(Secret, StartsAsZerosAndMovesAway) {
  SecretBuffer first(40);
  EXPECT_TRUE(EqualConstantTime(first.Expose(), Bytes(40)));
  first.ExposeMutable()[0] = 9;
  SecretBuffer second = std::move(first);
  EXPECT_EQ(second.Expose()[0], 9);
  EXPECT_EQ(first.size(), 0U);
  second = SecretBuffer(2);
  EXPECT_EQ(second.size(), 2U);
  EXPECT_EQ(SecretBuffer(0).size(), 0U);
}

// Memory is kept for the next secret: what one leaves behind would be another's beginning.
TEST(Secret, OfAnySizeIsAllZerosWhereverOthersWere) {
  for (const std::size_t size : {1, 16, 32, 63, 64, 65, 128}) {
    const Bytes zeros(size);
    for (int round = 0; round < 2; ++round) {
      std::vector<SecretBuffer> buffers;
      for (int i = 0; i < 100; ++i) buffers.emplace_back(size);
      std::set<const std::uint8_t*> places;
      for (SecretBuffer& buffer : buffers) {
        ASSERT_EQ(ToHex(buffer.Expose()), ToHex(zeros)) << size;
        FillRandom(buffer.ExposeMutable());
        places.insert(buffer.Expose().data());
      }
      EXPECT_EQ(places.size(), buffers.size());
    }
  }
}

TEST(Secret, IsTakenAndGivenBackByManyThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int round = 0; round < 500; ++round) {
        const Secret<32> mine = Secret<32>::Random();
        const Secret<32> copy = mine.Duplicate();
        ASSERT_TRUE(copy.EqualTo(mine));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Secret, ComparesLengthAndContents) {
  EXPECT_TRUE(EqualConstantTime({}, {}));
  EXPECT_FALSE(EqualConstantTime(Bytes(2), Bytes(3)));
  EXPECT_FALSE(EqualConstantTime(Bytes{1, 2}, Bytes{1, 3}));
  const Secret<16> secret = Secret<16>::Random();
  EXPECT_TRUE(secret.EqualTo(secret.Duplicate()));
  EXPECT_FALSE(secret.EqualTo(Secret<16>::Random()));
}

TEST(Secret, WipesWhatItIsGiven) {
  Bytes bytes(16, 0xff);
  Wipe(bytes);
  EXPECT_EQ(bytes, Bytes(16));
}

using SecretDeathTest = testing::Test;

TEST(SecretDeathTest, ReadingBehindTheEndStopsTheProcess) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const SecretBuffer secret(16);
  EXPECT_DEATH(
      {
        volatile const std::uint8_t* const bytes = secret.Expose().data();
        static_cast<void>(bytes[16]);
      },
      "");
}

constexpr char kShaOfAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, IsTheSameWhole_InPartsAndStreamed) {
  EXPECT_EQ(ToHex(Sha256(AsBytes("abc"))), kShaOfAbc);
  EXPECT_EQ(ToHex(Sha256({AsBytes("a"), {}, AsBytes("bc")})), kShaOfAbc);
  Sha256Stream stream;
  stream.Update(AsBytes("ab"));
  stream.Update({});
  stream.Update(AsBytes("c"));
  EXPECT_EQ(ToHex(stream.Finish()), kShaOfAbc);
  for (const BulkKernels* const kernels : {&LibcryptoKernels(), &SodiumKernels()}) {
    EXPECT_EQ(ToHex(kernels->Sha256({AsBytes("abc")})), kShaOfAbc) << kernels->name();
  }
}

TEST(Hkdf, FillsEveryLength) {
  Bytes longest(8160);
  HkdfSha256(AsBytes("key"), AsBytes("salt"), AsBytes("info"), longest);
  for (const std::size_t size : {0, 1, 31, 32, 33, 64, 8159}) {
    Bytes out(size);
    HkdfSha256(AsBytes("key"), AsBytes("salt"), AsBytes("info"), out);
    EXPECT_TRUE(std::equal(out.begin(), out.end(), longest.begin())) << size;
  }
}

TEST(Commitment, DependsOnKeyAndObject) {
  const FileKey key = FileKey::Random();
  const auto object = ObjectId::Filled(1);
  EXPECT_EQ(CommitTo(key, object), CommitTo(key.Duplicate(), object));
  EXPECT_NE(CommitTo(key, object), CommitTo(key, ObjectId::Filled(2)));
  EXPECT_NE(CommitTo(key, object), CommitTo(FileKey::Random(), object));
}

TEST(Signature, VerifiesForKeyAndMessageOnly) {
  const SigningKey key = SigningKey::Generate();
  const Signature signature = key.Sign(AsBytes("message"));
  EXPECT_TRUE(VerifySignature(key.verify_key(), AsBytes("message"), signature));
  EXPECT_FALSE(VerifySignature(key.verify_key(), AsBytes("massage"), signature));
  EXPECT_FALSE(VerifySignature(SigningKey::Generate().verify_key(), AsBytes("message"), signature));
  const SigningKey again = SigningKey::FromSeed(key.seed().Duplicate());
  EXPECT_EQ(again.verify_key(), key.verify_key());
  EXPECT_EQ(again.Sign(AsBytes("message")), signature);
  EXPECT_EQ(key.Sign({}), again.Sign({}));
}

TEST(Signature, LowOrderAndNonCanonicalKeysAreInvalid) {
  EXPECT_TRUE(IsValidVerifyKey(SigningKey::Generate().verify_key()));
  EXPECT_FALSE(IsValidVerifyKey(VerifyKey{}));
  VerifyKey identity{};
  identity.bytes[0] = 1;
  EXPECT_FALSE(IsValidVerifyKey(identity));
  EXPECT_FALSE(IsValidVerifyKey(VerifyKey::Filled(0xff)));
  // The signature of anything under the identity point, were it accepted.
  Signature signature{};
  signature.bytes[0] = 1;
  EXPECT_FALSE(VerifySignature(identity, AsBytes("anything"), signature));
}

TEST(Aead, OpensInItsContextOnly) {
  const Secret<32> key = Secret<32>::Random();
  const Bytes sealed = AeadSeal(key, AsBytes("row 1"), AsBytes("text"));
  EXPECT_EQ(sealed.size(), 4 + kAeadOverhead);
  EXPECT_EQ(AsText(*AeadOpen(key, AsBytes("row 1"), sealed)), "text");
  EXPECT_TRUE(absl::IsDataLoss(AeadOpen(key, AsBytes("row 2"), sealed).status()));
  EXPECT_TRUE(absl::IsDataLoss(AeadOpen(Secret<32>::Random(), AsBytes("row 1"), sealed).status()));
  EXPECT_TRUE(AeadOpen(key, {}, AeadSeal(key, {}, {}))->empty());
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_TRUE(
        absl::IsDataLoss(AeadOpen(key, AsBytes("row 1"), ByteView(sealed).first(size)).status()));
  }
}

TEST(BulkKernels, SealEachOthersChunks) {
  const Bytes key(32, 3);
  const Bytes nonce(12, 4);
  const auto key_view = ByteView(key).first<32>();
  const auto nonce_view = ByteView(nonce).first<12>();
  const auto libcrypto = LibcryptoKernels().NewCipher(key_view);
  const auto sodium = SodiumKernels().NewCipher(key_view);
  for (const std::size_t size : {0, 1, 63, 64, 65, 4096, 65'536}) {
    const Bytes plaintext(size, 0x5a);
    Bytes sealed_a(size + kChunkTagSize);
    Bytes sealed_b(size + kChunkTagSize);
    libcrypto->Seal(nonce_view, {}, plaintext, sealed_a);
    sodium->Seal(nonce_view, {}, plaintext, sealed_b);
    EXPECT_EQ(sealed_a, sealed_b) << size;
    Bytes opened(size);
    EXPECT_TRUE(libcrypto->Open(nonce_view, {}, sealed_b, opened));
    EXPECT_EQ(opened, plaintext);
  }
}

TEST(CryptoHeaders, ShowNoTypeOfALibrary) {
  const std::string folder = std::string(AMPARO_SOURCE_DIR) + "/crypto";
  int headers = 0;
  for (const std::string& name : FilesIn(folder)) {
    if (!absl::EndsWith(name, ".h")) continue;
    const Bytes bytes = ReadFile(folder + "/" + name);
    EXPECT_FALSE(absl::StrContains(AsText(bytes), "<sodium")) << name;
    EXPECT_FALSE(absl::StrContains(AsText(bytes), "<openssl")) << name;
    ++headers;
  }
  EXPECT_GE(headers, 15);
}

}  // namespace
}  // namespace amparo
