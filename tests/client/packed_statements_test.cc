// Answers to light clients come from a server that is not believed.

#include "client/packed_statements.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "statement/codec.h"

namespace amparo::client {
namespace {

Bytes Plain(const std::vector<std::pair<std::uint64_t, std::size_t>>& statements) {
  Writer writer;
  for (const auto& [position, size] : statements) {
    writer.U64(position);
    writer.Vec32(Bytes(size, static_cast<std::uint8_t>(position)));
  }
  return writer.Take();
}

Bytes Packed(const Bytes& plain) {
  uLongf size = compressBound(plain.size());
  Bytes packed(size);
  EXPECT_EQ(compress(packed.data(), &size, plain.data(), plain.size()), Z_OK);
  packed.resize(size);
  return packed;
}

absl::StatusCode CodeOf(const Bytes& packed, std::size_t length) {
  return UnpackStatements(packed, static_cast<std::uint32_t>(length)).status().code();
}

TEST(PackedStatements, ComeOutAsTheyWentIn) {
  const Bytes plain = Plain({{3, 100}, {4, 1}, {900, 60'000}});
  const auto statements = UnpackStatements(Packed(plain), static_cast<std::uint32_t>(plain.size()));
  ASSERT_TRUE(statements.ok()) << statements.status();
  ASSERT_EQ(statements->size(), 3u);
  EXPECT_EQ((*statements)[1].position, Position{4});
  EXPECT_EQ((*statements)[2].statement, Bytes(60'000, static_cast<std::uint8_t>(900)));
  EXPECT_TRUE(UnpackStatements(Packed({}), 0)->empty());
}

TEST(PackedStatements, UnpackToWhatWasSaidExactly) {
  const Bytes plain = Plain({{3, 100}, {4, 1}});
  const Bytes packed = Packed(plain);
  EXPECT_EQ(CodeOf(packed, plain.size()), absl::StatusCode::kOk);
  for (const std::size_t length : {plain.size() - 1, plain.size() + 1, std::size_t{0}}) {
    EXPECT_EQ(CodeOf(packed, length), absl::StatusCode::kDataLoss) << length;
  }
}

// A thousandth of it is enough to fill a telephone's memory, were it inflated to its end.
TEST(PackedStatements, AreNotInflatedBeyondTheBound) {
  const Bytes bomb = Packed(Bytes(64 << 20, 0));
  EXPECT_EQ(CodeOf(bomb, kUnpackedBytesMax), absl::StatusCode::kDataLoss);
  EXPECT_EQ(CodeOf(bomb, 64 << 20), absl::StatusCode::kDataLoss);
  EXPECT_EQ(CodeOf(bomb, 0xFFFFFFFF), absl::StatusCode::kDataLoss);
}

TEST(PackedStatements, MayReachTheBoundAndNotPassIt) {
  const std::size_t each = kUnpackedBytesMax / 8 - 12;
  std::vector<std::pair<std::uint64_t, std::size_t>> statements;
  for (std::uint64_t i = 0; i < 8; ++i) statements.emplace_back(i, each);
  const Bytes full = Plain(statements);
  ASSERT_EQ(full.size(), kUnpackedBytesMax);
  EXPECT_EQ(CodeOf(Packed(full), full.size()), absl::StatusCode::kOk);
  ++statements.back().second;
  const Bytes over = Plain(statements);
  EXPECT_EQ(CodeOf(Packed(over), over.size()), absl::StatusCode::kDataLoss);
}

TEST(PackedStatements, AreRefusedCutBentOrWithSomethingAfterThem) {
  const Bytes plain = Plain({{3, 100}, {4, 70}});
  const Bytes packed = Packed(plain);
  for (std::size_t size = 0; size < packed.size(); ++size) {
    EXPECT_EQ(CodeOf(Bytes(packed.begin(), packed.begin() + size), plain.size()),
              absl::StatusCode::kDataLoss)
        << size;
  }
  for (std::size_t byte = 0; byte < packed.size(); ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes bent = packed;
      bent[byte] ^= static_cast<std::uint8_t>(1 << bit);
      const auto statements = UnpackStatements(bent, static_cast<std::uint32_t>(plain.size()));
      // Some bits of a zlib header mean nothing to a reader; then nothing else may come of it.
      if (statements.ok()) {
        EXPECT_EQ(statements->size(), 2u) << byte;
        EXPECT_EQ((*statements)[0].statement, Bytes(100, 3)) << byte;
      }
    }
  }
  Bytes longer = packed;
  longer.push_back(0);
  EXPECT_EQ(CodeOf(longer, plain.size()), absl::StatusCode::kDataLoss);
}

TEST(PackedStatements, StandInTheirOrderAndFillTheAnswer) {
  for (const auto& bad : {Plain({{4, 10}, {3, 10}}), Plain({{4, 10}, {4, 10}}), Plain({{4, 0}}),
                          Plain({{4, 64 * 1024 + 1}}), Bytes{1, 2, 3}, Bytes(11, 0)}) {
    EXPECT_EQ(CodeOf(Packed(bad), bad.size()), absl::StatusCode::kDataLoss);
  }
  Bytes cut = Plain({{3, 10}, {4, 10}});
  cut.pop_back();
  EXPECT_EQ(CodeOf(Packed(cut), cut.size()), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace amparo::client
