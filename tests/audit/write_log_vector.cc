// Prints a file of tests/vectors/log afresh, by its name. For a change of the format alone.

#include <iostream>

#include "tests/audit/example_log.h"

int main(int count, char** arguments) {
  const std::string name = count == 2 ? arguments[1] : "";
  if (name == "three_leaves.txt") {
    std::cout << amparo::audit::ExampleLogText();
  } else if (name == "proofs.txt") {
    std::cout << amparo::audit::ExampleProofsText();
  } else if (name == "cosigned.txt") {
    std::cout << amparo::audit::ExampleCosignedText();
  } else if (name == "stored.txt") {
    std::cout << amparo::audit::ExampleStoredText();
  } else {
    std::cerr << "usage: log_vector three_leaves.txt | proofs.txt | cosigned.txt | stored.txt\n";
    return 1;
  }
  return 0;
}
