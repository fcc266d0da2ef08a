#include "tests/hostile/fixed_world.h"

#include <sodium.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

namespace amparo::testing {
namespace {

constexpr std::uint64_t kStartSeconds = 1'795'262'400;  // 2026-11-21, 12:00.
std::atomic<std::uint64_t> clock_seconds{kStartSeconds};

std::string& Label() {
  static auto* const label = new std::string("before anything");
  return *label;
}
std::atomic<std::uint64_t> epoch{0};
// Draws of all threads but the main one in this epoch. They share a stream: what they draw they
// draw in an order that does not depend on which of them is faster (client/sealing.cc).
std::atomic<std::uint64_t> others{0};

void Draw(void* out, std::size_t size) {
  static std::uint64_t drawn_in = ~std::uint64_t{0};  // As the next one, of the main thread.
  static std::uint64_t drawn = 0;
  const bool is_main = getpid() == gettid();
  if (is_main && drawn_in != epoch.load()) drawn = 0;
  if (is_main) drawn_in = epoch.load();
  const std::uint64_t number = is_main ? drawn++ : others++;
  const std::string name = Label() + (is_main ? "\nmain" : "\nothers");
  unsigned char key[crypto_stream_chacha20_KEYBYTES];
  crypto_hash_sha256(key, reinterpret_cast<const unsigned char*>(name.data()), name.size());
  unsigned char nonce[crypto_stream_chacha20_NONCEBYTES];
  static_assert(sizeof(nonce) == sizeof(number));
  std::memcpy(nonce, &number, sizeof(nonce));
  crypto_stream_chacha20(static_cast<unsigned char*>(out), size, nonce, key);
}

std::uint32_t DrawNumber() {
  std::uint32_t number = 0;
  Draw(&number, sizeof(number));
  return number;
}

// Before main, and so before anything of libsodium's is used.
const bool installed = [] {
  static randombytes_implementation seeded{.implementation_name = [] { return "seeded"; },
                                           .random = DrawNumber,
                                           .stir = [] {},
                                           .uniform = nullptr,
                                           .buf = Draw,
                                           .close = [] { return 0; }};
  return randombytes_set_implementation(&seeded) == 0;
}();

}  // namespace

void SeedChance(const std::string& label) {
  if (!installed) std::abort();
  Label() = label;
  others = 0;
  ++epoch;
}

void SetClock(std::uint64_t seconds) { clock_seconds = seconds; }

std::uint64_t SeedOfThisRun() {
  static const std::uint64_t seed = [] {
    const char* given = std::getenv("AMPARO_SEED");
    const auto ticks = std::chrono::steady_clock::now().time_since_epoch().count();
    const std::uint64_t chosen = given != nullptr
                                     ? std::strtoull(given, nullptr, 10)
                                     : static_cast<std::uint64_t>(ticks) % 1'000'000'007u;
    std::cout << "AMPARO_SEED=" << chosen << "\n";
    return chosen;
  }();
  return seed;
}

}  // namespace amparo::testing

// The names that the linker gives to what it puts in place of others.
std::chrono::system_clock::time_point FixedNow() asm("__wrap__ZNSt6chrono3_V212system_clock3nowEv");
std::chrono::system_clock::time_point FixedNow() {
  return std::chrono::system_clock::time_point(
      std::chrono::seconds(amparo::testing::clock_seconds.load()));
}

extern "C" {
int __real_crypto_pwhash_scryptsalsa208sha256_ll(const std::uint8_t*, std::size_t,
                                                 const std::uint8_t*, std::size_t, std::uint64_t,
                                                 std::uint32_t, std::uint32_t, std::uint8_t*,
                                                 std::size_t);
int __wrap_crypto_pwhash_scryptsalsa208sha256_ll(const std::uint8_t* passphrase, std::size_t length,
                                                 const std::uint8_t* salt, std::size_t salt_length,
                                                 std::uint64_t, std::uint32_t, std::uint32_t,
                                                 std::uint8_t* out, std::size_t out_length);
int __wrap_crypto_pwhash_scryptsalsa208sha256_ll(const std::uint8_t* passphrase, std::size_t length,
                                                 const std::uint8_t* salt, std::size_t salt_length,
                                                 std::uint64_t, std::uint32_t, std::uint32_t,
                                                 std::uint8_t* out, std::size_t out_length) {
  return __real_crypto_pwhash_scryptsalsa208sha256_ll(passphrase, length, salt, salt_length, 2, 1,
                                                      1, out, out_length);
}
}
