// libcrypto, because it was measured 2.5 times (ChaCha20-Poly1305) and 5 times (SHA-256) as
// fast as libsodium 1.0.18, and gRPC links it anyway. A failing call into it can only mean
// lack of memory or a broken installation: the process stops.
#include "crypto/bulk_kernels.h"

#include <openssl/evp.h>

#include <cassert>
#include <cstdlib>

#include "crypto/secret.h"

namespace amparo {
namespace {

constexpr std::size_t kLengthMax = std::size_t{1} << 30;

void Must(int answer) {
  if (answer != 1) std::abort();
}

struct FreeCipherContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
struct FreeHashContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using HashContext = std::unique_ptr<EVP_MD_CTX, FreeHashContext>;

// Fetched once: a fetch takes locks and costs more than hashing a Merkle node.
const EVP_CIPHER* FetchedCipher() {
  static const EVP_CIPHER* const cipher =
      EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", /*properties=*/nullptr);
  if (cipher == nullptr) std::abort();
  return cipher;
}

const EVP_MD* FetchedSha256() {
  static const EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA2-256", /*properties=*/nullptr);
  if (digest == nullptr) std::abort();
  return digest;
}

HashContext NewHashContext() {
  HashContext context(EVP_MD_CTX_new());
  if (context == nullptr) std::abort();
  return context;
}

class LibcryptoCipher final : public ChunkCipher {
 public:
  explicit LibcryptoCipher(std::span<const std::uint8_t, 32> key) : context_(EVP_CIPHER_CTX_new()) {
    if (context_ == nullptr) std::abort();
    Must(EVP_EncryptInit_ex2(context_.get(), FetchedCipher(), key.data(), nullptr, nullptr));
  }

  void Seal(std::span<const std::uint8_t, 12> nonce, ByteView associated, ByteView plaintext,
            MutableByteView out) override {
    assert(plaintext.size() < kLengthMax && out.size() == plaintext.size() + kChunkTagSize);
    EVP_CIPHER_CTX* const context = context_.get();
    Must(EVP_EncryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr));
    int length = 0;
    if (!associated.empty()) {
      Must(EVP_EncryptUpdate(context, nullptr, &length, associated.data(),
                             static_cast<int>(associated.size())));
    }
    if (!plaintext.empty()) {
      Must(EVP_EncryptUpdate(context, out.data(), &length, plaintext.data(),
                             static_cast<int>(plaintext.size())));
    }
    std::uint8_t* const tag = out.data() + plaintext.size();
    Must(EVP_EncryptFinal_ex(context, tag, &length));
    Must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kChunkTagSize, tag));
  }

  bool Open(std::span<const std::uint8_t, 12> nonce, ByteView associated, ByteView sealed,
            MutableByteView out) override {
    assert(sealed.size() < kLengthMax && sealed.size() == out.size() + kChunkTagSize);
    EVP_CIPHER_CTX* const context = context_.get();
    Must(EVP_DecryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr));
    std::array<std::uint8_t, kChunkTagSize> tag;
    std::copy_n(sealed.data() + out.size(), kChunkTagSize, tag.begin());
    Must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kChunkTagSize, tag.data()));
    int length = 0;
    if (!associated.empty()) {
      Must(EVP_DecryptUpdate(context, nullptr, &length, associated.data(),
                             static_cast<int>(associated.size())));
    }
    if (!out.empty()) {
      Must(EVP_DecryptUpdate(context, out.data(), &length, sealed.data(),
                             static_cast<int>(out.size())));
    }
    std::uint8_t nothing[kChunkTagSize];
    if (EVP_DecryptFinal_ex(context, nothing, &length) == 1) return true;
    Wipe(out);
    return false;
  }

 private:
  std::unique_ptr<EVP_CIPHER_CTX, FreeCipherContext> context_;
};

class LibcryptoHash final : public HashState {
 public:
  LibcryptoHash() : context_(NewHashContext()) {
    Must(EVP_DigestInit_ex2(context_.get(), FetchedSha256(), nullptr));
  }
  void Update(ByteView bytes) override {
    Must(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
  }
  Hash Finish() override {
    Hash out;
    Must(EVP_DigestFinal_ex(context_.get(), out.bytes.data(), nullptr));
    return out;
  }

 private:
  HashContext context_;
};

class Libcrypto final : public BulkKernels {
 public:
  const char* name() const override { return "libcrypto"; }
  std::unique_ptr<ChunkCipher> NewCipher(std::span<const std::uint8_t, 32> key) const override {
    return std::make_unique<LibcryptoCipher>(key);
  }
  std::unique_ptr<HashState> NewHash() const override { return std::make_unique<LibcryptoHash>(); }
  Hash Sha256(std::initializer_list<ByteView> parts) const override {
    thread_local const HashContext context = NewHashContext();
    Must(EVP_DigestInit_ex2(context.get(), FetchedSha256(), nullptr));
    for (const ByteView part : parts) {
      Must(EVP_DigestUpdate(context.get(), part.data(), part.size()));
    }
    Hash out;
    Must(EVP_DigestFinal_ex(context.get(), out.bytes.data(), nullptr));
    return out;
  }
};

}  // namespace

const BulkKernels& LibcryptoKernels() {
  static const Libcrypto kernels;
  return kernels;
}

const BulkKernels& Bulk() { return LibcryptoKernels(); }

}  // namespace amparo
