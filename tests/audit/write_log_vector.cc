// Prints tests/vectors/log/three_leaves.txt afresh. For a change of the format alone.

#include <iostream>

#include "tests/audit/example_log.h"

int main() { std::cout << amparo::audit::ExampleLogText(); }
