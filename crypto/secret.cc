#include "crypto/secret.h"

#include <sodium.h>

#include <cassert>
#include <cstdlib>
#include <cstring>

#include "crypto/sodium_start.h"

namespace amparo {

void StartSodium() {
  static const bool started = [] {
    if (sodium_init() < 0) std::abort();
    return true;
  }();
  static_cast<void>(started);
}

SecretBuffer::SecretBuffer(std::size_t size) : size_(size) {
  if (size == 0) return;
  StartSodium();
  data_ = static_cast<std::uint8_t*>(sodium_malloc(size));
  if (data_ == nullptr) std::abort();
  sodium_memzero(data_, size);
}

SecretBuffer::SecretBuffer(SecretBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBuffer& SecretBuffer::operator=(SecretBuffer&& other) noexcept {
  if (this != &other) {
    sodium_free(data_);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecretBuffer::~SecretBuffer() { sodium_free(data_); }

SecretBuffer SecretBuffer::CopyOf(ByteView bytes) {
  SecretBuffer out(bytes.size());
  std::copy(bytes.begin(), bytes.end(), out.ExposeMutable().begin());
  return out;
}

bool EqualConstantTime(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  return a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

void Wipe(MutableByteView bytes) {
  if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
}

void FillRandom(MutableByteView bytes) {
  StartSodium();
  if (!bytes.empty()) randombytes_buf(bytes.data(), bytes.size());
}

}  // namespace amparo
