// tests/vectors/receipt on disk: index.json and the files it names. A case is a file, or a file
// with a few bytes changed, so that two hundred cases fit in little room.
// The format: tests/vectors/receipt/README.md.

#ifndef AMPARO_TESTS_CUSTODY_VECTOR_INDEX_H_
#define AMPARO_TESTS_CUSTODY_VECTOR_INDEX_H_

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/custody/vector_cases.h"

namespace amparo::testing {

// File name to bytes, index.json among them.
using VectorFolder = std::map<std::string, std::string>;

// All of the cases as a folder. The judge writes what is expected.
VectorFolder WriteVectors(const VectorCases& cases);
// The text that a case of the index is about.
std::string TextOf(const nlohmann::ordered_json& entry, const VectorFolder& folder);
// What our verifier says to it: the report, and the exit code as "exit".
nlohmann::ordered_json Verified(absl::string_view text, const std::vector<std::string>& partners,
                                const std::vector<Bytes>& files);

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_CUSTODY_VECTOR_INDEX_H_
