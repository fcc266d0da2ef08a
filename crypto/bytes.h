// Bytes: the two spellings of "some bytes" that the whole tree uses, and ids of a
// fixed length that cannot be mistaken for each other.
//
// Thread safety: values; distinct objects are independent.

#ifndef AMPARO_CRYPTO_BYTES_H_
#define AMPARO_CRYPTO_BYTES_H_

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace amparo {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using MutableByteView = std::span<std::uint8_t>;

// Exactly N public bytes. `Tag` makes each use a type of its own, so that a member id
// does not compile where an object id is meant. NOT for secrets: see crypto/secret.h.
template <class Tag, std::size_t N>
struct FixedBytes {
  static constexpr std::size_t kSize = N;
  std::array<std::uint8_t, N> bytes{};

  // Nothing unless `view` is exactly N bytes long.
  static std::optional<FixedBytes> From(ByteView view) {
    if (view.size() != N) return std::nullopt;
    FixedBytes out;
    std::copy(view.begin(), view.end(), out.bytes.begin());
    return out;
  }
  static FixedBytes Filled(std::uint8_t value) {
    FixedBytes out;
    out.bytes.fill(value);
    return out;
  }
  ByteView view() const { return ByteView(bytes); }
  bool is_zero() const { return *this == FixedBytes{}; }
  friend auto operator<=>(const FixedBytes&, const FixedBytes&) = default;
  template <class H>
  friend H AbslHashValue(H state, const FixedBytes& value) {
    return H::combine(std::move(state), value.bytes);
  }
};

// A SHA-256 value.
using Hash = FixedBytes<struct HashTag, 32>;

// Names a sealed object; random, chosen before sealing, and the blob's name.
using ObjectId = FixedBytes<struct ObjectIdTag, 16>;

// The bytes of `text`, valid for as long as `text` is.
inline ByteView AsBytes(absl::string_view text) {
  return ByteView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}
inline absl::string_view AsText(ByteView bytes) {
  return absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}
inline void AppendTo(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }

// Lower-case hexadecimal. FOR PUBLIC BYTES: takes time that depends on its input.
std::string ToHex(ByteView bytes);
// Nothing unless `text` is lower-case hexadecimal of even length.
std::optional<Bytes> FromHex(absl::string_view text);

template <class Tag, std::size_t N>
std::string ToHex(const FixedBytes<Tag, N>& value) {
  return ToHex(value.view());
}

}  // namespace amparo

#endif  // AMPARO_CRYPTO_BYTES_H_
