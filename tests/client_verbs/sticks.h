// What the tests of bundles share: a story to carry, people without a connection, and sticks that
// somebody had in hand on the way.
//
// Thread safety: as Town.

#ifndef AMPARO_TESTS_CLIENT_VERBS_STICKS_H_
#define AMPARO_TESTS_CLIENT_VERBS_STICKS_H_

#include <cstdint>
#include <functional>
#include <random>
#include <string>

#include "tests/client_verbs/town.h"

namespace amparo::testing {

// The server answers nobody of that name any more.
void CutOff(Town& town, const std::string& name);
void Reconnect(Town& town, const std::string& name);

// Documents in every kind of hand: assigned, declined, taken away, handed in, delivered.
struct Story {
  SubjectId read, declined, open;
};
Story Play(Town& town);

std::string Export(Town& town, const std::string& by, const std::string& to, Position from = {});

// A bundle with its sections changed, and its hash made good.
std::string Rewritten(Town& town, const std::string& path,
                      const std::function<void(std::size_t number, Bytes& content)>& change);
// One bit of one section of the given types.
std::string Bent(Town& town, const std::string& path, std::mt19937_64& chance,
                 const std::function<bool(std::uint8_t type)>& is_bent);

// From AMPARO_SEED, which it prints, or `otherwise`.
std::mt19937_64 SeededChance(std::uint64_t otherwise);

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_CLIENT_VERBS_STICKS_H_
