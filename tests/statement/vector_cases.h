// The vectors of tests/vectors/statement: signed statements made from fixed keys and fixed
// values, one of every kind, and damaged ones with a single fault each. The files are for
// other implementations; here they hold ours to what it once wrote.

#ifndef AMPARO_TESTS_STATEMENT_VECTOR_CASES_H_
#define AMPARO_TESTS_STATEMENT_VECTOR_CASES_H_

#include <string>
#include <vector>

#include "crypto/bytes.h"
#include "statement/bodies.h"
#include "statement/statement.h"

namespace amparo {

struct VectorCase {
  std::string name;     // The file's, without ".txt".
  std::string comment;  // What it is, or what its one fault is and why that matters.
  std::string expect;   // ok, malformed, unknown-kind or bad-signature.
  std::string field;    // malformed: the field that the refusal names.
  Bytes bytes;          // A signed statement.
};

// The example of every kind, in the order of the kinds.
std::vector<Body> ExampleBodies();
// A statement that carries `body`, with fixed values everywhere else.
Statement ExampleStatement(const Body& body);
// Every case, by name.
std::vector<VectorCase> VectorCases();
std::string FormatVector(const VectorCase& vector);

}  // namespace amparo

#endif  // AMPARO_TESTS_STATEMENT_VECTOR_CASES_H_
