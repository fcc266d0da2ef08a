#include "crypto/padding.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace amparo {
namespace {

constexpr std::uint64_t kPartLengthMin = 64 * 1024;
constexpr std::uint64_t kSmallStep = 2 * 1024;
constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();

// The next multiple of a power of two; the largest number where there is none.
std::uint64_t RoundUp(std::uint64_t length, std::uint64_t step) {
  const std::uint64_t mask = step - 1;
  return length > kLargest - mask ? kLargest : (length + mask) & ~mask;
}

}  // namespace

std::uint64_t Padme(std::uint64_t length) {
  if (length < 2) return length;
  const std::uint64_t e = std::bit_width(length) - 1;
  const std::uint64_t s = std::bit_width(e);
  return RoundUp(length, std::uint64_t{1} << (e - s));
}

std::uint64_t PaddedPartLength(std::uint64_t length) {
  return std::max(kPartLengthMin, Padme(length));
}

std::uint64_t PaddedSmallLength(std::uint64_t length) {
  return RoundUp(std::max<std::uint64_t>(length, 1), kSmallStep);
}

}  // namespace amparo
