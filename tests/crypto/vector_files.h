// Where test vectors are, and the two forms they come in: `key: value` text and JSON.
//
// Ours are committed under tests/vectors. Other people's are found through AMPARO_VECTORS
// (default ../shared/vectors beside the checkout); a test that does not find them skips
// itself and names the folder.

#ifndef AMPARO_TESTS_CRYPTO_VECTOR_FILES_H_
#define AMPARO_TESTS_CRYPTO_VECTOR_FILES_H_

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "crypto/bytes.h"

namespace amparo {

// Path of a folder of tests/vectors.
std::string OurVectors(const std::string& folder);
// Path of a folder of AMPARO_VECTORS, or empty when it is absent.
std::string ForeignVectors(const std::string& folder);

// Fails the test and returns nothing when the file cannot be read.
Bytes ReadFile(const std::string& path);
nlohmann::json ReadJson(const std::string& path);
// `key: value` lines; lines that start with # are comments. A key may come more than once.
std::multimap<std::string, std::string> ReadFields(const std::string& path);
// Names of the regular files in a folder, sorted.
std::vector<std::string> FilesIn(const std::string& folder);

// The first line of a file that is no comment, as in an identity file of age.
std::string FirstLine(const std::string& path);
// REQUIRES: `text` is hexadecimal, as in a vector file.
Bytes Hex(const std::string& text);

}  // namespace amparo

#endif  // AMPARO_TESTS_CRYPTO_VECTOR_FILES_H_
