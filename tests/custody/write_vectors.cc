// Writes tests/vectors/receipt afresh, into the folder named. For a change of the format alone.

#include <fstream>
#include <iostream>

#include "tests/custody/vector_index.h"

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: receipt_vectors FOLDER\n";
    return 2;
  }
  const auto folder = amparo::testing::WriteVectors(amparo::testing::AllVectorCases());
  for (const auto& [name, bytes] : folder) {
    std::ofstream(std::string(arguments[1]) + "/" + name, std::ios::binary) << bytes;
  }
  return 0;
}
