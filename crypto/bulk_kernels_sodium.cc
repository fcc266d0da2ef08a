// The other candidate of bulk_kernels.h: slower, and independent of libcrypto.
#include <sodium.h>

#include <cassert>

#include "crypto/bulk_kernels.h"
#include "crypto/secret.h"
#include "crypto/sodium_start.h"

namespace amparo {
namespace {

class SodiumCipher final : public ChunkCipher {
 public:
  explicit SodiumCipher(std::span<const std::uint8_t, 32> key) : key_(Secret<32>::CopyOf(key)) {}

  void Seal(std::span<const std::uint8_t, 12> nonce, ByteView associated, ByteView plaintext,
            MutableByteView out) override {
    assert(out.size() == plaintext.size() + kChunkTagSize);
    crypto_aead_chacha20poly1305_ietf_encrypt(
        out.data(), nullptr, plaintext.data(), plaintext.size(), associated.data(),
        associated.size(), nullptr, nonce.data(), key_.Expose().data());
  }

  bool Open(std::span<const std::uint8_t, 12> nonce, ByteView associated, ByteView sealed,
            MutableByteView out) override {
    assert(sealed.size() == out.size() + kChunkTagSize);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(
            out.data(), nullptr, nullptr, sealed.data(), sealed.size(), associated.data(),
            associated.size(), nonce.data(), key_.Expose().data()) == 0) {
      return true;
    }
    Wipe(out);
    return false;
  }

 private:
  Secret<32> key_;
};

class SodiumHash final : public HashState {
 public:
  SodiumHash() { crypto_hash_sha256_init(&state_); }
  void Update(ByteView bytes) override {
    if (!bytes.empty()) crypto_hash_sha256_update(&state_, bytes.data(), bytes.size());
  }
  Hash Finish() override {
    Hash out;
    crypto_hash_sha256_final(&state_, out.bytes.data());
    return out;
  }

 private:
  crypto_hash_sha256_state state_;
};

class Sodium final : public BulkKernels {
 public:
  Sodium() { StartSodium(); }
  const char* name() const override { return "libsodium"; }
  std::unique_ptr<ChunkCipher> NewCipher(std::span<const std::uint8_t, 32> key) const override {
    return std::make_unique<SodiumCipher>(key);
  }
  std::unique_ptr<HashState> NewHash() const override { return std::make_unique<SodiumHash>(); }
  Hash Sha256(std::initializer_list<ByteView> parts) const override {
    SodiumHash state;
    for (const ByteView part : parts) state.Update(part);
    return state.Finish();
  }
};

}  // namespace

const BulkKernels& SodiumKernels() {
  static const Sodium kernels;
  return kernels;
}

}  // namespace amparo
