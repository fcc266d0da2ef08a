// What a hostile server does to one answer: on the bytes, on the message's fields, on the answer
// as a whole. Enumerated and applied here; nothing is known of what the answer means.
//
// Thread safety: values; the functions are independent.

#ifndef AMPARO_TESTS_HOSTILE_MUTATION_H_
#define AMPARO_TESTS_HOSTILE_MUTATION_H_

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/hostile/answer.h"

namespace amparo::testing {

enum class Change {
  kFlipBit,      // where: bit of the serialised messages, one after the other.
  kTruncate,     // where: bytes that are left.
  kExtend,       // where: 0 a zero byte, 1 the whole message again.
  kField,        // where: number of a change to one field; see FieldChanges.
  kReorder,      // where: number of a rearrangement; see Rearrangements.
  kEmpty,        // Nothing in it.
  kFail,         // where: an absl::StatusCode; the request was carried out.
  kDropRequest,  // UNAVAILABLE; the request never arrived.
  kRepeat,       // where: number among the earlier answers to this method.
  kSwap,         // where: number among the answers to this method in the whole session.
  kNextFirst,    // The next answer of this verb in place of this one, and then this one.
};
inline constexpr Change kAllChanges[] = {Change::kFlipBit, Change::kTruncate,    Change::kExtend,
                                         Change::kField,   Change::kReorder,     Change::kEmpty,
                                         Change::kFail,    Change::kDropRequest, Change::kRepeat,
                                         Change::kSwap,    Change::kNextFirst};
std::string NameOf(Change change);

struct Mutation {
  std::size_t answer = 0;  // Of the verb, from 0.
  Change change = Change::kEmpty;
  std::size_t where = 0;
};
std::string Describe(const Mutation& mutation);

// Everything that the server ever said: by verb, in order.
struct Recording {
  std::vector<std::vector<Answer>> verbs;
  // The answers to `method`; with `before`, those of earlier verbs and of this one before
  // `answer` alone.
  std::vector<const Answer*> To(const std::string& method) const;
  std::vector<const Answer*> Before(std::size_t verb, std::size_t answer) const;
};

// How many values `where` may take for a change of this answer. 0: it cannot be done.
std::size_t CountOf(const Recording& recording, std::size_t verb, std::size_t answer,
                    Change change);
// The answer, changed; nothing if that leaves it as it was.
// REQUIRES: where < CountOf(...) for the recorded answer, whose like `truth` is.
std::optional<Answer> Apply(const Recording& recording, std::size_t verb, const Mutation& mutation,
                            const Answer& truth);

// `each` values of every change of every answer of the verb, drawn by `chance`.
std::vector<Mutation> Sample(const Recording& recording, std::size_t verb, std::size_t each,
                             std::mt19937_64& chance);
// Every value of every change; of answers longer than `bytes_max`, bits are drawn as one in
// `length / bytes_max`.
std::vector<Mutation> Everything(const Recording& recording, std::size_t verb,
                                 std::size_t bytes_max, std::mt19937_64& chance);

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_HOSTILE_MUTATION_H_
