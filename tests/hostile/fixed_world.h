// What is left to chance elsewhere, fixed in this program alone: libsodium's generator is
// seeded, the system's clock stands where the test puts it, and scrypt costs nothing. The
// linker puts the last two in place (tests/hostile/CMakeLists.txt); product code knows nothing.
//
// Thread safety: Seed and SetClock from the main thread, while no other one draws.

#ifndef AMPARO_TESTS_HOSTILE_FIXED_WORLD_H_
#define AMPARO_TESTS_HOSTILE_FIXED_WORLD_H_

#include <cstdint>
#include <string>

namespace amparo::testing {

// From here on every thread draws a stream of its own, which `label` determines: one for the
// main thread, one for all others (the engine has a single thread that draws). No label may
// come twice in a process: keys and nonces would.
void SeedChance(const std::string& label);

// Seconds since 1970 that std::chrono::system_clock tells everybody.
void SetClock(std::uint64_t seconds);

// AMPARO_SEED, or the time and process: printed once, for the next run.
std::uint64_t SeedOfThisRun();

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_HOSTILE_FIXED_WORLD_H_
