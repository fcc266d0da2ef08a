// What the crash test's child writes, so that its parent knows what must be there: every
// byte follows from its position. Used by crash_child.cc and crash_test.cc.

#ifndef AMPARO_TESTS_STORAGE_CRASH_SCENARIO_H_
#define AMPARO_TESTS_STORAGE_CRASH_SCENARIO_H_

#include <cstdint>
#include <string>

#include "storage/store.h"
#include "tests/storage/store_fixture.h"

namespace amparo::storage {

// Every third blob is a small one: sealed without a sync, durable with the next append. Every
// other third one shares segments with others of its run; two of them go with one append.
inline constexpr std::uint64_t kCrashBlobBytes = 3'000'000;
inline constexpr std::uint64_t kCrashSmallBlobBytes = 1'200'000;
inline constexpr std::uint64_t kCrashSharedBlobBytes = 600'000;
inline constexpr std::size_t kCrashSharedAtOnce = 2;
inline bool IsCrashBlobSmall(std::uint64_t number) { return number % 3 == 2; }
inline bool IsCrashBlobShared(std::uint64_t number) { return number % 3 == 1; }

inline Bytes CrashEntry(std::uint64_t position) { return Pattern(1 + position % 3000, position); }
inline Bytes CrashHead(std::uint64_t size) { return Text("head " + std::to_string(size)); }
inline Bytes CrashPieceKey(std::uint64_t position) { return Text(std::to_string(position)); }
inline Bytes CrashBlob(std::uint64_t number) {
  if (IsCrashBlobShared(number)) return Pattern(kCrashSharedBlobBytes, ~number);
  return Pattern(IsCrashBlobSmall(number) ? kCrashSmallBlobBytes : kCrashBlobBytes, ~number);
}
inline ObjectId CrashObject(std::uint64_t number) {
  ObjectId id;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return id;
}
inline ShelfKeyId CrashShelfKey(std::uint64_t number) {
  return *ShelfKeyId::From(CrashObject(number).view());
}
inline Secret<32> CrashKey(std::uint64_t number) {
  const Bytes key = Pattern(32, number + 77);
  return Secret<32>::CopyOf(std::span<const std::uint8_t, 32>(key));
}

}  // namespace amparo::storage

#endif  // AMPARO_TESTS_STORAGE_CRASH_SCENARIO_H_
