#include "crypto/digest.h"

#include <sodium.h>

#include <cassert>

#include "crypto/bulk_kernels.h"
#include "crypto/sodium_start.h"

namespace amparo {

Hash Sha256(std::initializer_list<ByteView> parts) { return Bulk().Sha256(parts); }

struct Sha256Stream::State {
  std::unique_ptr<HashState> hash = Bulk().NewHash();
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) {}
Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

void Sha256Stream::Update(ByteView bytes) { state_->hash->Update(bytes); }
Hash Sha256Stream::Finish() { return state_->hash->Finish(); }

Hash HmacSha256(ByteView key, std::initializer_list<ByteView> parts) {
  StartSodium();
  static constexpr std::uint8_t kEmptyKey = 0;  // An empty view may be null; libsodium's may not.
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.empty() ? &kEmptyKey : key.data(), key.size());
  for (const ByteView part : parts) {
    if (!part.empty()) crypto_auth_hmacsha256_update(&state, part.data(), part.size());
  }
  Hash out;
  crypto_auth_hmacsha256_final(&state, out.bytes.data());
  sodium_memzero(&state, sizeof state);
  return out;
}

void HkdfSha256(ByteView ikm, ByteView salt, ByteView info, MutableByteView out) {
  assert(out.size() <= 255 * Hash::kSize);
  Hash extracted = HmacSha256(salt, {ikm});
  Hash block;
  std::size_t done = 0;
  for (std::uint8_t counter = 1; done < out.size(); ++counter) {
    const ByteView previous = counter == 1 ? ByteView() : block.view();
    block = HmacSha256(extracted.view(), {previous, info, ByteView(&counter, 1)});
    const std::size_t count = std::min(block.bytes.size(), out.size() - done);
    std::copy_n(block.bytes.begin(), count, out.begin() + static_cast<std::ptrdiff_t>(done));
    done += count;
  }
  Wipe(extracted.bytes);
  Wipe(block.bytes);
}

}  // namespace amparo
