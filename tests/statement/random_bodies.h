// Random statements, one for every kind, within the limits of the format: what the round
// trips and the mutations start from. A seed gives the same ones again.

#ifndef AMPARO_TESTS_STATEMENT_RANDOM_BODIES_H_
#define AMPARO_TESTS_STATEMENT_RANDOM_BODIES_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "crypto/signature.h"
#include "statement/bodies.h"
#include "statement/statement.h"

namespace amparo {

// AMPARO_SEED, or a fresh seed; prints it.
std::uint64_t TestSeed();

// Key number `number` of the tests: its seed is 32 bytes of that number.
SigningKey KeyNumber(std::uint8_t number);
// Recipient number `number`: an X25519 public key that belongs to nobody.
Recipient RecipientNumber(std::uint8_t number);

// One act of every kind, with nothing in it.
std::vector<Act> EveryAct();

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  // From 0 to `max`, both included.
  std::uint64_t UpTo(std::uint64_t max);
  template <class Id>
  Id Fixed() {
    Id id;
    for (std::uint8_t& byte : id.bytes) byte = static_cast<std::uint8_t>(UpTo(255));
    return id;
  }
  // UTF-8 of `min` to `max` bytes, not only ASCII.
  std::string Text(std::size_t min, std::size_t max);

  Certificate NextCertificate();
  // A body that carries the alternative `act` is of. `entries_max` bounds its lists.
  Body NextBody(const Act& act, std::size_t entries_max);
  // Signed by KeyNumber(1).
  SignedStatement NextStatement(const Act& act, std::size_t entries_max);

 private:
  std::mt19937_64 engine_;
};

}  // namespace amparo

#endif  // AMPARO_TESTS_STATEMENT_RANDOM_BODIES_H_
