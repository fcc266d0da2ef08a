#include "crypto/secret.h"

#include <sodium.h>

#include <cassert>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "crypto/sodium_start.h"

namespace amparo {

void StartSodium() {
  static const bool started = [] {
    if (sodium_init() < 0) std::abort();
    return true;
  }();
  static_cast<void>(started);
}

namespace {

// Guarded memory of the sizes that keys have, kept for the next key of that size: to make and to
// free it takes six system calls, and some keys live for microseconds.
class KeptMemory {
 public:
  // All zeros; null if none of this size is kept.
  std::uint8_t* Take(std::size_t size) {
    const std::lock_guard lock(mutex_);
    std::vector<std::uint8_t*>* const kept = OfSize(size);
    if (kept == nullptr || kept->empty()) return nullptr;
    std::uint8_t* const data = kept->back();
    kept->pop_back();
    return data;
  }
  // False: it is not kept. REQUIRES: all zeros.
  bool Keep(std::uint8_t* data, std::size_t size) {
    const std::lock_guard lock(mutex_);
    std::vector<std::uint8_t*>* const kept = OfSize(size);
    if (kept == nullptr || kept->size() >= kKeptMax) return false;
    kept->push_back(data);
    return true;
  }

 private:
  static constexpr std::size_t kKeptMax = 64;  // Of each size, a locked page for each.

  std::vector<std::uint8_t*>* OfSize(std::size_t size) {
    return size == 16 ? &of_16_ : size == 32 ? &of_32_ : size == 64 ? &of_64_ : nullptr;
  }

  std::mutex mutex_;  // Guards what follows.
  std::vector<std::uint8_t*> of_16_;
  std::vector<std::uint8_t*> of_32_;
  std::vector<std::uint8_t*> of_64_;
};

KeptMemory& Kept() {
  static KeptMemory* const kept = new KeptMemory;  // Outlives every thread.
  return *kept;
}

void Release(std::uint8_t* data, std::size_t size) {
  if (data == nullptr) return;
  sodium_memzero(data, size);
  if (!Kept().Keep(data, size)) sodium_free(data);
}

}  // namespace

SecretBuffer::SecretBuffer(std::size_t size) : size_(size) {
  if (size == 0) return;
  StartSodium();
  data_ = Kept().Take(size);
  if (data_ != nullptr) return;
  data_ = static_cast<std::uint8_t*>(sodium_malloc(size));
  if (data_ == nullptr) std::abort();
  sodium_memzero(data_, size);
}

SecretBuffer::SecretBuffer(SecretBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBuffer& SecretBuffer::operator=(SecretBuffer&& other) noexcept {
  if (this != &other) {
    Release(data_, size_);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecretBuffer::~SecretBuffer() { Release(data_, size_); }

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
