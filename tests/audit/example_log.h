// The log of docs/spec/log.md's example: three statements of tests/vectors/statement, their
// leaves, the roots of the tree as it grows, and the checkpoint of each size; the proofs about it
// and cosignatures on its head.

#ifndef AMPARO_TESTS_AUDIT_EXAMPLE_LOG_H_
#define AMPARO_TESTS_AUDIT_EXAMPLE_LOG_H_

#include <string>

namespace amparo::audit {

// The text of tests/vectors/log/three_leaves.txt.
std::string ExampleLogText();
// The text of tests/vectors/log/proofs.txt.
std::string ExampleProofsText();
// The text of tests/vectors/log/cosigned.txt.
std::string ExampleCosignedText();
// The text of tests/vectors/log/stored.txt.
std::string ExampleStoredText();

}  // namespace amparo::audit

#endif  // AMPARO_TESTS_AUDIT_EXAMPLE_LOG_H_
