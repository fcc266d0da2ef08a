// Secret<N>: N secret bytes in guarded memory (libsodium's sodium_malloc: own page, guard pages,
// locked), wiped on release. docs/adr/0029-guarded-memory-is-kept-for-the-next-key.md
//
// Move-only; never printed, never converted; compared in constant time only. The one way
// to read it is Expose(), so that a reviewer can list every reader with one grep.
//
// Thread safety: a const Secret may be read from several threads.

#ifndef AMPARO_CRYPTO_SECRET_H_
#define AMPARO_CRYPTO_SECRET_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "crypto/bytes.h"

namespace amparo {

// Guarded memory of a length known at run time, the ground under Secret<N>.
// Aborts the process when the system gives no memory: there is no safe way on.
class SecretBuffer {
 public:
  SecretBuffer() = default;
  explicit SecretBuffer(std::size_t size);  // Zero-filled.
  SecretBuffer(SecretBuffer&& other) noexcept;
  SecretBuffer& operator=(SecretBuffer&& other) noexcept;
  SecretBuffer(const SecretBuffer&) = delete;
  SecretBuffer& operator=(const SecretBuffer&) = delete;
  ~SecretBuffer();

  ByteView Expose() const { return ByteView(data_, size_); }
  MutableByteView ExposeMutable() { return MutableByteView(data_, size_); }
  std::size_t size() const { return size_; }
  // Copies `bytes` into guarded memory. The caller wipes its own copy.
  static SecretBuffer CopyOf(ByteView bytes);

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

// Constant time in the contents; lengths are public.
bool EqualConstantTime(ByteView a, ByteView b);
// Overwrites in a way the compiler may not drop.
void Wipe(MutableByteView bytes);

template <std::size_t N>
class Secret {
 public:
  static constexpr std::size_t kSize = N;
  Secret() : buffer_(N) {}  // All zeros.
  Secret(Secret&&) noexcept = default;
  Secret& operator=(Secret&&) noexcept = default;

  static Secret CopyOf(std::span<const std::uint8_t, N> bytes) {
    Secret out;
    std::copy(bytes.begin(), bytes.end(), out.buffer_.ExposeMutable().begin());
    return out;
  }
  static Secret Random();
  // Deliberate and greppable: a second guarded copy.
  Secret Duplicate() const { return CopyOf(Expose()); }

  std::span<const std::uint8_t, N> Expose() const {
    return std::span<const std::uint8_t, N>(buffer_.Expose().data(), N);
  }
  std::span<std::uint8_t, N> ExposeMutable() {
    return std::span<std::uint8_t, N>(buffer_.ExposeMutable().data(), N);
  }
  bool EqualTo(const Secret& other) const { return EqualConstantTime(Expose(), other.Expose()); }

 private:
  SecretBuffer buffer_;
};

// Fills with bytes from the operating system's generator. There is no seed and no hook.
void FillRandom(MutableByteView bytes);

template <class Id>
Id RandomId() {
  Id id;
  FillRandom(id.bytes);
  return id;
}

template <std::size_t N>
Secret<N> Secret<N>::Random() {
  Secret out;
  FillRandom(out.ExposeMutable());
  return out;
}

}  // namespace amparo

#endif  // AMPARO_CRYPTO_SECRET_H_
