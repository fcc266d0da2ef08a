// The log of docs/spec/log.md's example: three statements of tests/vectors/statement, their
// leaves, the roots of the tree as it grows, and the checkpoint of each size.

#ifndef AMPARO_TESTS_AUDIT_EXAMPLE_LOG_H_
#define AMPARO_TESTS_AUDIT_EXAMPLE_LOG_H_

#include <string>

namespace amparo::audit {

// The text of tests/vectors/log/three_leaves.txt.
std::string ExampleLogText();

}  // namespace amparo::audit

#endif  // AMPARO_TESTS_AUDIT_EXAMPLE_LOG_H_
