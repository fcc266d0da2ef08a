#include "crypto/bech32.h"

#include <cassert>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace amparo {
namespace {

constexpr char kCharset[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kChecksumSize = 6;

constexpr bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
constexpr char ToLower(char c) { return IsUpper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

// The checksum of BIP 173, fed 5 bits at a time, without branches on what it is fed.
class Checksum {
 public:
  explicit Checksum(absl::string_view prefix) {
    for (const char c : prefix) Feed(static_cast<std::uint32_t>(ToLower(c)) >> 5);
    Feed(0);
    for (const char c : prefix) Feed(static_cast<std::uint32_t>(ToLower(c)) & 31);
  }
  void Feed(std::uint32_t value) {
    static constexpr std::array<std::uint32_t, 5> kGenerator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
                                                                0x3d4233dd, 0x2a1462b3};
    const std::uint32_t top = state_ >> 25;
    state_ = (state_ & 0x1ffffff) << 5 ^ value;
    for (std::uint32_t i = 0; i < kGenerator.size(); ++i) {
      state_ ^= kGenerator[i] & (0 - ((top >> i) & 1));
    }
  }
  std::uint32_t state() const { return state_; }

 private:
  std::uint32_t state_ = 1;
};

// All ones if a == b, else zero. REQUIRES: both below 2^31.
constexpr std::uint32_t EqualMask(std::uint32_t a, std::uint32_t b) {
  return 0 - (((a ^ b) - 1) >> 31);
}

// The character of a 5-bit value, and back (32 for none), by looking at the whole charset.
char CharOf(std::uint32_t value) {
  std::uint32_t c = 0;
  for (std::uint32_t i = 0; i < 32; ++i) {
    c |= EqualMask(i, value) & static_cast<std::uint32_t>(kCharset[i]);
  }
  return static_cast<char>(c);
}

std::uint32_t ValueOf(char c) {
  std::uint32_t value = 32;
  for (std::uint32_t i = 0; i < 32; ++i) {
    const std::uint32_t mask =
        EqualMask(static_cast<std::uint8_t>(c), static_cast<std::uint32_t>(kCharset[i]));
    value = (value & ~mask) | (i & mask);
  }
  return value;
}

absl::Status CheckCharacters(absl::string_view text) {
  bool lower = false;
  bool upper = false;
  for (const char c : text) {
    if (c < 33 || c > 126)
      return absl::InvalidArgumentError("bech32 text has a character outside 33 to 126");
    lower = lower || IsLower(c);
    upper = upper || IsUpper(c);
  }
  if (lower && upper) return absl::InvalidArgumentError("bech32 text mixes upper and lower case");
  return absl::OkStatus();
}

}  // namespace

std::size_t Bech32Length(std::size_t prefix_size, std::size_t data_size) {
  return prefix_size + 1 + (data_size * 8 + 4) / 5 + kChecksumSize;
}

void EncodeBech32(absl::string_view prefix, ByteView data, MutableByteView out) {
  assert(!prefix.empty() && CheckCharacters(prefix).ok());
  assert(out.size() == Bech32Length(prefix.size(), data.size()));
  const bool upper = std::any_of(prefix.begin(), prefix.end(), IsUpper);
  std::size_t at = 0;
  const auto put = [&](char c) {
    // Letters of either case differ in bit 5; digits have no case.
    const bool letter = static_cast<std::uint8_t>(c) >= 'a';
    out[at++] = static_cast<std::uint8_t>(c - (upper ? 32 * static_cast<int>(letter) : 0));
  };
  for (const char c : prefix) out[at++] = static_cast<std::uint8_t>(c);
  put('1');

  Checksum checksum(prefix);
  const auto put_value = [&](std::uint32_t value) {
    checksum.Feed(value);
    put(CharOf(value));
  };
  std::uint32_t pending = 0;
  int pending_bits = 0;
  for (const std::uint8_t byte : data) {
    pending = (pending << 8 | byte) & 0xfff;
    for (pending_bits += 8; pending_bits >= 5; pending_bits -= 5) {
      put_value(pending >> (pending_bits - 5) & 31);
    }
  }
  if (pending_bits > 0) put_value(pending << (5 - pending_bits) & 31);
  for (std::size_t i = 0; i < kChecksumSize; ++i) checksum.Feed(0);
  const std::uint32_t sum = checksum.state() ^ 1;
  for (std::size_t i = 0; i < kChecksumSize; ++i) put(CharOf(sum >> (5 * (5 - i)) & 31));
}

absl::StatusOr<Bech32Parts> DecodeBech32(absl::string_view text, MutableByteView data) {
  if (absl::Status status = CheckCharacters(text); !status.ok()) return status;
  const std::size_t separator = text.rfind('1');
  if (separator == absl::string_view::npos || separator == 0 ||
      text.size() - separator - 1 < kChecksumSize) {
    return absl::InvalidArgumentError("bech32 text has no separator where one may stand");
  }
  Bech32Parts parts{.prefix = text.substr(0, separator), .data_size = 0};
  const absl::string_view values = text.substr(separator + 1);
  const std::size_t value_count = values.size() - kChecksumSize;
  const std::size_t data_size = value_count * 5 / 8;
  if (data_size > data.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("bech32 text holds ", data_size, " bytes, above ", data.size()));
  }
  Checksum checksum(parts.prefix);
  std::uint32_t foreign = 0;
  std::uint32_t pending = 0;
  std::size_t pending_bits = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint32_t value = ValueOf(ToLower(values[i]));
    foreign |= value & 32;
    checksum.Feed(value & 31);
    if (i >= value_count) continue;
    pending = (pending << 5 | (value & 31)) & 0xfff;
    pending_bits += 5;
    if (pending_bits >= 8) {
      pending_bits -= 8;
      data[parts.data_size++] = static_cast<std::uint8_t>(pending >> pending_bits);
    }
  }
  if (foreign != 0) return absl::InvalidArgumentError("bech32 text has a character of no value");
  if (checksum.state() != 1) return absl::InvalidArgumentError("bech32 checksum is wrong");
  if (pending_bits >= 5 || (pending & ((1U << pending_bits) - 1)) != 0) {
    return absl::InvalidArgumentError("bech32 padding is not canonical");
  }
  return parts;
}

}  // namespace amparo
