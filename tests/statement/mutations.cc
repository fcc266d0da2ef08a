#include "tests/statement/mutations.h"

#include <gtest/gtest.h>

namespace amparo {
namespace {

// A copy on the heap of exactly this size, so that the address sanitizer sees a read beyond.
Bytes Exactly(ByteView bytes) { return Bytes(bytes.begin(), bytes.end()); }

void ExpectIdentityOrRefusal(const Bytes& input, const DecodeEncode& decode_encode,
                             const char* what, std::size_t at) {
  const std::optional<Bytes> again = decode_encode(input);
  EXPECT_TRUE(!again.has_value() || *again == input) << what << " " << at;
}

}  // namespace

void ExpectCanonicalUnderMutation(ByteView good, const DecodeEncode& decode_encode,
                                  std::size_t every_bits) {
  const std::optional<Bytes> as_it_is = decode_encode(good);
  ASSERT_TRUE(as_it_is.has_value());
  ASSERT_EQ(*as_it_is, Exactly(good));
  for (std::size_t bit = 0; bit < good.size() * 8; bit += every_bits) {
    Bytes flipped = Exactly(good);
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << (bit % 8)));
    ExpectIdentityOrRefusal(flipped, decode_encode, "bit", bit);
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    ExpectIdentityOrRefusal(Exactly(good.first(size)), decode_encode, "cut to", size);
  }
  for (const std::uint8_t more : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{0xff}}) {
    Bytes longer = Exactly(good);
    longer.push_back(more);
    ExpectIdentityOrRefusal(longer, decode_encode, "longer by", more);
  }
}

}  // namespace amparo
